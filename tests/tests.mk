# Builds what `make check` runs, into tests/ of the build tree. Called by the top-level Makefile with
# srcdir, CC, CFLAGS, LDLIBS, CRITERION_CFLAGS, CRITERION_LIBS (empty: no unit tests), CC64, CXX64,
# CLANG, LLD_LINK (empty: not there). With make -k: what does not build is a failure of its own.
#
#   tests/loader/*.c, tests/nt/*.c, tests/gate/*.c   unit tests of host code (Criterion), each a program
#   tests/nt/FOLDER/*.c, *.cpp       guest tests, each a Windows program
#   tests/intercept/*.c              guest programs that make raw system calls

.DELETE_ON_ERROR:
.SUFFIXES:

OUT := tests
T := $(srcdir)/tests
INCLUDE := -I$(srcdir) -I. -D_GNU_SOURCE

# Host: a file that uses Criterion, itself or through a header of its folder, is a program; the
# others of its folder are linked into each.
UNIT_SOURCES := $(shell grep -lE 'criterion/criterion.h|host_calls.h' $(T)/abi/*.c $(T)/loader/*.c $(T)/nt/*.c $(T)/gate/*.c)
UNIT_HELPERS = $(filter-out $(UNIT_SOURCES),$(wildcard $(dir $1)*.c))
UNITS := $(patsubst $(T)/%.c,$(OUT)/unit/%,$(UNIT_SOURCES))

# Guests. The runtime's tests are built for both runtimes; what uses __try or C++ exceptions of
# Microsoft's kind is built with clang.
MSVC_SOURCES := $(filter-out %/process.c,$(wildcard $(T)/nt/exception/*.c $(T)/nt/exception/*.cpp))
BARE_SOURCES := $(T)/nt/exception/process.c
GUEST_SOURCES := $(filter-out $(MSVC_SOURCES) $(BARE_SOURCES),$(wildcard $(T)/nt/*/*.c $(T)/nt/*/*.cpp))
name_of = $(basename $(patsubst $(T)/nt/%,%,$1))
GUESTS := $(foreach s,$(GUEST_SOURCES) $(BARE_SOURCES),$(OUT)/nt/$(call name_of,$s).exe)
UCRT_GUESTS := $(patsubst $(T)/nt/crt/%.c,$(OUT)/nt/crt/%-ucrt.exe,$(wildcard $(T)/nt/crt/*.c))
ifneq ($(and $(CLANG),$(LLD_LINK)),)
MSVC_GUESTS := $(foreach s,$(MSVC_SOURCES),$(OUT)/nt/$(call name_of,$s).exe)
endif
RAW := $(patsubst $(T)/%.c,$(OUT)/%.exe,$(wildcard $(T)/intercept/*.c))

# Guests for FreeBSD and NetBSD: freestanding, so that no libraries of those systems are needed. What is in
# tests/unix is built for both.
UNIX_SYSTEMS := freebsd netbsd
unix_sources = $(wildcard $(T)/unix/*.c $(T)/$1/*.c)
ifneq ($(CLANG),)
UNIX_GUESTS := $(foreach s,$(UNIX_SYSTEMS),$(patsubst %,$(OUT)/$s/%,$(notdir $(basename $(call unix_sources,$s)))))
endif

TOOLS := $(OUT)/damage/make-damaged $(OUT)/damage/good.exe
ifneq ($(CLANG),)
TOOLS += $(OUT)/fuzz/pe $(OUT)/fuzz/pe_seeds
endif

all: $(if $(CRITERION_LIBS),$(UNITS)) $(GUESTS) $(UCRT_GUESTS) $(MSVC_GUESTS) $(RAW) $(TOOLS) \
	$(UNIX_GUESTS) $(OUT)/unix.list $(OUT)/guests.list $(OUT)/units.list
.PHONY: all

# What there should be, for the scripts: a program that did not build is missed by name.
$(OUT)/guests.list: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(sort $(patsubst $(OUT)/nt/%.exe,%,$(GUESTS) $(UCRT_GUESTS) $(foreach s,$(MSVC_SOURCES),$(OUT)/nt/$(call name_of,$s).exe))) > $@
$(OUT)/units.list: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(patsubst $(OUT)/unit/%,%,$(UNITS)) > $@
$(OUT)/unix.list: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(foreach s,$(UNIX_SYSTEMS),$(patsubst %,$s/%,$(notdir $(basename $(call unix_sources,$s))))) > $@
FORCE:
.PHONY: FORCE

UNIX_CFLAGS := -O1 -std=gnu17 -Wall -Wextra -Wno-unused-function -ffreestanding -fno-stack-protector \
	-fno-builtin -nostdlib -static -fuse-ld=lld -I$(srcdir) -I$(T)/unix
define UNIX_RULE
$(OUT)/$1/$(notdir $(basename $2)): $2 $(wildcard $(T)/unix/*.h)
	@mkdir -p $$(@D)
	@echo "  TEST     $1/$(notdir $(basename $2))"
	@$(CLANG) --target=x86_64-unknown-$1 $(UNIX_CFLAGS) -o $$@ $$<
endef
$(foreach s,$(UNIX_SYSTEMS),$(foreach c,$(call unix_sources,$s),$(eval $(call UNIX_RULE,$s,$c))))

# The reference for our decoder of instructions; the runner itself does without.
LDLIBS_gate := -lZydis
define UNIT_RULE
$(patsubst $(T)/%.c,$(OUT)/unit/%,$1): $1 $(call UNIT_HELPERS,$1) $(wildcard $(dir $1)*.h) libcompatrun.a
	@mkdir -p $$(@D)
	@echo "  UNIT     $(patsubst $(T)/%,%,$1)"
	@$(CC) -std=gnu17 $(CFLAGS) -Wall -Wextra $(INCLUDE) $(CRITERION_CFLAGS) -o $$@ $$(filter %.c %.a,$$^) \
		$(LDFLAGS) $(CRITERION_LIBS) $(LDLIBS) $(LDLIBS_$(notdir $(patsubst %/,%,$(dir $1))))
endef
$(foreach s,$(UNIT_SOURCES),$(eval $(call UNIT_RULE,$s)))

# Standard output of the rules is one line each. Static libgcc: no libraries beside the system's.
CFLAGS64 := -O1 -std=gnu17 -Wall -Wextra -I$(srcdir) -D_WIN32_WINNT=0x0a00 -DWINVER=0x0a00 \
	-DUNICODE -D_UNICODE -static
LIBS64 := -lntdll -lbcrypt -lole32 -loleaut32 -luser32 -ladvapi32 -lversion -lws2_32 -lpsapi \
	-lsynchronization -lwinmm -luserenv -lshlwapi -lshell32 -lpowrprof -lnormaliz -lcrypt32 -lrpcrt4 -lgdi32
# The runtime's own functions come first: MinGW has some of its own, which would be in the program.
LIBS64_crt := $(OUT)/libmsvcrt.a
$(patsubst $(T)/nt/crt/%.c,$(OUT)/nt/crt/%.exe,$(wildcard $(T)/nt/crt/*.c)): | $(OUT)/libmsvcrt.a
CFLAGS64_crt := -fno-builtin -D__USE_MINGW_ANSI_STDIO=0
folder_of = $(firstword $(subst /, ,$(call name_of,$1)))
define GUEST_RULE
$(OUT)/nt/$(call name_of,$1).exe: $1 $(wildcard $(dir $1)*.h) $(T)/nt/check.h
	@mkdir -p $$(@D)
	@echo "  TEST64   $(call name_of,$1)"
	@$(if $(filter %.cpp,$1),$(CXX64) $(filter-out -std=gnu17,$(CFLAGS64)),$(CC64) $(CFLAGS64)) $(CFLAGS64_$(call folder_of,$1)) -o $$@ $$< $(LIBS64_$(call folder_of,$1)) $(LIBS64)
endef
$(foreach s,$(GUEST_SOURCES),$(eval $(call GUEST_RULE,$s)))
$(OUT)/nt/exception/process.exe: $(T)/nt/exception/process.c $(wildcard $(T)/nt/exception/*.h)
	@mkdir -p $(@D)
	@echo "  TEST64   exception/process"
	@$(CC64) $(CFLAGS64) -Wno-clobbered -nostartfiles -Wl,-e,mainCRTStartup -o $@ $< guest/lib-x86_64/libntdll.a

# Made through a pattern, it would be deleted when done, while others still link with it.
.SECONDARY: $(OUT)/libucrtbase.a $(OUT)/libmsvcrt.a

# The compiler has no switch for the runtime: start code and libraries of the other one by name.
$(OUT)/nt/crt/%-ucrt.exe: $(T)/nt/crt/%.c $(wildcard $(T)/nt/crt/*.h) | $(OUT)/libucrtbase.a
	@mkdir -p $(@D)
	@echo "  TEST64   crt/$*-ucrt"
	@$(CC64) $(CFLAGS64) $(CFLAGS64_crt) -D_UCRT -D__MSVCRT_VERSION__=0xE00 -nostdlib -Wl,--allow-multiple-definition -o $@ \
		$(shell $(CC64) -print-file-name=crt2.o) $(shell $(CC64) -print-file-name=crtbegin.o) \
		$< $(OUT)/libucrtbase.a -lmingw32 -lgcc -lmoldname -lmingwex -lucrt -ladvapi32 -luser32 -lkernel32 \
		-lmingw32 -lgcc -lmingwex -lucrt -lkernel32 $(shell $(CC64) -print-file-name=crtend.o)

CLANGFLAGS := --target=x86_64-pc-windows-msvc -fms-extensions -fms-compatibility -ffreestanding -O1 \
	-fno-builtin -funwind-tables -Wall -Wno-unused-function -I$(srcdir)
SYSLIB64 = $(dir $(shell $(CC64) -print-file-name=libkernel32.a))
define MSVC_RULE
$(OUT)/nt/$(call name_of,$1).exe: $1 $(wildcard $(dir $1)*.h) $(if $(filter %.cpp,$1),| $(OUT)/libvcruntime140.a)
	@mkdir -p $$(@D)
	@echo "  TESTMS   $(call name_of,$1)"
	@$(CLANG) $(CLANGFLAGS) $(if $(filter %.cpp,$1),-std=c++17 -fcxx-exceptions -fexceptions) -c -o $$(@:.exe=.obj) $$<
	@$(LLD_LINK) /subsystem:console /entry:mainCRTStartup /nodefaultlib /out:$$@ $$(@:.exe=.obj) \
		$(if $(filter %.cpp,$1),$(OUT)/libvcruntime140.a) guest/lib-x86_64/libntdll.a $(SYSLIB64)libkernel32.a
endef
$(foreach s,$(MSVC_SOURCES),$(eval $(call MSVC_RULE,$s)))
# Import libraries of our own export lists.
$(OUT)/lib%.a: FORCE
	@mkdir -p $(@D)
	@$(AWK) -v mode=import -v dll=$* -f $(srcdir)/tools/gen-exports.awk \
		$(wildcard $(srcdir)/libcompat/nt/$*/*.exports $(srcdir)/libcompat/nt/crt/exports-b.$*) > $(@:.a=.new)
	@{ test -f $@ && cmp -s $(@:.a=.new) $(@:.a=.def); } || { mv $(@:.a=.new) $(@:.a=.def) && $(DLLTOOL64) -k -d $(@:.a=.def) -l $@; }

