/* FreeBSD's auxiliary vector, from sys/elf_common.h, and the strings' description, sys/exec.h. */
#ifndef ABI_FREEBSD_AUXV_H
#define ABI_FREEBSD_AUXV_H

#include <stdint.h>

#define FREEBSD_AT_NULL 0
#define FREEBSD_AT_PHDR 3
#define FREEBSD_AT_PHENT 4
#define FREEBSD_AT_PHNUM 5
#define FREEBSD_AT_PAGESZ 6
#define FREEBSD_AT_BASE 7
#define FREEBSD_AT_FLAGS 8
#define FREEBSD_AT_ENTRY 9
#define FREEBSD_AT_EXECPATH 15
#define FREEBSD_AT_CANARY 16
#define FREEBSD_AT_CANARYLEN 17
#define FREEBSD_AT_OSRELDATE 18
#define FREEBSD_AT_NCPUS 19
#define FREEBSD_AT_PAGESIZES 20
#define FREEBSD_AT_PAGESIZESLEN 21
#define FREEBSD_AT_STACKPROT 23
#define FREEBSD_AT_EHDRFLAGS 24
#define FREEBSD_AT_PS_STRINGS 32
#define FREEBSD_AT_USRSTACKBASE 35
#define FREEBSD_AT_USRSTACKLIM 36

struct freebsd_ps_strings {
    uint64_t ps_argvstr;
    uint32_t ps_nargvstr, pad1;
    uint64_t ps_envstr;
    uint32_t ps_nenvstr, pad2;
};
_Static_assert(sizeof(struct freebsd_ps_strings) == 32, "struct ps_strings");

#endif
