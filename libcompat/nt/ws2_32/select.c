/*
 * Waiting for several sockets, and network events.
 */
#include "winsock.h"

#undef FD_ISSET
#define READ_EVENTS                                                                                \
    (AFD_POLL_RECEIVE | AFD_POLL_ACCEPT | AFD_POLL_DISCONNECT | AFD_POLL_ABORT |                   \
     AFD_POLL_LOCAL_CLOSE)
#define WRITE_EVENTS (AFD_POLL_SEND | AFD_POLL_CONNECT)
#define EXCEPT_EVENTS (AFD_POLL_RECEIVE_EXPEDITED | AFD_POLL_CONNECT_FAIL)

int WINAPI __WSAFDIsSet(SOCKET s, fd_set *set)
{
    for (u_int i = 0; i < set->fd_count; i++)
        if (set->fd_array[i] == s)
            return TRUE;
    return FALSE;
}

static AFD_POLL_INFO *new_poll(SIZE_T count)
{
    return heap_zalloc(offsetof(AFD_POLL_INFO, Handles) + (count + 1) * sizeof(AFD_POLL_HANDLE_INFO));
}

/* Runs the poll; the answer is in out. */
static NTSTATUS run_poll(AFD_POLL_INFO *in, AFD_POLL_INFO *out)
{
    ULONG size = offsetof(AFD_POLL_INFO, Handles) +
                 in->NumberOfHandles * sizeof(AFD_POLL_HANDLE_INFO);
    NTSTATUS status = wsa_control((SOCKET)in->Handles[0].Handle, IOCTL_AFD_POLL, in, size, out,
                                  size, 0, NULL);

    if (status == STATUS_TIMEOUT)
        out->NumberOfHandles = 0;
    return status;
}

/* One entry a socket. */
static void want(AFD_POLL_INFO *poll, SOCKET s, ULONG events)
{
    ULONG i;

    for (i = 0; i < poll->NumberOfHandles; i++)
        if (poll->Handles[i].Handle == (HANDLE)s)
            break;
    if (i == poll->NumberOfHandles)
        poll->Handles[poll->NumberOfHandles++].Handle = (HANDLE)s;
    poll->Handles[i].PollEvents |= events;
}

static ULONG events_of(const AFD_POLL_INFO *poll, SOCKET s)
{
    for (ULONG i = 0; i < poll->NumberOfHandles; i++)
        if (poll->Handles[i].Handle == (HANDLE)s)
            return poll->Handles[i].PollEvents;
    return 0;
}

static int keep(fd_set *set, const AFD_POLL_INFO *poll, ULONG events)
{
    u_int n = 0;

    if (!set)
        return 0;
    for (u_int i = 0; i < set->fd_count; i++)
        if (events_of(poll, set->fd_array[i]) & events)
            set->fd_array[n++] = set->fd_array[i];
    set->fd_count = n;
    return (int)n;
}

int WINAPI select(int unused, fd_set *read, fd_set *write, fd_set *except,
                  const PTIMEVAL timeout)
{
    fd_set *sets[3] = {read, write, except};
    static const ULONG events[3] = {READ_EVENTS, WRITE_EVENTS, EXCEPT_EVENTS};
    SIZE_T count = 0;
    AFD_POLL_INFO *in, *out;
    NTSTATUS status;
    int result = 0;

    (void)unused;
    if (!wsa_started())
        return SOCKET_ERROR;
    for (int i = 0; i < 3; i++)
        count += sets[i] ? sets[i]->fd_count : 0;
    if (!count || (timeout && (timeout->tv_sec < 0 || timeout->tv_usec < 0)))
        return wsa_fail(WSAEINVAL);
    in = new_poll(count);
    out = new_poll(count);
    if (!in || !out) {
        heap_free(in);
        heap_free(out);
        return wsa_fail(WSAENOBUFS);
    }
    in->Timeout.QuadPart = timeout ? -(timeout->tv_sec * 10000000ll + timeout->tv_usec * 10ll)
                                   : MAXLONGLONG;
    for (int i = 0; i < 3; i++)
        for (u_int k = 0; sets[i] && k < sets[i]->fd_count; k++)
            want(in, sets[i]->fd_array[k], events[i]);
    status = run_poll(in, out);
    if (NT_SUCCESS(status))
        for (int i = 0; i < 3; i++)
            result += keep(sets[i], out, events[i]);
    heap_free(in);
    heap_free(out);
    return NT_SUCCESS(status) ? result : wsa_status(status);
}

