/* Streams on the loopback interface: blocking, non-blocking, select, options. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "tests/nt/check.h"

static struct sockaddr_in loopback(unsigned short port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

static SOCKET listener(struct sockaddr_in *at)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    int n = sizeof(*at);

    *at = loopback(0);
    CHECK(s != INVALID_SOCKET);
    CHECK_EQ(bind(s, (struct sockaddr *)at, sizeof(*at)), 0);
    CHECK_EQ(listen(s, SOMAXCONN), 0);
    CHECK_EQ(getsockname(s, (struct sockaddr *)at, &n), 0);
    CHECK_EQ(n, sizeof(*at));
    CHECK(at->sin_port != 0);
    return s;
}

/* Echoes until the peer has ended. */
static DWORD WINAPI echo(void *argument)
{
    SOCKET l = (SOCKET)argument;
    struct sockaddr_in peer;
    int n = sizeof(peer), got;
    SOCKET s = accept(l, (struct sockaddr *)&peer, &n);
    char buffer[4096];

    CHECK(s != INVALID_SOCKET);
    CHECK_EQ(n, sizeof(peer));
    CHECK_EQ(peer.sin_family, AF_INET);
    while ((got = recv(s, buffer, sizeof(buffer), 0)) > 0)
        for (int sent = 0, k; sent < got; sent += k) {
            k = send(s, buffer + sent, got - sent, 0);
            if (k <= 0) {
                CHECK(k > 0);
                break;
            }
        }
    CHECK_EQ(got, 0);
    CHECK_EQ(closesocket(s), 0);
    return 0;
}

static void test_echo(void)
{
    struct sockaddr_in at;
    SOCKET l = listener(&at), s = socket(AF_INET, SOCK_STREAM, 0);
    HANDLE thread = CreateThread(NULL, 0, echo, (void *)l, 0, NULL);
    char out[1000], in[1000];
    int n;

    CHECK_EQ(connect(s, (struct sockaddr *)&at, sizeof(at)), 0);
    CHECK_EQ(connect(s, (struct sockaddr *)&at, sizeof(at)), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAEISCONN);
    for (int round = 0; round < 200; round++) {
        memset(out, round, sizeof(out));
        CHECK_EQ(send(s, out, sizeof(out), 0), sizeof(out));
        CHECK_EQ(recv(s, in, sizeof(in), MSG_WAITALL), sizeof(in));
        CHECK(!memcmp(in, out, sizeof(in)));
    }
    CHECK_EQ(shutdown(s, SD_SEND), 0);
    CHECK_EQ(send(s, out, 1, 0), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAESHUTDOWN);
    n = recv(s, in, sizeof(in), 0);
    CHECK_EQ(n, 0);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CHECK_EQ(closesocket(s), 0);
    CHECK_EQ(closesocket(s), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAENOTSOCK);
    CHECK_EQ(closesocket(l), 0);
}

static void test_nonblocking(void)
{
    struct sockaddr_in at;
    SOCKET l = listener(&at), s = socket(AF_INET, SOCK_STREAM, 0), a;
    u_long on = 1;
    fd_set set, bad;
    struct timeval short_time = {0, 20000}, long_time = {5, 0};
    char byte;
    int error, n = sizeof(error);

    CHECK_EQ(ioctlsocket(l, FIONBIO, &on), 0);
    CHECK(accept(l, NULL, NULL) == INVALID_SOCKET);
    CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
    CHECK_EQ(ioctlsocket(s, FIONBIO, &on), 0);
    FD_ZERO(&set);
    FD_SET(l, &set);
    CHECK_EQ(select(0, &set, NULL, NULL, &short_time), 0);
    CHECK_EQ(set.fd_count, 0);
    CHECK_EQ(connect(s, (struct sockaddr *)&at, sizeof(at)), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
    FD_ZERO(&set);
    FD_SET(s, &set);
    CHECK_EQ(select(0, NULL, &set, NULL, &long_time), 1);
    CHECK(FD_ISSET(s, &set));
    CHECK_EQ(getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&error, &n), 0);
    CHECK_EQ(error, 0);
    FD_ZERO(&set);
    FD_SET(l, &set);
    CHECK_EQ(select(0, &set, NULL, NULL, &long_time), 1);
    a = accept(l, NULL, NULL);
    CHECK(a != INVALID_SOCKET);
    CHECK_EQ(recv(s, &byte, 1, 0), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
    CHECK_EQ(send(a, "x", 1, 0), 1);
    FD_ZERO(&set);
    FD_SET(s, &set);
    CHECK_EQ(select(0, &set, NULL, NULL, &long_time), 1);
    CHECK_EQ(ioctlsocket(s, FIONREAD, &on), 0);
    CHECK_EQ(on, 1);
    CHECK_EQ(recv(s, &byte, 1, 0), 1);
    CHECK_EQ(byte, 'x');
    {
        WSAPOLLFD fds[2] = {{s, POLLRDNORM, 0}, {a, POLLWRNORM, 0}};
        CHECK_EQ(WSAPoll(fds, 2, 1000), 1);
        CHECK_EQ(fds[0].revents, 0);
        CHECK_EQ(fds[1].revents, POLLWRNORM);
        CHECK_EQ(closesocket(a), 0);
        CHECK_EQ(WSAPoll(fds, 1, 5000), 1);
        CHECK(fds[0].revents & POLLHUP);
    }
    CHECK_EQ(recv(s, &byte, 1, 0), 0);
    closesocket(s);
    closesocket(l);
    /* Nobody listens there, nor can anybody begin to while it is bound. */
    l = socket(AF_INET, SOCK_STREAM, 0);
    at.sin_port = 0;
    CHECK_EQ(bind(l, (struct sockaddr *)&at, sizeof(at)), 0);
    n = sizeof(at);
    CHECK_EQ(getsockname(l, (struct sockaddr *)&at, &n), 0);
    s = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(ioctlsocket(s, FIONBIO, &(u_long){1}), 0);
    CHECK_EQ(connect(s, (struct sockaddr *)&at, sizeof(at)), SOCKET_ERROR);
    FD_ZERO(&set);
    FD_SET(s, &set);
    bad = set;
    CHECK_EQ(select(0, NULL, &set, &bad, &long_time), 1);
    CHECK(FD_ISSET(s, &bad) && !FD_ISSET(s, &set));
    n = sizeof(error);
    CHECK_EQ(getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&error, &n), 0);
    CHECK_EQ(error, WSAECONNREFUSED);
    closesocket(s);
    s = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(connect(s, (struct sockaddr *)&at, sizeof(at)), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAECONNREFUSED);
    closesocket(s);
    closesocket(l);
}

