/* \Device\Afd as wepoll, libuv and mio use it: a file of its own, a completion port, AFD_POLL. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <winternl.h>

#include "tests/nt/check.h"

/* As those libraries declare it themselves. */
#define IOCTL_AFD_POLL 0x00012024u
#define AFD_POLL_RECEIVE 0x0001u
#define AFD_POLL_SEND 0x0004u
#define AFD_POLL_DISCONNECT 0x0008u
#define AFD_POLL_ABORT 0x0010u
#define AFD_POLL_LOCAL_CLOSE 0x0020u
#define AFD_POLL_ACCEPT 0x0080u
#define AFD_POLL_CONNECT_FAIL 0x0100u
#ifndef STATUS_CANCELLED
#define STATUS_CANCELLED ((NTSTATUS)0xC0000120)
#endif
#ifndef STATUS_NOT_FOUND
#define STATUS_NOT_FOUND ((NTSTATUS)0xC0000225)
#endif

typedef struct {
    LARGE_INTEGER Timeout;
    ULONG NumberOfHandles, Unique;
    struct {
        HANDLE Handle;
        ULONG PollEvents;
        NTSTATUS Status;
    } Handles[1];
} AFD_POLL_INFO;

NTSTATUS NTAPI NtCancelIoFileEx(HANDLE, IO_STATUS_BLOCK *, IO_STATUS_BLOCK *);

static HANDLE afd, port;

static void open_afd(void)
{
    static const WCHAR name[] = L"\\Device\\Afd\\Wepoll";
    UNICODE_STRING path = {sizeof(name) - sizeof(WCHAR), sizeof(name), (WCHAR *)name};
    OBJECT_ATTRIBUTES object = {.Length = sizeof(object), .ObjectName = &path};
    IO_STATUS_BLOCK iosb;

    CHECK_EQ(NtCreateFile(&afd, SYNCHRONIZE, &object, &iosb, NULL, 0,
                          FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN, 0, NULL, 0), 0);
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    CHECK(CreateIoCompletionPort(afd, port, 7, 0) == port);
    CHECK(SetFileCompletionNotificationModes(afd, FILE_SKIP_SET_EVENT_ON_HANDLE));
}

struct poll {
    IO_STATUS_BLOCK iosb;
    AFD_POLL_INFO info;
};

static NTSTATUS start(struct poll *p, SOCKET s, ULONG events, BOOL exclusive)
{
    memset(p, 0, sizeof(*p));
    p->info.Timeout.QuadPart = MAXLONGLONG;
    p->info.NumberOfHandles = 1;
    p->info.Unique = (ULONG)exclusive;
    p->info.Handles[0].Handle = (HANDLE)s;
    p->info.Handles[0].PollEvents = events;
    p->iosb.Status = STATUS_PENDING;
    return NtDeviceIoControlFile(afd, NULL, NULL, p, &p->iosb, IOCTL_AFD_POLL, &p->info,
                                 sizeof(p->info), &p->info, sizeof(p->info));
}

/* The next packet's poll; NULL when there is none in that time. */
static struct poll *next(DWORD wait)
{
    DWORD n;
    ULONG_PTR key;
    OVERLAPPED *o = NULL;

    GetQueuedCompletionStatus(port, &n, &key, &o, wait);
    if (o)
        CHECK_EQ(key, 7);
    return (struct poll *)o;
}

static void pair(SOCKET *a, SOCKET *b)
{
    SOCKET l = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET};
    int n = sizeof(at);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(l, (struct sockaddr *)&at, sizeof(at));
    listen(l, 1);
    getsockname(l, (struct sockaddr *)&at, &n);
    *a = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(connect(*a, (struct sockaddr *)&at, sizeof(at)), 0);
    *b = accept(l, NULL, NULL);
    CHECK(*b != INVALID_SOCKET);
    closesocket(l);
}

#define READ_EVENTS (AFD_POLL_RECEIVE | AFD_POLL_DISCONNECT | AFD_POLL_ABORT | AFD_POLL_ACCEPT)

static void test_ready(void)
{
    SOCKET a, b;
    struct poll p;

    pair(&a, &b);
    /* Ready at once: a packet comes all the same, as the request succeeded. */
    CHECK_EQ(start(&p, a, AFD_POLL_SEND | READ_EVENTS, FALSE), 0);
    CHECK(next(10000) == &p);
    CHECK_EQ(p.info.NumberOfHandles, 1);
    CHECK_EQ(p.info.Handles[0].PollEvents, AFD_POLL_SEND);
    CHECK(p.info.Handles[0].Handle == (HANDLE)a);
    /* Not ready, then data, then armed again. */
    CHECK_EQ(start(&p, a, READ_EVENTS, FALSE), STATUS_PENDING);
    CHECK(next(0) == NULL);
    CHECK_EQ(send(b, "x", 1, 0), 1);
    CHECK(next(10000) == &p);
    CHECK_EQ(p.iosb.Status, 0);
    CHECK_EQ(p.info.Handles[0].PollEvents, AFD_POLL_RECEIVE);
    CHECK_EQ(start(&p, a, READ_EVENTS, FALSE), 0); /* level-triggered */
    CHECK(next(10000) == &p);
    char c;
    CHECK_EQ(recv(a, &c, 1, 0), 1);
    CHECK_EQ(start(&p, a, READ_EVENTS, FALSE), STATUS_PENDING);
    shutdown(b, SD_SEND);
    CHECK(next(10000) == &p);
    CHECK_EQ(p.info.Handles[0].PollEvents & AFD_POLL_DISCONNECT, AFD_POLL_DISCONNECT);
    closesocket(a);
    closesocket(b);
}

