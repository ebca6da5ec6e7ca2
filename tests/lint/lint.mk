# SPDX-License-Identifier: EUPL-1.2
#
# make lint: every check is a target of its own, so that they run side by side
# and one can be repeated alone. Per-file results are kept in build/lint.

.PHONY: lint lint-run lint-fast lint-format lint-layers lint-symbols lint-banned lint-logs \
        lint-spdx lint-proto lint-tidy lint-cppcheck lint-analyzer lint-shell lint-man \
        lint-spelling lint-complexity format

L := $(BUILD)/lint

LINT_FAST := lint-format lint-layers lint-banned lint-logs lint-spdx lint-proto
LINT_ALL  := $(LINT_FAST) lint-symbols lint-tidy lint-cppcheck lint-analyzer lint-shell lint-man \
             lint-spelling lint-complexity

LINT_SRC := $(SRC_base) $(SRC_os) $(SRC_wire) $(SRC_client) $(SRC_policy) $(SRC_store) $(SRC_core) \
            $(SRC_adapter) $(foreach d,$(PROG_DIRS),$(wildcard $(d)/*.c)) $(SIM_SRC) $(BENCH_SRC) \
            $(UNIT_SRC) $(FUZZ_SRC) $(TLIB_SRC) $(wildcard tests/fuzz/main.c)

lint:
	@deploy/bootstrap build check lint
	@+$(MAKE) --no-print-directory -k -Otarget lint-run
	@echo 'lint: no findings'

lint-run: $(LINT_ALL) ; @:
lint-fast: $(LINT_FAST) ; @:

lint-format:
	@tests/lint/format.sh check
format:
	@tests/lint/format.sh write

lint-layers:
	@tests/lint/layers.sh
lint-symbols: $(call archives,policy)
	@tests/lint/layers.sh $(B)/obj
lint-banned lint-logs lint-spdx lint-proto lint-complexity: lint-%:
	@tests/lint/$*.sh

# The analyzer of gcc. What it learns of the headers of a file serves clang-tidy too.
an_except = $(shell awk -F '\t' '$$1 == "$1" { print $$2 }' tests/lint/analyzer-except.txt)
lint-analyzer: $(LINT_SRC:%.c=$(L)/%.an) ; @:
$(L)/%.an: %.c $(B)/flags | $(GEN_H)
	@mkdir -p $(@D)
	@$(COMPILE) -Itests/lib -Itests/fuzz -fanalyzer -Wno-analyzer-too-complex $(call an_except,$<) \
		-MF $(L)/$*.d -MT $@ -c -o $(L)/$*.o $< && touch $@

TIDY_FLAGS = -std=c17 -w $(DEFINES) $(INCLUDES) -Itests/lib -Itests/fuzz $(PKG_CFLAGS)
lint-tidy: $(LINT_SRC:%.c=$(L)/%.tidy) ; @:
$(L)/%.tidy: %.c .clang-tidy $(L)/%.an
	@mkdir -p $(@D)
	@clang-tidy --quiet $< -- $(TIDY_FLAGS) >$@.out 2>&1 || \
		{ grep -v 'warnings generated' $@.out; exit 1; }
	@mv $@.out $@

lint-cppcheck: $(GEN_H)
	@mkdir -p $(L)/cppcheck
	@[ -z "$(LINT_SRC)" ] || cppcheck --quiet --std=c11 --enable=warning,performance,portability \
		--inline-suppr --suppressions-list=tests/lint/cppcheck.txt --error-exitcode=1 -j 2 \
		--cppcheck-build-dir=$(L)/cppcheck --max-configs=3 -D__GNUC__=12 $(DEFINES) \
		$(INCLUDES) -Itests/lib -Itests/fuzz --suppress='*:$(GEN)/*' $(LINT_SRC)

lint-shell:
	@tests/lint/files '*' | while IFS= read -r f; do \
		case $$f in *.sh) echo "$$f" ;; *.[ch]|*.md|*.txt) ;; \
		*) head -c 64 "$$f" | head -n 1 | grep -qaE '^#!.*\b(ba)?sh\b' && echo "$$f" ;; esac; \
	done | tr '\n' '\0' | xargs -0 -r shellcheck -S warning -e SC1090,SC1091

lint-man:
	@tests/lint/files '*.[1578]' | tr '\n' '\0' | xargs -0 -r mandoc -T lint -W warning

lint-spelling:
	@tests/lint/files '*.c' '*.h' '*.md' '*.[1578]' | grep -vxF -f tests/lint/dutch.txt | \
		grep -v '\.nl\.md$$' | tr '\n' '\0' | xargs -0 -r codespell -I tests/lint/codespell.txt

-include $(shell find $(L) -name '*.d' 2>/dev/null)
