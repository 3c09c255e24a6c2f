# Builds the guest-side libraries (PE) into guest/nt-x86_64 of the build tree. Called by the
# top-level Makefile with srcdir, CC64, CXX64, DLLTOOL64, AWK.
#
# One folder a library: every *.c and *.S in it is compiled, all *.exports in it are its exports.
# What is special about a library stands in the variables below.

.SECONDEXPANSION:
.DELETE_ON_ERROR:
.SUFFIXES:

NT := $(srcdir)/libcompat/nt
OUT := guest/nt-x86_64
OBJ := guest/obj-x86_64
IMP := guest/lib-x86_64

# Preferred bases, disjoint, in the band that the host keeps for our libraries; a new library goes
# to the end. Sizes stay below 16 MiB.
DLLS := $(notdir $(patsubst %/,%,$(dir $(wildcard $(NT)/*/*.exports))))
DLLS := $(sort $(DLLS))
ORDER := ntdll kernelbase kernel32 ucrtbase msvcrt vcruntime140 vcruntime140_1 advapi32 user32 \
	bcrypt bcryptprimitives oleaut32 ole32 combase shell32 version ws2_32 shlwapi winmm psapi \
	iphlpapi userenv dbghelp crypt32 secur32 sechost rpcrt4 gdi32 mswsock powrprof wsock32 \
	msvcp140 normaliz netapi32 setupapi cabinet imm32 comctl32 comdlg32 winhttp wininet urlmon \
	dnsapi pdh ncrypt avicap32
base_of = 0x3ff$(word $(words $(call upto,$1,$(ORDER))),$(HEX))000000
upto = $(if $(filter $1,$2),$(if $(filter $1,$(firstword $2)),x,x $(call upto,$1,$(wordlist 2,99,$2))),$(error add $1 to ORDER in guest.mk))
D := 0 1 2 3 4 5 6 7 8 9 a b c d e f
HEX := $(foreach h,0 1 2 3 4 5 6 7,$(foreach l,$(D),0$(h)$(l)))

CFLAGS64 = -O2 -std=gnu17 -Wall -Wextra -Werror -Wno-array-bounds -ffreestanding -fno-stack-protector -fno-ident \
	-fno-strict-aliasing -fms-extensions -fasynchronous-unwind-tables \
	-I$(srcdir) -Iguest/include -I$(NT)/include -D_WIN32_WINNT=0x0a00 -DWINVER=0x0a00 -DUNICODE -D_UNICODE
LDFLAGS64 = -nostdlib -shared -Wl,--file-alignment,4096,--section-alignment,4096 \
	-Wl,--enable-auto-image-base -Wl,--no-seh -Wl,--dynamicbase -Wl,--nxcompat \
	-Wl,--high-entropy-va -Wl,--disable-runtime-pseudo-reloc -Wl,--kill-at -s

# LIBS_x: libraries imported from, in the order of preference. SHARED_x: folders of sources that a
# library is made of besides its own. ENTRY_x: entry point. CFLAGS_x.
LIBS_ntdll :=
LIBS_kernelbase := ntdll
LIBS_kernel32 := kernelbase ntdll
LIBS_ucrtbase := kernel32 ntdll
LIBS_msvcrt := kernel32 ntdll
LIBS_vcruntime140 := kernel32 ntdll
LIBS_vcruntime140_1 := kernel32 ntdll
DEFAULT_LIBS := advapi32 kernel32 ntdll
LIBS_bcryptprimitives := ntdll
LIBS_combase := advapi32 bcryptprimitives kernel32 ntdll
LIBS_shlwapi := kernel32 ntdll
LIBS_userenv := kernel32 ntdll
LIBS_user32 := kernel32 ntdll
LIBS_version := kernel32 ntdll
LIBS_rpcrt4 := bcryptprimitives kernel32 ntdll
LIBS_bcrypt := bcryptprimitives ntdll
LIBS_advapi32 := bcryptprimitives kernel32 ntdll
LIBS_crypt32 := bcrypt kernel32 ntdll
LIBS_mswsock := ws2_32 kernel32 ntdll
LIBS_ws2_32 := kernel32 ntdll
LIBS_dnsapi := ws2_32 kernel32 ntdll
LIBS_iphlpapi := ws2_32 kernel32 ntdll
SHARED_ucrtbase := crt vcrt
SHARED_msvcrt := crt vcrt
CFLAGS_ucrtbase := -DCRT_UCRT
CFLAGS_msvcrt := -DCRT_MSVCRT
ENTRY_ntdll := 0
ENTRY_ucrtbase := DllMainCRTStartup
ENTRY_msvcrt := DllMainCRTStartup
EXTRA_ntdll := $(srcdir)/abi/nt/casemap.c
CFLAGS_ntdll := -D_NTSYSTEM_ -D_CRTIMP=
-include $(NT)/libraries.mk

libs_of = $(if $(filter undefined,$(origin LIBS_$1)),$(filter-out $1,$(DEFAULT_LIBS)),$(LIBS_$1))
sources_of = $(wildcard $(foreach d,$1 $(SHARED_$1),$(NT)/$(d)/*.c $(NT)/$(d)/*.S $(NT)/$(d)/*.cpp)) $(if $(filter ntdll,$1),guest/nt_stubs.S) $(EXTRA_$1)
objects_of = $(foreach s,$(sources_of),$(OBJ)/$1/$(basename $(subst /,_,$(patsubst $(srcdir)/%,%,$(s)))).o)
entry_of = $(if $(filter undefined,$(origin ENTRY_$1)),$(if $(shell grep -ls 'DllMain' $(foreach d,$1 $(SHARED_$1),$(wildcard $(NT)/$(d)/*.c)) /dev/null),DllMain,0),$(ENTRY_$1))

# What each source includes is found by the compiler; only generated headers must be there first.
HEADERS := guest/include/nt_syscalls.h

all: $(DLLS:%=$(OUT)/%.dll) extra
extra:
.PHONY: all extra

guest/include/nt_syscalls.h: $(srcdir)/tools/gen-calls.awk $(srcdir)/syscalls/nt/calls.tbl
	@mkdir -p $(@D)
	@$(AWK) -v mode=guest -f $^ > $@
guest/nt_stubs.S: $(srcdir)/tools/gen-calls.awk $(srcdir)/syscalls/nt/calls.tbl
	@mkdir -p $(@D)
	@$(AWK) -v mode=stubs -f $^ > $@
guest/nt_calls.exports: $(srcdir)/tools/gen-calls.awk $(srcdir)/syscalls/nt/calls.tbl
	@mkdir -p $(@D)
	@$(AWK) -v mode=exports -f $^ > $@

define DLL_RULES
$(foreach s,$(call sources_of,$1),
$(OBJ)/$1/$(basename $(subst /,_,$(patsubst $(srcdir)/%,%,$(s)))).o: $(s) | $(HEADERS)
	@mkdir -p $$(@D)
	@echo "  GUEST    $1 $(notdir $(s))"
	@$(CC64) $(if $(filter %.cpp,$(s)),$$(filter-out -std=gnu17,$(CFLAGS64)) -fno-exceptions -fno-rtti,$(CFLAGS64)) $(CFLAGS_$1) -MMD -MP -c -o $$@ $$<
)
EXPORTS_$1 := $(foreach d,$1 $(foreach s,$(SHARED_$1),),$(wildcard $(NT)/$(d)/*.exports)) $(wildcard $(NT)/crt/exports-b.$1) $(if $(filter ntdll,$1),guest/nt_calls.exports)
$(OBJ)/$1.def: $(srcdir)/tools/gen-exports.awk $$(EXPORTS_$1)
	@mkdir -p $$(@D)
	@$(AWK) -v mode=def -v dll=$1 -f $$^ > $$@
# *.pending: functions that other libraries of ours call and this one does not have yet. They are in
# the import library only; who calls one is told at run time, as with any missing export.
$(OBJ)/$1.imp.def: $(srcdir)/tools/gen-exports.awk $$(EXPORTS_$1) $(wildcard $(NT)/$1/*.pending)
	@mkdir -p $$(@D)
	@$(AWK) -v mode=import -v dll=$1 -f $$^ > $$@
$(IMP)/lib$1.a: $(OBJ)/$1.imp.def
	@mkdir -p $$(@D)
	@$(DLLTOOL64) -k -d $$< -l $$@
$(OUT)/$1.dll: $(call objects_of,$1) $(OBJ)/$1.def $(foreach l,$(call libs_of,$1),$(IMP)/lib$(l).a)
	@mkdir -p $$(@D)
	@echo "  GUESTLD  $1.dll"
	@$(CC64) $(LDFLAGS64) -Wl,--image-base,$(call base_of,$1) -Wl,-e,$(call entry_of,$1) \
		-o $$@ $$(filter %.o %.def,$$^) -L$(IMP) $(foreach l,$(call libs_of,$1),-l$(l)) $(LDADD_$1) -lgcc
endef
$(foreach d,$(DLLS),$(eval $(call DLL_RULES,$(d))))
-include $(wildcard $(OBJ)/*/*.d)
