/*
 * KUSER_SHARED_DATA. It is made, and its clocks start to tick, when a program first looks. Our own
 * libraries read its constants at an address of their own, for which nothing needs to tick.
 */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/nt/kuser.h"
#include "syscalls/nt/system.h"
#include "syscalls/nt/vm.h"

#define TICK_NS 1000000 /* the finest step that Windows offers by timeBeginPeriod(1) */

static KUSER_SHARED_DATA *page; /* the writable view; written by the ticker only */

static void store(volatile KSYSTEM_TIME *to, uint64_t value)
{
    to->High2Time = (LONG)(value >> 32);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    /* Low and High1 share an aligned or straddling word; readers compare both highs. */
    to->LowPart = (ULONG)value;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    to->High1Time = (LONG)(value >> 32);
}

static void update(void)
{
    uint64_t interrupt = nt_interrupt_time();

    store(&page->InterruptTime, interrupt);
    store(&page->SystemTime, (uint64_t)nt_system_time());
    store(&page->TickCount, interrupt / 10000);
    page->TickCountLowDeprecated = (ULONG)(interrupt / 10000);
}

static void *ticker(void *arg)
{
    const struct timespec step = {0, TICK_NS};

    (void)arg;
    for (;;) {
        clock_nanosleep(CLOCK_MONOTONIC, 0, &step, NULL);
        update();
    }
    return NULL;
}

static void fill(void)
{
    static const char root[] = "C:\\windows";

    for (size_t i = 0; i < sizeof(root); i++)
        page->NtSystemRoot[i] = (WCHAR)root[i];
    page->TickCountMultiplier = 1u << 24; /* one tick a millisecond */
    page->ImageNumberLow = page->ImageNumberHigh = 0x8664;
    page->NtBuildNumber = nt_version.build;
    page->NtProductType = 1; /* workstation */
    page->ProductTypeIsValid = TRUE;
    page->NativeProcessorArchitecture = 9; /* AMD64 */
    page->NtMajorVersion = nt_version.major;
    page->NtMinorVersion = nt_version.minor;
    nt_processor_features(page->ProcessorFeatures);
    page->SuiteMask = 0x110; /* terminal services, single user */
    page->NumberOfPhysicalPages = (ULONG)sysconf(_SC_PHYS_PAGES);
    page->FullNumberOfPhysicalPages = (ULONGLONG)sysconf(_SC_PHYS_PAGES);
    page->QpcFrequency = 10000000;
    page->ActiveProcessorCount = (ULONG)sysconf(_SC_NPROCESSORS_ONLN);
    page->ActiveGroupCount = 1;
    page->UnparkedProcessorCount = (USHORT)page->ActiveProcessorCount;
    page->Cookie = (ULONG)(nt_interrupt_time() * 2654435761u);
    page->TimeZoneId = 0;
    page->XStateEnabledFeatures = 3;
    page->XStateSize = 512 + 64;
}

static void start_ticking(void)
{
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t all, old;

    update();
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, 64 * 1024);
    if (pthread_create(&thread, &attr, ticker, NULL) != 0)
        nt_warn("cannot start the clock thread; clocks in KUSER_SHARED_DATA stand still");
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* Shows the page to the guest at one of its two addresses. Under the lock of vm. */
static void make_present(uintptr_t at)
{
    static bool present[2];
    bool *here = &present[at != KUSER_SHARED_DATA_ADDRESS];
    void *guest = (void *)at;

    if (*here)
        return;
    if (!page) {
        void *fresh =
            mmap(NULL, VM_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (fresh == MAP_FAILED)
            goto fail;
        page = fresh;
        fill();
    }
    if (at == KUSER_SHARED_DATA_ADDRESS)
        start_ticking();
    /* An old size of 0: a second mapping of shared memory */
    if (mremap(page, 0, VM_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, guest) != guest ||
        mprotect(guest, VM_PAGE, PROT_READ) != 0)
        goto fail;
    *here = true;
    return;
fail:
    nt_warn("cannot make KUSER_SHARED_DATA");
    _exit(125);
}

void nt_kuser_init(void)
{
    uintptr_t base = KUSER_SHARED_DATA_ADDRESS;
    struct vm_region *region;
    _Static_assert(KUSER_CONSTANTS_ADDRESS == KUSER_SHARED_DATA_ADDRESS + VM_PAGE, "both pages");

    if (vm_reserve(&base, 2 * VM_PAGE, &vm_low_2g, MEM_PRIVATE, PAGE_READONLY, &region) !=
            STATUS_SUCCESS ||
        vm_note_commit(base, 2 * VM_PAGE, PAGE_READONLY) != STATUS_SUCCESS) {
        nt_warn("address 0x7ffe0000 is taken");
        _exit(125);
    }
    region->permanent = true;
    vm_set_lazy(base, 2 * VM_PAGE, make_present);
}
