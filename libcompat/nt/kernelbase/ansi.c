/*
 * Text between the A and the W functions.
 */
#include "kernelbase.h"

/* Code page of file names in A functions. Owner: SetFileApisToOEM/ANSI; one aligned word. */
static LONG file_apis_oem;

VOID WINAPI SetFileApisToOEM(void)
{
    InterlockedExchange(&file_apis_oem, 1);
}

VOID WINAPI SetFileApisToANSI(void)
{
    InterlockedExchange(&file_apis_oem, 0);
}

BOOL WINAPI AreFileApisANSI(void)
{
    return !file_apis_oem;
}

static BOOL to_wide(struct wide *wide, const char *text, BOOL oem)
{
    SIZE_T size;
    ULONG bytes;
    NTSTATUS status;

    wide->text = NULL;
    if (!text)
        return TRUE;
    size = strlen(text) + 1;
    /* No code page makes more UTF-16 units than it has bytes. */
    if (size > MAXDWORD / sizeof(WCHAR))
        return fail(ERROR_INVALID_PARAMETER);
    wide->text = wide->buffer;
    if (size > ARRAYSIZE(wide->buffer)) {
        wide->text = heap_alloc(size * sizeof(WCHAR));
        if (!wide->text)
            return FALSE;
    }
    status = oem ? RtlOemToUnicodeN(wide->text, size * sizeof(WCHAR), &bytes, text, size)
                 : RtlMultiByteToUnicodeN(wide->text, size * sizeof(WCHAR), &bytes, text, size);
    if (set_status(status))
        return TRUE;
    wide_free(wide);
    return FALSE;
}

BOOL wide_from_ansi(struct wide *wide, const char *text)
{
    return to_wide(wide, text, FALSE);
}

BOOL wide_from_file(struct wide *wide, const char *text)
{
    return to_wide(wide, text, file_apis_oem != 0);
}

void wide_free(struct wide *wide)
{
    if (wide->text != wide->buffer)
        heap_free(wide->text);
    wide->text = NULL;
}

static DWORD to_narrow(const WCHAR *text, DWORD length, char *buffer, DWORD size, BOOL oem)
{
    ULONG bytes = 0, written;
    NTSTATUS status;

    /* The Rtl size functions cannot say "invalid"; every unit has a replacement character. */
    status = RtlUnicodeToMultiByteSize(&bytes, text, length * sizeof(WCHAR));
    if (!set_status(status))
        return 0;
    if (oem) {
        UNICODE_STRING string = {.Length = length * sizeof(WCHAR),
                                 .MaximumLength = length * sizeof(WCHAR),
                                 .Buffer = (WCHAR *)text};
        if (length <= 0x7fff)
            bytes = RtlxUnicodeStringToOemSize(&string) - 1;
    }
    if (!buffer || bytes >= size)
        return bytes + 1;
    status = oem ? RtlUnicodeToOemN(buffer, bytes, &written, text, length * sizeof(WCHAR))
                 : RtlUnicodeToMultiByteN(buffer, bytes, &written, text, length * sizeof(WCHAR));
    if (!set_status(status))
        return 0;
    buffer[written] = 0;
    return written;
}

DWORD narrow_ansi(const WCHAR *text, DWORD length, char *buffer, DWORD size)
{
    return to_narrow(text, length, buffer, size, FALSE);
}

DWORD narrow_file(const WCHAR *text, DWORD length, char *buffer, DWORD size)
{
    return to_narrow(text, length, buffer, size, file_apis_oem != 0);
}

DWORD copy_wide(const WCHAR *text, DWORD length, WCHAR *buffer, DWORD size)
{
    if (!buffer || length >= size)
        return length + 1;
    memmove(buffer, text, length * sizeof(WCHAR));
    buffer[length] = 0;
    return length;
}

WCHAR *heap_wide(const char *text)
{
    SIZE_T size = strlen(text) + 1;
    WCHAR *wide = heap_alloc(size * sizeof(WCHAR));
    ULONG bytes;

    if (!wide)
        return NULL;
    if (set_status(RtlMultiByteToUnicodeN(wide, size * sizeof(WCHAR), &bytes, text, size)))
        return wide;
    heap_free(wide);
    return NULL;
}

char *heap_narrow(const WCHAR *text)
{
    SIZE_T length = wcslen(text);
    ULONG size, written;
    char *narrow;

    if (length > MAXDWORD / sizeof(WCHAR) - 1) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!set_status(RtlUnicodeToMultiByteSize(&size, text, (length + 1) * sizeof(WCHAR))))
        return NULL;
    narrow = heap_alloc(size);
    if (!narrow)
        return NULL;
    if (set_status(
            RtlUnicodeToMultiByteN(narrow, size, &written, text, (length + 1) * sizeof(WCHAR))))
        return narrow;
    heap_free(narrow);
    return NULL;
}

WCHAR *heap_wide_copy(const WCHAR *text, SIZE_T length)
{
    WCHAR *copy = heap_alloc((length + 1) * sizeof(WCHAR));

    if (copy) {
        memcpy(copy, text, length * sizeof(WCHAR));
        copy[length] = 0;
    }
    return copy;
}

BOOL unicode_string(UNICODE_STRING *string, const WCHAR *text)
{
    SIZE_T length = text ? wcslen(text) : 0;

    if (length > 0x7ffe)
        return fail(ERROR_FILENAME_EXCED_RANGE);
    string->Length = length * sizeof(WCHAR);
    string->MaximumLength = text ? (length + 1) * sizeof(WCHAR) : 0;
    string->Buffer = (WCHAR *)text;
    return TRUE;
}
