/* Ends of the process: atexit tables, exit and its relatives, abort, run-time error messages. */
#include "startup.h"

/* The layout programs embed (_onexit_table_t). Pointers are stored as they are. */
struct onexit_table {
    crt_onexit_t *first;
    crt_onexit_t *last;
    crt_onexit_t *end;
};

/* Guarded by CRT_LOCK_EXIT, like every table that programs hand in. */
static struct onexit_table exit_table, quick_exit_table;

int _initialize_onexit_table(struct onexit_table *table)
{
    if (!table)
        return -1;
    if (table->first == table->end)
        table->first = table->last = table->end = NULL;
    return 0;
}

static int add_onexit(crt_onexit_t **first, crt_onexit_t **last, crt_onexit_t **end,
                      crt_onexit_t function)
{
    if (*last == *end) {
        size_t used = (size_t)(*last - *first);
        size_t room = used ? used + (used < 512 ? used : 512) : 32;
        crt_onexit_t *items = realloc(*first, room * sizeof(*items));

        if (!items)
            return -1;
        *first = items;
        *last = items + used;
        *end = items + room;
    }
    *(*last)++ = function;
    return 0;
}

int _register_onexit_function(struct onexit_table *table, crt_onexit_t function)
{
    int result;

    if (!table)
        return -1;
    _lock(CRT_LOCK_EXIT);
    result = add_onexit(&table->first, &table->last, &table->end, function);
    _unlock(CRT_LOCK_EXIT);
    return result;
}

int _execute_onexit_table(struct onexit_table *table)
{
    if (!table)
        return -1;
    /* A function may register another while the table runs: take one at a time, newest first. */
    _lock(CRT_LOCK_EXIT);
    while (table->first && table->last > table->first) {
        crt_onexit_t function = *--table->last;

        if (function) {
            _unlock(CRT_LOCK_EXIT);
            function();
            _lock(CRT_LOCK_EXIT);
        }
    }
    free(table->first);
    table->first = table->last = table->end = NULL;
    _unlock(CRT_LOCK_EXIT);
    return 0;
}

int _crt_atexit(crt_onexit_t function)
{
    return _register_onexit_function(&exit_table, function);
}

int _crt_at_quick_exit(crt_onexit_t function)
{
    return _register_onexit_function(&quick_exit_table, function);
}

crt_onexit_t _onexit(crt_onexit_t function)
{
    return _crt_atexit(function) == 0 ? function : NULL;
}

int atexit(void(__cdecl *function)(void))
{
    return _crt_atexit((crt_onexit_t)function);
}

/* A DLL's own table: first and end bound what is used; room is what the block has. */
crt_onexit_t __dllonexit(crt_onexit_t function, crt_onexit_t **first, crt_onexit_t **end)
{
    crt_onexit_t *items;
    size_t used;

    if (!first || !end || !*first)
        return NULL;
    _lock(CRT_LOCK_EXIT);
    used = (size_t)(*end - *first);
    items = *first;
    if ((used + 1) * sizeof(*items) > _msize(items))
        items = realloc(items, (used + 16) * sizeof(*items));
    if (items) {
        items[used] = function;
        *first = items;
        *end = items + used + 1;
    }
    _unlock(CRT_LOCK_EXIT);
    return items ? function : NULL;
}

void crt_run_atexit(void)
{
    _execute_onexit_table(&exit_table);
}

static volatile LONG exiting; /* only the first thread to come ends the process */
static DWORD exiting_thread;

/* Where the program is managed code, the hosting runtime ends the process; nothing of ours does. */
static void leave(unsigned code)
{
    ExitProcess(code);
}

static void begin_exit(void)
{
    if (InterlockedCompareExchange(&exiting, 1, 0) == 0) {
        exiting_thread = GetCurrentThreadId();
        return;
    }
    /* A second thread waits for the first to end the process; exit called from an atexit
     * function goes on where the table was left. */
    while (exiting_thread != GetCurrentThreadId())
        Sleep(INFINITE);
}

static void run_exit_functions(void)
{
    struct crt_thread *t = crt_thread();

    if (t->exe_atexit) {
        void (*callback)(void *, DWORD, void *) = t->exe_atexit;

        t->exe_atexit = NULL;
        callback(NULL, DLL_PROCESS_DETACH, NULL);
    }
    crt_run_atexit();
}

void _cexit(void)
{
    run_exit_functions();
    crt_stdio_exit();
}

