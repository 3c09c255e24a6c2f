/*
 * FormatMessage: where the text comes from, and to whom the result goes. Inserts are ntdll's
 * RtlFormatMessage; the texts of system errors are in messages.h.
 */
#include <stdarg.h>

#include "kernelbase.h"

struct message {
    DWORD code;
    const WCHAR *text;
};

static const struct message messages[] = {
#define MESSAGE(code, text) {code, L"" text "\r\n"},
#include "messages.h"
#undef MESSAGE
};

static const WCHAR *system_message(DWORD code)
{
    SIZE_T low = 0, high = ARRAYSIZE(messages);

    /* An HRESULT of a Win32 error has the error's text. */
    if ((code & 0xffff0000) == 0x80070000)
        code &= 0xffff;
    while (low < high) {
        SIZE_T middle = (low + high) / 2;

        if (messages[middle].code < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < ARRAYSIZE(messages) && messages[low].code == code ? messages[low].text : NULL;
}

/* The text of a module's message table, as UTF-16 on the heap. */
static WCHAR *module_message(HMODULE module, DWORD code, DWORD language)
{
    MESSAGE_RESOURCE_ENTRY *entry;

    if (!module)
        module = current_peb()->ImageBaseAddress;
    if (!set_status(RtlFindMessage(module, 11 /* RT_MESSAGETABLE */, language, code, &entry)))
        return NULL;
    if (entry->Flags & 1) /* UTF-16 */
        return heap_wide_copy((const WCHAR *)entry->Text, wcslen((const WCHAR *)entry->Text));
    return heap_wide((const char *)entry->Text);
}

/* The unformatted text, on the heap; NULL: last error set. */
static WCHAR *source_text(DWORD flags, LPCVOID source, DWORD code, DWORD language, BOOL ansi)
{
    WCHAR *text = NULL;

    if (flags & FORMAT_MESSAGE_FROM_STRING) {
        if (!source) {
            fail(ERROR_INVALID_PARAMETER);
            return NULL;
        }
        return ansi ? heap_wide(source) : heap_wide_copy(source, wcslen(source));
    }
    fail(ERROR_MR_MID_NOT_FOUND);
    if (flags & FORMAT_MESSAGE_FROM_HMODULE)
        text = module_message((HMODULE)source, code, language);
    if (!text && flags & FORMAT_MESSAGE_FROM_SYSTEM) {
        const WCHAR *known = system_message(code);

        if (known)
            text = heap_wide_copy(known, wcslen(known));
        else
            fail(ERROR_MR_MID_NOT_FOUND);
    }
    return text;
}

#define KNOWN_FLAGS                                                                                \
    (FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_FROM_STRING | \
     FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_ARGUMENT_ARRAY |    \
     FORMAT_MESSAGE_MAX_WIDTH_MASK)

/* The formatted text on the heap, `length` units and a NUL; NULL: last error set. */
static WCHAR *format(DWORD flags, LPCVOID source, DWORD code, DWORD language, va_list *arguments,
                     BOOL ansi, ULONG *length)
{
    ULONG width = flags & FORMAT_MESSAGE_MAX_WIDTH_MASK, size = 1024, bytes = 0;
    WCHAR *text, *result = NULL;
    NTSTATUS status = STATUS_BUFFER_OVERFLOW;

    if (!(flags & (FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_FROM_HMODULE |
                   FORMAT_MESSAGE_FROM_SYSTEM)) ||
        (flags & FORMAT_MESSAGE_FROM_STRING &&
         flags & (FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_FROM_SYSTEM))) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    text = source_text(flags, source, code, language, ansi);
    if (!text)
        return NULL;
    while (status == STATUS_BUFFER_OVERFLOW || status == STATUS_BUFFER_TOO_SMALL) {
        va_list again;

        heap_free(result);
        /* 64 KiB of text is the documented limit of a message. */
        if (size > 0x40000) {
            result = NULL;
            status = STATUS_NO_MEMORY;
            break;
        }
        result = heap_alloc(size * sizeof(*result));
        if (!result) {
            status = STATUS_NO_MEMORY;
            break;
        }
        if (flags & FORMAT_MESSAGE_ARGUMENT_ARRAY || !arguments) {
            /* An array is handed on as it is: the callee steps through its words. */
            status = RtlFormatMessage(text, width == FORMAT_MESSAGE_MAX_WIDTH_MASK ? ~0u : width,
                                      (flags & FORMAT_MESSAGE_IGNORE_INSERTS) != 0, ansi, TRUE,
                                      arguments, result, size * (ULONG)sizeof(*result), &bytes);
        } else {
            va_copy(again, *arguments);
            status = RtlFormatMessage(text, width == FORMAT_MESSAGE_MAX_WIDTH_MASK ? ~0u : width,
                                      (flags & FORMAT_MESSAGE_IGNORE_INSERTS) != 0, ansi, FALSE,
                                      &again, result, size * (ULONG)sizeof(*result), &bytes);
            va_end(again);
        }
        size *= 4;
    }
    heap_free(text);
    if (!set_status(status)) {
        heap_free(result);
        return NULL;
    }
    *length = bytes / sizeof(WCHAR);
    if (*length && !result[*length - 1])
        --*length; /* the count may include the NUL */
    return result;
}

/*
 * `arguments` is a va_list * or, with ARGUMENT_ARRAY, an array of words. RtlFormatMessage takes
 * the array through the same parameter.
 */
DWORD WINAPI FormatMessageW(DWORD flags, LPCVOID source, DWORD code, DWORD language, LPWSTR buffer,
                            DWORD size, va_list *arguments)
{
    ULONG length = 0;
    WCHAR *text;

    if (!buffer) {
        fail(flags & FORMAT_MESSAGE_ALLOCATE_BUFFER ? ERROR_NOT_ENOUGH_MEMORY
                                                    : ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER)
        *(WCHAR **)buffer = NULL;
    if (flags & ~(DWORD)KNOWN_FLAGS) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    text = format(flags, source, code, language, arguments, FALSE, &length);
    if (!text)
        return 0;
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
        SIZE_T units = length + 1 > size ? length + 1 : size;
        WCHAR *result = GlobalAlloc(GMEM_FIXED, units * sizeof(*result));

        if (result)
            memcpy(result, text, (length + 1) * sizeof(*result));
        else
            length = 0;
        *(WCHAR **)buffer = result;
    } else if (length >= size) {
        fail(ERROR_INSUFFICIENT_BUFFER);
        length = 0;
    } else {
        memcpy(buffer, text, (length + 1) * sizeof(*buffer));
    }
    heap_free(text);
    return length;
}

DWORD WINAPI FormatMessageA(DWORD flags, LPCVOID source, DWORD code, DWORD language, LPSTR buffer,
                            DWORD size, va_list *arguments)
{
    ULONG length = 0;
    DWORD bytes;
    WCHAR *text;

    if (!buffer) {
        fail(flags & FORMAT_MESSAGE_ALLOCATE_BUFFER ? ERROR_NOT_ENOUGH_MEMORY
                                                    : ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER)
        *(CHAR **)buffer = NULL;
    if (flags & ~(DWORD)KNOWN_FLAGS) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    text = format(flags, source, code, language, arguments, TRUE, &length);
    if (!text)
        return 0;
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
        CHAR *result;

        bytes = narrow_ansi(text, length, NULL, 0); /* with the NUL */
        if (bytes < size)
            bytes = size;
        result = GlobalAlloc(GMEM_FIXED, bytes);
        bytes = result ? narrow_ansi(text, length, result, bytes) : 0;
        *(CHAR **)buffer = result;
    } else {
        bytes = narrow_ansi(text, length, buffer, size);
        if (bytes >= size) {
            fail(ERROR_INSUFFICIENT_BUFFER);
            bytes = 0;
        }
    }
    heap_free(text);
    return bytes;
}
