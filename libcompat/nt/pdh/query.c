/*
 * Performance data. A query is an object of this process; there are no counters to put into it, and
 * every attempt says that the object is not on this machine.
 */
#define _PDH_
#include "libcompat/nt/include/win32.h"
#include <pdh.h>
#include <pdhmsg.h>

#define QUERY_MAGIC 0x51484450u

struct query {
    ULONG magic;
};

static struct query *query_of(PDH_HQUERY handle)
{
    struct query *query = handle;

    return query && query->magic == QUERY_MAGIC ? query : NULL;
}

PDH_STATUS WINAPI PdhOpenQueryW(LPCWSTR source, DWORD_PTR user, PDH_HQUERY *handle)
{
    struct query *query;

    (void)user;
    if (!handle)
        return PDH_INVALID_ARGUMENT;
    if (source && *source)
        return PDH_FILE_NOT_FOUND;
    query = heap_alloc(sizeof(*query));
    if (!query)
        return PDH_MEMORY_ALLOCATION_FAILURE;
    query->magic = QUERY_MAGIC;
    *handle = query;
    return ERROR_SUCCESS;
}

PDH_STATUS WINAPI PdhOpenQueryA(LPCSTR source, DWORD_PTR user, PDH_HQUERY *handle)
{
    return PdhOpenQueryW(source && *source ? L"?" : NULL, user, handle);
}

PDH_STATUS WINAPI PdhCloseQuery(PDH_HQUERY handle)
{
    struct query *query = query_of(handle);

    if (!query)
        return PDH_INVALID_HANDLE;
    query->magic = 0;
    heap_free(query);
    return ERROR_SUCCESS;
}

static PDH_STATUS add(PDH_HQUERY handle, BOOL path, PDH_HCOUNTER *counter)
{
    if (!path || !counter)
        return PDH_INVALID_ARGUMENT;
    *counter = NULL;
    return query_of(handle) ? (PDH_STATUS)PDH_CSTATUS_NO_OBJECT : (PDH_STATUS)PDH_INVALID_HANDLE;
}

PDH_STATUS WINAPI PdhAddCounterW(PDH_HQUERY handle, LPCWSTR path, DWORD_PTR user, PDH_HCOUNTER *counter)
{
    (void)user;
    return add(handle, path != NULL, counter);
}

PDH_STATUS WINAPI PdhAddCounterA(PDH_HQUERY handle, LPCSTR path, DWORD_PTR user, PDH_HCOUNTER *counter)
{
    (void)user;
    return add(handle, path != NULL, counter);
}

PDH_STATUS WINAPI PdhAddEnglishCounterW(PDH_HQUERY handle, LPCWSTR path, DWORD_PTR user,
                                        PDH_HCOUNTER *counter)
{
    (void)user;
    return add(handle, path != NULL, counter);
}

PDH_STATUS WINAPI PdhAddEnglishCounterA(PDH_HQUERY handle, LPCSTR path, DWORD_PTR user,
                                        PDH_HCOUNTER *counter)
{
    (void)user;
    return add(handle, path != NULL, counter);
}

PDH_STATUS WINAPI PdhRemoveCounter(PDH_HCOUNTER counter)
{
    (void)counter;
    return PDH_INVALID_HANDLE;
}

PDH_STATUS WINAPI PdhCollectQueryData(PDH_HQUERY handle)
{
    return query_of(handle) ? (PDH_STATUS)PDH_NO_DATA : (PDH_STATUS)PDH_INVALID_HANDLE;
}

PDH_STATUS WINAPI PdhGetFormattedCounterValue(PDH_HCOUNTER counter, DWORD format, LPDWORD type,
                                              PPDH_FMT_COUNTERVALUE value)
{
    (void)counter, (void)format, (void)type, (void)value;
    return PDH_INVALID_HANDLE;
}
