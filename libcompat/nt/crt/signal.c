/*
 * signal and raise. SIGINT, SIGBREAK, SIGTERM and SIGABRT are the process's; SIGSEGV, SIGILL and
 * SIGFPE belong to the thread that set them, since they answer that thread's exceptions.
 */
#include "param.h"

enum {
    SIG_INT = 2, SIG_ILL = 4, SIG_ABRT_COMPAT = 6, SIG_FPE = 8, SIG_SEGV = 11, SIG_TERM = 15,
    SIG_BREAK = 21, SIG_ABRT = 22
};

typedef void(__cdecl *action_t)(int);
typedef void(__cdecl *fpe_action_t)(int, int);
#define ACT_DEFAULT ((action_t)0)
#define ACT_IGNORE ((action_t)1)
#define ACT_GET ((action_t)2)
#define ACT_ERROR ((action_t)-1)
#define ACT_LAST_RESERVED ((uintptr_t)4)

/* Codes passed to a SIGFPE handler as its second argument. */
enum {
    FPE_INVALID = 0x81, FPE_DENORMAL = 0x82, FPE_ZERODIVIDE = 0x83, FPE_OVERFLOW = 0x84,
    FPE_UNDERFLOW = 0x85, FPE_INEXACT = 0x86, FPE_STACKOVERFLOW = 0x8a, FPE_EXPLICITGEN = 0x8c,
    FPE_MULTIPLE_TRAPS = 0x8d, FPE_MULTIPLE_FAULTS = 0x8e
};

void _exit(int code);

/* Guarded by CRT_LOCK_SIGNAL. */
static action_t process_actions[4]; /* SIGINT, SIGBREAK, SIGTERM, SIGABRT */
static bool console_handler_set;

/* The block behind crt_thread.signal_actions. */
struct thread_actions {
    action_t segv, ill, fpe;
};

void crt_signal_init(void)
{
}

static action_t *process_action(int sig)
{
    switch (sig) {
    case SIG_INT:
        return &process_actions[0];
    case SIG_BREAK:
        return &process_actions[1];
    case SIG_TERM:
        return &process_actions[2];
    case SIG_ABRT:
    case SIG_ABRT_COMPAT:
        return &process_actions[3];
    }
    return NULL;
}

static action_t *thread_action(struct thread_actions *a, int sig)
{
    switch (sig) {
    case SIG_SEGV:
        return &a->segv;
    case SIG_ILL:
        return &a->ill;
    case SIG_FPE:
        return &a->fpe;
    }
    return NULL;
}

/* Runs on a thread that the system makes for the event. */
static BOOL WINAPI on_console_event(DWORD event)
{
    int sig = event == CTRL_C_EVENT ? SIG_INT : SIG_BREAK;
    action_t *slot = process_action(sig), action;

    _lock(CRT_LOCK_SIGNAL);
    action = *slot;
    if (action != ACT_DEFAULT && action != ACT_IGNORE)
        *slot = ACT_DEFAULT; /* a handler is for one signal */
    _unlock(CRT_LOCK_SIGNAL);
    if (action == ACT_DEFAULT)
        return FALSE;
    if (action != ACT_IGNORE)
        action(sig);
    return TRUE;
}

static action_t bad_signal(void)
{
    errno = EINVAL;
    return ACT_ERROR;
}

static action_t set_process(int sig, action_t action)
{
    action_t *slot = process_action(sig), old = ACT_ERROR;

    _lock(CRT_LOCK_SIGNAL);
    if ((sig == SIG_INT || sig == SIG_BREAK) && action != ACT_GET && !console_handler_set) {
        console_handler_set = SetConsoleCtrlHandler(on_console_event, TRUE);
        if (!console_handler_set) {
            _dosmaperr(GetLastError());
            errno = EINVAL;
        }
    }
    if ((sig != SIG_INT && sig != SIG_BREAK) || action == ACT_GET || console_handler_set) {
        old = *slot;
        if (action != ACT_GET)
            *slot = action;
    }
    _unlock(CRT_LOCK_SIGNAL);
    return old;
}

action_t signal(int sig, action_t action)
{
    if (action != ACT_GET && (uintptr_t)action > (uintptr_t)ACT_GET &&
        ((uintptr_t)action <= ACT_LAST_RESERVED || action == ACT_ERROR))
        return bad_signal();
    if (process_action(sig))
        return set_process(sig, action);

    struct crt_thread *t = crt_thread();
    struct thread_actions none = {0}, *actions = t->signal_actions;
    action_t *slot = thread_action(actions ? actions : &none, sig);
    if (!slot)
        return bad_signal();
    action_t old = *slot;
    if (action == ACT_GET)
        return old;
    if (!actions) {
        if (action == ACT_DEFAULT)
            return old;
        actions = calloc(1, sizeof *actions);
        if (!actions)
            return bad_signal();
        t->signal_actions = actions;
        slot = thread_action(actions, sig);
    }
    *slot = action;
    return old;
}

