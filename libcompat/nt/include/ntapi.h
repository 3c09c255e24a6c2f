/*
 * Prototypes that guest libraries take from ntdll: the system calls (generated from
 * syscalls/nt/calls.tbl into nt_syscalls.h) and the Rtl/Ldr/Csr functions that other DLLs use.
 */
#ifndef LIBCOMPAT_NT_NTAPI_H
#define LIBCOMPAT_NT_NTAPI_H

#include "nt_syscalls.h"
#include "libcompat/nt/include/rtl.h"
#include "libcompat/nt/include/ldr.h"

#endif
