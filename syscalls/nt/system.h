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

/* The CPUs that this process may use, as an NT affinity mask (64 at most), and their number. */
KAFFINITY nt_affinity_mask(void);
unsigned nt_processor_count(void);

#endif
