/* Sockets: addresses with a length, families, options, control messages. */
#include "calls.h"

struct in_ {
    uint8_t len, family;
    uint16_t port;
    uint32_t addr;
    uint8_t zero[8];
};
struct un_ {
    uint8_t len, family;
    char path[104];
};
#define LOOPBACK 0x0100007fu

static void streams(void)
{
    struct in_ a = {16, 2, 0, LOOPBACK, {0}}, b;
    uint32_t n = sizeof(b);
    int value = -1;
    char buf[8];

    i64 s = call(SYS_socket, 2, SOCK_STREAM_ | SOCK_CLOEXEC_, 0);
    ok(s >= 0);
    is(call(SYS_fcntl, s, 1), 1);
    is(call(SYS_socket, 99, SOCK_STREAM_, 0), -EAFNOSUPPORT_);
    is(call(SYS_socket, 2, SOCK_STREAM_, 132), -EPROTONOSUPPORT_); /* SCTP */
    is(call(SYS_bind, s, &a, 15), -EINVAL_);
    is(call(SYS_bind, 0, &a, 16), -ENOTSOCK_);
    is(call(SYS_bind, s, &a, 16), 0);
    is(call(SYS_listen, s, 5), 0);
    is(call(SYS_getsockname, s, &b, &n), 0);
    is(n, 16);
    is(b.len, 16);
    is(b.family, 2);
    is(b.addr, LOOPBACK);
    ok(b.port != 0);
    /* a short buffer is filled as far as it goes */
    n = 2;
    uint8_t head[4] = {0, 0, 0xee, 0xee};
    is(call(SYS_getsockname, s, head, &n), 0);
    is(head[0], 16);
    is(head[2], 0xee);

    i64 c = call(SYS_socket, 2, SOCK_STREAM_, 0);
    is(call(SYS_sendto, c, "x", 1, 0x20000 | 0x400, 0, 0) < 0, 1);
    is(call(SYS_connect, c, &b, 16), 0);
    struct in_ peer;
    n = sizeof(peer);
    i64 d = call(SYS_accept, s, &peer, &n);
    ok(d >= 0);
    is(peer.family, 2);
    is(n, 16);
    is(call(SYS_write, c, "hello", 5), 5);
    is(call(SYS_recvfrom, d, buf, 8, 2, 0, 0), 5);    /* MSG_PEEK */
    is(call(SYS_recvfrom, d, buf, 3, 0x40, 0, 0), 3); /* MSG_WAITALL */
    is(call(SYS_recvfrom, d, buf, 8, 0x80, 0, 0), 2); /* MSG_DONTWAIT */
    is(call(SYS_recvfrom, d, buf, 8, 0x80, 0, 0), -EAGAIN_);

    /* options: a flag reads as its own bit */
    n = 4;
    is(call(SYS_getsockopt, s, SOL_SOCKET_, 4, &value, &n), 0);
    is(value, 0);
    value = 1;
    is(call(SYS_setsockopt, s, SOL_SOCKET_, 4, &value, 4), 0);
    is(call(SYS_getsockopt, s, SOL_SOCKET_, 4, &value, &n), 0);
    is(value, 4);
    is(call(SYS_getsockopt, s, SOL_SOCKET_, 2, &value, &n), 0); /* SO_ACCEPTCONN */
    is(value, 2);
    is(call(SYS_getsockopt, c, SOL_SOCKET_, 0x1008, &value, &n), 0); /* SO_TYPE */
    is(value, 1);
    is(call(SYS_getsockopt, c, SOL_SOCKET_, 0x1007, &value, &n), 0); /* SO_ERROR */
    is(value, 0);
    value = 20000;
    is(call(SYS_setsockopt, c, SOL_SOCKET_, 0x1002, &value, 4), 0);
    is(call(SYS_getsockopt, c, SOL_SOCKET_, 0x1002, &value, &n), 0);
    ok(value >= 20000);
    value = 1;
    is(call(SYS_setsockopt, c, 6, 1, &value, 4), 0); /* TCP_NODELAY */
    is(call(SYS_setsockopt, c, SOL_SOCKET_, 4, &value, 2), -EINVAL_);
    is(call(SYS_setsockopt, c, SOL_SOCKET_, 4, (void *)8, 4), -EFAULT_);
    is(call(SYS_setsockopt, c, SOL_SOCKET_, 0x7777, &value, 4), -ENOPROTOOPT_);
    is(call(SYS_setsockopt, 0, SOL_SOCKET_, 4, &value, 4), -ENOTSOCK_);
    is(call(SYS_shutdown, c, 1), 0);
    is(call(SYS_read, d, buf, 8), 0);
    call(SYS_close, c);
    call(SYS_close, d);
    call(SYS_close, s);

    /* nobody there */
    c = call(SYS_socket, 2, SOCK_STREAM_, 0);
    is(call(SYS_connect, c, &b, 16), -ECONNREFUSED_);
    call(SYS_close, c);
    /* IPv6 has its own number */
    c = call(SYS_socket, AF_INET6_, SOCK_DGRAM_, 0);
    ok(c >= 0 || c == -EAFNOSUPPORT_);
    call(SYS_close, c);
}

