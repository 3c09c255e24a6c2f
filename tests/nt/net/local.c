/* AF_UNIX, files over sockets, control data, sockets used again and given away. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include "tests/nt/check.h"

struct unix_address {
    ADDRESS_FAMILY family;
    char path[108];
};

static void *extension(SOCKET s, GUID id)
{
    void *f = NULL;
    DWORD n;

    CHECK_EQ(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof(id), &f, sizeof(f), &n,
                      NULL, NULL), 0);
    return f;
}

static void pair(SOCKET *a, SOCKET *b, struct sockaddr_in *at)
{
    SOCKET l = socket(AF_INET, SOCK_STREAM, 0);
    int n = sizeof(*at);

    memset(at, 0, sizeof(*at));
    at->sin_family = AF_INET;
    at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(l, (struct sockaddr *)at, sizeof(*at));
    listen(l, 1);
    getsockname(l, (struct sockaddr *)at, &n);
    *a = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(connect(*a, (struct sockaddr *)at, sizeof(*at)), 0);
    *b = accept(l, NULL, NULL);
    closesocket(l);
}

static void test_unix(void)
{
    struct unix_address at = {AF_UNIX, {0}}, name;
    SOCKET l = socket(AF_UNIX, SOCK_STREAM, 0), s = socket(AF_UNIX, SOCK_STREAM, 0), c;
    int n = sizeof(name);
    char buffer[8] = {0}, folder[MAX_PATH];

    GetTempPathA(sizeof(folder), folder);
    snprintf(at.path, sizeof(at.path), "%scompatrun-%lu.sock", folder, GetCurrentProcessId());
    CHECK(l != INVALID_SOCKET && s != INVALID_SOCKET);
    CHECK_EQ(connect(s, (struct sockaddr *)&at, sizeof(at)), SOCKET_ERROR);
    CHECK_EQ(bind(l, (struct sockaddr *)&at, sizeof(at)), 0);
    CHECK_EQ(listen(l, 1), 0);
    CHECK_EQ(getsockname(l, (struct sockaddr *)&name, &n), 0);
    CHECK(name.family == AF_UNIX && !strcmp(name.path, at.path));
    CHECK(GetFileAttributesA(at.path) != INVALID_FILE_ATTRIBUTES);
    CHECK_EQ(connect(s, (struct sockaddr *)&at, sizeof(at)), 0);
    n = sizeof(name);
    CHECK_EQ(getpeername(s, (struct sockaddr *)&name, &n), 0);
    CHECK(!strcmp(name.path, at.path));
    c = accept(l, NULL, NULL);
    CHECK(c != INVALID_SOCKET);
    CHECK_EQ(send(s, "local", 5, 0), 5);
    CHECK_EQ(recv(c, buffer, sizeof(buffer), 0), 5);
    CHECK(!memcmp(buffer, "local", 5));
    closesocket(s);
    CHECK_EQ(recv(c, buffer, sizeof(buffer), 0), 0);
    closesocket(c);
    closesocket(l);
    CHECK(DeleteFileA(at.path));
    s = socket(AF_UNIX, SOCK_DGRAM, 0);
    CHECK_EQ(s, INVALID_SOCKET);
}

static void test_transmit(void)
{
    SOCKET a, b;
    struct sockaddr_in at;
    char path[MAX_PATH], folder[MAX_PATH], buffer[64] = {0};
    HANDLE file;
    DWORD n;
    int got = 0, k;
    TRANSMIT_FILE_BUFFERS around = {(void *)"<", 1, (void *)">", 1};

    GetTempPathA(sizeof(folder), folder);
    GetTempFileNameA(folder, "net", 0, path);
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                       FILE_FLAG_DELETE_ON_CLOSE, NULL);
    CHECK(WriteFile(file, "0123456789", 10, &n, NULL));
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    pair(&a, &b, &at);
    CHECK(TransmitFile(a, file, 0, 0, NULL, &around, TF_DISCONNECT));
    while ((k = recv(b, buffer + got, sizeof(buffer) - got, 0)) > 0)
        got += k;
    CHECK_EQ(k, 0);
    CHECK(got == 12 && !memcmp(buffer, "<0123456789>", 12));
    closesocket(a);
    closesocket(b);
    pair(&a, &b, &at);
    OVERLAPPED o = {.Offset = 4, .hEvent = WSACreateEvent()};
    BOOL done = TransmitFile(a, file, 3, 0, &o, NULL, 0);
    CHECK(done || WSAGetLastError() == WSA_IO_PENDING);
    CHECK(GetOverlappedResult((HANDLE)a, &o, &n, TRUE));
    CHECK_EQ(n, 3);
    CHECK_EQ(recv(b, buffer, sizeof(buffer), 0), 3);
    CHECK(!memcmp(buffer, "456", 3));
    WSACloseEvent(o.hEvent);
    CloseHandle(file);
    closesocket(a);
    closesocket(b);
}

static void test_message(void)
{
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET}, from;
    int n = sizeof(at);
    DWORD on = 1, got;
    char data[16], control[128];
    LPFN_WSARECVMSG receive = (LPFN_WSARECVMSG)extension(s, (GUID)WSAID_WSARECVMSG);
    WSABUF b = {sizeof(data), data}, out = {4, (char *)"ping"};
    WSAMSG message = {(SOCKADDR *)&from, sizeof(from), &b, 1, {sizeof(control), control}, 0};
    BOOL found = FALSE;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK_EQ(bind(s, (struct sockaddr *)&at, sizeof(at)), 0);
    getsockname(s, (struct sockaddr *)&at, &n);
    CHECK_EQ(setsockopt(s, IPPROTO_IP, IP_PKTINFO, (char *)&on, sizeof(on)), 0);
    WSAMSG sent = {(SOCKADDR *)&at, sizeof(at), &out, 1, {0, NULL}, 0};
    CHECK_EQ(WSASendMsg(s, &sent, 0, &got, NULL, NULL), 0);
    CHECK_EQ(got, 4);
    CHECK_EQ(receive(s, &message, &got, NULL, NULL), 0);
    CHECK(got == 4 && !memcmp(data, "ping", 4));
    CHECK_EQ(from.sin_port, at.sin_port);
    for (WSACMSGHDR *c = WSA_CMSG_FIRSTHDR(&message); c; c = WSA_CMSG_NXTHDR(&message, c))
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            IN_PKTINFO *info = (IN_PKTINFO *)WSA_CMSG_DATA(c);

            found = TRUE;
            CHECK_EQ(info->ipi_addr.s_addr, htonl(INADDR_LOOPBACK));
            CHECK(info->ipi_ifindex != 0);
        }
    CHECK(found);
    closesocket(s);
}

static void test_reuse(void)
{
    SOCKET a, b;
    struct sockaddr_in at;
    char c;
    LPFN_DISCONNECTEX disconnect;

    pair(&a, &b, &at);
    disconnect = (LPFN_DISCONNECTEX)extension(b, (GUID)WSAID_DISCONNECTEX);
    CHECK(disconnect(b, NULL, TF_REUSE_SOCKET, 0));
    CHECK_EQ(recv(a, &c, 1, 0), 0);
    closesocket(a);
    /* The socket takes another connection. */
    SOCKET l = socket(AF_INET, SOCK_STREAM, 0);
    int n = sizeof(at);
    LPFN_ACCEPTEX accept_ex = (LPFN_ACCEPTEX)extension(l, (GUID)WSAID_ACCEPTEX);
    OVERLAPPED o = {.hEvent = WSACreateEvent()};
    char out[2 * (sizeof(struct sockaddr_in) + 16)];
    DWORD got;

    at.sin_port = 0;
    bind(l, (struct sockaddr *)&at, sizeof(at));
    listen(l, 1);
    getsockname(l, (struct sockaddr *)&at, &n);
    BOOL done = accept_ex(l, b, out, 0, sizeof(struct sockaddr_in) + 16,
                          sizeof(struct sockaddr_in) + 16, &got, &o);
    CHECK(done || WSAGetLastError() == WSA_IO_PENDING);
    a = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(connect(a, (struct sockaddr *)&at, sizeof(at)), 0);
    CHECK(GetOverlappedResult((HANDLE)l, &o, &got, TRUE));
    CHECK_EQ(setsockopt(b, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&l, sizeof(l)), 0);
    CHECK_EQ(send(a, "r", 1, 0), 1);
    CHECK_EQ(recv(b, &c, 1, 0), 1);
    closesocket(a);
    closesocket(b);
    closesocket(l);
    WSACloseEvent(o.hEvent);
}

static void test_duplicate(void)
{
    SOCKET a, b, d;
    struct sockaddr_in at;
    WSAPROTOCOL_INFOW info;
    char c;

    pair(&a, &b, &at);
    CHECK_EQ(WSADuplicateSocketW(a, GetCurrentProcessId(), &info), 0);
    d = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0);
    CHECK(d != INVALID_SOCKET && d != a);
    closesocket(a);
    CHECK_EQ(send(d, "d", 1, 0), 1);
    CHECK_EQ(recv(b, &c, 1, 0), 1);
    closesocket(d);
    CHECK_EQ(recv(b, &c, 1, 0), 0);
    closesocket(b);
}

int main(void)
{
    WSADATA data;

    WSAStartup(MAKEWORD(2, 2), &data);
    test_unix();
    test_transmit();
    test_message();
    test_reuse();
    test_duplicate();
    return check_done();
}
