/* The maps and layouts of the foreign Unix systems, both ways. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>

#include "abi/freebsd/errno.h"
#include "abi/freebsd/file.h"
#include "abi/netbsd/errno.h"
#include "abi/netbsd/file.h"
#include "syscalls/freebsd/freebsd.h"
#include "syscalls/netbsd/netbsd.h"
#include "syscalls/unix/abi.h"
#include "syscalls/unix/signal.h"
#include "syscalls/unix/socket.h"

static const struct unix_personality *const systems[] = {&freebsd_personality, &netbsd_personality};
#define EACH for (int s = 0; s < 2 && (unix_system = systems[s], unix_abi = unix_system->abi); s++)

Test(unix_abi, errno_of_host)
{
    EACH
    {
        /* Every code of the host has one there, and its name is the same where it exists. */
        for (int e = 1; e < 134; e++) {
            int f = unix_errno_of_host(e);
            cr_assert(f > 0 && f < (int)unix_system->errno_name_count, "%s: %d is %d",
                      unix_system->name, e, f);
            cr_assert_not_null(unix_system->errno_names[f]);
        }
    }
    unix_system = &freebsd_personality;
    cr_assert_eq(unix_errno_of_host(EAGAIN), 35);
    cr_assert_eq(unix_errno_of_host(ENOTSUP), FREEBSD_EOPNOTSUPP);
    cr_assert_eq(unix_errno_of_host(EPROTO), 92);
    unix_system = &netbsd_personality;
    cr_assert_eq(unix_errno_of_host(EAGAIN), 35);
    cr_assert_eq(unix_errno_of_host(EPROTO), NETBSD_EPROTO);
    cr_assert_eq(unix_errno_of_host(EILSEQ), 85);
}

Test(unix_abi, signals_both_ways)
{
    EACH
    {
        unix_signal_map();
        for (int h = 1; h < _NSIG; h++) {
            int f = unix_signal_of_host(h);
            if (f)
                cr_assert_eq(unix_signal_to_host(f), h, "%s: host %d", unix_system->name, h);
        }
        cr_assert_eq(unix_signal_of_host(SIGCHLD), 20);
        cr_assert_eq(unix_signal_of_host(SIGUSR1), 30);
        cr_assert_eq(unix_signal_to_host(17), SIGSTOP);
        cr_assert_eq(unix_signal_to_host(0), 0);
    }
}

Test(unix_abi, flags_both_ways)
{
    EACH
    {
        const struct unix_pair *const maps[] = {unix_abi->open_flags, unix_abi->input_flags,
                                                unix_abi->output_flags, unix_abi->local_flags};
        for (size_t m = 0; m < 4; m++) {
            for (const struct unix_pair *p = maps[m]; p->foreign; p++) {
                uint32_t unknown;
                cr_assert_eq(unix_bits_to_host(maps[m], p->foreign, &unknown), p->host);
                cr_assert_eq(unknown, 0);
                if (p->host)
                    cr_assert(unix_bits_of_host(maps[m], p->host) & p->foreign);
            }
        }
        uint32_t unknown;
        unix_bits_to_host(unix_abi->open_flags, 0x80000000u, &unknown);
        cr_assert_eq(unknown, 0x80000000u);
        cr_assert_eq(unix_value_to_host(unix_abi->clocks, 0), CLOCK_REALTIME);
        cr_assert_eq(unix_value_to_host(unix_abi->clocks, 999), -1);
    }
}

Test(unix_abi, devices_both_ways)
{
    static const unsigned numbers[][2] = {{0, 0}, {1, 3}, {136, 5}, {4095, 1048575}, {259, 70000}};
    EACH
    {
        for (size_t i = 0; i < 5; i++) {
            unsigned major, minor;
            unix_abi->host_device(unix_abi->device(numbers[i][0], numbers[i][1]), &major, &minor);
            cr_assert_eq(major, numbers[i][0]);
            cr_assert_eq(minor, numbers[i][1]);
        }
    }
}

Test(unix_abi, stat_layouts)
{
    struct statx st = {.stx_mode = S_IFREG | 0640,
                       .stx_ino = 0x123456789abcull,
                       .stx_nlink = 3,
                       .stx_size = 1ull << 40,
                       .stx_uid = 7,
                       .stx_mask = STATX_BTIME};
    st.stx_mtime.tv_sec = 5;
    st.stx_btime.tv_nsec = 9;
    struct freebsd_stat f;
    freebsd_personality.abi->stat(&f, &st);
    cr_assert_eq(f.ino, st.stx_ino);
    cr_assert_eq(f.mode, 0100640);
    cr_assert_eq(f.size, 1ll << 40);
    cr_assert_eq(f.nlink, 3);
    cr_assert_eq(f.mtim.sec, 5);
    cr_assert_eq(f.birthtim.nsec, 9);
    struct netbsd_stat n;
    netbsd_personality.abi->stat(&n, &st);
    cr_assert_eq(n.ino, st.stx_ino);
    cr_assert_eq(n.mode, 0100640);
    cr_assert_eq(n.uid, 7);
    cr_assert_eq(n.birthtim.nsec, 9);
}