int WINAPI WSAPoll(LPWSAPOLLFD fds, ULONG count, INT timeout)
{
    AFD_POLL_INFO *in, *out;
    NTSTATUS status;
    int result = 0;

    if (!wsa_started())
        return SOCKET_ERROR;
    if (!fds)
        return wsa_fail(WSAEFAULT);
    if (!count)
        return wsa_fail(WSAEINVAL);
    in = new_poll(count);
    out = new_poll(count);
    if (!in || !out) {
        heap_free(in);
        heap_free(out);
        return wsa_fail(WSAENOBUFS);
    }
    in->Timeout.QuadPart = timeout < 0 ? MAXLONGLONG : timeout * -10000ll;
    for (ULONG i = 0; i < count; i++) {
        ULONG events = AFD_POLL_ABORT | AFD_POLL_CONNECT_FAIL | AFD_POLL_LOCAL_CLOSE |
                       AFD_POLL_DISCONNECT;
        DWORD type;

        fds[i].revents = 0;
        if ((INT_PTR)fds[i].fd < 0) {
            fds[i].revents = POLLNVAL;
            continue;
        }
        if (!NT_SUCCESS(wsa_get(fds[i].fd, SOL_SOCKET, SO_TYPE, &type, sizeof(type), NULL))) {
            fds[i].revents = POLLNVAL;
            result++;
            continue;
        }
        if (fds[i].events & POLLRDNORM)
            events |= AFD_POLL_RECEIVE | AFD_POLL_ACCEPT;
        if (fds[i].events & POLLRDBAND)
            events |= AFD_POLL_RECEIVE_EXPEDITED;
        if (fds[i].events & POLLWRNORM)
            events |= AFD_POLL_SEND;
        want(in, fds[i].fd, events);
    }
    if (!in->NumberOfHandles && !result) {
        heap_free(in);
        heap_free(out);
        return wsa_fail(WSAENOTSOCK);
    }
    if (result)
        in->Timeout.QuadPart = 0;
    status = in->NumberOfHandles ? run_poll(in, out) : STATUS_SUCCESS;
    for (ULONG i = 0; NT_SUCCESS(status) && i < count; i++) {
        ULONG events = fds[i].revents & POLLNVAL ? 0 : events_of(out, fds[i].fd);
        SHORT r = 0;

        if (events & (AFD_POLL_RECEIVE | AFD_POLL_ACCEPT))
            r |= POLLRDNORM;
        if (events & AFD_POLL_RECEIVE_EXPEDITED)
            r |= POLLRDBAND;
        if (events & AFD_POLL_SEND)
            r |= POLLWRNORM;
        if (events & AFD_POLL_DISCONNECT)
            r |= POLLHUP | (fds[i].events & POLLRDNORM);
        if (events & AFD_POLL_ABORT)
            r |= POLLHUP | POLLERR;
        if (events & AFD_POLL_CONNECT_FAIL)
            r |= POLLHUP | POLLERR | POLLWRNORM;
        if (events & AFD_POLL_LOCAL_CLOSE)
            r |= POLLNVAL;
        if (r) {
            fds[i].revents = r;
            result++;
        }
    }
    heap_free(in);
    heap_free(out);
    return NT_SUCCESS(status) ? result : wsa_status(status);
}

WSAEVENT WINAPI WSACreateEvent(void)
{
    HANDLE event;
    NTSTATUS status = NtCreateEvent(&event, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE);

    if (NT_SUCCESS(status))
        return event;
    wsa_status(status);
    return WSA_INVALID_EVENT;
}

static BOOL of_event(NTSTATUS status)
{
    return NT_SUCCESS(status) ? TRUE : fail(WSA_INVALID_HANDLE);
}

BOOL WINAPI WSACloseEvent(WSAEVENT event)
{
    return of_event(NtClose(event));
}

BOOL WINAPI WSASetEvent(WSAEVENT event)
{
    return of_event(NtSetEvent(event, NULL));
}

BOOL WINAPI WSAResetEvent(WSAEVENT event)
{
    return of_event(NtResetEvent(event, NULL));
}

DWORD WINAPI WSAWaitForMultipleEvents(DWORD count, const WSAEVENT *events, BOOL all, DWORD timeout,
                                      BOOL alertable)
{
    return WaitForMultipleObjectsEx(count, events, all, timeout, alertable);
}

/* FD_* are bits of their own. */
static const struct {
    __LONG32 network;
    ULONG poll;
} events_map[] = {
    {FD_READ, AFD_POLL_RECEIVE},
    {FD_WRITE, AFD_POLL_SEND},
    {FD_OOB, AFD_POLL_RECEIVE_EXPEDITED},
    {FD_ACCEPT, AFD_POLL_ACCEPT},
    {FD_CONNECT, AFD_POLL_CONNECT | AFD_POLL_CONNECT_FAIL},
    {FD_CLOSE, AFD_POLL_DISCONNECT | AFD_POLL_ABORT},
};

int WINAPI WSAEventSelect(SOCKET s, WSAEVENT event, __LONG32 network)
{
    AFD_EVENT_SELECT_INFO info;

    memset(&info, 0, sizeof(info));
    if (!wsa_started())
        return SOCKET_ERROR;
    info.Event = event;
    for (unsigned i = 0; i < ARRAYSIZE(events_map); i++)
        if (network & events_map[i].network)
            info.Events |= events_map[i].poll;
    return wsa_status(wsa_control(s, IOCTL_AFD_EVENT_SELECT, &info, sizeof(info), NULL, 0, 0,
                                  NULL));
}

int WINAPI WSAEnumNetworkEvents(SOCKET s, WSAEVENT event, LPWSANETWORKEVENTS network)
{
    AFD_NETWORK_EVENTS answer;
    NTSTATUS status;

    if (!wsa_started())
        return SOCKET_ERROR;
    if (!network)
        return wsa_fail(WSAEFAULT);
    memset(network, 0, sizeof(*network));
    status = wsa_control(s, IOCTL_AFD_ENUM_NETWORK_EVENTS, &event, sizeof(event), &answer,
                         sizeof(answer), 0, NULL);
    if (!NT_SUCCESS(status))
        return wsa_status(status);
    for (unsigned i = 0; i < ARRAYSIZE(events_map); i++)
        if (answer.PollEvents & events_map[i].poll)
            network->lNetworkEvents |= events_map[i].network;
    network->iErrorCode[FD_CONNECT_BIT] = wsa_error(answer.Status[8]);
    network->iErrorCode[FD_CLOSE_BIT] = wsa_error(answer.Status[4]);
    return 0;
}