/* Calls a handler for a signal with an exception behind it, or none (raise). */
static void deliver(action_t action, int sig, EXCEPTION_POINTERS *info, int fpe_code)
{
    struct crt_thread *t = crt_thread();
    void *saved = t->exception_pointers;
    int saved_code = t->fpe_code;

    t->exception_pointers = info;
    if (sig == SIG_FPE) {
        t->fpe_code = fpe_code;
        ((fpe_action_t)(void *)action)(sig, fpe_code);
        t->fpe_code = saved_code;
    } else {
        action(sig);
    }
    t->exception_pointers = saved;
}

int raise(int sig)
{
    action_t *slot = process_action(sig), action;

    if (slot) {
        _lock(CRT_LOCK_SIGNAL);
        action = *slot;
        if (action != ACT_IGNORE)
            *slot = ACT_DEFAULT;
        _unlock(CRT_LOCK_SIGNAL);
    } else {
        struct thread_actions none = {0}, *actions = crt_thread()->signal_actions;
        slot = thread_action(actions ? actions : &none, sig);
        CRT_CHECK(slot, EINVAL, -1);
        action = *slot;
        if (action != ACT_IGNORE)
            *slot = ACT_DEFAULT;
    }
    if (action == ACT_IGNORE)
        return 0;
    if (action == ACT_DEFAULT)
        _exit(3);
    if (process_action(sig))
        action(sig);
    else
        deliver(action, sig, NULL, FPE_EXPLICITGEN);
    return 0;
}

static int signal_of(DWORD code, int *fpe)
{
    *fpe = 0;
    switch (code) {
    case EXCEPTION_ACCESS_VIOLATION:
        return SIG_SEGV;
    case EXCEPTION_ILLEGAL_INSTRUCTION:
    case EXCEPTION_PRIV_INSTRUCTION:
        return SIG_ILL;
    case EXCEPTION_FLT_DENORMAL_OPERAND:
        *fpe = FPE_DENORMAL;
        return SIG_FPE;
    case EXCEPTION_FLT_DIVIDE_BY_ZERO:
        *fpe = FPE_ZERODIVIDE;
        return SIG_FPE;
    case EXCEPTION_FLT_INEXACT_RESULT:
        *fpe = FPE_INEXACT;
        return SIG_FPE;
    case EXCEPTION_FLT_INVALID_OPERATION:
        *fpe = FPE_INVALID;
        return SIG_FPE;
    case EXCEPTION_FLT_OVERFLOW:
        *fpe = FPE_OVERFLOW;
        return SIG_FPE;
    case EXCEPTION_FLT_STACK_CHECK:
        *fpe = FPE_STACKOVERFLOW;
        return SIG_FPE;
    case EXCEPTION_FLT_UNDERFLOW:
        *fpe = FPE_UNDERFLOW;
        return SIG_FPE;
    case 0xc00002b4: /* STATUS_FLOAT_MULTIPLE_FAULTS */
        *fpe = FPE_MULTIPLE_FAULTS;
        return SIG_FPE;
    case 0xc00002b5: /* STATUS_FLOAT_MULTIPLE_TRAPS */
        *fpe = FPE_MULTIPLE_TRAPS;
        return SIG_FPE;
    }
    return 0;
}

/*
 * The filter around main: EXCEPTION_CONTINUE_EXECUTION if the thread has a handler for the
 * exception's signal (which ran) or ignores it, else EXCEPTION_CONTINUE_SEARCH.
 */
int crt_signal_filter(unsigned long code, EXCEPTION_POINTERS *info)
{
    int fpe, sig = signal_of(code, &fpe);
    struct thread_actions *actions = crt_thread()->signal_actions;

    if (!sig || !actions)
        return EXCEPTION_CONTINUE_SEARCH;
    action_t *slot = thread_action(actions, sig), action = *slot;
    if (action == ACT_DEFAULT)
        return EXCEPTION_CONTINUE_SEARCH;
    if (action != ACT_IGNORE) {
        *slot = ACT_DEFAULT;
        deliver(action, sig, info, fpe);
    }
    return EXCEPTION_CONTINUE_EXECUTION;
}

/* For abort: what is installed, NULL for the default. */
void *crt_signal_handler(int sig)
{
    action_t *slot = process_action(sig);

    return slot ? (void *)*slot : NULL;
}
