# a64rig - `make help` lists the targets.  Local overrides go in config.mak (untracked).
all:
.SUFFIXES:
.DELETE_ON_ERROR:
-include config.mak

VERSION    := 0.1.0
PREFIX     ?= /usr/local
BUILD      ?= build
PKG_CONFIG ?= pkg-config
PKGS       := glib-2.0 gio-2.0 libcyaml yaml-0.1 json-glib-1.0 libxml-2.0 libdw libelf libarchive gmodule-2.0
# What the module of guests brings along, see src/cmd/module.h.
GUEST_PKGS := libvirt libvirt-qemu libguestfs
LLVM       ?= llvm-config-22

CFLAGS   ?= -O2 -g
WARN     := -Wall -Wextra -Wshadow -Wvla -Wwrite-strings -Wformat=2 \
            -Wstrict-prototypes -Wmissing-prototypes -Wundef
INCLUDES := $(shell $(PKG_CONFIG) --cflags $(PKGS) $(GUEST_PKGS) 2>/dev/null) \
            -isystem $(shell $(LLVM) --includedir 2>/dev/null)
CPPFLAGS += -Isrc -D_GNU_SOURCE -DA64RIG_VERSION='"$(VERSION)"' -DA64RIG_PREFIX='"$(PREFIX)"' $(INCLUDES)
# Of LLVM only the disassembler, linked in: relocating the whole of libLLVM.so would cost each start
# of the command 15 ms.
LDLIBS   += $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) \
            $(shell $(LLVM) --link-static --ldflags --libs aarch64disassembler 2>/dev/null) \
            -lz -lzstd -lstdc++ -lm
GUEST_LIBS = $(shell $(PKG_CONFIG) --libs $(GUEST_PKGS) 2>/dev/null)
LDFLAGS  += -Wl,--gc-sections
ifdef DEVELOPER
WARN     += -Werror
endif
ifdef SANITIZE
CFLAGS   += -fsanitize=$(SANITIZE) -fno-sanitize-recover=$(SANITIZE) -fno-omit-frame-pointer
endif

