/* Overlapped requests on sockets: completion ports, AcceptEx, ConnectEx, events, cancel, close. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include "tests/nt/check.h"

static LPFN_ACCEPTEX accept_ex;
static LPFN_CONNECTEX connect_ex;
static LPFN_GETACCEPTEXSOCKADDRS addresses;

static void *extension(SOCKET s, GUID id)
{
    void *f = NULL;
    DWORD n;

    CHECK_EQ(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof(id), &f, sizeof(f), &n,
                      NULL, NULL), 0);
    CHECK(f != NULL);
    return f;
}

static SOCKET bound(struct sockaddr_in *at)
{
    SOCKET s = WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED);
    int n = sizeof(*at);

    *at = (struct sockaddr_in){.sin_family = AF_INET};
    at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK_EQ(bind(s, (struct sockaddr *)at, sizeof(*at)), 0);
    CHECK_EQ(getsockname(s, (struct sockaddr *)at, &n), 0);
    return s;
}

static OVERLAPPED *next(HANDLE port, ULONG_PTR *key, DWORD *n, BOOL *ok)
{
    OVERLAPPED *o = NULL;

    *ok = GetQueuedCompletionStatus(port, n, key, &o, 5000);
    return o;
}

static void test_port(void)
{
    struct sockaddr_in at, unused;
    SOCKET l = bound(&at), a = WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED);
    SOCKET c = bound(&unused);
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    OVERLAPPED accepting = {0}, connecting = {0}, reading = {0}, writing = {0};
    char area[2 * (sizeof(struct sockaddr_in) + 16)], in[8], out[] = "overlap";
    struct sockaddr *local, *remote;
    int local_n, remote_n;
    DWORD n, flags = 0;
    ULONG_PTR key;
    BOOL ok, seen_accept = FALSE, seen_connect = FALSE;
    WSABUF b = {sizeof(in), in}, w = {sizeof(out), out};

    accept_ex = (LPFN_ACCEPTEX)extension(l, (GUID)WSAID_ACCEPTEX);
    connect_ex = (LPFN_CONNECTEX)extension(l, (GUID)WSAID_CONNECTEX);
    addresses = (LPFN_GETACCEPTEXSOCKADDRS)extension(l, (GUID)WSAID_GETACCEPTEXSOCKADDRS);
    CHECK_EQ(listen(l, 5), 0);
    CHECK(CreateIoCompletionPort((HANDLE)l, port, 1, 0) == port);
    CHECK(CreateIoCompletionPort((HANDLE)a, port, 2, 0) == port);
    CHECK(CreateIoCompletionPort((HANDLE)c, port, 3, 0) == port);
    CHECK(!accept_ex(l, a, area, 0, sizeof(area) / 2, sizeof(area) / 2, &n, &accepting));
    CHECK_EQ(WSAGetLastError(), ERROR_IO_PENDING);
    ok = connect_ex(c, (struct sockaddr *)&at, sizeof(at), NULL, 0, &n, &connecting);
    CHECK(ok || WSAGetLastError() == ERROR_IO_PENDING);
    for (int i = 0; i < 2; i++) {
        OVERLAPPED *o = next(port, &key, &n, &ok);
        CHECK(ok);
        seen_accept |= o == &accepting && key == 1;
        seen_connect |= o == &connecting && key == 3;
    }
    CHECK(seen_accept && seen_connect);
    CHECK_EQ(setsockopt(a, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&l, sizeof(l)), 0);
    CHECK_EQ(setsockopt(c, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0), 0);
    addresses(area, 0, sizeof(area) / 2, sizeof(area) / 2, &local, &local_n, &remote, &remote_n);
    CHECK_EQ(local_n, sizeof(at));
    CHECK(!memcmp(&((struct sockaddr_in *)local)->sin_port, &at.sin_port, 2));
    CHECK(!memcmp(&((struct sockaddr_in *)remote)->sin_port, &unused.sin_port, 2));

    CHECK_EQ(WSARecv(a, &b, 1, &n, &flags, &reading, NULL), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
    CHECK_EQ(WSASend(c, &w, 1, &n, 0, &writing, NULL), 0);
    CHECK_EQ(n, sizeof(out));
    for (int i = 0; i < 2; i++) {
        OVERLAPPED *o = next(port, &key, &n, &ok);
        CHECK(ok && n == sizeof(out));
        CHECK((o == &reading && key == 2) || (o == &writing && key == 3));
    }
    CHECK(!strcmp(in, "overlap"));

    /* Success at once can leave the port alone. */
    CHECK(SetFileCompletionNotificationModes((HANDLE)c, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    CHECK_EQ(WSASend(c, &w, 1, &n, 0, &writing, NULL), 0);
    CHECK(GetQueuedCompletionStatus(port, &n, &key, &(OVERLAPPED *){0}, 30) == FALSE);
    CHECK_EQ(GetLastError(), WAIT_TIMEOUT);
    flags = 0;
    CHECK_EQ(WSARecv(a, &b, 1, &n, &flags, &reading, NULL), 0);
    CHECK(next(port, &key, &n, &ok) == &reading);

    /* Cancelled, and closed */
    CHECK_EQ(WSARecv(a, &b, 1, &n, &flags, &reading, NULL), SOCKET_ERROR);
    CHECK(CancelIoEx((HANDLE)a, &reading));
    CHECK(next(port, &key, &n, &ok) == &reading);
    CHECK(!ok && GetLastError() == ERROR_OPERATION_ABORTED);
    CHECK(!CancelIoEx((HANDLE)a, &reading));
    CHECK_EQ(GetLastError(), ERROR_NOT_FOUND);
    CHECK_EQ(WSARecv(a, &b, 1, &n, &flags, &reading, NULL), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
    closesocket(a);
    CHECK(next(port, &key, &n, &ok) == &reading);
    CHECK(!ok);
    /* The end of the stream */
    CHECK_EQ(recv(c, in, sizeof(in), 0), 0);
    closesocket(c);
    closesocket(l);
    CloseHandle(port);
}

static int routine_ran;

static void CALLBACK routine(DWORD error, DWORD n, LPWSAOVERLAPPED o, DWORD flags)
{
    (void)o, (void)flags;
    routine_ran++;
    CHECK_EQ(error, 0);
    CHECK_EQ(n, 3);
}

static void test_datagram(void)
{
    SOCKET s = WSASocketW(AF_INET, SOCK_DGRAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED);
    struct sockaddr_in at = {.sin_family = AF_INET}, from = {0};
    int n = sizeof(at), from_n = sizeof(from);
    WSAOVERLAPPED o = {.hEvent = WSACreateEvent()}, r = {0};
    char bytes[8];
    WSABUF b = {sizeof(bytes), bytes};
    DWORD got, flags = 0;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK_EQ(bind(s, (struct sockaddr *)&at, sizeof(at)), 0);
    CHECK_EQ(getsockname(s, (struct sockaddr *)&at, &n), 0);
    CHECK_EQ(WSARecvFrom(s, &b, 1, NULL, &flags, (struct sockaddr *)&from, &from_n, &o, NULL),
             SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
    CHECK(!WSAGetOverlappedResult(s, &o, &got, FALSE, &flags));
    CHECK_EQ(WSAGetLastError(), WSA_IO_INCOMPLETE);
    CHECK_EQ(sendto(s, "abcd", 4, 0, (struct sockaddr *)&at, n), 4);
    CHECK(WSAGetOverlappedResult(s, &o, &got, TRUE, &flags));
    CHECK_EQ(got, 4);
    CHECK_EQ(from.sin_port, at.sin_port);
    CHECK_EQ(WSARecv(s, &b, 1, NULL, &flags, &r, routine), SOCKET_ERROR);
    CHECK_EQ(sendto(s, "abc", 3, 0, (struct sockaddr *)&at, n), 3);
    for (int i = 0; i < 100 && !routine_ran; i++)
        SleepEx(50, TRUE);
    CHECK_EQ(routine_ran, 1);
    WSACloseEvent(o.hEvent);
    closesocket(s);
}

/* Many requests at once from two threads, all of which must end. */
static DWORD WINAPI sender(void *argument)
{
    SOCKET s = (SOCKET)argument;
    char block[1000];
    int sent = 0;

    memset(block, 'b', sizeof(block));
    while (sent < 2000000) {
        int n = send(s, block, sizeof(block), 0);
        if (n <= 0)
            break;
        sent += n;
    }
    CHECK_EQ(sent, 2000000);
    shutdown(s, SD_SEND);
    return 0;
}

static void test_stream(void)
{
    struct sockaddr_in at;
    SOCKET l = bound(&at), c = socket(AF_INET, SOCK_STREAM, 0), a;
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0), thread;
    static char bytes[4][3000];
    OVERLAPPED o[4] = {0};
    long long total = 0;
    int open = 4;

    listen(l, 1);
    CHECK_EQ(connect(c, (struct sockaddr *)&at, sizeof(at)), 0);
    a = accept(l, NULL, NULL);
    CreateIoCompletionPort((HANDLE)a, port, 0, 0);
    thread = CreateThread(NULL, 0, sender, (void *)c, 0, NULL);
    for (int i = 0; i < 4; i++) {
        WSABUF b = {sizeof(bytes[i]), bytes[i]};
        DWORD flags = 0;
        WSARecv(a, &b, 1, NULL, &flags, &o[i], NULL);
    }
    while (open) {
        DWORD n, flags = 0;
        ULONG_PTR key;
        BOOL ok;
        OVERLAPPED *done = next(port, &key, &n, &ok);
        int i = (int)(done - o);
        WSABUF b;

        if (!done || !ok) {
            CHECK(done && ok);
            break;
        }
        total += n;
        if (!n) {
            open--;
            continue;
        }
        b = (WSABUF){sizeof(bytes[i]), bytes[i]};
        if (WSARecv(a, &b, 1, NULL, &flags, &o[i], NULL) && WSAGetLastError() != WSA_IO_PENDING) {
            CHECK(!"WSARecv");
            break;
        }
    }
    CHECK_EQ(total, 2000000);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    closesocket(a);
    closesocket(c);
    closesocket(l);
    CloseHandle(port);
}

int main(void)
{
    WSADATA data;

    CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
    test_port();
    test_datagram();
    test_stream();
    CHECK_EQ(WSACleanup(), 0);
    return check_done();
}
