/*
 * Reading and writing guest memory from host code. A fault inside these helpers, and an address
 * that is not the guest's, make them return false; nothing else happens, and what was copied
 * before the fault stays. Call them without holding a lock: a guard page may be handled on the way.
 * Any thread; not from signal handlers other than the fault handlers themselves.
 */
#ifndef SYSCALLS_HOST_GUEST_MEM_H
#define SYSCALLS_HOST_GUEST_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syscalls/host/layout.h"

/* Assembly; 0 when all n bytes were copied, 1 after a fault. */
int guest_copy_raw(void *to, const void *from, size_t n);
int guest_fill_raw(void *to, int byte, size_t n);

/* Inside the range of guests? Says nothing about what is mapped there. */
static inline bool guest_range_ok(const void *p, size_t n)
{
    return (uintptr_t)p < GUEST_END && n <= GUEST_END - (uintptr_t)p;
}

/* Compare and exchange of an aligned word. 1: done; 0: it was something else, which is in *expected
 * now; -1: a fault. */
int guest_cas_raw(uint32_t *word, uint32_t *expected, uint32_t value);
static inline int guest_cas(uint32_t *word, uint32_t *expected, uint32_t value)
{
    if (!guest_range_ok(word, sizeof(*word)) || ((uintptr_t)word & 3))
        return -1;
    return guest_cas_raw(word, expected, value);
}

static inline bool guest_read(void *to, const void *guest, size_t n)
{
    return guest_range_ok(guest, n) && guest_copy_raw(to, guest, n) == 0;
}

static inline bool guest_write(void *guest, const void *from, size_t n)
{
    return guest_range_ok(guest, n) && guest_copy_raw(guest, from, n) == 0;
}

static inline bool guest_zero(void *guest, size_t n)
{
    return guest_range_ok(guest, n) && guest_fill_raw(guest, 0, n) == 0;
}

/* Are all pages of the range readable (and writable)? Touches one byte of each; for system calls
 * that would answer EFAULT for a page that a guard-page handler can still make present. */
bool guest_probe(const void *guest, size_t n, bool write);

/* *VALUE of the type that the pointer has: GUEST_GET(ok-expression) */
#define guest_get(value, guest) guest_read((value), (guest), sizeof(*(value)))
#define guest_put(guest, value)                                                                    \
    ({                                                                                             \
        __typeof__(*(guest)) guest_put_v = (value);                                                \
        guest_write((guest), &guest_put_v, sizeof(guest_put_v));                                   \
    })

/* If pc lies in one of the copy routines, the address to go on at after a fault; otherwise 0. */
uintptr_t guest_fault_fixup(uintptr_t pc);

#endif
