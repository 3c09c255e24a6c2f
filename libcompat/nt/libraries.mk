# What single libraries need beyond the rules of guest.mk.

.DEFAULT_GOAL := all

# kernelbase: code page tables from the build host's iconv.
BUILD_CC ?= cc
guest/gen-codepages: $(srcdir)/tools/gen-codepages.c
	@mkdir -p $(@D)
	@$(BUILD_CC) -O1 -std=gnu17 -o $@ $<
guest/include/codepage_tables.h: guest/gen-codepages
	@mkdir -p $(@D)
	@guest/gen-codepages > $@
$(OBJ)/kernelbase/libcompat_nt_kernelbase_codepage.o: guest/include/codepage_tables.h

# The files below System32\drivers\etc. The names of hosts are the host's own.
ETC := $(OUT)/drivers/etc
extra: $(ETC)/services $(ETC)/protocol $(ETC)/networks $(ETC)/hosts
$(ETC)/services $(ETC)/protocol $(ETC)/networks: $(ETC)/%: $(NT)/etc/%
	@mkdir -p $(@D)
	@cp $< $@
$(ETC)/hosts:
	@mkdir -p $(@D)
	@ln -sf /etc/hosts $@
