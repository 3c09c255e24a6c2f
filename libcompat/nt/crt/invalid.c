/* The invalid-parameter handler, and how the process ends when there is none. */
#include "crt.h"

/* Set by _set_invalid_parameter_handler; swapped atomically. */
static crt_invalid_parameter_t volatile process_handler;

void _invoke_watson(const wchar_t *expression, const wchar_t *function, const wchar_t *file,
                    unsigned line, uintptr_t reserved)
{
    (void)expression, (void)function, (void)file, (void)line, (void)reserved;
    /* FAST_FAIL_INVALID_ARG where fast fail exists (Windows 8 and later; ours always has it). */
#if defined(__x86_64__) || defined(__i386__)
    __asm__ volatile("int $0x29" ::"c"(5));
#endif
    TerminateProcess(GetCurrentProcess(), (UINT)STATUS_INVALID_PARAMETER);
    __builtin_unreachable();
}

void _invalid_parameter(const wchar_t *expression, const wchar_t *function, const wchar_t *file,
                        unsigned line, uintptr_t reserved)
{
    crt_invalid_parameter_t handler = (crt_invalid_parameter_t)crt_thread()->invalid_parameter;

    if (!handler)
        handler = process_handler;
    if (handler) {
        handler(expression, function, file, line, reserved);
        return;
    }
#ifdef CRT_UCRT
    _invoke_watson(expression, function, file, line, reserved);
#endif
    /* The system's msvcrt.dll has no default handler: calls just fail with errno. */
}

void _invalid_parameter_noinfo(void)
{
    _invalid_parameter(NULL, NULL, NULL, 0, 0);
}

void _invalid_parameter_noinfo_noreturn(void)
{
    _invalid_parameter(NULL, NULL, NULL, 0, 0);
    _invoke_watson(NULL, NULL, NULL, 0, 0);
}

crt_invalid_parameter_t _set_invalid_parameter_handler(crt_invalid_parameter_t handler)
{
    return (crt_invalid_parameter_t)InterlockedExchangePointer((void *volatile *)&process_handler,
                                                              (void *)handler);
}

crt_invalid_parameter_t _get_invalid_parameter_handler(void)
{
    return process_handler;
}

crt_invalid_parameter_t _set_thread_local_invalid_parameter_handler(crt_invalid_parameter_t handler)
{
    struct crt_thread *t = crt_thread();
    crt_invalid_parameter_t old = (crt_invalid_parameter_t)t->invalid_parameter;

    t->invalid_parameter = (void *)handler;
    return old;
}

crt_invalid_parameter_t _get_thread_local_invalid_parameter_handler(void)
{
    return (crt_invalid_parameter_t)crt_thread()->invalid_parameter;
}

void crt_message(const char *text)
{
    HANDLE out = GetStdHandle(STD_ERROR_HANDLE);
    DWORD done, length = 0;

    while (text[length])
        length++;
    if (out && out != INVALID_HANDLE_VALUE)
        WriteFile(out, text, length, &done, NULL);
}
