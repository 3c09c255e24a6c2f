# Builds the sample programs with MinGW into samples/ of the build tree. Called by the top-level
# Makefile with srcdir, CC64, CXX64.

.DELETE_ON_ERROR:
.SUFFIXES:

S := $(srcdir)/samples
OUT := samples
FLAGS := -O2 -Wall -Wextra -D_WIN32_WINNT=0x0a00 -static
PROGRAMS := args child console exceptions files hello libraries threads tour

all: $(PROGRAMS:%=$(OUT)/%.exe) $(OUT)/throw.exe $(OUT)/thrower.dll $(OUT)/callbacks.dll
.PHONY: all

$(OUT)/%.exe: $(S)/%.c
	@mkdir -p $(@D)
	@echo "  SAMPLE   $*"
	@$(CC64) -std=gnu17 $(FLAGS) -o $@ $<
$(OUT)/libraries.exe: $(S)/callbacks.h
$(OUT)/callbacks.dll: $(S)/callbacks.c $(S)/callbacks.h
	@mkdir -p $(@D)
	@echo "  SAMPLE   callbacks.dll"
	@$(CC64) -std=gnu17 $(FLAGS) -shared -o $@ $<

# An exception crosses from a library into a program: both use one C++ runtime, which lies beside them.
$(OUT)/thrower.dll: $(S)/thrower.cpp $(S)/thrower.h
	@mkdir -p $(@D)
	@echo "  SAMPLE   thrower.dll"
	@$(CXX64) -std=gnu++17 -O2 -Wall -Wextra -shared -o $@ $< -Wl,--out-implib,$(OUT)/libthrower.a
	@for l in libstdc++-6.dll libgcc_s_seh-1.dll; do \
	  from=$$($(CXX64) -print-file-name=$$l); \
	  test -f "$$from" && cp "$$from" $(OUT)/ || { echo "$$l is not with the compiler" >&2; exit 1; }; done
$(OUT)/throw.exe: $(S)/throw.cpp $(S)/thrower.h $(OUT)/thrower.dll
	@mkdir -p $(@D)
	@echo "  SAMPLE   throw"
	@$(CXX64) -std=gnu++17 -O2 -Wall -Wextra -o $@ $< $(OUT)/libthrower.a
