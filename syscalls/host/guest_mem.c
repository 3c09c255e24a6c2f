#include "syscalls/host/guest_mem.h"

extern const char guest_copy_begin[], guest_copy_end[], guest_copy_fixup[];
extern const char guest_cas_begin[], guest_cas_end[], guest_cas_fixup[];

uintptr_t guest_fault_fixup(uintptr_t pc)
{
    if (pc >= (uintptr_t)guest_copy_begin && pc < (uintptr_t)guest_copy_end)
        return (uintptr_t)guest_copy_fixup;
    if (pc >= (uintptr_t)guest_cas_begin && pc < (uintptr_t)guest_cas_end)
        return (uintptr_t)guest_cas_fixup;
    return 0;
}

bool guest_probe(const void *guest, size_t n, bool write)
{
    if (!guest_range_ok(guest, n))
        return false;
    if (n == 0)
        return true;
    uintptr_t last = ((uintptr_t)guest + n - 1) & ~(uintptr_t)4095;
    for (uintptr_t p = (uintptr_t)guest;; p = (p & ~(uintptr_t)4095) + 4096) {
        char byte;
        if (guest_copy_raw(&byte, (void *)p, 1) != 0)
            return false;
        /* Writing back what was read could undo another thread's store: an atomic "or 0" would
         * not, but cannot be fixed up; a copy of zero bytes proves nothing. So the page is only
         * written where the caller is about to overwrite it anyway. */
        if (write && guest_copy_raw((void *)p, &byte, 1) != 0)
            return false;
        if ((p & ~(uintptr_t)4095) == last)
            return true;
    }
}
