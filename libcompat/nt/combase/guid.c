/*
 * GUIDs, and their text.
 */
#include "com.h"

/* Version 4 of RFC 4122: random but for six bits. */
HRESULT WINAPI CoCreateGuid(GUID *guid)
{
    if (!guid)
        return E_INVALIDARG;
    ProcessPrng((BYTE *)guid, sizeof(*guid));
    guid->Data3 = (guid->Data3 & 0x0fff) | 0x4000;
    guid->Data4[0] = (guid->Data4[0] & 0x3f) | 0x80;
    return S_OK;
}

static WCHAR *put(WCHAR *out, ULONG value, int digits)
{
    while (digits--) {
        ULONG d = value >> (4 * digits) & 15;

        *out++ = (WCHAR)(d < 10 ? '0' + d : 'A' + d - 10);
    }
    return out;
}

INT WINAPI StringFromGUID2(REFGUID guid, LPOLESTR text, INT size)
{
    if (!guid || !text || size < 39)
        return 0;
    *text++ = '{';
    text = put(text, guid->Data1, 8);
    *text++ = '-';
    text = put(text, guid->Data2, 4);
    *text++ = '-';
    text = put(text, guid->Data3, 4);
    *text++ = '-';
    for (int i = 0; i < 8; i++) {
        if (i == 2)
            *text++ = '-';
        text = put(text, guid->Data4[i], 2);
    }
    *text++ = '}';
    *text = 0;
    return 39;
}

HRESULT WINAPI StringFromCLSID(REFCLSID clsid, LPOLESTR *text)
{
    if (!text)
        return E_INVALIDARG;
    *text = CoTaskMemAlloc(39 * sizeof(WCHAR));
    if (!*text)
        return E_OUTOFMEMORY;
    StringFromGUID2(clsid, *text, 39);
    return S_OK;
}

HRESULT WINAPI StringFromIID(REFIID iid, LPOLESTR *text)
{
    return StringFromCLSID(iid, text);
}

/* {xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx} and nothing after it. */
static BOOL parse(const WCHAR *text, GUID *guid)
{
    static const BYTE layout[] = "{00000000-0000-0000-0000-000000000000}";
    ULONGLONG high = 0, low = 0;
    int digits = 0;

    for (int i = 0; i < 38; i++) {
        WCHAR c = text[i];
        int d = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;

        if (layout[i] == '0' ? d < 0 : c != layout[i])
            return FALSE;
        if (layout[i] != '0')
            continue;
        if (digits++ < 16)
            high = high << 4 | (unsigned)d;
        else
            low = low << 4 | (unsigned)d;
    }
    if (text[38])
        return FALSE;
    guid->Data1 = (ULONG)(high >> 32);
    guid->Data2 = (USHORT)(high >> 16);
    guid->Data3 = (USHORT)high;
    for (int i = 0; i < 8; i++)
        guid->Data4[i] = (UCHAR)(low >> (56 - 8 * i));
    return TRUE;
}

HRESULT WINAPI IIDFromString(LPCOLESTR text, LPIID iid)
{
    static const GUID none;

    if (!iid)
        return E_INVALIDARG;
    *iid = none;
    if (!text)
        return S_OK;
    return parse(text, iid) ? S_OK : wide_length(text) == 38 ? CO_E_IIDSTRING : E_INVALIDARG;
}

/* The class of a program's name stands in HKEY_CLASSES_ROOT\name\CLSID. */
HRESULT WINAPI CLSIDFromProgID(LPCOLESTR name, LPCLSID clsid)
{
    WCHAR value[64], *path;
    DWORD size = sizeof(value);
    SIZE_T length;
    LSTATUS error;

    if (!name || !clsid)
        return E_INVALIDARG;
    memset(clsid, 0, sizeof(*clsid));
    length = wide_length(name);
    path = heap_alloc((length + 7) * sizeof(WCHAR));
    if (!path)
        return E_OUTOFMEMORY;
    memcpy(path, name, length * sizeof(WCHAR));
    memcpy(path + length, L"\\CLSID", 7 * sizeof(WCHAR));
    error = RegGetValueW(HKEY_CLASSES_ROOT, path, NULL, RRF_RT_REG_SZ, NULL, value, &size);
    heap_free(path);
    if (error)
        return CO_E_CLASSSTRING;
    return parse(value, clsid) ? S_OK : CO_E_CLASSSTRING;
}

HRESULT WINAPI CLSIDFromString(LPCOLESTR text, LPCLSID clsid)
{
    if (!clsid)
        return E_INVALIDARG;
    if (!text) {
        memset(clsid, 0, sizeof(*clsid));
        return S_OK;
    }
    if (*text == '{') {
        memset(clsid, 0, sizeof(*clsid));
        return parse(text, clsid) ? S_OK : CO_E_CLASSSTRING;
    }
    return CLSIDFromProgID(text, clsid);
}
