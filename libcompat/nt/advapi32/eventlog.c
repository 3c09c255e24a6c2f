/*
 * Event logs and event tracing. There is no log service, which callers are told as on a system where
 * it does not run. Tracing providers register as ever; with no session that listens, events go
 * nowhere, which is what Windows does with them then.
 */
#include "advapi.h"

#define _EVNT_SOURCE_
#include <evntprov.h>

HANDLE WINAPI RegisterEventSourceW(LPCWSTR server, LPCWSTR source)
{
    (void)server, (void)source;
    fail(RPC_S_SERVER_UNAVAILABLE);
    return NULL;
}

HANDLE WINAPI RegisterEventSourceA(LPCSTR server, LPCSTR source)
{
    (void)server, (void)source;
    return RegisterEventSourceW(NULL, NULL);
}

HANDLE WINAPI OpenEventLogW(LPCWSTR server, LPCWSTR source)
{
    (void)server, (void)source;
    fail(RPC_S_SERVER_UNAVAILABLE);
    return NULL;
}

HANDLE WINAPI OpenEventLogA(LPCSTR server, LPCSTR source)
{
    (void)server, (void)source;
    return OpenEventLogW(NULL, NULL);
}

/* No handle of a log was ever given out. */
BOOL WINAPI DeregisterEventSource(HANDLE log)
{
    (void)log;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI CloseEventLog(HANDLE log)
{
    (void)log;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI ReportEventW(HANDLE log, WORD type, WORD category, DWORD id, PSID user, WORD count,
                         DWORD size, LPCWSTR *strings, LPVOID data)
{
    (void)log, (void)type, (void)category, (void)id, (void)user, (void)count, (void)size;
    (void)strings, (void)data;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI ReportEventA(HANDLE log, WORD type, WORD category, DWORD id, PSID user, WORD count,
                         DWORD size, LPCSTR *strings, LPVOID data)
{
    (void)strings;
    return ReportEventW(log, type, category, id, user, count, size, NULL, data);
}

#define PROVIDER_MAGIC 0x50777445u

struct provider {
    ULONG magic;
    GUID id;
};

static struct provider *provider_of(REGHANDLE handle)
{
    struct provider *provider = (struct provider *)(ULONG_PTR)handle;

    return provider && provider->magic == PROVIDER_MAGIC ? provider : NULL;
}

ULONG WINAPI EventRegister(LPCGUID id, PENABLECALLBACK callback, PVOID context, PREGHANDLE handle)
{
    struct provider *provider;

    (void)callback, (void)context; /* told of sessions, of which there are none */
    if (!id || !handle)
        return ERROR_INVALID_PARAMETER;
    provider = heap_alloc(sizeof(*provider));
    if (!provider)
        return ERROR_NOT_ENOUGH_MEMORY;
    provider->magic = PROVIDER_MAGIC;
    provider->id = *id;
    *handle = (REGHANDLE)(ULONG_PTR)provider;
    return ERROR_SUCCESS;
}

ULONG WINAPI EventUnregister(REGHANDLE handle)
{
    struct provider *provider = provider_of(handle);

    if (!provider)
        return ERROR_INVALID_HANDLE;
    provider->magic = 0;
    heap_free(provider);
    return ERROR_SUCCESS;
}

BOOLEAN WINAPI EventEnabled(REGHANDLE handle, PCEVENT_DESCRIPTOR descriptor)
{
    (void)handle, (void)descriptor;
    return FALSE;
}

BOOLEAN WINAPI EventProviderEnabled(REGHANDLE handle, UCHAR level, ULONGLONG keyword)
{
    (void)handle, (void)level, (void)keyword;
    return FALSE;
}

ULONG WINAPI EventWrite(REGHANDLE handle, PCEVENT_DESCRIPTOR descriptor, ULONG count,
                        PEVENT_DATA_DESCRIPTOR data)
{
    (void)data;
    if (!descriptor || count > MAX_EVENT_DATA_DESCRIPTORS)
        return ERROR_INVALID_PARAMETER;
    return provider_of(handle) ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

ULONG WINAPI EventWriteTransfer(REGHANDLE handle, PCEVENT_DESCRIPTOR descriptor, LPCGUID activity,
                                LPCGUID related, ULONG count, PEVENT_DATA_DESCRIPTOR data)
{
    (void)activity, (void)related;
    return EventWrite(handle, descriptor, count, data);
}

ULONG WINAPI EventWriteString(REGHANDLE handle, UCHAR level, ULONGLONG keyword, PCWSTR text)
{
    (void)level, (void)keyword;
    if (!text)
        return ERROR_INVALID_PARAMETER;
    return provider_of(handle) ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

ULONG WINAPI EventSetInformation(REGHANDLE handle, EVENT_INFO_CLASS class, PVOID info, ULONG size)
{
    (void)class, (void)info, (void)size; /* how events are described to a session */
    return provider_of(handle) ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}
