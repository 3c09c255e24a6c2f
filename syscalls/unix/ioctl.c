/* ioctl: terminals and what is common to descriptors. FreeBSD and NetBSD share these numbers. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>

#include "syscalls/unix/file.h"
#include "syscalls/unix/handlers.h"

/* struct termios of both */
struct unix_termios {
    uint32_t iflag, oflag, cflag, lflag;
    uint8_t cc[20];
    uint32_t ispeed, ospeed;
};
_Static_assert(sizeof(struct unix_termios) == 44, "termios");

/* struct termios2 of the host */
struct host_termios {
    uint32_t iflag, oflag, cflag, lflag;
    uint8_t line, cc[19];
    uint32_t ispeed, ospeed;
};
#define HOST_TCGETS2 0x802c542aul
#define HOST_TCSETS2 0x402c542bul
#define HOST_BOTHER 0x1000u
#define HOST_CBAUD 0x100fu
#define HOST_CSIZE 0x30u

/* VEOF, VEOL, VEOL2, VERASE, VWERASE, VKILL, VREPRINT; VINTR, VQUIT, VSUSP, VDSUSP, VSTART, VSTOP,
 * VLNEXT, VDISCARD, VMIN, VTIME, VSTATUS there; the index here, or -1. */
static const int8_t control_index[20] = {VEOF,   VEOL,     VEOL2, VERASE, VWERASE, VKILL,  VREPRINT,
                                         -1,     VINTR,    VQUIT, VSUSP,  -1,      VSTART, VSTOP,
                                         VLNEXT, VDISCARD, VMIN,  VTIME,  -1,      -1};
#define DISABLED 0xff /* _POSIX_VDISABLE; 0 on the host */

static void termios_of_host(struct unix_termios *to, const struct host_termios *from)
{
    *to = (struct unix_termios){
        .iflag = unix_bits_of_host(unix_abi->input_flags, from->iflag),
        .oflag = unix_bits_of_host(unix_abi->output_flags, from->oflag),
        .cflag = unix_bits_of_host(unix_abi->control_flags, from->cflag & ~HOST_CSIZE),
        .lflag = unix_bits_of_host(unix_abi->local_flags, from->lflag),
        .ispeed = from->ispeed,
        .ospeed = from->ospeed,
    };
    to->cflag |= (from->cflag & HOST_CSIZE) / CS6 * 0x100;
    for (int i = 0; i < 20; i++) {
        int h = control_index[i];
        to->cc[i] = h < 0 ? DISABLED : from->cc[h];
        if (h >= 0 && h != VMIN && h != VTIME && !to->cc[i])
            to->cc[i] = DISABLED;
    }
}

static void termios_to_host(struct host_termios *to, const struct unix_termios *from)
{
    /* What the guest cannot name stays as it is. */
    uint32_t known = unix_bits_to_host(unix_abi->input_flags, UINT32_MAX, NULL);
    to->iflag = (to->iflag & ~known) | unix_bits_to_host(unix_abi->input_flags, from->iflag, NULL);
    known = unix_bits_to_host(unix_abi->output_flags, UINT32_MAX, NULL);
    to->oflag = (to->oflag & ~known) | unix_bits_to_host(unix_abi->output_flags, from->oflag, NULL);
    known = unix_bits_to_host(unix_abi->control_flags, UINT32_MAX, NULL) | HOST_CSIZE | HOST_CBAUD |
            HOST_CBAUD << 16;
    to->cflag = (to->cflag & ~known) |
                (unix_bits_to_host(unix_abi->control_flags, from->cflag & ~0x300u, NULL)) |
                (from->cflag >> 8 & 3) * CS6 | HOST_BOTHER | HOST_BOTHER << 16;
    known = unix_bits_to_host(unix_abi->local_flags, UINT32_MAX, NULL);
    to->lflag = (to->lflag & ~known) | unix_bits_to_host(unix_abi->local_flags, from->lflag, NULL);
    for (int i = 0; i < 20; i++) {
        int h = control_index[i];
        if (h < 0)
            continue;
        to->cc[h] = from->cc[i] == DISABLED && h != VMIN && h != VTIME ? 0 : from->cc[i];
    }
    to->ispeed = from->ispeed;
    to->ospeed = from->ospeed;
}

static int64_t get_termios(int32_t fd, void *guest)
{
    struct host_termios h;
    struct unix_termios u;
    int64_t r = unix_host(SYS_ioctl, fd, (long)HOST_TCGETS2, (long)&h, 0, 0, 0);

    if (r < 0)
        return r;
    termios_of_host(&u, &h);
    return guest_write(guest, &u, sizeof(u)) ? 0 : -EFAULT;
}

