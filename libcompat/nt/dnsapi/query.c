/*
 * Queries: the hosts file, then the host's resolver.
 */
#include "dns.h"

#include "libcompat/nt/include/nsi_call.h"

#ifndef DNS_REQUEST_PENDING
#define DNS_REQUEST_PENDING 9506
#endif

static DNS_STATUS status_of(LONG result)
{
    switch (result) {
    case NSI_NO_SUCH_NAME: return DNS_ERROR_RCODE_NAME_ERROR;
    case NSI_NO_DATA: return DNS_INFO_NO_RECORDS;
    case NSI_TRY_AGAIN: return ERROR_TIMEOUT;
    default: return DNS_ERROR_RCODE_SERVER_FAILURE;
    }
}

static DNS_STATUS ask(HANDLE device, const char *name, WORD type, ULONGLONG options,
                      enum charset charset, PDNS_RECORD *list)
{
    NSI_QUESTION *q = heap_zalloc(sizeof(*q));
    NSI_ANSWER *a = heap_alloc(NSI_ANSWER_MAX);
    SIZE_T length = ansi_length(name);
    ULONG_PTR done = 0;
    DNS_STATUS result;
    NTSTATUS status = STATUS_NO_MEMORY;

    if (q && a) {
        q->Operation = NSI_ASK_RECORDS;
        q->Type = type;
        q->Flags = (options & DNS_QUERY_TREAT_AS_FQDN ? NSI_NAME_NO_SEARCH : 0) |
                   (options & DNS_QUERY_USE_TCP_ONLY ? NSI_NAME_TCP : 0);
        q->NameLength = (ULONG)length;
        memcpy(q->Name, name, length);
        status = nsi_control(device, IOCTL_NSI_RESOLVE, q,
                             (ULONG)(offsetof(NSI_QUESTION, Name) + length), a, NSI_ANSWER_MAX,
                             &done);
    }
    if (status == STATUS_NO_MEMORY)
        result = DNS_ERROR_NO_MEMORY;
    else if (status == STATUS_CANCELLED)
        result = ERROR_CANCELLED;
    else if (!NT_SUCCESS(status) || done < sizeof(*a) || a->Length > done - sizeof(*a))
        result = DNS_ERROR_RCODE_SERVER_FAILURE;
    else if (a->Result != NSI_RESOLVED)
        result = status_of(a->Result);
    else
        result = dns_parse((const UCHAR *)(a + 1), a->Length, charset, list);
    heap_free(q);
    heap_free(a);
    return result;
}

static DNS_STATUS query(HANDLE device, const char *name, WORD type, ULONGLONG options,
                        enum charset charset, PDNS_RECORD *list)
{
    SIZE_T length = ansi_length(name);

    *list = NULL;
    if (!length || length > NSI_NAME_MAX)
        return ERROR_INVALID_NAME;
    for (const char *c = name; *c; c++)
        if (*c == ' ' || (*c > 0 && *c < 0x20))
            return ERROR_INVALID_NAME;
    if (!(options & (DNS_QUERY_NO_HOSTS_FILE | DNS_QUERY_WIRE_ONLY)) &&
        dns_hosts(name, type, charset, list))
        return *list ? 0 : DNS_INFO_NO_RECORDS;
    if (options & DNS_QUERY_NO_WIRE_QUERY)
        return DNS_ERROR_RECORD_DOES_NOT_EXIST;
    return ask(device, name, type, options, charset, list);
}

static DNS_STATUS query_text(const void *text, WORD type, DWORD options, void **list, void **reserved,
                             enum charset charset)
{
    HANDLE device;
    char *name;
    DNS_STATUS status;

    if (reserved)
        *reserved = NULL;
    if (!list || !text)
        return ERROR_INVALID_PARAMETER;
    *list = NULL;
    if (!NT_SUCCESS(nsi_open(&device)))
        return DNS_ERROR_RCODE_SERVER_FAILURE;
    name = dns_utf8_of(text, charset);
    status = name ? query(device, name, type, options, charset, (PDNS_RECORD *)list)
                  : DNS_ERROR_NO_MEMORY;
    heap_free(name);
    NtClose(device);
    return status;
}

/* servers: name servers to ask instead of the host's own; only the host's own can be asked. */
DNS_STATUS WINAPI DnsQuery_W(PCWSTR name, WORD type, DWORD options, PIP4_ARRAY servers,
                             PDNS_RECORD *list, PVOID *reserved)
{
    if (servers)
        return ERROR_NOT_SUPPORTED;
    return query_text(name, type, options, (void **)list, reserved, CHARSET_WIDE);
}

