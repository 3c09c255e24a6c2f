/* The page at 0x7ffe0000. */
#ifndef SYSCALLS_NT_KUSER_H
#define SYSCALLS_NT_KUSER_H

#include "syscalls/nt/nt.h"

/* Reserves the page; its contents come at the first read. Once, at start. */
void nt_kuser_init(void);

#endif