Test(unix_abi, directory_entries)
{
    char out[64];
    struct unix_dirent d = {.ino = 77, .next = 5, .type = 8, .name = "abc", .name_length = 3};
    EACH
    {
        size_t n = unix_abi->dirent(out, sizeof(out), &d);
        cr_assert_eq(n % 8, 0);
        cr_assert_eq(unix_abi->dirent(out, n - 1, &d), 0, "it does not fit");
        cr_assert_eq(unix_abi->dirent(out, n, &d), n);
    }
    struct freebsd_dirent *f = (void *)out;
    freebsd_personality.abi->dirent(out, sizeof(out), &d);
    cr_assert_eq(f->fileno, 77);
    cr_assert_eq(f->off, 5);
    cr_assert_eq(f->namlen, 3);
    cr_assert_str_eq(f->name, "abc");
}

Test(unix_abi, addresses_both_ways)
{
    EACH
    {
        struct unix_sockaddr a = {0}, back;
        struct sockaddr_storage host;
        struct unix_sockaddr_in in = {16, UNIX_AF_INET, 0x5000, 0x0100007f, {0}};
        memcpy(&a, &in, sizeof(in));
        cr_assert_eq(unix_sockaddr_to_host(&host, &a, 16), sizeof(struct sockaddr_in));
        cr_assert_eq(host.ss_family, AF_INET);
        cr_assert_eq(unix_sockaddr_of_host(&back, &host, sizeof(struct sockaddr_in)), 16);
        cr_assert_arr_eq(&a, &back, 16);
        cr_assert_eq(unix_sockaddr_to_host(&host, &a, 15), -EINVAL);

        struct unix_sockaddr_in6 six = {
            .len = 28, .family = (uint8_t)unix_abi->inet6, .scope_id = 4};
        six.addr[15] = 1;
        memcpy(&a, &six, sizeof(six));
        cr_assert_eq(unix_sockaddr_to_host(&host, &a, 28), sizeof(struct sockaddr_in6));
        cr_assert_eq(host.ss_family, AF_INET6);
        cr_assert_eq(unix_sockaddr_of_host(&back, &host, sizeof(struct sockaddr_in6)), 28);
        cr_assert_arr_eq(&a, &back, 28);

        memset(&a, 0, sizeof(a));
        a.family = UNIX_AF_LOCAL;
        strcpy((char *)a.data, "/tmp/s");
        int n = unix_sockaddr_to_host(&host, &a, 2 + 7);
        cr_assert_str_eq(((struct sockaddr_un *)&host)->sun_path, "/tmp/s");
        cr_assert_eq(unix_sockaddr_of_host(&back, &host, (socklen_t)n), 9);
        cr_assert_str_eq((char *)back.data, "/tmp/s");
        a.family = 99;
        cr_assert_eq(unix_sockaddr_to_host(&host, &a, 16), -EAFNOSUPPORT);
        cr_assert_eq(unix_sockaddr_to_host(&host, &a, 1), -EINVAL);
    }
}

Test(unix_abi, control_messages)
{
    EACH
    {
        _Alignas(8) char guest[64] = {0}, host[256], back[64];
        struct unix_cmsghdr c = {UNIX_CMSG_DATA + 8, UNIX_SOL_SOCKET, UNIX_SCM_RIGHTS};
        int fds[2] = {5, 6}, lost[256], lost_count;
        bool creds, cut = false;
        memcpy(guest, &c, sizeof(c));
        memcpy(guest + UNIX_CMSG_DATA, fds, sizeof(fds));
        int64_t n = unix_control_to_host(host, sizeof(host), guest, 24, &creds);
        cr_assert_eq(n, (int64_t)CMSG_SPACE(8));
        struct msghdr h = {.msg_control = host, .msg_controllen = (size_t)n};
        struct cmsghdr *first = CMSG_FIRSTHDR(&h);
        cr_assert_eq(first->cmsg_level, SOL_SOCKET);
        cr_assert_eq(first->cmsg_type, SCM_RIGHTS);
        cr_assert_eq(unix_control_of_host(back, sizeof(back), &h, &cut, lost, &lost_count), 24);
        cr_assert_arr_eq(back, guest, 24);
        cr_assert_not(cut);
        /* Room for one descriptor: the other is given back, to be closed. */
        cr_assert_eq(unix_control_of_host(back, 20, &h, &cut, lost, &lost_count), 20);
        cr_assert(cut);
        cr_assert_eq(lost_count, 1);
        cr_assert_eq(lost[0], 6);
        /* A length beyond the end, and one that is too short */
        c.len = 200;
        memcpy(guest, &c, sizeof(c));
        cr_assert_eq(unix_control_to_host(host, sizeof(host), guest, 24, &creds), -EINVAL);
        c.len = 3;
        memcpy(guest, &c, sizeof(c));
        cr_assert_eq(unix_control_to_host(host, sizeof(host), guest, 24, &creds), -EINVAL);
    }
}
