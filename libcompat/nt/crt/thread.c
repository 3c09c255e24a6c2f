/* Per-thread data of the runtime, and the threads it starts. */
#include "crt.h"

typedef void(__cdecl *thread_start_t)(void *);
typedef unsigned(__stdcall *thread_start_ex_t)(void *);

static DWORD thread_slot = FLS_OUT_OF_INDEXES;

static void free_thread(struct crt_thread *t)
{
    void *buffers[] = {t->strerror_buf, t->wcserror_buf,   t->asctime_buf, t->wasctime_buf,
                       t->tm_buf,       t->cvt_buf,        t->setlocale_buf, t->wsetlocale_buf,
                       t->tmpnam_buf,   t->wtmpnam_buf,    t->signal_actions};

    crt_locale_thread_exit(t);
    for (size_t i = 0; i < CRT_COUNT(buffers); i++)
        HeapFree(GetProcessHeap(), 0, buffers[i]);
    HeapFree(GetProcessHeap(), 0, t);
}

static void WINAPI thread_gone(void *data)
{
    if (data)
        free_thread(data);
}

int crt_thread_init(void)
{
    thread_slot = FlsAlloc(thread_gone);
    return thread_slot == FLS_OUT_OF_INDEXES ? -1 : 0;
}

void crt_thread_process_exit(void)
{
    if (thread_slot != FLS_OUT_OF_INDEXES)
        FlsFree(thread_slot); /* runs thread_gone for every thread that still has data */
    thread_slot = FLS_OUT_OF_INDEXES;
}

static struct crt_thread *find_thread(void)
{
    struct crt_thread *t = FlsGetValue(thread_slot);

    if (t)
        return t;
    t = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*t));
    if (!t)
        return NULL;
    t->rand_state = 1;
    t->fpe_code = 0;
    t->begin_handle = INVALID_HANDLE_VALUE;
    if (!FlsSetValue(thread_slot, t)) {
        HeapFree(GetProcessHeap(), 0, t);
        return NULL;
    }
    return t;
}

struct crt_thread *crt_thread(void)
{
    DWORD saved = GetLastError();
    struct crt_thread *t = find_thread();

    if (!t) {
        crt_message("runtime error R6016\r\n- not enough space for thread data\r\n");
        ExitProcess(255);
    }
    SetLastError(saved);
    return t;
}

/* errno must work even where no thread data can be had: one shared cell then. */
static int errno_without_thread = ENOMEM;
static unsigned long doserrno_without_thread = ERROR_NOT_ENOUGH_MEMORY;

int *_errno(void)
{
    DWORD saved = GetLastError();
    struct crt_thread *t = find_thread();

    SetLastError(saved);
    return t ? &t->err : &errno_without_thread;
}

unsigned long *__doserrno(void)
{
    DWORD saved = GetLastError();
    struct crt_thread *t = find_thread();

    SetLastError(saved);
    return t ? &t->doserr : &doserrno_without_thread;
}

int _get_errno(int *value)
{
    if (!value) {
        _invalid_parameter_noinfo();
        return EINVAL;
    }
    *value = errno;
    return 0;
}

int _set_errno(int value)
{
    errno = value;
    return 0;
}

int _get_doserrno(unsigned long *value)
{
    if (!value) {
        _invalid_parameter_noinfo();
        return EINVAL;
    }
    *value = *__doserrno();
    return 0;
}

int _set_doserrno(unsigned long value)
{
    *__doserrno() = value;
    return 0;
}

int *__fpecode(void)
{
    return &crt_thread()->fpe_code;
}

void **__pxcptinfoptrs(void)
{
    return &crt_thread()->exception_pointers;
}

unsigned long __threadid(void)
{
    return GetCurrentThreadId();
}

uintptr_t __threadhandle(void)
{
    return (uintptr_t)GetCurrentThread();
}

/* ---- threads ---- */

typedef int(__cdecl *exception_filter_t)(unsigned long, EXCEPTION_POINTERS *);

void _register_thread_local_exe_atexit_callback(void (*callback)(void *, DWORD, void *))
{
    crt_thread()->exe_atexit = callback;
}

static void end_thread(unsigned code)
{
    struct crt_thread *t = crt_thread();
    HMODULE module = t->begin_module;
    HANDLE handle = t->begin_handle;

    t->begin_module = NULL;
    t->begin_handle = INVALID_HANDLE_VALUE;
    /* _beginthread owns its handle and closes it; _beginthreadex's caller does. */
    if (!t->begin_is_ex && handle != INVALID_HANDLE_VALUE && handle)
        CloseHandle(handle);
    if (module)
        FreeLibraryAndExitThread(module, code);
    ExitThread(code);
}

void _endthread(void)
{
    end_thread(0);
}

void _endthreadex(unsigned code)
{
    end_thread(code);
}

struct thread_begin {
    void *start;
    void *arg;
    HMODULE module;
    HANDLE handle;
    int is_ex;
};

static DWORD WINAPI thread_main(void *data)
{
    struct thread_begin begin = *(struct thread_begin *)data;
    struct crt_thread *t = crt_thread();

    HeapFree(GetProcessHeap(), 0, data);
    t->begin_start = begin.start;
    t->begin_arg = begin.arg;
    t->begin_module = begin.module;
    t->begin_handle = begin.handle;
    t->begin_is_ex = begin.is_ex;
    if (begin.is_ex)
        end_thread(((thread_start_ex_t)begin.start)(begin.arg));
    ((thread_start_t)begin.start)(begin.arg);
    end_thread(0);
    return 0;
}

static struct thread_begin *new_begin(void *start, void *arg, int is_ex)
{
    struct thread_begin *begin = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*begin));

    if (!begin) {
        errno = ENOMEM;
        return NULL;
    }
    begin->start = start;
    begin->arg = arg;
    begin->is_ex = is_ex;
    /* The module that holds the thread's code must not go while the thread runs. */
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (const wchar_t *)start,
                       &begin->module);
    return begin;
}

static void drop_begin(struct thread_begin *begin)
{
    if (begin->module)
        FreeLibrary(begin->module);
    HeapFree(GetProcessHeap(), 0, begin);
}

uintptr_t _beginthread(void (*start)(void *), unsigned stack, void *arg)
{
    struct thread_begin *begin;
    HANDLE thread;

    CRT_CHECK(start, EINVAL, (uintptr_t)-1);
    begin = new_begin((void *)start, arg, 0);
    if (!begin)
        return (uintptr_t)-1;
    thread = CreateThread(NULL, stack, thread_main, begin, CREATE_SUSPENDED, NULL);
    if (!thread) {
        _dosmaperr(GetLastError());
        drop_begin(begin);
        return (uintptr_t)-1;
    }
    begin->handle = thread;
    if (ResumeThread(thread) == (DWORD)-1) {
        _dosmaperr(GetLastError());
        return (uintptr_t)-1;
    }
    return (uintptr_t)thread;
}

uintptr_t _beginthreadex(void *security, unsigned stack, unsigned(__stdcall *start)(void *),
                         void *arg, unsigned flags, unsigned *id)
{
    struct thread_begin *begin;
    HANDLE thread;
    DWORD thread_id;

    CRT_CHECK(start, EINVAL, 0);
    begin = new_begin((void *)start, arg, 1);
    if (!begin)
        return 0;
    thread = CreateThread(security, stack, thread_main, begin, flags, &thread_id);
    if (!thread) {
        _dosmaperr(GetLastError());
        drop_begin(begin);
        return 0;
    }
    if (id)
        *id = thread_id;
    return (uintptr_t)thread;
}
