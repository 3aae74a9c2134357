# a64rig - `make help` lists the targets.  Local overrides go in config.mak (untracked).
all:
.SUFFIXES:
.DELETE_ON_ERROR:
-include config.mak

VERSION    := 0.1.0
PREFIX     ?= /usr/local
BUILD      ?= build
PKG_CONFIG ?= pkg-config
PKGS       := glib-2.0 gio-2.0 libcyaml json-glib-1.0 libxml-2.0 libdw libelf
LLVM       ?= llvm-config-22

CFLAGS   ?= -O2 -g
WARN     := -Wall -Wextra -Wshadow -Wvla -Wwrite-strings -Wformat=2 \
            -Wstrict-prototypes -Wmissing-prototypes -Wundef
INCLUDES := $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null) \
            -isystem $(shell $(LLVM) --includedir 2>/dev/null)
CPPFLAGS += -Isrc -D_GNU_SOURCE -DA64RIG_VERSION='"$(VERSION)"' -DA64RIG_PREFIX='"$(PREFIX)"' $(INCLUDES)
LDLIBS   += $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) $(shell $(LLVM) --libs --ldflags 2>/dev/null) -lstdc++
ifdef DEVELOPER
WARN     += -Werror
endif
ifdef SANITIZE
CFLAGS   += -fsanitize=$(SANITIZE) -fno-sanitize-recover=$(SANITIZE) -fno-omit-frame-pointer
endif

# src/launch is a program of its own, which runs inside the sandbox.
SRC    := $(sort $(filter-out src/launch/%,$(wildcard src/*/*.c)))
HDR    := $(sort $(wildcard src/*/*.h))
OBJ    := $(SRC:%.c=$(BUILD)/%.o)
MAIN   := $(BUILD)/src/cmd/main.o
LIB    := $(BUILD)/liba64rig.a
UNIT   := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/unit/*.c)))

# V=1 shows the commands.
Q      := $(if $(V),,@)
say     = $(if $(V),,@printf '  %-7s %s\n' $1 $(2:$(BUILD)/%=%))

all: $(BUILD)/a64rig $(BUILD)/a64rig-launch ## build the a64rig command

$(BUILD)/a64rig: $(MAIN) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIB): $(filter-out $(MAIN),$(OBJ))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# Static, so that it starts in any sandbox and in a fraction of a millisecond.
$(BUILD)/a64rig-launch: src/launch/launch.c $(BUILD)/flags
	$(call say,CC,$@)
	$(Q)$(CC) -std=gnu11 $(WARN) -D_GNU_SOURCE -O2 -g -static -o $@ $<

$(BUILD)/%.o: %.c $(BUILD)/flags
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Rebuilds everything when the flags change, and only then.
$(BUILD)/flags: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' "$$FLAGS" | cmp -s - $@ || printf '%s\n' "$$FLAGS" > $@
$(BUILD)/flags: export FLAGS := $(CC) $(WARN) $(CPPFLAGS) $(CFLAGS)

$(UNIT): $(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

FORCE:
.PHONY: all FORCE
-include $(OBJ:.o=.d) $(UNIT:=.d)
