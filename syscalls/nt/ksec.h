/* The device of random bytes. */
#ifndef SYSCALLS_NT_KSEC_H
#define SYSCALLS_NT_KSEC_H

#include "syscalls/nt/path.h"

extern const struct nt_device nt_ksec_device;

#endif
