/* Version, processor features and clocks that several parts report. */
#ifndef SYSCALLS_NT_SYSTEM_H
#define SYSCALLS_NT_SYSTEM_H

#include "syscalls/nt/nt.h"

struct nt_version {
    ULONG major, minor, build;
};
extern struct nt_version nt_version; /* --os-version; constant after start */

/* PF_* of winnt.h, from CPUID. */
void nt_processor_features(BOOLEAN features[64]);

/* Processors (affinity.c): all there are, as an NT affinity mask (64 at most), and their number. */
KAFFINITY nt_affinity_mask(void);
unsigned nt_processor_count(void);
unsigned nt_current_processor(void); /* the calling thread's */

/* What a process is bound to; before a child starts: as its parent. */
struct nt_process_page;
KAFFINITY nt_affinity_process(const struct nt_process_page *page);
void nt_affinity_inherit(struct nt_process_page *child);

/* Binds a host thread, or all threads of a process, now and later; STATUS_INVALID_PARAMETER unless
 * the mask names processors that there are. */
NTSTATUS nt_affinity_bind(int tid, KAFFINITY mask);
NTSTATUS nt_affinity_bind_process(int pid, struct nt_process_page *page, KAFFINITY mask);

#endif