DNS_STATUS WINAPI DnsQuery_A(PCSTR name, WORD type, DWORD options, PIP4_ARRAY servers,
                             PDNS_RECORD *list, PVOID *reserved)
{
    if (servers)
        return ERROR_NOT_SUPPORTED;
    return query_text(name, type, options, (void **)list, reserved, CHARSET_ANSI);
}

DNS_STATUS WINAPI DnsQuery_UTF8(PCSTR name, WORD type, DWORD options, PIP4_ARRAY servers,
                                PDNS_RECORDA *list, PVOID *reserved)
{
    if (servers)
        return ERROR_NOT_SUPPORTED;
    return query_text(name, type, options, (void **)list, reserved, CHARSET_UTF8);
}

/* ---- DnsQueryEx ---- */

typedef struct {
    ULONG Version;
    PCWSTR QueryName;
    WORD QueryType;
    ULONG64 QueryOptions;
    PVOID pDnsServerList;
    ULONG InterfaceIndex;
    PDNS_QUERY_COMPLETION_ROUTINE pQueryCompletionCallback;
    PVOID pQueryContext;
} QUERY_REQUEST;

/* The program's handle for cancelling: 32 bytes, of which the first name the device. */
typedef struct {
    HANDLE device;
    char reserved[24];
} QUERY_CANCEL;

_Static_assert(sizeof(QUERY_REQUEST) == 64 && sizeof(QUERY_CANCEL) == 32, "DNS_QUERY_REQUEST");

/* Alive until the callback has run. */
struct later {
    char *name;
    QUERY_REQUEST request;
    PDNS_QUERY_RESULT result;
    QUERY_CANCEL *cancel;
    HANDLE device;
};

static VOID CALLBACK query_later(PTP_CALLBACK_INSTANCE instance, PVOID argument)
{
    struct later *l = argument;

    (void)instance;
    l->result->QueryStatus = query(l->device, l->name, l->request.QueryType,
                                   l->request.QueryOptions, CHARSET_WIDE,
                                   &l->result->pQueryRecords);
    if (l->cancel)
        l->cancel->device = NULL;
    NtClose(l->device);
    l->request.pQueryCompletionCallback(l->request.pQueryContext, l->result);
    heap_free(l->name);
    heap_free(l);
}

DNS_STATUS WINAPI DnsQueryEx(QUERY_REQUEST *request, PDNS_QUERY_RESULT result,
                             QUERY_CANCEL *cancel);

DNS_STATUS WINAPI DnsQueryEx(QUERY_REQUEST *request, PDNS_QUERY_RESULT result, QUERY_CANCEL *cancel)
{
    struct later *l;
    DNS_STATUS status = DNS_ERROR_NO_MEMORY;

    if (!request || !result || (request->Version != 1 && request->Version != 3) ||
        result->Version != 1 || !request->QueryName)
        return ERROR_INVALID_PARAMETER;
    result->pQueryRecords = NULL;
    if (request->pDnsServerList)
        return result->QueryStatus = ERROR_NOT_SUPPORTED;
    if (!request->pQueryCompletionCallback) {
        status = query_text(request->QueryName, request->QueryType, (DWORD)request->QueryOptions,
                            (void **)&result->pQueryRecords, NULL, CHARSET_WIDE);
        return result->QueryStatus = status;
    }
    l = heap_zalloc(sizeof(*l));
    if (!l)
        return status;
    l->request = *request;
    l->result = result;
    l->cancel = cancel;
    l->name = dns_utf8_of(request->QueryName, CHARSET_WIDE);
    if (l->name && NT_SUCCESS(nsi_open(&l->device))) {
        if (cancel)
            cancel->device = l->device;
        if (TrySubmitThreadpoolCallback(query_later, l, NULL))
            return DNS_REQUEST_PENDING;
        NtClose(l->device);
    }
    heap_free(l->name);
    heap_free(l);
    return status;
}

DNS_STATUS WINAPI DnsCancelQuery(QUERY_CANCEL *cancel);

DNS_STATUS WINAPI DnsCancelQuery(QUERY_CANCEL *cancel)
{
    IO_STATUS_BLOCK iosb;

    if (!cancel)
        return ERROR_INVALID_PARAMETER;
    if (!cancel->device)
        return ERROR_NOT_FOUND;
    /* When it has just ended, there is nothing to cancel: its callback runs all the same. */
    NtCancelIoFileEx(cancel->device, NULL, &iosb);
    return 0;
}
