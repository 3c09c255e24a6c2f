/* Byte-range locks of files. */
#ifndef SYSCALLS_NT_LOCK_H
#define SYSCALLS_NT_LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct nt_file;

/* May this open read (or write) the range? Ranges that it has locked itself do not count. */
bool nt_lock_allows(struct nt_file *f, uint64_t offset, uint64_t n, bool write);
/* Is any range of any file locked in this process? The hot path asks only this. */
bool nt_lock_any(void);
void nt_lock_drop_all(struct nt_file *f);

#endif
