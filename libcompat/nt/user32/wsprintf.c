/*
 * The small printf of user32.
 */
#include "user.h"

#define a_convert ansi_copy
#define w_convert wide_copy

#define CHAR_T char
#define NAME(n) a_##n
#include "wsprintf_gen.h"

#define CHAR_T WCHAR
#define NAME(n) w_##n
#include "wsprintf_gen.h"

int WINAPI wvsprintfA(LPSTR buffer, LPCSTR format, va_list args)
{
    return a_format(buffer, format, args);
}

int WINAPI wvsprintfW(LPWSTR buffer, LPCWSTR format, va_list args)
{
    return w_format(buffer, format, args);
}

int WINAPIV wsprintfA(LPSTR buffer, LPCSTR format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = a_format(buffer, format, args);
    va_end(args);
    return length;
}

int WINAPIV wsprintfW(LPWSTR buffer, LPCWSTR format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = w_format(buffer, format, args);
    va_end(args);
    return length;
}