/* how: 0 now, 1 after output, 2 and input thrown away */
static int64_t set_termios(struct unix_thread *t, int32_t fd, const void *guest, unsigned how)
{
    struct host_termios h;
    struct unix_termios u;

    if (!guest_read(&u, guest, sizeof(u)))
        return -EFAULT;
    int64_t r = unix_host(SYS_ioctl, fd, (long)HOST_TCGETS2, (long)&h, 0, 0, 0);
    if (r < 0)
        return r;
    termios_to_host(&h, &u);
    return unix_block_restart(t, SYS_ioctl, fd, (long)(HOST_TCSETS2 + how), (long)&h, 0, 0, 0);
}

/* The host's request with an int that goes or comes, or nothing. */
static int64_t with_int(struct unix_thread *t, int32_t fd, unsigned long host, void *guest, bool in,
                        bool out)
{
    int value = 0;
    if (in && !guest_read(&value, guest, sizeof(value)))
        return -EFAULT;
    int64_t r = unix_block_restart(t, SYS_ioctl, fd, (long)host, (long)&value, 0, 0, 0);
    if (r < 0)
        return r;
    return !out || guest_write(guest, &value, sizeof(value)) ? 0 : -EFAULT;
}

static int64_t plain(struct unix_thread *t, int32_t fd, unsigned long host, long arg)
{
    int64_t r = unix_block_restart(t, SYS_ioctl, fd, (long)host, arg, 0, 0, 0);
    return r < 0 ? r : 0;
}

static int64_t flag_of_file(int32_t fd, int flag, void *guest)
{
    int on;
    if (!guest_read(&on, guest, sizeof(on)))
        return -EFAULT;
    int64_t flags = unix_host(SYS_fcntl, fd, F_GETFL, 0, 0, 0, 0);
    if (flags < 0)
        return flags;
    flags = on ? flags | flag : flags & ~flag;
    return unix_host(SYS_fcntl, fd, F_SETFL, flags, 0, 0, 0);
}

/* struct winsize is the same. */
static int64_t window(int32_t fd, unsigned long host, void *guest, bool set)
{
    struct winsize w;
    if (set && !guest_read(&w, guest, sizeof(w)))
        return -EFAULT;
    int64_t r = unix_host(SYS_ioctl, fd, (long)host, (long)&w, 0, 0, 0);
    if (r < 0)
        return r;
    return set || guest_write(guest, &w, sizeof(w)) ? 0 : -EFAULT;
}