static void test_options(void)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    int value = 1, n = sizeof(value);
    DWORD timeout = 50;
    struct sockaddr_in at;
    SOCKET l = listener(&at), a;
    char byte;

    CHECK_EQ(setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&value, sizeof(value)), 0);
    value = 0;
    CHECK_EQ(getsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&value, &n), 0);
    CHECK_EQ(value & 0xff, 1);
    n = sizeof(value);
    CHECK_EQ(getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&value, &n), 0);
    CHECK_EQ(value, SOCK_STREAM);
    CHECK_EQ(getsockopt(s, SOL_SOCKET, 0x7777, (char *)&value, &n), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAENOPROTOOPT);
    CHECK_EQ(recv(s, &byte, 1, 0), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAENOTCONN);
    CHECK_EQ(connect(s, (struct sockaddr *)&at, sizeof(at)), 0);
    a = accept(l, NULL, NULL);
    CHECK_EQ(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&timeout, sizeof(timeout)), 0);
    CHECK_EQ(recv(s, &byte, 1, 0), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAETIMEDOUT);
    closesocket(a);
    closesocket(s);
    closesocket(l);
}

static void test_udp(int family)
{
    SOCKET a = socket(family, SOCK_DGRAM, IPPROTO_UDP), b = socket(family, SOCK_DGRAM, 0);
    SOCKADDR_STORAGE at = {0}, from;
    int n = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    int from_n = sizeof(from);
    char bytes[16];

    if (family == AF_INET) {
        *(struct sockaddr_in *)&at = loopback(0);
    } else {
        at.ss_family = AF_INET6;
        ((struct sockaddr_in6 *)&at)->sin6_addr = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
    }
    CHECK_EQ(bind(a, (struct sockaddr *)&at, n), 0);
    CHECK_EQ(getsockname(a, (struct sockaddr *)&at, &n), 0);
    CHECK_EQ(at.ss_family, family);
    CHECK_EQ(sendto(b, "hello", 5, 0, (struct sockaddr *)&at, n), 5);
    CHECK_EQ(recvfrom(a, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &from_n), 5);
    CHECK(!memcmp(bytes, "hello", 5));
    CHECK_EQ(from.ss_family, family);
    CHECK_EQ(sendto(a, "longer than four", 16, 0, (struct sockaddr *)&from, from_n), 16);
    CHECK_EQ(recv(b, bytes, 4, 0), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAEMSGSIZE);
    CHECK(!memcmp(bytes, "long", 4));
    closesocket(a);
    closesocket(b);
}

/* What a socket records next. An event that turns out to be for nothing is waited for again: the
 * object may be set for a socket that shares it. */
static long next_events(SOCKET s, WSAEVENT event)
{
    WSANETWORKEVENTS e = {0};

    while (!e.lNetworkEvents) {
        if (WSAWaitForMultipleEvents(1, &event, TRUE, 5000, FALSE) != WSA_WAIT_EVENT_0 ||
            WSAEnumNetworkEvents(s, event, &e) != 0)
            return -1;
    }
    return e.lNetworkEvents;
}

static void test_events(void)
{
    struct sockaddr_in at;
    SOCKET l = listener(&at), s = socket(AF_INET, SOCK_STREAM, 0), a;
    WSAEVENT event = WSACreateEvent();

    CHECK_EQ(WSAEventSelect(l, event, FD_ACCEPT), 0);
    CHECK_EQ(WSAWaitForMultipleEvents(1, &event, TRUE, 10, FALSE), WSA_WAIT_TIMEOUT);
    CHECK_EQ(connect(s, (struct sockaddr *)&at, sizeof(at)), 0);
    CHECK_EQ(next_events(l, event), FD_ACCEPT);
    a = accept(l, NULL, NULL);
    CHECK(a != INVALID_SOCKET);
    CHECK_EQ(WSAEventSelect(s, event, FD_READ | FD_CLOSE), 0);
    CHECK_EQ(send(a, "1", 1, 0), 1);
    CHECK_EQ(next_events(s, event), FD_READ);
    CHECK_EQ(recv(s, (char[1]){0}, 1, 0), 1);
    closesocket(a);
    CHECK_EQ(next_events(s, event), FD_CLOSE);
    WSACloseEvent(event);
    closesocket(s);
    closesocket(l);
}

int main(void)
{
    WSADATA data;

    CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
    test_echo();
    test_nonblocking();
    test_options();
    test_udp(AF_INET);
    test_udp(AF_INET6);
    test_events();
    CHECK_EQ(WSACleanup(), 0);
    return check_done();
}
