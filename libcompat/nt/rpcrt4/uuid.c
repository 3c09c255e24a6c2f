/*
 * UUIDs.
 */
#define _RPCRT4_
#define RPCRTAPI
#include "libcompat/nt/include/win32.h"
#include <rpc.h>

BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size); /* bcryptprimitives */

/* Version 4 of RFC 4122: random but for six bits. */
RPC_STATUS RPC_ENTRY UuidCreate(UUID *uuid)
{
    ProcessPrng((BYTE *)uuid, sizeof(*uuid));
    uuid->Data3 = (uuid->Data3 & 0x0fff) | 0x4000;
    uuid->Data4[0] = (uuid->Data4[0] & 0x3f) | 0x80;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY UuidCreateNil(UUID *uuid)
{
    memset(uuid, 0, sizeof(*uuid));
    return RPC_S_OK;
}

static void text_of(const UUID *uuid, char *out)
{
    static const char hex[] = "0123456789abcdef";
    BYTE bytes[16] = {uuid->Data1 >> 24, uuid->Data1 >> 16, uuid->Data1 >> 8, uuid->Data1,
                      uuid->Data2 >> 8,  uuid->Data2,       uuid->Data3 >> 8, uuid->Data3};

    memcpy(bytes + 8, uuid->Data4, 8);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = hex[bytes[i] >> 4];
        *out++ = hex[bytes[i] & 15];
    }
    *out = 0;
}

static const UUID nil;

RPC_STATUS RPC_ENTRY UuidToStringA(UUID *uuid, RPC_CSTR *text)
{
    *text = heap_alloc(37);
    if (!*text)
        return RPC_S_OUT_OF_MEMORY;
    text_of(uuid ? uuid : &nil, (char *)*text);
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY UuidToStringW(UUID *uuid, RPC_WSTR *text)
{
    char narrow[37];

    *text = heap_alloc(37 * sizeof(WCHAR));
    if (!*text)
        return RPC_S_OUT_OF_MEMORY;
    text_of(uuid ? uuid : &nil, narrow);
    for (int i = 0; i < 37; i++)
        (*text)[i] = narrow[i];
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcStringFreeA(RPC_CSTR *text)
{
    heap_free(*text);
    *text = NULL;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcStringFreeW(RPC_WSTR *text)
{
    heap_free(*text);
    *text = NULL;
    return RPC_S_OK;
}

static int digit(WCHAR c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

RPC_STATUS RPC_ENTRY UuidFromStringW(RPC_WSTR text, UUID *uuid)
{
    BYTE bytes[16];
    const WCHAR *p = text;

    if (!text)
        return UuidCreateNil(uuid);
    for (int i = 0; i < 16; i++) {
        int high, low;

        if ((i == 4 || i == 6 || i == 8 || i == 10) && *p++ != '-')
            return RPC_S_INVALID_STRING_UUID;
        high = digit(p[0]);
        low = high < 0 ? -1 : digit(p[1]);
        if (low < 0)
            return RPC_S_INVALID_STRING_UUID;
        bytes[i] = (BYTE)(high << 4 | low);
        p += 2;
    }
    if (*p)
        return RPC_S_INVALID_STRING_UUID;
    uuid->Data1 = (ULONG)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
    uuid->Data2 = bytes[4] << 8 | bytes[5];
    uuid->Data3 = bytes[6] << 8 | bytes[7];
    memcpy(uuid->Data4, bytes + 8, 8);
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY UuidFromStringA(RPC_CSTR text, UUID *uuid)
{
    WCHAR wide[38];
    int i = 0;

    if (!text)
        return UuidCreateNil(uuid);
    for (; i < 37 && text[i]; i++)
        wide[i] = text[i];
    wide[i] = 0;
    return UuidFromStringW((RPC_WSTR)wide, uuid);
}

int RPC_ENTRY UuidEqual(UUID *a, UUID *b, RPC_STATUS *status)
{
    *status = RPC_S_OK;
    return !memcmp(a ? a : &nil, b ? b : &nil, sizeof(nil));
}

int RPC_ENTRY UuidIsNil(UUID *uuid, RPC_STATUS *status)
{
    return UuidEqual(uuid, NULL, status);
}

/* By field, each as an unsigned number. */
signed int RPC_ENTRY UuidCompare(UUID *a, UUID *b, RPC_STATUS *status)
{
    const UUID *x = a ? a : &nil, *y = b ? b : &nil;
    int order;

    *status = RPC_S_OK;
    if (x->Data1 != y->Data1)
        return x->Data1 < y->Data1 ? -1 : 1;
    if (x->Data2 != y->Data2)
        return x->Data2 < y->Data2 ? -1 : 1;
    if (x->Data3 != y->Data3)
        return x->Data3 < y->Data3 ? -1 : 1;
    order = memcmp(x->Data4, y->Data4, 8);
    return order < 0 ? -1 : order > 0;
}
