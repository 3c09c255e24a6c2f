/*
 * Where threads begin and end: LdrInitializeThunk, RtlUserThreadStart, LdrShutdown*.
 *
 * The host starts every thread in LdrInitializeThunk with the context it is to continue with. The
 * first thread brings up heap, lists and modules; later ones get their thread-local storage and
 * DllMain calls. Then NtContinue goes to RtlUserThreadStart.
 */
#include "libcompat/nt/ntdll/eh.h"
#include "libcompat/nt/ntdll/ldr.h"
#include "libcompat/nt/ntdll/path_private.h"
#include "libcompat/nt/ntdll/rtl_private.h"
#include "libcompat/nt/ntdll/sxs.h"

static RTL_CRITICAL_SECTION peb_lock; /* what PEB.FastPebLock points to: environment, folders */
static ULONG tls_expansion_bits[32];
static RTL_BITMAP tls_bitmap, tls_expansion_bitmap;

void ldr_complain(ULONG kind, PCUNICODE_STRING a, PCUNICODE_STRING b, PVOID address)
{
    NtCompatrunReport(kind, a, b, address);
}

static void init_peb(PEB *peb)
{
    RtlInitializeCriticalSection(&peb_lock);
    RtlInitializeCriticalSection(&ldr_lock);
    peb->FastPebLock = &peb_lock;
    peb->LoaderLock = &ldr_lock;
    tls_bitmap.Buffer = peb->TlsBitmapBits;
    tls_bitmap.SizeOfBitMap = 64;
    tls_expansion_bitmap.Buffer = tls_expansion_bits;
    tls_expansion_bitmap.SizeOfBitMap = 1024;
    peb->TlsBitmap = &tls_bitmap;
    peb->TlsExpansionBitmap = &tls_expansion_bitmap;
    peb->TlsBitmapBits[0] = 1; /* slot 0 is never handed out, so 0 can mean "none" */
}

static NTSTATUS add_image(PVOID base, PCUNICODE_STRING path, struct ldr_module **m)
{
    PIMAGE_NT_HEADERS nt = RtlImageNtHeader(base);

    *m = nt ? ldr_add_mapped(base, nt->OptionalHeader.SizeOfImage, path) : NULL;
    if (!*m)
        return STATUS_NO_MEMORY;
    (*m)->references = LDR_PINNED;
    return STATUS_SUCCESS;
}

static NTSTATUS load_kernel32(void)
{
    UNICODE_STRING name;
    struct ldr_module *m;

    RtlInitUnicodeString(&name, L"kernel32.dll");
    NTSTATUS status = ldr_load(NULL, &name, &m);
    if (!NT_SUCCESS(status)) {
        ldr_complain(LDR_NO_LIBRARY, &name, &ldr_program->e.BaseDllName, NULL);
        return status;
    }
    m->references = LDR_PINNED;
    return ldr_initialise(m);
}

