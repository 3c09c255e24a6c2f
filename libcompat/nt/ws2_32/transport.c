/*
 * The way to the transport driver: endpoints, control codes, and its statuses as errors.
 */
#include "winsock.h"

int wsa_error(NTSTATUS status)
{
    switch (status) {
    case STATUS_SUCCESS: return 0;
    case STATUS_PENDING: return WSA_IO_PENDING;
    case STATUS_INVALID_HANDLE:
    case STATUS_OBJECT_TYPE_MISMATCH:
    case STATUS_INVALID_DEVICE_REQUEST: return WSAENOTSOCK;
    case STATUS_INSUFFICIENT_RESOURCES:
    case STATUS_NO_MEMORY:
    case STATUS_REMOTE_RESOURCES: return WSAENOBUFS;
    case STATUS_TOO_MANY_OPENED_FILES: return WSAEMFILE;
    case STATUS_SHARING_VIOLATION:
    case STATUS_TOO_MANY_ADDRESSES:
    case STATUS_ADDRESS_ALREADY_EXISTS: return WSAEADDRINUSE;
    case STATUS_TIMEOUT:
    case STATUS_IO_TIMEOUT: return WSAETIMEDOUT;
    case STATUS_GRACEFUL_DISCONNECT: return WSAEDISCON;
    case STATUS_REMOTE_DISCONNECT:
    case STATUS_CONNECTION_RESET:
    case STATUS_CONNECTION_DISCONNECTED:
    case STATUS_PORT_UNREACHABLE: return WSAECONNRESET;
    case STATUS_LOCAL_DISCONNECT:
    case STATUS_CONNECTION_ABORTED: return WSAECONNABORTED;
    case STATUS_NETWORK_UNREACHABLE:
    case STATUS_PROTOCOL_UNREACHABLE: return WSAENETUNREACH;
    case STATUS_HOST_UNREACHABLE: return WSAEHOSTUNREACH;
    case STATUS_CANCELLED: return WSAEINTR;
    case STATUS_BUFFER_OVERFLOW:
    case STATUS_INVALID_BUFFER_SIZE: return WSAEMSGSIZE;
    case STATUS_BUFFER_TOO_SMALL:
    case STATUS_ACCESS_VIOLATION: return WSAEFAULT;
    case STATUS_DEVICE_NOT_READY: return WSAEWOULDBLOCK;
    case STATUS_CONNECTION_IN_USE: return WSAEALREADY;
    case STATUS_NETWORK_BUSY:
    case STATUS_NO_SUCH_DEVICE:
    case STATUS_OBJECT_PATH_NOT_FOUND:
    case STATUS_OBJECT_NAME_NOT_FOUND: return WSAENETDOWN;
    case STATUS_INVALID_CONNECTION: return WSAENOTCONN;
    case STATUS_CONNECTION_REFUSED: return WSAECONNREFUSED;
    case STATUS_PIPE_DISCONNECTED: return WSAESHUTDOWN;
    case STATUS_INVALID_ADDRESS_COMPONENT: return WSAEADDRNOTAVAIL;
    case STATUS_INVALID_ADDRESS: return WSAEAFNOSUPPORT;
    case STATUS_PROTOCOL_NOT_SUPPORTED: return WSAEPROTONOSUPPORT;
    case STATUS_NOT_SUPPORTED: return WSAEOPNOTSUPP;
    case STATUS_ACCESS_DENIED: return WSAEACCES;
    case STATUS_CONNECTION_ACTIVE: return WSAEISCONN;
    default: return NT_SUCCESS(status) ? 0 : WSAEINVAL;
    }
}

/* TLS slot of the threads' events; made by the first caller, interlocked. */
static DWORD event_slot = TLS_OUT_OF_INDEXES;

HANDLE wsa_event(void)
{
    HANDLE event;

    if (event_slot == TLS_OUT_OF_INDEXES) {
        DWORD slot = TlsAlloc();

        if (slot == TLS_OUT_OF_INDEXES)
            return NULL;
        if (InterlockedCompareExchange((LONG *)&event_slot, slot, TLS_OUT_OF_INDEXES) !=
            (LONG)TLS_OUT_OF_INDEXES)
            TlsFree(slot);
    }
    event = TlsGetValue(event_slot);
    if (!event && NT_SUCCESS(NtCreateEvent(&event, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE)))
        TlsSetValue(event_slot, event);
    return event;
}

void wsa_event_forget(void)
{
    HANDLE event = event_slot == TLS_OUT_OF_INDEXES ? NULL : TlsGetValue(event_slot);

    if (event) {
        TlsSetValue(event_slot, NULL);
        NtClose(event);
    }
}

static NTSTATUS wait_for(HANDLE event, const LARGE_INTEGER *timeout)
{
    NTSTATUS status;

    /* Completion routines of other requests run meanwhile. */
    do
        status = NtWaitForSingleObject(event, TRUE, (LARGE_INTEGER *)timeout);
    while (status == STATUS_USER_APC || status == STATUS_ALERTED);
    return status;
}