void _c_exit(void)
{
}

void exit(int code)
{
    begin_exit();
    _cexit();
    leave((unsigned)code);
    __builtin_unreachable();
}

bool crt_quick_end;

void _exit(int code)
{
    crt_quick_end = true;
    leave((unsigned)code);
    __builtin_unreachable();
}

void _Exit(int code)
{
    _exit(code);
}

void quick_exit(int code)
{
    begin_exit();
    _execute_onexit_table(&quick_exit_table);
    leave((unsigned)code);
    __builtin_unreachable();
}

/* ---- abnormal ends ---- */

enum { APP_UNKNOWN, APP_CONSOLE, APP_GUI };
enum { OUT_TO_DEFAULT, OUT_TO_STDERR, OUT_TO_MSGBOX, REPORT_ERRMODE };

static int app_type;
static int error_mode;
enum { WRITE_ABORT_MSG = 1, CALL_REPORTFAULT = 2 };
static unsigned abort_behavior = WRITE_ABORT_MSG | CALL_REPORTFAULT;

void _set_app_type(int type)
{
    app_type = type;
}

int _query_app_type(void)
{
    return app_type;
}

void __set_app_type(int type)
{
    app_type = type;
}

int _set_error_mode(int mode)
{
    int old = error_mode;

    switch (mode) {
    case OUT_TO_DEFAULT:
    case OUT_TO_STDERR:
    case OUT_TO_MSGBOX:
        error_mode = mode;
        return old;
    case REPORT_ERRMODE:
        return old;
    default:
        errno = EINVAL;
        _invalid_parameter_noinfo();
        return -1;
    }
}

unsigned _set_abort_behavior(unsigned flags, unsigned mask)
{
    unsigned old = abort_behavior;

    abort_behavior = (old & ~mask) | (flags & mask);
    return old;
}

void *crt_signal_handler(int sig); /* signal.c: what signal() installed, NULL for SIG_DFL */
int raise(int sig);

enum { SIGNAL_ABORT = 22 };

void abort(void)
{
    if (abort_behavior & WRITE_ABORT_MSG && app_type != APP_GUI)
        crt_message(CRT_IS_UCRT ? "" : "\r\nabnormal program termination\r\n");
    if (crt_signal_handler(SIGNAL_ABORT))
        raise(SIGNAL_ABORT);
#ifdef CRT_UCRT
    if (abort_behavior & CALL_REPORTFAULT) {
#if defined(__x86_64__) || defined(__i386__)
        __asm__ volatile("int $0x29" ::"c"(7)); /* FAST_FAIL_FATAL_APP_EXIT */
#endif
    }
#endif
    _exit(3);
}

static const struct {
    int code;
    const char *text;
} runtime_errors[] = {
    {2, "floating point support not loaded"},
    {8, "not enough space for arguments"},
    {9, "not enough space for environment"},
    {10, "abort has been called"},
    {16, "not enough space for thread data"},
    {17, "unexpected multithread lock error"},
    {18, "unexpected heap error"},
    {19, "unable to open console device"},
    {24, "not enough space for _onexit table"},
    {25, "pure virtual function call"},
    {26, "not enough space for stdio initialization"},
    {27, "not enough space for low-level I/O initialization"},
    {28, "unable to initialize heap"},
    {30, "runtime not initialized"},
    {32, "not enough space for locale information"},
};

static void report_error(int code)
{
    char number[] = "\r\nruntime error R60xx\r\n- ";
    const char *text = "unknown error";

    for (size_t i = 0; i < CRT_COUNT(runtime_errors); i++)
        if (runtime_errors[i].code == code)
            text = runtime_errors[i].text;
    number[19] = (char)('0' + code / 10 % 10);
    number[20] = (char)('0' + code % 10);
    crt_message(number);
    crt_message(text);
    crt_message("\r\n");
}

void _amsg_exit(int code)
{
    report_error(code);
    _exit(255);
}

static crt_void_t volatile purecall_handler;

crt_void_t _set_purecall_handler(crt_void_t handler)
{
    return (crt_void_t)InterlockedExchangePointer((void *volatile *)&purecall_handler,
                                                  (void *)handler);
}

crt_void_t _get_purecall_handler(void)
{
    return purecall_handler;
}

int _purecall(void)
{
    crt_void_t handler = purecall_handler;

    if (handler)
        handler();
    report_error(25);
    abort();
}