$(OUT)/intercept/%.exe: $(T)/intercept/%.c
	@mkdir -p $(@D)
	@echo "  TEST64   intercept/$*"
	@$(CC64) $(CFLAGS64) -o $@ $< -lntdll

$(OUT)/damage/make-damaged: $(T)/damage/make-damaged.c libcompatrun.a
	@mkdir -p $(@D)
	@$(CC) -std=gnu17 $(CFLAGS) $(INCLUDE) -o $@ $^ $(LDFLAGS) $(LDLIBS)
$(OUT)/damage/good.exe: $(T)/damage/good.c
	@mkdir -p $(@D)
	@$(CC64) $(CFLAGS64) -o $@ $<

FUZZ_SOURCES := $(T)/fuzz/pe.c $(srcdir)/loader/pe.c $(srcdir)/loader/detect.c
$(OUT)/fuzz/pe: $(FUZZ_SOURCES) $(srcdir)/loader/pe.h $(srcdir)/loader/detect.h
	@mkdir -p $(@D)
	@echo "  FUZZ     pe"
	@$(CLANG) -std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined $(INCLUDE) -o $@ $(FUZZ_SOURCES)
$(OUT)/fuzz/pe_seeds: $(T)/fuzz/pe_seeds.c $(T)/loader/pe_builder.c $(T)/loader/pe_builder.h
	@mkdir -p $(@D)
	@$(CC) -std=gnu17 $(CFLAGS) $(INCLUDE) -o $@ $(filter %.c,$^) $(LDFLAGS) $(LDLIBS)
