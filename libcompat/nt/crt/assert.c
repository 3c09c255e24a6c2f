/* A failed assert: says where on standard error (in a box for programs without a console) and
 * aborts. */
#include "format.h"

void abort(void);
int _set_error_mode(int mode);

enum { TO_DEFAULT, TO_STDERR, TO_BOX, ASK_MODE };

static int print(const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = crt_vfwprintf(stderr, FMT_LEGACY_WIDE, format, NULL, args);
    va_end(args);
    return result;
}

static wchar_t *box_text(const wchar_t *format, ...)
{
    wchar_t *text = malloc(2048 * sizeof(*text));
    va_list args;

    if (!text)
        return NULL;
    va_start(args, format);
    crt_vswprintf(FMT_LEGACY_WIDE, text, 2048, format, NULL, args);
    va_end(args);
    return text;
}

/* user32 is looked up when needed: console programs should not load it. */
static void show_box(const wchar_t *message, const wchar_t *file, unsigned line)
{
    HMODULE user = LoadLibraryW(L"user32.dll");
    int(WINAPI * box)(HWND, LPCWSTR, LPCWSTR, UINT) =
        user ? (void *)GetProcAddress(user, "MessageBoxW") : NULL;
    wchar_t *text = box_text(L"Assertion failed!\n\nFile: %s\nLine: %u\n\nExpression: %s", file,
                             line, message);

    if (box && text)
        box(NULL, text, L"Microsoft Visual C++ Runtime Library", MB_ICONHAND | MB_SETFOREGROUND);
    else
        print(L"Assertion failed: %s, file %s, line %u\n", message, file, line);
    free(text);
}

void _wassert(const wchar_t *message, const wchar_t *file, unsigned line)
{
    int mode = _set_error_mode(ASK_MODE);

    message = message ? message : L"";
    file = file ? file : L"";
    if (mode == TO_BOX || (mode == TO_DEFAULT && _query_app_type() == 2)) {
        show_box(message, file, line);
    } else {
        print(L"Assertion failed: %s, file %s, line %u\n", message, file, line);
        fflush(stderr);
    }
    abort();
}

void _assert(const char *message, const char *file, unsigned line)
{
    _wassert(crt_to_wide(message), crt_to_wide(file), line);
}