static void local(void)
{
    struct un_ a = {0, 1, "sock"}, b;
    uint32_t n = sizeof(b);
    i64 s = call(SYS_socket, 1, SOCK_STREAM_, 0);

    is(call(SYS_bind, s, &a, 7), 0);
    is(call(SYS_listen, s, 1), 0);
    is(call(SYS_getsockname, s, &b, &n), 0);
    is(b.family, 1);
    is(b.len, n);
    ok(equal(b.path, "sock", 5));
    i64 c = call(SYS_socket, 1, SOCK_STREAM_, 0);
    is(call(SYS_connect, c, &a, 7), 0);
    n = sizeof(b);
    i64 d = call(SYS_accept, s, &b, &n);
    ok(d >= 0);
    is(b.family, 1);
    call(SYS_close, c);
    call(SYS_close, d);
    call(SYS_close, s);
    c = call(SYS_socket, 1, SOCK_STREAM_, 0);
    is(call(SYS_connect, c, &a, 7), -ECONNREFUSED_);
    call(SYS_close, c);
    is(call(SYS_unlink, "sock"), 0);
}

struct msghdr_ {
    void *name;
    uint32_t namelen;
    void *iov;
    int iovlen;
    void *control;
    uint32_t controllen;
    int flags;
};
struct cmsg_ {
    uint32_t len;
    int level, type, pad;
    int fds[4];
};

static void control(void)
{
    int pair[2], e[2];
    char c = 'x';
    struct {
        void *base;
        u64 n;
    } iov = {&c, 1};
    struct cmsg_ m = {.len = 20, .level = SOL_SOCKET_, .type = 1};
    struct msghdr_ h = {.iov = &iov, .iovlen = 1, .control = &m, .controllen = 24};

    is(call(SYS_socketpair, 1, SOCK_STREAM_, 0, pair), 0);
    make_pipe(e);
    m.fds[0] = e[1];
    is(call(SYS_sendmsg, pair[0], &h, 0), 1);
    memset(&m, 0, sizeof(m));
    h.controllen = sizeof(m);
    is(call(SYS_recvmsg, pair[1], &h, 0), 1);
    is(m.len, 20);
    is(m.level, SOL_SOCKET_);
    is(m.type, 1);
    ok(m.fds[0] > 2 && m.fds[0] != e[1]);
    is(h.controllen, 24);
    is(h.flags & 0x20, 0);
    is(call(SYS_write, m.fds[0], "!", 1), 1);
    is(call(SYS_read, e[0], &c, 1), 1);
    is(c, '!');
    /* without room the message is cut, and says so */
    m.len = 20, m.level = SOL_SOCKET_, m.type = 1;
    m.fds[0] = e[1];
    h.controllen = 24;
    is(call(SYS_sendmsg, pair[0], &h, 0), 1);
    h.control = 0;
    h.controllen = 0;
    is(call(SYS_recvmsg, pair[1], &h, 0), 1);
    /* wrong ones */
    m.fds[0] = 99;
    h.control = &m;
    h.controllen = 24;
    is(call(SYS_sendmsg, pair[0], &h, 0), -EBADF_);
    m.len = 4;
    is(call(SYS_sendmsg, pair[0], &h, 0), -EINVAL_);
    h.control = (void *)8;
    is(call(SYS_sendmsg, pair[0], &h, 0), -EFAULT_);
    call(SYS_close, pair[0]);
    call(SYS_close, pair[1]);
}

static void test(int argc, char **argv)
{
    (void)argc, (void)argv;
    set_handler(13, (void *)1, 0); /* SIGPIPE: ignored */
    enter_folder();
    streams();
    local();
    control();
    leave_folder();
}
