/*
 * Processors. NT numbers those of the machine without gaps; ours are those that the first process
 * of the session was given, counted. Its descendants keep the numbers, whatever they are bound to.
 */
#define _GNU_SOURCE 1
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscalls/nt/child.h"
#include "syscalls/nt/system.h"

static cpu_set_t machine; /* constant after the once */
static pthread_once_t machine_once = PTHREAD_ONCE_INIT;

_Static_assert(sizeof(machine) == sizeof(nt_process_page->processors), "cpu_set_t");

static void machine_init(void)
{
    memcpy(&machine, nt_process_page->processors, sizeof(machine));
    if (CPU_COUNT(&machine) == 0 && sched_getaffinity(getpid(), sizeof(machine), &machine) != 0)
        CPU_SET(0, &machine);
}

KAFFINITY nt_affinity_mask(void)
{
    pthread_once(&machine_once, machine_init);
    int n = CPU_COUNT(&machine);
    return n >= 64 ? ~(KAFFINITY)0 : ((KAFFINITY)1 << n) - 1;
}

unsigned nt_processor_count(void)
{
    return (unsigned)__builtin_popcountll(nt_affinity_mask());
}

unsigned nt_current_processor(void)
{
    int cpu = sched_getcpu();
    unsigned n = 0;

    nt_affinity_mask();
    for (int i = 0; i < cpu; i++)
        n += CPU_ISSET(i, &machine) != 0;
    return n;
}

KAFFINITY nt_affinity_process(const struct nt_process_page *page)
{
    uint64_t mask = atomic_load(&page->affinity);

    return mask ? mask : nt_affinity_mask();
}

void nt_affinity_inherit(struct nt_process_page *child)
{
    nt_affinity_mask();
    memcpy(child->processors, &machine, sizeof(machine));
    atomic_store(&child->affinity, atomic_load(&nt_process_page->affinity));
}

static bool host_set(KAFFINITY mask, cpu_set_t *set)
{
    unsigned n = 0;

    CPU_ZERO(set);
    if (mask == 0 || (mask & ~nt_affinity_mask()))
        return false;
    for (int i = 0; i < CPU_SETSIZE && n < 64; i++)
        if (CPU_ISSET(i, &machine) && (mask >> n++ & 1))
            CPU_SET(i, set);
    return true;
}

NTSTATUS nt_affinity_bind(int tid, KAFFINITY mask)
{
    cpu_set_t set;

    if (!host_set(mask, &set))
        return STATUS_INVALID_PARAMETER;
    if (sched_setaffinity(tid, sizeof(set), &set) == 0 || errno == ESRCH)
        return STATUS_SUCCESS;
    return nt_status_of_errno(errno);
}

NTSTATUS nt_affinity_bind_process(int pid, struct nt_process_page *page, KAFFINITY mask)
{
    NTSTATUS status = nt_affinity_bind(pid, mask);
    char path[64];

    if (!NT_SUCCESS(status))
        return status;
    /* First what new threads begin with, then those that are there. */
    atomic_store(&page->affinity, mask == nt_affinity_mask() ? 0 : mask);
    snprintf(path, sizeof(path), "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    if (!tasks)
        return errno == ENOENT ? STATUS_PROCESS_IS_TERMINATING : nt_status_of_errno(errno);
    for (struct dirent *e; (e = readdir(tasks));)
        if (e->d_name[0] != '.')
            nt_affinity_bind(atoi(e->d_name), mask);
    closedir(tasks);
    return STATUS_SUCCESS;
}
