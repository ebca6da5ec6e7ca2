# SPDX-License-Identifier: EUPL-1.2
#
# make install and uninstall: one list of "source>target>mode", so that the two
# cannot differ. What the operator may have changed (SYSCONFDIR) is never
# overwritten, and is left behind by uninstall.

.PHONY: install uninstall

INST_BIN  := $(PREFIX)/bin
INST_SBIN := $(PREFIX)/sbin
INST_LIB  := $(PREFIX)/lib
INST_INC  := $(PREFIX)/include/schakel
INST_SH   := $(PREFIX)/share
INST_ETC  := $(SYSCONFDIR)/schakel

# Daemons and the operator's tool go to sbin; sim_* and other helpers stay in the build.
SBIN_NAMES := schakeld schakel-notary schakelctl schakel-adapter
PROGS_SBIN := $(filter $(addprefix %/,$(SBIN_NAMES)),$(PROGS))
PROGS_BIN  := $(filter-out $(PROGS_SBIN),$(PROGS))

MANUALS := $(foreach s,1 5 7 8,$(wildcard */*.$(s) */*/*.$(s)))
HEADERS := $(wildcard proto/base/*.h proto/wire/*.h proto/client/*.h)
UNITS_D := $(wildcard deploy/systemd/*.service deploy/systemd/*.socket deploy/systemd/*.target \
             deploy/systemd/*.timer deploy/systemd/*.slice deploy/systemd/*.path)

# $(1) files, $(2) folder, $(3) mode
into = $(foreach f,$(1),$(f)>$(2)/$(notdir $(f))>$(3))

INSTALLED = \
  $(call into,$(PROGS_BIN),$(INST_BIN),755) \
  $(call into,$(PROGS_SBIN),$(INST_SBIN),755) \
  $(if $(OBJ_client),$(call into,$(B)/libschakel.a,$(INST_LIB),644) \
    $(call into,$(B)/libschakel.pc,$(INST_LIB)/pkgconfig,644) \
    $(call into,$(HEADERS),$(INST_INC),644) \
    $(call into,$(GEN_H),$(INST_INC)/schakel/v1,644)) \
  $(call into,$(PROTO),$(INST_SH)/schakel/proto/schakel/v1,644) \
  $(foreach m,$(MANUALS),$(call into,$(m),$(INST_SH)/man/man$(patsubst .%,%,$(suffix $(m))),644)) \
  $(call into,$(filter-out %.md,$(wildcard deploy/completion/*)),$(INST_SH)/bash-completion/completions,644) \
  $(call into,$(UNITS_D),$(PREFIX)/lib/systemd/system,644) \
  $(call into,$(wildcard deploy/systemd/sysusers.d/*.conf),$(PREFIX)/lib/sysusers.d,644) \
  $(call into,$(wildcard deploy/systemd/tmpfiles.d/*.conf),$(PREFIX)/lib/tmpfiles.d,644) \
  $(call into,$(filter-out %.md,$(wildcard policy/rules/*.*)),$(INST_SH)/schakel/rules,644) \
  $(call into,$(wildcard adapters/*/schema/*.xsd),$(INST_SH)/schakel,644) \
  $(call into,$(wildcard adapters/generic/samples/*),$(INST_SH)/doc/schakel/examples/generic,644) \
  $(call into,$(filter-out %.md,$(wildcard deploy/conf/*.*)),$(INST_SH)/doc/schakel/examples,644) \
  $(call into,LICENSE CHANGELOG.md SECURITY.md,$(INST_SH)/doc/schakel,644)

install: programs libs
	@set -e; for line in $(foreach i,$(INSTALLED),'$(i)'); do \
		from=$${line%%>*}; rest=$${line#*>}; to=$${rest%>*}; \
		[ -f "$$from" ] || continue; \
		install -D -m "$${line##*>}" "$$from" "$(DESTDIR)$$to"; \
	done
	@install -d -m 755 "$(DESTDIR)$(INST_ETC)"

uninstall:
	@for line in $(foreach i,$(INSTALLED),'$(i)'); do \
		rest=$${line#*>}; rm -f "$(DESTDIR)$${rest%>*}"; \
	done
	@cd "$(DESTDIR)$(INST_INC)" 2>/dev/null && rmdir schakel/v1 schakel . 2>/dev/null || :