static NTSTATUS init_process(PVOID ntdll_base)
{
    TEB *teb = eh_teb();
    PEB *peb = teb->ProcessEnvironmentBlock;
    UNICODE_STRING name;
    struct ldr_module *ntdll;
    NTSTATUS status;

    peb->ProcessHeap = RtlCreateHeap(HEAP_GROWABLE, NULL, 0, 0, NULL, NULL);
    if (!peb->ProcessHeap)
        return STATUS_NO_MEMORY;
    init_peb(peb);
    path_open_current_directory();
    status = add_image(peb->ImageBaseAddress, &peb->ProcessParameters->ImagePathName, &ldr_program);
    RtlInitUnicodeString(&name, L"C:\\windows\\system32\\ntdll.dll");
    if (NT_SUCCESS(status))
        status = add_image(ntdll_base, &name, &ntdll);
    if (!NT_SUCCESS(status))
        return status;
    ntdll->state = LDR_READY;
    RtlEnterCriticalSection(&ldr_lock);
    if (ldr_program->tls)
        status = ldr_tls_add(ldr_program);
    if (NT_SUCCESS(status))
        status = ldr_tls_thread_init();
    if (NT_SUCCESS(status))
        status = load_kernel32();
    if (NT_SUCCESS(status))
        status = sxs_init_process();
    if (NT_SUCCESS(status))
        status = ldr_snap(ldr_program, NULL);
    for (ULONG i = 0; NT_SUCCESS(status) && i < ldr_program->needs_count; i++) {
        status = ldr_initialise(ldr_program->needs[i]);
        if (status == STATUS_DLL_INIT_FAILED)
            ldr_complain(LDR_INIT_FAILED, &ldr_program->needs[i]->e.BaseDllName, NULL, NULL);
    }
    if (NT_SUCCESS(status)) {
        ldr_call_tls_callbacks(ldr_program, DLL_PROCESS_ATTACH);
        ldr_program->state = LDR_READY;
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

static NTSTATUS init_thread(void)
{
    NTSTATUS status;

    if (eh_teb()->SameTebFlags & TEB_SKIP_THREAD_ATTACH)
        return STATUS_SUCCESS;
    RtlEnterCriticalSection(&ldr_lock);
    status = ldr_tls_thread_init();
    if (NT_SUCCESS(status))
        ldr_thread_callouts(DLL_THREAD_ATTACH);
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

VOID NTAPI LdrInitializeThunk(CONTEXT *context, PVOID ntdll_base)
{
    NTSTATUS status;

    if (!eh_teb()->ProcessEnvironmentBlock->ProcessHeap)
        status = init_process(ntdll_base);
    else
        status = init_thread();
    if (NT_SUCCESS(status))
        NtContinue(context, TRUE);
    NtTerminateProcess(NtCurrentProcess(), status);
}

typedef ULONG(WINAPI *thread_start)(PVOID);

__attribute__((used, noreturn)) static void run_thread(thread_start start, PVOID argument)
{
    RtlExitUserThread((NTSTATUS)start(argument));
    __builtin_unreachable();
}

/* The outermost frame of every thread: what nobody handles ends at its handler. */
__asm__("\t.text\n"
        "\t.globl RtlUserThreadStart\n"
        "\t.def RtlUserThreadStart; .scl 2; .type 32; .endef\n"
        "\t.seh_proc RtlUserThreadStart\n"
        "RtlUserThreadStart:\n"
        "\tsubq $72, %rsp\n"
        "\t.seh_stackalloc 72\n"
        "\t.seh_endprologue\n"
        "\t.seh_handler eh_thread_start_handler, @except\n"
        "\tcall run_thread\n"
        "\tint3\n"
        "\t.seh_endproc\n");

static BOOLEAN ending; /* one thread ends the process; others that try wait for their end */

VOID NTAPI RtlExitUserThread(NTSTATUS status)
{
    ULONG last = 0;

    NtQueryInformationThread(NtCurrentThread(), ThreadAmILastThread, &last, sizeof(last), NULL);
    if (last)
        RtlExitUserProcess(status);
    LdrShutdownThread();
    for (;;)
        NtTerminateThread(NtCurrentThread(), status);
}

VOID NTAPI RtlExitUserProcess(NTSTATUS status)
{
    RtlEnterCriticalSection(&ldr_lock);
    /* From here on no other thread runs, whatever locks it held. */
    NtTerminateProcess(NULL, status);
    LdrShutdownProcess();
    for (;;)
        NtTerminateProcess(NtCurrentProcess(), status);
}

NTSTATUS NTAPI LdrShutdownThread(VOID)
{
    BOOLEAN attached = !(eh_teb()->SameTebFlags & TEB_SKIP_THREAD_ATTACH);

    if (attached) {
        RtlEnterCriticalSection(&ldr_lock);
        ldr_thread_callouts(DLL_THREAD_DETACH);
        RtlLeaveCriticalSection(&ldr_lock);
    }
    fls_thread_detach(); /* its callbacks may still use thread-local variables */
    if (attached) {
        RtlEnterCriticalSection(&ldr_lock);
        ldr_tls_thread_done();
        RtlLeaveCriticalSection(&ldr_lock);
    }
    sxs_thread_done();
    heap_thread_detach(); /* last: all of the above frees memory */
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrShutdownProcess(VOID)
{
    if (!ending) {
        ending = TRUE;
        ldr_detach_all();
    }
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlDllShutdownInProgress(VOID)
{
    return ending;
}