static void test_cancel(void)
{
    SOCKET a, b;
    struct poll p, q;
    IO_STATUS_BLOCK iosb;

    pair(&a, &b);
    CHECK_EQ(start(&p, a, READ_EVENTS, FALSE), STATUS_PENDING);
    CHECK_EQ(start(&q, b, READ_EVENTS, FALSE), STATUS_PENDING);
    CHECK_EQ(NtCancelIoFileEx(afd, &p.iosb, &iosb), 0);
    CHECK(next(10000) == &p);
    CHECK_EQ(p.iosb.Status, STATUS_CANCELLED);
    CHECK(next(0) == NULL); /* the other one goes on */
    CHECK_EQ(NtCancelIoFileEx(afd, &p.iosb, &iosb), STATUS_NOT_FOUND);
    CHECK_EQ(send(a, "y", 1, 0), 1);
    CHECK(next(10000) == &q);
    closesocket(a);
    closesocket(b);
}

/* A socket that is closed while it is polled. */
static void test_close(void)
{
    SOCKET a, b;
    struct poll p;

    pair(&a, &b);
    CHECK_EQ(start(&p, a, READ_EVENTS | AFD_POLL_LOCAL_CLOSE, FALSE), STATUS_PENDING);
    closesocket(a);
    CHECK(next(10000) == &p);
    CHECK_EQ(p.info.NumberOfHandles, 1);
    CHECK_EQ(p.info.Handles[0].PollEvents & AFD_POLL_LOCAL_CLOSE, AFD_POLL_LOCAL_CLOSE);
    closesocket(b);
}

/* An exclusive poll ends the one before it on the same handle. */
static void test_exclusive(void)
{
    SOCKET a, b;
    struct poll p, q;

    pair(&a, &b);
    CHECK_EQ(start(&p, a, READ_EVENTS, TRUE), STATUS_PENDING);
    CHECK_EQ(start(&q, a, READ_EVENTS, TRUE), STATUS_PENDING);
    CHECK(next(10000) == &p);
    CHECK_EQ(send(b, "z", 1, 0), 1);
    CHECK(next(10000) == &q);
    CHECK_EQ(q.info.Handles[0].PollEvents, AFD_POLL_RECEIVE);
    closesocket(a);
    closesocket(b);
}

static void test_connect(void)
{
    SOCKET l = socket(AF_INET, SOCK_STREAM, 0), s = socket(AF_INET, SOCK_STREAM, 0), base;
    struct sockaddr_in at = {.sin_family = AF_INET};
    int n = sizeof(at);
    u_long on = 1;
    DWORD done;
    struct poll p, q;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(l, (struct sockaddr *)&at, sizeof(at));
    getsockname(l, (struct sockaddr *)&at, &n);
    listen(l, 4);
    CHECK_EQ(WSAIoctl(s, 0x48000022 /* SIO_BASE_HANDLE */, NULL, 0, &base, sizeof(base), &done,
                      NULL, NULL), 0);
    CHECK_EQ(base, s);
    ioctlsocket(s, FIONBIO, &on);
    CHECK_EQ(start(&q, l, AFD_POLL_ACCEPT, FALSE), STATUS_PENDING);
    CHECK_EQ(connect(s, (struct sockaddr *)&at, sizeof(at)), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
    CHECK(next(10000) == &q);
    CHECK_EQ(q.info.Handles[0].PollEvents, AFD_POLL_ACCEPT);
    start(&p, s, AFD_POLL_SEND | AFD_POLL_CONNECT_FAIL, FALSE);
    CHECK(next(10000) == &p);
    CHECK_EQ(p.info.Handles[0].PollEvents, AFD_POLL_SEND);
    closesocket(s);
    closesocket(l);
    s = socket(AF_INET, SOCK_STREAM, 0);
    ioctlsocket(s, FIONBIO, &on);
    connect(s, (struct sockaddr *)&at, sizeof(at));
    start(&p, s, AFD_POLL_SEND | AFD_POLL_CONNECT_FAIL, FALSE);
    CHECK(next(10000) == &p);
    CHECK_EQ(p.info.Handles[0].PollEvents, AFD_POLL_CONNECT_FAIL);
    closesocket(s);
}

int main(void)
{
    WSADATA data;

    WSAStartup(MAKEWORD(2, 2), &data);
    open_afd();
    test_ready();
    test_cancel();
    test_close();
    test_exclusive();
    test_connect();
    CloseHandle(afd);
    CloseHandle(port);
    return check_done();
}
