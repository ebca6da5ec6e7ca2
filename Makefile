# SPDX-License-Identifier: EUPL-1.2
#
# Schakel. `make help` prints the targets; tests/README.md explains the suites.
#
# No file needs an edit here: folders are searched. Every path is relative, so
# that a checkout may stand in a folder with a space in its name.

VERSION := 0.1.0

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += -rR
ifeq ($(MAKELEVEL),0)
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
endif

# --- what to build with ------------------------------------------------------

# With -R there are no built-in values, so these take effect unless given.
CC         ?= gcc
AR         ?= ar
CFLAGS     ?=
LDFLAGS    ?=
CLANG      ?= clang
PROTOC_C   ?= protoc-c
PKG_CONFIG ?= pkg-config
PYTHON     ?= /usr/bin/python3
VARIANT    ?= release
BUILD      ?= build
PREFIX     ?= /usr/local
SYSCONFDIR ?= $(PREFIX)/etc
DESTDIR    ?=

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin AR),default)
AR := ar
endif

B   := $(BUILD)/$(VARIANT)
BIN := $(B)/bin
GEN := $(B)/gen

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-8s %s\n'
endif

# --- sources -----------------------------------------------------------------

LIBS := base os wire client policy store core adapter

SRC_base    := $(wildcard proto/base/*.c)
SRC_os      := $(wildcard proto/os/*.c)
SRC_wire    := $(wildcard proto/wire/*.c)
SRC_client  := $(wildcard proto/client/*.c)
SRC_policy  := $(wildcard policy/engine/*.c)
SRC_store   := $(wildcard broker/store/*.c)
SRC_core    := $(wildcard broker/core/*.c)
SRC_adapter := $(filter-out adapters/schakel-%,$(wildcard adapters/*/*.c))
PROTO       := $(wildcard proto/schakel/v1/*.proto)
GEN_C       := $(PROTO:proto/%.proto=$(GEN)/%.pb-c.c)
TEST_PROTO  := $(wildcard tests/data/paper/*.proto)
TEST_GEN_C  := $(TEST_PROTO:tests/data/paper/%.proto=$(GEN)/%.pb-c.c)
GEN_H       := $(GEN_C:.c=.h) $(TEST_GEN_C:.c=.h)

obj = $(strip $(patsubst %.c,$(B)/obj/%.o,$(1)))

OBJ_base    := $(call obj,$(SRC_base))
OBJ_os      := $(call obj,$(SRC_os))
OBJ_wire    := $(strip $(call obj,$(SRC_wire)) $(GEN_C:$(GEN)/%.c=$(B)/obj/gen/%.o))
OBJ_client  := $(call obj,$(SRC_client))
OBJ_policy  := $(call obj,$(SRC_policy))
OBJ_store   := $(call obj,$(SRC_store))
OBJ_core    := $(call obj,$(SRC_core))
OBJ_adapter := $(call obj,$(SRC_adapter))

# The archives that exist for the names given, one group because the linker reads them in order.
archives = $(strip $(foreach l,$(1),$(if $(OBJ_$(l)),$(B)/libskl-$(l).a)))
grouped  = $(if $(1),-Wl$(comma)--start-group $(1) -Wl$(comma)--end-group)
comma   := ,

# Programs: a folder each. What a program may be linked with follows the table of layers.
PROG_DIRS := broker/schakeld broker/schakel-notary broker/schakelctl broker/schakel-audit \
             adapters/schakel-adapter adapters/schakel-keys policy/tool
prog_name = $(if $(filter policy/tool,$(1)),schakel-policy,$(notdir $(1)))
prog_libs = $(if $(filter policy/%,$(1)),policy wire base,$(if \
            $(filter adapters/%,$(1)),adapter client wire os base,core store policy client wire os base))
prog_ext  = $(if $(filter policy/%,$(1)),$(LIBS_policy),$(LIBS_all))
PROG_DIRS := $(foreach d,$(PROG_DIRS),$(if $(wildcard $(d)/*.c),$(d)))
PROGS     := $(foreach d,$(PROG_DIRS),$(BIN)/$(call prog_name,$(d)))

# Helpers for tests: each file is a program.
SIM_SRC   := $(wildcard tests/sim/*.c tests/integration/*.c tests/scenario/*.c tests/oracle/*.c)
BENCH_SRC := $(wildcard tests/bench/b_*.c)
LOAD_SRC  := $(filter-out $(BENCH_SRC),$(wildcard tests/bench/*.c))
UNIT_SRC  := $(wildcard tests/unit/t_*.c tests/torture/t_*.c)
FUZZ_SRC  := $(wildcard tests/fuzz/f_*.c)
TLIB_SRC  := $(filter-out %/tsan_zmq.c,$(wildcard tests/lib/*.c))
bin_of     = $(patsubst %.c,$(BIN)/%,$(notdir $(1)))
SIMS      := $(call bin_of,$(SIM_SRC))
BENCHES   := $(call bin_of,$(BENCH_SRC))
LOADS     := $(call bin_of,$(LOAD_SRC))
UNITS     := $(call bin_of,$(UNIT_SRC))
FUZZERS   := $(call bin_of,$(FUZZ_SRC))
OBJ_test  := $(strip $(call obj,$(TLIB_SRC)) $(TEST_GEN_C:$(GEN)/%.c=$(B)/obj/gen/%.o))

SCRIPTS := $(wildcard tests/paper/*.sh tests/integration/i_*.sh tests/scenario/[0-9]*.sh \
             tests/foreign/*.sh tests/oracle/*.sh)

# --- flags -------------------------------------------------------------------

INCLUDES := -Iproto/base -Iproto/os -Iproto/wire -Iproto/client -Ipolicy/engine -Ibroker/store \
            -Ibroker/core -Iadapters/common -Iadapters/police -Iadapters/veilig_thuis -Iadapters/generic \
            -Iadapters/local_team -Iadapters/probation -Iadapters/om \
            -I$(GEN)

DEFINES := -D_POSIX_C_SOURCE=200809L -DSKL_VERSION='"$(VERSION)"'

# Asked of the compiler once, and remembered in $(B)/flags-*.mk.
PROBE_CC := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wformat=2 -Wimplicit-fallthrough \
            -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wpointer-arith \
            -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wnull-dereference -Wdouble-promotion \
            -Wswitch-enum -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wtrampolines \
            -Warith-conversion -Wcomma -Wthread-safety -Wmissing-variable-declarations \
            -fno-common
PROBE_HARD := -fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
            -ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr -fstrict-flex-arrays=3
PROBE_QUIET := -Wno-null-dereference -Wno-maybe-uninitialized -Wno-duplicated-branches
PROBE_FILL := -ftrivial-auto-var-init=pattern
PROBE_LD := -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code

STD := -std=c17 -Werror -pthread "-ffile-prefix-map=$(CURDIR)=." -fPIE -MMD -MP

# _FORTIFY_SOURCE and zeroed variables hide what a sanitizer would find: release only. Sanitizers get
# variables full of a pattern instead: what was never set is seen by what comes of it.
ifeq ($(VARIANT),release)
OPT      = -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 $(FLAGS_HARD)
OPT_LD   = $(FLAGS_LD)
SCALE   := 1
else ifeq ($(VARIANT),asan)
OPT      = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all \
           $(FLAGS_FILL)
OPT_LD  := -fsanitize=address,undefined
SCALE   := 3
else ifeq ($(VARIANT),tsan)
# gcc makes a short memcpy a move of its own, which TSan does not see; a call is seen.
OPT      = -O1 -g -fno-omit-frame-pointer -fsanitize=thread $(FLAGS_FILL) \
           $(addprefix -fno-builtin-,memcpy memmove memset memcmp)
OPT_LD  := -fsanitize=thread $(addprefix -Wl$(comma)--wrap=zmq_,send recv msg_recv msg_close close)
OBJ_base += $(call obj,tests/lib/tsan_zmq.c)
SCALE   := 5
else ifeq ($(VARIANT),cover)
OPT      = -O0 -g --coverage
OPT_LD  := --coverage
SCALE   := 3
else ifeq ($(VARIANT),fuzz)
OPT      = -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
           -fno-sanitize-recover=all $(FLAGS_FILL)
OPT_LD  := -fsanitize=fuzzer,address,undefined
SCALE   := 3
else ifeq ($(VARIANT),valgrind)
OPT      = -O1 -g -fno-omit-frame-pointer
OPT_LD  :=
SCALE   := 10
else
$(error VARIANT is release, asan, tsan, cover, fuzz or valgrind, not '$(VARIANT)')
endif

# Instrumented code looks to these like code with other paths; the release build has them.
ifneq ($(VARIANT),release)
OPT += $(FLAGS_QUIET)
endif

TEST_TIMEOUT_SCALE ?= $(SCALE)

# Targets that must work before a compiler is there: they call make again when they need one.
BARE  := cover distcheck check check-asan check-tsan check-valgrind check-crash check-flips check-oracle check-browser demo by-hand fuzz clean help dist \
         format bootstrap \
         lint-fast lint-format lint-layers lint-banned lint-logs lint-spdx lint-shell lint-man \
         lint-spelling lint-complexity lint-proto lint uninstall
GOALS := $(or $(MAKECMDGOALS),all)

ifneq ($(filter-out $(BARE),$(GOALS)),)
PKGS := libzmq libprotobuf-c libsodium lmdb libconfuse libmicrohttpd libcurl libxml-2.0 jansson gnutls \
        $(if $(filter release,$(VARIANT)),libseccomp)
ifneq ($(shell $(PKG_CONFIG) --exists $(PKGS) && echo yes),yes)
$(error Libraries are missing: run `deploy/bootstrap build` (as root or with sudo) and try again)
endif
PKG_CFLAGS  := $(patsubst -I%,-isystem%,$(shell $(PKG_CONFIG) --cflags $(PKGS)))
LIBS_all    := $(shell $(PKG_CONFIG) --libs $(PKGS))
LIBS_policy := $(shell $(PKG_CONFIG) --libs libprotobuf-c libsodium jansson)

FLAGS_MK := $(B)/flags-$(notdir $(firstword $(CC))).mk
-include $(FLAGS_MK)
endif

COMPILE = $(CC) $(STD) $(FLAGS_CC) $(OPT) $(DEFINES) \
          $(INCLUDES) $(PKG_CFLAGS) $(CFLAGS)
LINK    = $(CC) -pie -pthread $(OPT_LD) -Wl,--as-needed $(LDFLAGS)

$(BUILD)/%.mk: Makefile
	@mkdir -p $(@D)
	@ok() { printf 'int main(void){return 0;}\n' | \
		$(CC) -Werror "$$@" -x c -o $(@D)/probe - 2>/dev/null; }; \
	list() { out=; for f in "$$@"; do ok $$link $$f && out="$$out $$f"; done; echo "$$out"; }; \
	{ link=-c; echo "FLAGS_CC :=$$(list $(PROBE_CC))"; \
	  echo "FLAGS_HARD :=$$(list $(PROBE_HARD))"; \
	  echo "FLAGS_QUIET :=$$(list $(PROBE_QUIET))"; \
	  echo "FLAGS_FILL :=$$(list $(PROBE_FILL))"; \
	  link=; echo "FLAGS_LD :=$$(list $(PROBE_LD))"; } > $@.tmp
	@rm -f $(@D)/probe
	@mv $@.tmp $@

# Everything is built again when the compiler or its flags change.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$FLAGS_NOW" | cmp -s - $@ || printf '%s\n' "$$FLAGS_NOW" > $@
$(B)/flags: export FLAGS_NOW = $(COMPILE) / $(LINK) / $(LIBS_all)

# --- rules -------------------------------------------------------------------

.PHONY: all FORCE programs libs tests
all: libs programs ; @:
libs: $(call archives,$(LIBS)) $(if $(OBJ_client),$(B)/libschakel.a $(B)/libschakel.pc)
programs: $(PROGS) ; @:
tests: $(UNITS) $(FUZZERS) $(SIMS) $(LOADS) programs libs ; @:

$(B)/obj/gen/%.o: $(GEN)/%.c $(B)/flags
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(COMPILE) -Wno-cast-qual -c -o $@ $<

$(B)/obj/tests/%.o: tests/%.c $(B)/flags | $(GEN_H)
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(COMPILE) -Itests/lib -Itests/fuzz -c -o $@ $<

$(B)/obj/%.o: %.c $(B)/flags | $(GEN_H)
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(COMPILE) -c -o $@ $<

# Sanitizers and counters make system calls of their own; schakeld --version says so.
ifneq ($(VARIANT),release)
$(B)/obj/proto/os/skl_sandbox.o: DEFINES += -DSKL_NO_SECCOMP=1
endif

$(GEN)/%.pb-c.c $(GEN)/%.pb-c.h: proto/%.proto
	@mkdir -p $(GEN)
	$(say) PROTOC $<
	$(Q)$(PROTOC_C) --proto_path=proto --c_out=$(GEN) $<
$(GEN)/%.pb-c.c $(GEN)/%.pb-c.h: tests/data/paper/%.proto $(PROTO)
	@mkdir -p $(GEN)
	$(say) PROTOC $<
	$(Q)$(PROTOC_C) --proto_path=proto --proto_path=tests/data/paper --c_out=$(GEN) $<
# A script of a page as a C string, a line a line.
$(GEN)/pages/controle.js.h: broker/schakel-audit/controle.js
	@mkdir -p $(@D)
	$(Q)sed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $< >$@
$(B)/obj/broker/schakel-audit/serve_script.o: $(GEN)/pages/controle.js.h

.PRECIOUS: $(GEN)/%.pb-c.c $(GEN)/%.pb-c.h $(B)/obj/%.o
# A message may hold one of another file: the generated headers include each other.
$(GEN_C): $(PROTO)

# A list of what goes in, so that a source that is gone takes its object along.
$(B)/lists/%: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$LIST" | cmp -s - $@ || printf '%s\n' "$$LIST" > $@

define archive_rule
$(B)/lists/$(1): export LIST = $(OBJ_$(1))
$(B)/libskl-$(1).a: $(OBJ_$(1)) $(B)/lists/$(1)
	@rm -f $$@
	$$(say) AR $$@
	$$(Q)$(AR) rcD $$@ $$(filter %.o,$$^)
endef
$(foreach l,$(LIBS) test,$(eval $(call archive_rule,$(l))))

# What partners link with: the contract and the client in one archive.
$(B)/libschakel.a: $(OBJ_base) $(OBJ_wire) $(OBJ_client) \
		$(B)/lists/base $(B)/lists/wire $(B)/lists/client
	@rm -f $@
	$(say) AR $@
	$(Q)$(AR) rcD $@ $(filter %.o,$^)

$(B)/libschakel.pc: Makefile
	@mkdir -p $(@D)
	$(say) PC $@
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$${prefix}/lib' 'includedir=$${prefix}/include' '' \
		'Name: libschakel' 'Description: client of the Schakel message hub' \
		'Version: $(VERSION)' 'Requires: libzmq libsodium lmdb libprotobuf-c' \
		'Libs: -L$${libdir} -lschakel -pthread' \
		'Cflags: -I$${includedir}/schakel' > $@

define prog_rule
$(B)/lists/$(call prog_name,$(1)): export LIST = $(call obj,$(wildcard $(1)/*.c))
$(BIN)/$(call prog_name,$(1)): $(call obj,$(wildcard $(1)/*.c)) \
		$(call archives,$(call prog_libs,$(1))) $(B)/lists/$(call prog_name,$(1))
	@mkdir -p $$(@D)
	$$(say) LINK $$@
	$$(Q)$$(LINK) -o $$@ $$(filter %.o,$$^) $$(call grouped,$$(filter %.a,$$^)) $$(call prog_ext,$(1))
endef
$(foreach d,$(PROG_DIRS),$(eval $(call prog_rule,$(d))))

# A test may ask for more at the link with a comment line: "link: -Wl,--wrap=skl_calloc".
extra = $(shell sed -n 's,^/\* link: \(.*\) \*/$$,\1,p' '$(1)')

# $(1) source, $(2) more objects, $(3) more libraries
define test_rule
$(call bin_of,$(1)): $(call obj,$(1)) $(2) $(call archives,test adapter core store policy client wire os base)
	@mkdir -p $$(@D)
	$$(say) LINK $$@
	$$(Q)$$(LINK) -o $$@ $$(filter %.o,$$^) $$(call extra,$(1)) \
		$$(call grouped,$$(filter %.a,$$^)) $(3) $$(LIBS_all) -lm
endef
$(foreach s,$(SIM_SRC) $(BENCH_SRC) $(LOAD_SRC),$(eval $(call test_rule,$(s))))
$(foreach s,$(UNIT_SRC),$(eval $(call test_rule,$(s),,-lcmocka)))
$(foreach s,$(FUZZ_SRC),$(eval $(call \
	test_rule,$(s),$(if $(filter-out fuzz,$(VARIANT)),$(call obj,tests/fuzz/main.c)))))

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

# --- suites ------------------------------------------------------------------

.PHONY: check check-asan check-tsan check-valgrind check-crash check-flips check-oracle check-browser check-run fuzz fuzz-run bench bootstrap demo demo-run by-hand
TESTS ?=
RUN_TESTS = CC="$(CC)" CFLAGS="$(CFLAGS)" LDFLAGS="$(LDFLAGS)" BIN="$(abspath $(BIN_RUN))" \
            SRC="$$(pwd)" VARIANT=$(VARIANT) PYTHON=$(PYTHON) ORACLE="$(abspath $(BUILD)/oracle)" \
            BROWSER="$(abspath $(BUILD)/browser)" \
            TEST_TIMEOUT_SCALE=$(TEST_TIMEOUT_SCALE) tests/lib/run-tests -l $(B)/check

bootstrap:
	@deploy/bootstrap build check demo lint fuzz

check:
	@deploy/bootstrap build check
	@+$(MAKE) --no-print-directory tests
	@+$(MAKE) --no-print-directory check-run

# The judge that decisions are held against, as tests/oracle/package-lock.json has it.
JUDGE := $(BUILD)/oracle/node_modules/.package-lock.json
$(JUDGE): tests/oracle/package.json tests/oracle/package-lock.json
	@mkdir -p $(BUILD)/oracle
	@cp $^ $(BUILD)/oracle
	$(say) NPM $@
	$(Q)npm ci --prefix $(BUILD)/oracle --ignore-scripts --no-audit --no-fund --loglevel=error \
		--fetch-retries=1 --fetch-timeout=20000
	@touch $@

ORACLE_SECTIONS ?= 100000
# Every page of the supervisor's console in Debian's Chromium; SHOTS=FOLDER keeps the pictures.
# What it exports for FHIR is held against R4.
WALKER := $(BUILD)/browser/node_modules/.package-lock.json
$(WALKER): tests/browser/package.json tests/browser/package-lock.json
	@mkdir -p $(BUILD)/browser
	@cp $^ $(BUILD)/browser
	$(say) NPM $@
	$(Q)npm ci --prefix $(BUILD)/browser --ignore-scripts --no-audit --no-fund --loglevel=error \
		--fetch-retries=1 --fetch-timeout=20000
	@touch $@
check-browser:
	@+$(MAKE) --no-print-directory tests
	@+$(MAKE) --no-print-directory $(WALKER) || :
	@$(RUN_TESTS) -t 600 tests/browser/console.sh tests/browser/inbox.sh tests/browser/fhir.sh

check-oracle:
	@deploy/bootstrap build check
	@+$(MAKE) --no-print-directory tests $(JUDGE)
	@ORACLE_SECTIONS=$(ORACLE_SECTIONS) $(RUN_TESTS) -t 36000 tests/oracle/cedar.sh

check-asan:
	@+$(MAKE) --no-print-directory VARIANT=asan check
check-tsan:
	@+$(MAKE) --no-print-directory VARIANT=tsan check

# Memcheck: unit tests, fuzz replay, and hub, notary and adapters through a story. Not: one that
# starts itself again by /proc/self/exe, which is valgrind then, and one whose children end with
# status 3 in the middle of their work, which is a leak to it.
VALGRIND_NOT   := tests/unit/t_client_kill.c tests/torture/t_memory.c
VALGRIND_TESTS ?= $(filter-out $(VALGRIND_NOT),$(UNIT_SRC) $(FUZZ_SRC)) \
                  tests/scenario/6001-police-report-reaches-veilig-thuis.sh
check-valgrind:
	@deploy/bootstrap build check valgrind
	@+$(MAKE) --no-print-directory VARIANT=valgrind tests
	@+$(MAKE) --no-print-directory VARIANT=valgrind check-run TESTS='$(VALGRIND_TESTS)'

BIN_RUN := $(BIN)
ifeq ($(VARIANT),valgrind)
BIN_RUN := $(B)/under
UNDER   := $(patsubst $(BIN)/%,$(BIN_RUN)/%,$(UNITS) $(FUZZERS) $(SIMS) $(PROGS))
$(UNDER): $(BIN_RUN)/%: $(BIN)/% tests/lib/valgrind
	@mkdir -p $(@D)
	@cp tests/lib/valgrind $@
tests: $(UNDER)
endif

# make check-run TESTS='tests/unit/t_skl_buf.c tests/scenario/2*.sh' runs only those.
# Without the npm registry the judge stays away, and its test says so.
check-run: tests
	@+$(if $(TESTS),,$(MAKE) --no-print-directory $(JUDGE) || :)
	@$(RUN_TESTS) $(if $(TESTS),$(TESTS),$(UNIT_SRC) $(FUZZ_SRC) $(SCRIPTS))

ROUNDS ?= 20
CUTS   ?= 20
FAULTS ?= 40
STEPS  ?= 30
TIMES  ?= 20
check-crash:
	@deploy/bootstrap build check
	@+$(MAKE) --no-print-directory tests
	@ROUNDS=$(ROUNDS) CUTS=$(CUTS) FAULTS=$(FAULTS) STEPS=$(STEPS) MOMENTS=all \
		TIMES=$(TIMES) $(RUN_TESTS) -t 36000 tests/integration/i_crash.sh tests/integration/i_power.sh \
		tests/integration/i_io_errors.sh tests/integration/i_clock.sh \
		tests/integration/i_full.sh

FLIPS ?= 100
check-flips:
	@deploy/bootstrap build check
	@+$(MAKE) --no-print-directory tests
	@ENTRIES=30000 TEXT_BYTES=3200 ROUNDS=$(FLIPS) SEED=$(SEED) $(RUN_TESTS) -t 36000 \
		tests/integration/i_p6_provable.sh
	@sed -n 's/^# # //p' $(B)/check/integration-i_p6_provable.log

FUZZ_SECONDS ?= 60
fuzz:
	@deploy/bootstrap build fuzz
	@+$(MAKE) --no-print-directory VARIANT=fuzz CC=$(CLANG) fuzz-run

fuzz-run: $(FUZZERS)
	@tests/fuzz/run $(B) $(FUZZ_SECONDS) $(FUZZERS)

bench: $(BENCHES) $(LOADS) programs
	@set -e; for b in $(BENCHES); do "$$b"; done
	@set -e; for s in $(wildcard tests/bench/b_*.sh); do \
		BIN="$(abspath $(BIN))" SRC="$$(pwd)" "$$s"; done

demo:
	@deploy/bootstrap build demo
	@+$(MAKE) --no-print-directory programs
	@BIN="$(abspath $(BIN))" SRC="$$(pwd)" deploy/demo/$(if $(SCENARIO),scenario $(SCENARIO),all)

by-hand:
	@deploy/bootstrap build demo
	@+$(MAKE) --no-print-directory programs
	@BIN="$(abspath $(BIN))" SRC="$$(pwd)" deploy/demo/by-hand

# --- the rest ----------------------------------------------------------------

include tests/lint/lint.mk
include deploy/install.mk

.PHONY: dist distcheck cover clean help
TARNAME := schakel-$(VERSION)
dist:
	@mkdir -p $(BUILD)
	@git -c safe.directory='*' archive --format=tar --prefix=$(TARNAME)/ HEAD | \
		gzip -n > $(BUILD)/$(TARNAME).tar.gz
	@echo $(BUILD)/$(TARNAME).tar.gz

# What the tarball builds is checked, and is the same bytes wherever it is built.
distcheck: dist
	@rm -rf $(BUILD)/distcheck && mkdir -p $(BUILD)/distcheck/one '$(BUILD)/distcheck/and two'
	@set -e; cd $(BUILD)/distcheck; for d in one 'and two'; do \
		(cd "$$d" && tar xzf ../../$(TARNAME).tar.gz --strip-components=1 && \
		 $(MAKE) --no-print-directory BUILD=build VARIANT=release all >/dev/null); \
	done
	@cd $(BUILD)/distcheck && for a in one/build/release/*.a one/build/release/bin/*; do \
		[ -f "$$a" ] || continue; \
		cmp "$$a" "and two/$${a#one/}" || exit 1; done
	@+$(MAKE) --no-print-directory -C $(BUILD)/distcheck/one BUILD=build VARIANT=release check
	@rm -rf $(BUILD)/distcheck
	@echo '$(TARNAME).tar.gz builds the same bytes twice, and passes its tests'

# Line coverage of the suites, by gcov, a line for each folder.
cover:
	@deploy/bootstrap build check
	@+$(MAKE) --no-print-directory VARIANT=cover CC=gcc tests
	@find $(BUILD)/cover -name '*.gcda' -delete
	@+$(MAKE) --no-print-directory VARIANT=cover CC=gcc check-run
	@tests/lib/cover $(BUILD)/cover

clean:
	rm -rf $(BUILD)

help:
	@sed -n 's/^#: //p' Makefile

#: make               programs and libraries in build/release
#: make check         unit, fuzz replay, integration, scenario and foreign tests
#: make check-asan    the same suites with ASan and UBSan; check-tsan with TSan
#: make check-valgrind unit tests, fuzz replay and a story under memcheck
#: make check-crash   kill -9 ROUNDS=20 times, cut the power CUTS=20 times on ext4 and xfs (as root),
#:                    let FAULTS=40 calls to the disk fail (all: each of them), set clocks STEPS=30
#:                    times, fill disks TIMES=20 times, and recover
#: make check-flips   change FLIPS=100 bytes and as many of page headers in a store of 100 MB, and
#:                    find each that touches the trail (SEED)
#: make check-oracle  100,000 sections decided by Cedar too (npm)
#: make check-browser the supervisor's console in Chromium, with axe-core (npm); SHOTS=FOLDER keeps pictures
#: make fuzz          each fuzz target for FUZZ_SECONDS=60 (clang)
#: make bench         measurements: name value unit
#: make lint          all static checks; lint-fast is the part for a commit hook
#: make format        rewrite the C files to the style
#: make demo          the hub, its partners and a story, on this machine
#: make demo SCENARIO=C   another story, A to L: here a house ban, with its timeline
#: make by-hand       the same for who wants to play a house ban by hand (adapters/README.md)
#: make install       DESTDIR=, PREFIX=/usr/local, SYSCONFDIR=; uninstall
#: make dist          a reproducible tarball from git; distcheck builds and checks it
#: make cover         which part of each folder the suites run
#: make clean, help
#:
#: VARIANT=release|asan|tsan   CC=gcc|clang   BUILD=build   V=1 shows commands
#: TESTS='files' with check-run runs only those
