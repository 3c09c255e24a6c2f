/* The device of cryptographic algorithms; there when compatrun was built with nettle. */
#ifndef SYSCALLS_NT_CNG_H
#define SYSCALLS_NT_CNG_H

#include "syscalls/nt/path.h"

extern const struct nt_device nt_cng_device;

#endif