NTSTATUS wsa_control(SOCKET s, ULONG code, const void *in, ULONG in_size, void *out,
                     ULONG out_size, DWORD timeout, ULONG_PTR *done)
{
    IO_STATUS_BLOCK iosb = {.Status = STATUS_PENDING}, other;
    HANDLE event = wsa_event();
    NTSTATUS status;

    if (!event)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = NtDeviceIoControlFile((HANDLE)s, event, NULL, NULL, &iosb, code, (void *)in, in_size,
                                   out, out_size);
    if (status == STATUS_PENDING) {
        LARGE_INTEGER until;
        NTSTATUS waited;

        NtQuerySystemTime(&until);
        until.QuadPart += timeout * 10000ll;
        waited = wait_for(event, timeout ? &until : NULL);
        if (waited == STATUS_TIMEOUT) {
            NtCancelIoFileEx((HANDLE)s, &iosb, &other);
            wait_for(event, NULL);
        }
        status = iosb.Status;
        if (waited == STATUS_TIMEOUT && status == STATUS_CANCELLED)
            status = STATUS_IO_TIMEOUT;
    }
    if (done)
        *done = NT_ERROR(status) ? 0 : iosb.Information;
    return status;
}

NTSTATUS wsa_open(int family, int type, int protocol, DWORD flags, SOCKET *s)
{
    static const WCHAR name[] = L"\\Device\\Afd\\Endpoint";
    static const char attribute[] = AFD_OPEN_PACKET_NAME;
    struct {
        ULONG next;
        UCHAR flags, name_length;
        USHORT value_length;
        char name[sizeof(attribute)];
        AFD_OPEN_PACKET packet;
    } ea = {.name_length = sizeof(attribute) - 1, .value_length = sizeof(ea.packet)};
    UNICODE_STRING path = {sizeof(name) - sizeof(WCHAR), sizeof(name), (WCHAR *)name};
    OBJECT_ATTRIBUTES object = {.Length = sizeof(object), .ObjectName = &path};
    IO_STATUS_BLOCK iosb;
    HANDLE h;
    NTSTATUS status;

    memcpy(ea.name, attribute, sizeof(attribute));
    _Static_assert(offsetof(__typeof__(ea), packet) == 8 + sizeof(attribute), "EA value");
    ea.packet.AddressFamily = family;
    ea.packet.SocketType = type;
    ea.packet.Protocol = protocol;
    object.Attributes = OBJ_CASE_INSENSITIVE;
    if (!(flags & WSA_FLAG_NO_HANDLE_INHERIT))
        object.Attributes |= OBJ_INHERIT;
    status = NtCreateFile(&h, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &object, &iosb, NULL, 0,
                          FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN_IF,
                          flags & WSA_FLAG_OVERLAPPED ? 0 : FILE_SYNCHRONOUS_IO_NONALERT, &ea,
                          sizeof(ea));
    *s = NT_SUCCESS(status) ? (SOCKET)h : INVALID_SOCKET;
    return status;
}

/* Calls the program's routine; the block is its OVERLAPPED. */
static VOID NTAPI run_routine(PVOID routine, IO_STATUS_BLOCK *iosb, ULONG reserved)
{
    LPWSAOVERLAPPED overlapped = (LPWSAOVERLAPPED)iosb;

    (void)reserved;
    ((LPWSAOVERLAPPED_COMPLETION_ROUTINE)routine)(
        iosb->Status == STATUS_CANCELLED ? WSA_OPERATION_ABORTED : wsa_error(iosb->Status),
        (DWORD)iosb->Information, overlapped, 0);
}

int wsa_overlapped(SOCKET s, ULONG code, const void *in, ULONG in_size, void *out, ULONG out_size,
                   LPDWORD done, LPWSAOVERLAPPED overlapped,
                   LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    IO_STATUS_BLOCK *iosb = (IO_STATUS_BLOCK *)overlapped;
    HANDLE event = routine ? NULL : overlapped->hEvent;
    /* With the low bit set, a completion port is not told. */
    PVOID context = (ULONG_PTR)event & 1 ? NULL : overlapped;
    NTSTATUS status;

    event = (HANDLE)((ULONG_PTR)event & ~(ULONG_PTR)1);
    iosb->Status = STATUS_PENDING;
    iosb->Information = 0;
    status = NtDeviceIoControlFile((HANDLE)s, event, routine ? (PVOID)run_routine : NULL,
                                   routine ? (PVOID)routine : context, iosb, code, (void *)in,
                                   in_size, out, out_size);
    if (done && status != STATUS_PENDING && !NT_ERROR(status))
        *done = (DWORD)iosb->Information;
    if (status == STATUS_PENDING)
        return wsa_fail(WSA_IO_PENDING);
    return wsa_status(status);
}
