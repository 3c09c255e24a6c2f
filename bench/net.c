/* Round trips over sockets, completion ports and pipes between two threads; the same work native
 * (blocking sockets, epoll, pipes) and for Windows. */
#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

static double now_ns(void)
{
    LARGE_INTEGER f, c;

    QueryPerformanceFrequency(&f);
    QueryPerformanceCounter(&c);
    return (double)c.QuadPart * 1e9 / (double)f.QuadPart;
}
#define THREAD DWORD WINAPI
typedef SOCKET sock;
static void start_thread(DWORD(WINAPI *f)(void *), void *argument)
{
    CloseHandle(CreateThread(NULL, 0, f, argument, 0, NULL));
}
#else
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}
#define THREAD void *
typedef int sock;
#define closesocket close
static void start_thread(void *(*f)(void *), void *argument)
{
    pthread_t t;

    pthread_create(&t, NULL, f, argument);
    pthread_detach(t);
}
#endif
#include "bench.h"

static void make_pair(sock *a, sock *b)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    sock l = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
#ifdef _WIN32
    int n = sizeof(at);
#else
    socklen_t n = sizeof(at);
#endif

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(l, (struct sockaddr *)&at, sizeof(at));
    listen(l, 1);
    getsockname(l, (struct sockaddr *)&at, &n);
    *a = socket(AF_INET, SOCK_STREAM, 0);
    connect(*a, (struct sockaddr *)&at, sizeof(at));
    *b = accept(l, NULL, NULL);
    setsockopt(*a, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on));
    setsockopt(*b, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on));
    closesocket(l);
}

static THREAD echo(void *argument)
{
    sock s = (sock)(uintptr_t)argument;
    char buffer[64];
    int n;

    while ((n = recv(s, buffer, sizeof(buffer), 0)) > 0)
        send(s, buffer, n, 0);
    closesocket(s);
    return 0;
}

static void round_trip(sock s)
{
    char buffer[64] = "0123456789abcdef";

    if (send(s, buffer, 16, 0) != 16 || recv(s, buffer, sizeof(buffer), 0) != 16)
        exit(1);
}

#ifdef _WIN32
/* An echo of which each step is a packet of a completion port. */
static THREAD port_echo(void *argument)
{
    SOCKET s = (SOCKET)argument;
    HANDLE port = CreateIoCompletionPort((HANDLE)s, NULL, 1, 0);
    char bytes[64];
    OVERLAPPED read = {0}, write = {0}, *o;
    DWORD n, flags = 0;
    ULONG_PTR key;
    WSABUF b = {sizeof(bytes), bytes};

    WSARecv(s, &b, 1, NULL, &flags, &read, NULL);
    while (GetQueuedCompletionStatus(port, &n, &key, &o, INFINITE) && (o == &write || n)) {
        if (o == &read) {
            WSABUF out = {n, bytes};
            memset(&write, 0, sizeof(write));
            WSASend(s, &out, 1, NULL, 0, &write, NULL);
        } else {
            memset(&read, 0, sizeof(read));
            flags = 0;
            WSARecv(s, &b, 1, NULL, &flags, &read, NULL);
        }
    }
    closesocket(s);
    CloseHandle(port);
    return 0;
}

static THREAD pipe_echo(void *argument)
{
    HANDLE *h = argument;
    char buffer[64];
    DWORD n;

    while (ReadFile(h[0], buffer, sizeof(buffer), &n, NULL) && n)
        WriteFile(h[1], buffer, n, &n, NULL);
    return 0;
}

static void pipes(void)
{
    static HANDLE theirs[2];
    HANDLE in, out;
    char buffer[64] = {0};
    DWORD n;

    CreatePipe(&theirs[0], &out, NULL, 0);
    CreatePipe(&in, &theirs[1], NULL, 0);
    start_thread(pipe_echo, theirs);
    BENCH("pipe-echo", 2000, (WriteFile(out, buffer, 16, &n, NULL), ReadFile(in, buffer, 64, &n, NULL)));
}

static void port_post(void)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    DWORD n;
    ULONG_PTR key;
    OVERLAPPED *o;

    BENCH("port-post-get", 20000,
          (PostQueuedCompletionStatus(port, 1, 2, NULL),
           GetQueuedCompletionStatus(port, &n, &key, &o, INFINITE)));
}
#else
static THREAD port_echo(void *argument)
{
    int s = (int)(intptr_t)argument, e = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN}, got;
    char bytes[64];
    ssize_t n;

    epoll_ctl(e, EPOLL_CTL_ADD, s, &event);
    while (epoll_wait(e, &got, 1, -1) == 1 && (n = recv(s, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
        send(s, bytes, (size_t)n, 0);
    close(s);
    close(e);
    return NULL;
}

static THREAD pipe_echo(void *argument)
{
    int *h = argument;
    char buffer[64];
    ssize_t n;

    while ((n = read(h[0], buffer, sizeof(buffer))) > 0)
        if (write(h[1], buffer, (size_t)n) != n)
            break;
    return NULL;
}

static void pipes(void)
{
    static int theirs[2];
    int a[2], b[2];
    char buffer[64] = {0};

    if (pipe(a) != 0 || pipe(b) != 0)
        exit(1);
    theirs[0] = a[0];
    theirs[1] = b[1];
    start_thread(pipe_echo, theirs);
    BENCH("pipe-echo", 2000, if (write(a[1], buffer, 16) != 16 || read(b[0], buffer, 64) != 16) exit(1));
}

static void port_post(void)
{
    /* The host has nothing like it. */
}
#endif

int main(void)
{
    sock a, b;
#ifdef _WIN32
    WSADATA data;

    WSAStartup(MAKEWORD(2, 2), &data);
#endif
    make_pair(&a, &b);
    start_thread(echo, (void *)(uintptr_t)b);
    BENCH("tcp-echo", 2000, round_trip(a));
    closesocket(a);
    make_pair(&a, &b);
    start_thread(port_echo, (void *)(uintptr_t)b);
    BENCH("port-echo", 2000, round_trip(a));
    closesocket(a);
    pipes();
    port_post();
    return 0;
}