int64_t sys_ioctl(struct unix_thread *t, int32_t fd, uint64_t com, void *data)
{
    if (fd < 0 || unix_fd_is_ours(fd))
        return -EBADF;
    switch ((uint32_t)com) {
    case 0x20006601: /* FIOCLEX */
        return unix_host(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC, 0, 0, 0);
    case 0x20006602: /* FIONCLEX */
        return unix_host(SYS_fcntl, fd, F_SETFD, 0, 0, 0, 0);
    case 0x4004667f: { /* FIONREAD */
        struct stat st;
        if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
            int64_t at = unix_host(SYS_lseek, fd, 0, SEEK_CUR, 0, 0, 0);
            int left = (int)(st.st_size - at);
            return guest_write(data, &left, sizeof(left)) ? 0 : -EFAULT;
        }
        return with_int(t, fd, FIONREAD, data, false, true);
    }
    case 0x8004667e: /* FIONBIO */
        return flag_of_file(fd, O_NONBLOCK, data);
    case 0x8004667d: /* FIOASYNC */
        return flag_of_file(fd, O_ASYNC, data);
    case 0x8004667c: /* FIOSETOWN */
        return with_int(t, fd, FIOSETOWN, data, true, false);
    case 0x4004667b: /* FIOGETOWN */
        return with_int(t, fd, FIOGETOWN, data, false, true);
    case 0x40046677: /* FIONWRITE (FreeBSD) */
    case 0x40046679: /* FIONWRITE (NetBSD) */
        return with_int(t, fd, TIOCOUTQ, data, false, true);
    case 0x402c7413: /* TIOCGETA */
        return get_termios(fd, data);
    case 0x802c7414: /* TIOCSETA */
    case 0x802c7415: /* TIOCSETAW */
    case 0x802c7416: /* TIOCSETAF */
        return set_termios(t, fd, data, (uint32_t)com - 0x802c7414);
    case 0x40087468: /* TIOCGWINSZ */
        return window(fd, TIOCGWINSZ, data, false);
    case 0x80087467: /* TIOCSWINSZ */
        return window(fd, TIOCSWINSZ, data, true);
    case 0x40047477: /* TIOCGPGRP */
        return with_int(t, fd, TIOCGPGRP, data, false, true);
    case 0x80047476: /* TIOCSPGRP */
        return with_int(t, fd, TIOCSPGRP, data, true, false);
    case 0x40047463: /* TIOCGSID */
        return with_int(t, fd, TIOCGSID, data, false, true);
    case 0x40047473: /* TIOCOUTQ */
        return with_int(t, fd, TIOCOUTQ, data, false, true);
    case 0x20007461: /* TIOCSCTTY */
        return plain(t, fd, TIOCSCTTY, 0);
    case 0x20007471: /* TIOCNOTTY */
        return plain(t, fd, TIOCNOTTY, 0);
    case 0x2000740d: /* TIOCEXCL */
        return plain(t, fd, TIOCEXCL, 0);
    case 0x2000740e: /* TIOCNXCL */
        return plain(t, fd, TIOCNXCL, 0);
    case 0x80047410: { /* TIOCFLUSH: 0 or FREAD 1 | FWRITE 2 */
        int what;
        if (!guest_read(&what, data, sizeof(what)))
            return -EFAULT;
        return plain(t, fd, TCFLSH,
                     (what & 3) == 1   ? TCIFLUSH
                     : (what & 3) == 2 ? TCOFLUSH
                                       : TCIOFLUSH);
    }
    case 0x2000745e: /* TIOCDRAIN */
        return plain(t, fd, TCSBRK, 1);
    case 0x2000747b: /* TIOCSBRK */
        return plain(t, fd, TIOCSBRK, 0);
    case 0x2000747a: /* TIOCCBRK */
        return plain(t, fd, TIOCCBRK, 0);
    case 0x2000746f: /* TIOCSTOP */
        return plain(t, fd, TCXONC, TCOOFF);
    case 0x2000746e: /* TIOCSTART */
        return plain(t, fd, TCXONC, TCOON);
    case 0x80017472: { /* TIOCSTI */
        char c;
        if (!guest_read(&c, data, 1))
            return -EFAULT;
        return plain(t, fd, TIOCSTI, (long)&c);
    }
    case 0x80047470: /* TIOCPKT */
        return with_int(t, fd, TIOCPKT, data, true, false);
    case 0x4004667a: { /* FIODTYPE (FreeBSD): D_TTY 2, D_DISK 1 */
        struct stat st;
        if (fstat(fd, &st) < 0)
            return -errno;
        if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
            return -ENOTTY;
        struct host_termios h;
        int type = S_ISBLK(st.st_mode)                                                   ? 2
                   : unix_host(SYS_ioctl, fd, (long)HOST_TCGETS2, (long)&h, 0, 0, 0) < 0 ? 0
                                                                                         : 4;
        return guest_write(data, &type, sizeof(type)) ? 0 : -EFAULT;
    }
    case 0x4004740f: /* TIOCGPTN (FreeBSD) */
        return with_int(t, fd, TIOCGPTN, data, false, true);
    case 0x2000741c: { /* TIOCPTMASTER (FreeBSD): is it one? */
        int n;
        int64_t r = unix_host(SYS_ioctl, fd, TIOCGPTN, (long)&n, 0, 0, 0);
        return r < 0 ? -EINVAL : 0;
    }
    case 0x20007447: { /* TIOCGRANTPT (NetBSD) */
        int unlock = 0;
        return unix_host(SYS_ioctl, fd, TIOCSPTLCK, (long)&unlock, 0, 0, 0);
    }
    case 0x80106678: { /* FIODGNAME (FreeBSD): the name below /dev */
        struct {
            int32_t length, pad;
            uint64_t buffer;
        } arg;
        char link[64], path[256];
        if (!guest_read(&arg, data, sizeof(arg)))
            return -EFAULT;
        snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        int64_t n =
            unix_host(SYS_readlinkat, AT_FDCWD, (long)link, (long)path, sizeof(path) - 1, 0, 0);
        if (n < 0)
            return n;
        path[n] = 0;
        if (strncmp(path, "/dev/", 5))
            return -EINVAL;
        if (arg.length < (int32_t)strlen(path + 5) + 1)
            return -EINVAL;
        return guest_write((void *)arg.buffer, path + 5, strlen(path + 5) + 1) ? 0 : -EFAULT;
    }
    default: {
        int64_t r = unix_host(SYS_fcntl, fd, F_GETFD, 0, 0, 0, 0);
        return r < 0 ? r : -ENOTTY;
    }
    }
}