# src/launch and src/plugin hold programs of their own, beside the command.
SRC    := $(sort $(filter-out src/launch/% src/plugin/%,$(wildcard src/*/*.c)))
HDR    := $(sort $(wildcard src/*/*.h))
OBJ    := $(SRC:%.c=$(BUILD)/%.o)
MAIN   := $(BUILD)/src/cmd/main.o
GUESTS := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard src/sys/*.c src/image/*.c \
            src/cmd/guests.c src/cmd/image.c src/cmd/shell.c)))
LIB    := $(BUILD)/liba64rig.a
UNIT   := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/unit/*.c)))

# V=1 shows the commands.
Q      := $(if $(V),,@)
say     = $(if $(V),,@printf '  %-7s %s\n' '$1' '$(2:$(BUILD)/%=%)')

HELPERS := $(BUILD)/a64rig-launch $(BUILD)/a64rig-guard $(BUILD)/a64rig-pass
PLUGINS := $(BUILD)/a64rig-audit-1.so $(BUILD)/a64rig-audit-2.so
all: $(BUILD)/a64rig $(BUILD)/a64rig-guests.so $(HELPERS) $(PLUGINS) ## build the a64rig command

# The module finds in the command what it needs of the other folders.
$(BUILD)/a64rig: $(filter-out $(GUESTS),$(OBJ))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -rdynamic -Wl,--exclude-libs,ALL -o $@ $^ $(LDLIBS)

$(GUESTS): CFLAGS += -fPIC
$(BUILD)/a64rig-guests.so: $(GUESTS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -shared -o $@ $^ $(GUEST_LIBS)

$(LIB): $(filter-out $(MAIN),$(OBJ))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# Static, so that it starts in any sandbox and in a fraction of a millisecond.
$(HELPERS): $(BUILD)/a64rig-%: src/launch/%.c $(BUILD)/flags
	$(call say,CC,$@)
	$(Q)$(CC) -std=gnu11 $(WARN) -D_GNU_SOURCE -O2 -g -static -o $@ $<

# For each version of QEMU's plugin interface. Loaded into QEMU, it is never sanitized.
$(PLUGINS): $(BUILD)/a64rig-audit-%.so: src/plugin/audit.c src/plugin/qemu.h src/isa/table.c \
		src/isa/table.h src/isa/rows.c $(BUILD)/flags
	$(call say,PLUGIN,$@)
	$(Q)$(CC) -std=gnu11 $(WARN) $(CPPFLAGS) -DQEMU_PLUGIN_VERSION=$* -O2 -g -fPIC -shared \
	    -fvisibility=hidden -o $@ $(filter %.c,$^) $(shell $(PKG_CONFIG) --libs glib-2.0)

$(BUILD)/%.o: %.c $(BUILD)/flags
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/src/report/page.o $(BUILD)/fuzz/src/report/page.o: src/report/page.css src/report/page.js

# Rebuilds everything when the flags change, and only then.
$(BUILD)/flags: FORCE
	$(Q)$(PKG_CONFIG) --exists $(PKGS) $(GUEST_PKGS) && command -v $(LLVM) >/dev/null || \
	    { echo 'a64rig: libraries to build with are missing; run scripts/setup'; exit 1; }
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' "$$FLAGS" | cmp -s - $@ || printf '%s\n' "$$FLAGS" > $@
$(BUILD)/flags: export FLAGS := $(CC) $(WARN) $(CPPFLAGS) $(CFLAGS)

SCAN   := $(BUILD)/tests/bench/scan

$(UNIT) $(SCAN): %: %.o $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(GUEST_LIBS)

# The two commands that a new user types. They use all processors unless told otherwise. Where no
# guest image can be built, which needs libguestfs to work, the user engine still does.
SUBMAKE = +$(MAKE) --no-print-directory $(if $(findstring j,$(firstword -$(MAKEFLAGS))),,-j$(shell nproc))
run: setup-run ## set up, build, prepare, build the guest image, run the default suite on both CPUs
	$(Q)$(SUBMAKE) all
	$(Q)scripts/prepare
	-$(Q)$(BUILD)/a64rig image build
	$(Q)$(BUILD)/a64rig run --resume

test: setup-test ## set up, then run all tests
	$(Q)$(SUBMAKE) all
	$(Q)scripts/prepare
	-$(Q)$(BUILD)/a64rig image build
	$(Q)+$(MAKE) --no-print-directory check

setup-run: ; $(Q)scripts/setup
setup-test: ; $(Q)scripts/setup --test

prepare: ## make the arm64 root, the subjects and the case programs
	$(Q)scripts/prepare

# Every test program builds with the sanitizers into a folder of its own.
SAN    := $(BUILD)/sanitized
FUZZ   := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz-*.c)))
FUZZ_SECONDS ?= 10

# One after the other, so that what each prints stays together and none starves another's deadlines.
check: ## all tests, without the set-up
	$(Q)$(SUBMAKE) lint
	$(Q)$(SUBMAKE) check-unit
	$(Q)$(SUBMAKE) check-sanitized
	$(Q)$(SUBMAKE) check-fuzz
	$(Q)$(SUBMAKE) check-e2e

check-unit: all $(UNIT)
	$(call say,TEST,unit)
	$(Q)prove --exec scripts/run-unit $(UNIT)

check-sanitized:
	$(call say,TEST,under address and undefined sanitizers)
	$(Q)+$(MAKE) --no-print-directory BUILD=$(SAN) SANITIZE=address,undefined all units
	$(Q)prove --exec scripts/run-unit $(UNIT:$(BUILD)/%=$(SAN)/%)
	$(Q)A64RIG=$(abspath $(SAN)/a64rig) prove $(SANITIZED:%=tests/e2e/%.t)
SANITIZED := verdicts findings input resume exec report scan

units: $(UNIT)

check-e2e: all
	$(call say,TEST,the command)
	$(Q)A64RIG=$(abspath $(BUILD)/a64rig) prove --timer $(sort $(wildcard tests/golden/*.t tests/e2e/*.t))

check-fuzz: $(FUZZ:%=fuzz-run-%)

# Each for FUZZ_SECONDS; tests/fuzz/make-seeds says what lies in the folder of seeds.
fuzz-run-fuzz-%: $(BUILD)/fuzz/fuzz-% $(BUILD)/fuzz/seeds/made
	$(call say,FUZZ,$*)
	$(Q)FUZZ_FOLDER=$(BUILD)/fuzz/seeds/records scripts/fuzz $< $(BUILD)/fuzz/seeds/$* $(FUZZ_SECONDS)

$(BUILD)/fuzz/seeds/made: tests/fuzz/make-seeds
	$(Q)tests/fuzz/make-seeds $(@D)
	$(Q)touch $@

FUZZFLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined
FUZZOBJ   := $(patsubst %.c,$(BUILD)/fuzz/%.o,$(filter-out src/cmd/%,$(SRC)))

$(BUILD)/fuzz/%.o: %.c $(BUILD)/flags
	$(call say,CLANG,$@)
	$(Q)mkdir -p $(@D)
	$(Q)clang -std=gnu11 $(CPPFLAGS) $(FUZZFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(FUZZ:%=$(BUILD)/fuzz/%): $(BUILD)/fuzz/%: $(BUILD)/fuzz/tests/fuzz/%.o $(FUZZOBJ)
	$(call say,LINK,$@)
	$(Q)clang $(FUZZFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS) $(GUEST_LIBS)

lint: check-floors check-headers check-format check-tidy check-scripts ## the checks of the source itself

check-floors:
	$(Q)scripts/check-floors

check-headers: $(HDR:%.h=$(BUILD)/%.hdr)
$(BUILD)/%.hdr: %.h $(BUILD)/flags
	$(call say,HDR,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) $(CPPFLAGS) -include $< -fsyntax-only -xc /dev/null
	$(Q)touch $@

FORMATTED := $(wildcard src/*/*.[ch] tests/*/*.[ch] tests/e2e/probes/*.c cases/*/*.[ch] cases/*/*.cc \
             images/guest/*.[ch])
check-format:
	$(call say,FORMAT,clang-format)
	$(Q)clang-format --dry-run --Werror $(FORMATTED)

check-tidy: $(SRC:%.c=$(BUILD)/%.tidy) \
            $(patsubst %.c,$(BUILD)/%.tidy,$(wildcard src/launch/*.c src/plugin/*.c))
$(BUILD)/src/plugin/audit.tidy: CPPFLAGS += -DQEMU_PLUGIN_VERSION=2
$(BUILD)/%.tidy: %.c .clang-tidy $(BUILD)/flags
	$(call say,TIDY,$@)
	$(Q)mkdir -p $(@D)
	$(Q)clang-tidy --quiet $< -- -std=gnu11 $(CPPFLAGS) 2>$@.log || { cat $@.log; exit 1; }
	$(Q)touch $@

check-scripts:
	$(call say,SHELL,shellcheck)
	$(Q)shellcheck -x $(filter-out scripts/packages,$(wildcard scripts/*)) $(wildcard tests/e2e/*.t tests/e2e/lib.sh tests/golden/*.t tests/golden/make-cores tests/fuzz/make-seeds .ci/run)
	$(Q)mandoc -T lint -W warning doc/a64rig.1

bench: all $(SCAN) ## time the rig beside the raw tools
	$(Q)scripts/bench $(BUILD)/a64rig
	@echo
	$(Q)scripts/bench-system $(BUILD)/a64rig

install: all ## install under $(DESTDIR)$(PREFIX)
	install -Dm755 $(BUILD)/a64rig '$(DESTDIR)$(PREFIX)/bin/a64rig'
	for helper in $(notdir $(HELPERS) $(PLUGINS)) a64rig-guests.so; do \
	    install -Dm755 $(BUILD)/$$helper '$(DESTDIR)$(PREFIX)/libexec/a64rig/'$$helper || exit 1; \
	done
	install -Dm644 doc/a64rig.1 '$(DESTDIR)$(PREFIX)/share/man/man1/a64rig.1'
	install -Dm644 doc/a64rig.bash '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/a64rig'
	for file in $(INSTALLED); do \
	    install -Dm$$(test -x $$file && echo 755 || echo 644) $$file \
	        '$(DESTDIR)$(PREFIX)/share/a64rig/'$$file || exit 1; \
	done
INSTALLED = $(wildcard rig/*.yaml rig/domain.xml cases/Makefile cases/*/* images/*.yaml images/*/*) scripts/prepare scripts/prepare-item scripts/debian

uninstall: ## remove what install put there
	$(RM) '$(DESTDIR)$(PREFIX)/bin/a64rig'
	$(RM) '$(DESTDIR)$(PREFIX)/share/man/man1/a64rig.1'
	$(RM) '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/a64rig'
	$(RM) -r '$(DESTDIR)$(PREFIX)/libexec/a64rig' '$(DESTDIR)$(PREFIX)/share/a64rig'

clean: ## remove the build folder
	$(RM) -r $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 24
	@echo 'Knobs: V=1 DEVELOPER=1 SANITIZE=address,undefined BUILD=dir PREFIX=dir DESTDIR=dir'

FORCE:
.PHONY: all run test setup-run setup-test prepare check check-unit check-sanitized units check-e2e \
	check-fuzz lint check-floors check-headers check-format check-tidy check-scripts bench install \
	uninstall clean help FORCE
-include $(OBJ:.o=.d) $(UNIT:=.d) $(SCAN).d $(FUZZOBJ:.o=.d)
