/* Byte order, checksums, random numbers, encoded pointers. */
#include "rtl_private.h"

USHORT FASTCALL RtlUshortByteSwap(USHORT value)
{
    return __builtin_bswap16(value);
}

ULONG FASTCALL RtlUlongByteSwap(ULONG value)
{
    return __builtin_bswap32(value);
}

ULONGLONG FASTCALL RtlUlonglongByteSwap(ULONGLONG value)
{
    return __builtin_bswap64(value);
}

/* CRC-32 of Ethernet and zip, reflected; a table for four bits keeps it small. */
ULONG NTAPI RtlComputeCrc32(ULONG initial, const void *data, LONG bytes)
{
    static const ULONG table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const UCHAR *p = data;
    ULONG crc = ~initial;

    while (bytes-- > 0) {
        crc ^= *p++;
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

DWORD NTAPI RtlCrc32(const void *buffer, size_t size, DWORD initial)
{
    const UCHAR *p = buffer;

    while (size) {
        LONG n = size > 0x40000000 ? 0x40000000 : (LONG)size;

        initial = RtlComputeCrc32(initial, p, n);
        p += n;
        size -= (size_t)n;
    }
    return initial;
}

/* CRC-64 with the polynomial 0x9a6c9329ac4bc9b5, reflected, as Windows computes it. */
ULONGLONG NTAPI RtlCrc64(const void *buffer, size_t size, ULONGLONG initial)
{
    const UCHAR *p = buffer;
    ULONGLONG crc = ~initial;

    while (size--) {
        crc ^= *p++;
        for (int i = 0; i < 8; i++)
            crc = crc >> 1 ^ (crc & 1 ? 0x9a6c9329ac4bc9b5ull : 0);
    }
    return ~crc;
}

/* The documented generator: x = x * 0x7fffffed + 0x7fffffc3 modulo 2^31 - 1. */
ULONG NTAPI RtlUniform(PULONG seed)
{
    *seed = (ULONG)(((ULONGLONG)*seed * 0x7fffffed + 0x7fffffc3) % 0x7fffffff);
    return *seed;
}

/* Shuffled output of two steps of the generator; each thread's seed is its own, the table is shared. */
ULONG NTAPI RtlRandom(PULONG seed)
{
    static ULONG table[128]; /* filled at first use; a race only changes which random value it is */
    static volatile LONG filled;
    ULONG index, value, result;

    if (!__atomic_load_n(&filled, __ATOMIC_ACQUIRE)) {
        ULONG s = 0x5eed1234;

        for (SIZE_T i = 0; i < COUNT_OF(table); i++)
            table[i] = RtlUniform(&s);
        __atomic_store_n(&filled, 1, __ATOMIC_RELEASE);
    }
    value = RtlUniform(seed);
    index = RtlUniform(seed) % COUNT_OF(table);
    result = __atomic_exchange_n(&table[index], value, __ATOMIC_RELAXED);
    return result;
}

ULONG NTAPI RtlRandomEx(PULONG seed)
{
    return RtlRandom(seed);
}

/* ---- encoded pointers: exclusive or with a secret and a rotation by it ---- */

static PVOID rotate(ULONG_PTR value, ULONG by, BOOLEAN right)
{
    const ULONG bits = sizeof(value) * 8;

    by %= bits;
    if (!by)
        return (PVOID)value;
    return (PVOID)(right ? value >> by | value << (bits - by) : value << by | value >> (bits - by));
}

static ULONG process_cookie(HANDLE process, NTSTATUS *status)
{
    ULONG cookie = 0;

    *status = NtQueryInformationProcess(process, ProcessCookie, &cookie, sizeof(cookie), NULL);
    return cookie;
}

static ULONG own_cookie(void)
{
    static ULONG known; /* the same for the life of the process */
    ULONG cookie = __atomic_load_n(&known, __ATOMIC_RELAXED);
    NTSTATUS status;

    if (!cookie) {
        cookie = process_cookie(NtCurrentProcess(), &status);
        if (status < 0)
            RtlRaiseStatus(status);
        __atomic_store_n(&known, cookie, __ATOMIC_RELAXED);
    }
    return cookie;
}

PVOID NTAPI RtlEncodePointer(PVOID ptr)
{
    ULONG cookie = own_cookie();

    return rotate((ULONG_PTR)ptr ^ cookie, cookie & 63, TRUE);
}

PVOID NTAPI RtlDecodePointer(PVOID ptr)
{
    ULONG cookie = own_cookie();

    return (PVOID)((ULONG_PTR)rotate((ULONG_PTR)ptr, cookie & 63, FALSE) ^ cookie);
}

PVOID NTAPI RtlEncodeSystemPointer(PVOID ptr)
{
    ULONG cookie = rtl_kuser()->Cookie;

    return rotate((ULONG_PTR)ptr ^ cookie, cookie & 63, TRUE);
}

PVOID NTAPI RtlDecodeSystemPointer(PVOID ptr)
{
    ULONG cookie = rtl_kuser()->Cookie;

    return (PVOID)((ULONG_PTR)rotate((ULONG_PTR)ptr, cookie & 63, FALSE) ^ cookie);
}

NTSTATUS NTAPI RtlEncodeRemotePointer(HANDLE process, PVOID ptr, PVOID *encoded)
{
    NTSTATUS status;
    ULONG cookie = process_cookie(process, &status);

    if (status >= 0)
        *encoded = rotate((ULONG_PTR)ptr ^ cookie, cookie & 63, TRUE);
    return status;
}

NTSTATUS NTAPI RtlDecodeRemotePointer(HANDLE process, PVOID ptr, PVOID *decoded)
{
    NTSTATUS status;
    ULONG cookie = process_cookie(process, &status);

    if (status >= 0)
        *decoded = (PVOID)((ULONG_PTR)rotate((ULONG_PTR)ptr, cookie & 63, FALSE) ^ cookie);
    return status;
}
