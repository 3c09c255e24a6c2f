/*
 * BSTR: a string with its length in bytes before its first character. The block starts a pointer's
 * width before the text, so that text is aligned as the allocator aligns.
 */
#include "oleaut.h"

#define PREFIX sizeof(ULONG_PTR)

static ULONG *length_of(BSTR text)
{
    return (ULONG *)text - 1;
}

static BSTR allocate(const void *text, ULONG copy, ULONG bytes)
{
    BYTE *block;
    BSTR string;

    /* as on Windows, lengths that could overflow together with prefix and NUL are refused */
    if (bytes > 0x7fffffff - PREFIX - sizeof(WCHAR))
        return NULL;
    block = RtlAllocateHeap(NtCurrentPeb()->ProcessHeap, 0, PREFIX + bytes + sizeof(WCHAR));
    if (!block)
        return NULL;
    string = (BSTR)(block + PREFIX);
    *length_of(string) = bytes;
    if (text)
        memcpy(string, text, copy);
    /* a length in bytes may be odd: three zero bytes cover the character and its rest */
    block[PREFIX + bytes] = 0;
    block[PREFIX + bytes + 1] = 0;
    return string;
}

BSTR WINAPI SysAllocString(const OLECHAR *text)
{
    SIZE_T length;

    if (!text)
        return NULL;
    length = wide_length(text);
    if (length > 0x3fffffff)
        return NULL;
    return allocate(text, length * sizeof(WCHAR), length * sizeof(WCHAR));
}

BSTR WINAPI SysAllocStringLen(const OLECHAR *text, UINT length)
{
    if (length > 0x3fffffff)
        return NULL;
    return allocate(text, length * sizeof(WCHAR), length * sizeof(WCHAR));
}

BSTR WINAPI SysAllocStringByteLen(LPCSTR text, UINT bytes)
{
    return allocate(text, bytes, bytes);
}

void WINAPI SysFreeString(BSTR text)
{
    if (text)
        RtlFreeHeap(NtCurrentPeb()->ProcessHeap, 0, (BYTE *)text - PREFIX);
}

UINT WINAPI SysStringLen(BSTR text)
{
    return text ? *length_of(text) / sizeof(WCHAR) : 0;
}

UINT WINAPI SysStringByteLen(BSTR text)
{
    return text ? *length_of(text) : 0;
}

/* The new text may lie inside the old string, so the copy comes first. */
INT WINAPI SysReAllocStringLen(BSTR *text, const OLECHAR *source, UINT length)
{
    BSTR fresh;

    if (!text || length > 0x3fffffff)
        return FALSE;
    fresh = allocate(source, length * sizeof(WCHAR), length * sizeof(WCHAR));
    if (!fresh)
        return FALSE;
    if (!source && *text) {
        UINT kept = SysStringByteLen(*text);

        memcpy(fresh, *text, min(kept, length * (UINT)sizeof(WCHAR)));
    }
    SysFreeString(*text);
    *text = fresh;
    return TRUE;
}

INT WINAPI SysReAllocString(BSTR *text, const OLECHAR *source)
{
    BSTR fresh = NULL;

    if (!text)
        return FALSE;
    if (source) {
        fresh = SysAllocString(source);
        if (!fresh)
            return FALSE;
    }
    SysFreeString(*text);
    *text = fresh;
    return TRUE;
}
