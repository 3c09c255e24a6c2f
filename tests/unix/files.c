/* Files and folders: open(2), stat(2), getdents(2), fcntl(2), unlink(2), rename(2). */
#include "calls.h"

static void opening(void)
{
    char buf[16];
    struct stat_ st;
    i64 fd, other;

    is(call(SYS_open, "none", O_RDONLY_), -ENOENT_);
    is(call(SYS_open, "", O_RDONLY_), -ENOENT_);
    is(call(SYS_open, (char *)8, O_RDONLY_), -EFAULT_);
    fd = make_file("a", "hello");
    ok(fd >= 0);
    is(call(SYS_open, "a", O_RDWR_ | O_CREAT_ | O_EXCL_, 0644), -EEXIST_);
    is(call(SYS_open, "a", O_RDONLY_ | O_DIRECTORY_), -ENOTDIR_);
    is(call(SYS_open, "a/b", O_RDONLY_), -ENOTDIR_);
    is(call(SYS_open, ".", O_WRONLY_), -EISDIR_);
    is(call(SYS_open, "a", 3), -EINVAL_);
    is(SYS_lseek_(fd, 1, 0), 1);
    is(call(SYS_read, fd, buf, 16), 4);
    ok(equal(buf, "ello", 4));
    is(SYS_pread_(fd, buf, 2, 3), 2);
    ok(equal(buf, "lo", 2));
    is(SYS_lseek_(fd, -1, 0), -EINVAL_);
    is(SYS_lseek_(fd, 0, 9), -EINVAL_);
    is(call(SYS_read, fd, (void *)16, 1), 0); /* at the end: nothing is written */
    is(SYS_lseek_(fd, 0, 0), 0);
    is(call(SYS_read, fd, (void *)16, 1), -EFAULT_);
    is(call(SYS_read, 99, buf, 1), -EBADF_);

    /* flags that fcntl shows */
    other = call(SYS_open, "a", O_RDWR_ | O_APPEND_ | O_NONBLOCK_ | O_CLOEXEC_);
    ok(other >= 0);
    is(call(SYS_fcntl, other, 3), O_RDWR_ | O_APPEND_ | O_NONBLOCK_);
    is(call(SYS_fcntl, other, 1), 1);
    is(call(SYS_fcntl, other, 4, 0), 0);
    is(call(SYS_fcntl, other, 3), O_RDWR_);
    is(call(SYS_fcntl, other, 2, 0), 0);
    is(call(SYS_fcntl, other, 1), 0);
    is(call(SYS_fcntl, other, 77, 0), -EINVAL_);
    is(call(SYS_fcntl, 99, 3), -EBADF_);
    i64 high = call(SYS_fcntl, other, F_DUPFD_CLOEXEC_, 50);
    is(high, 50);
    is(call(SYS_fcntl, high, 1), 1);
    is(call(SYS_dup2, other, 51), 51);
    is(call(SYS_fcntl, 51, 1), 0);
    is(call(SYS_dup2, 99, 52), -EBADF_);
    is(call(SYS_close, 50), 0);
    is(call(SYS_close, 51), 0);
    is(call(SYS_close, 51), -EBADF_);

    /* an exclusive lock with the opening */
    i64 locked = call(SYS_open, "a", O_RDWR_ | O_EXLOCK_);
    ok(locked >= 0);
    is(call(SYS_open, "a", O_RDWR_ | O_EXLOCK_ | O_NONBLOCK_), -EAGAIN_);
    is(call(SYS_close, locked), 0);
    locked = call(SYS_open, "a", O_RDWR_ | O_EXLOCK_ | O_NONBLOCK_);
    ok(locked >= 0);
    call(SYS_close, locked);

    /* records: the type's numbers are 1, 2, 3 */
    struct flock_ l = {.len = 10, .type = 3};
    is(call(SYS_fcntl, other, F_SETLK_, &l), 0);
    is(call(SYS_fcntl, other, F_GETLK_, &l), 0);
    is(l.type, 2); /* nobody else's */
    l.type = 9;
    is(call(SYS_fcntl, other, F_SETLK_, &l), -EINVAL_);

    is(SYS_ftruncate_(fd, 100), 0);
    is(stat_fd((int)fd, &st), 0);
    is(st.size, 100);
    is(st.mode, 0100644);
    is(st.nlink, 1);
    is(st.uid, call(SYS_getuid));
    ok(st.mtim.sec > 1500000000 && st.mtim.nsec < 1000000000);
    ok(st.ino != 0 && st.blksize >= 512);
#ifdef __FreeBSD__
    /* AT_EMPTY_PATH, O_EMPTY_PATH: the descriptor itself */
    is(call(552, fd, "", &st, 0x4000), 0);
    is(st.size, 100);
    is(call(552, fd, "", &st, 0), -ENOENT_);
    i64 again = call(SYS_openat, fd, "", 0x2000000 | O_RDONLY_);
    ok(again >= 0);
    is(stat_fd((int)again, &st), 0);
    is(st.size, 100);
    call(SYS_close, again);
    is(call(490, fd, "", 0600, 0x4000), 0); /* fchmodat */
    is(stat_fd((int)fd, &st), 0);
    is(st.mode, 0100600);
#endif
    call(SYS_close, fd);
    call(SYS_close, other);
    is(call(SYS_unlink, "a"), 0);
}

static void names(void)
{
    struct stat_ st;
    char buf[64];
    i64 fd = make_file("x", "1");

    call(SYS_close, fd);
    is(call(SYS_symlink, "x", "s"), 0);
    is(call(SYS_symlink, "x", "s"), -EEXIST_);
    is(call(SYS_readlink, "s", buf, 64), 1);
    is(call(SYS_readlink, "x", buf, 64), -EINVAL_);
    is(call(SYS_open, "s", O_RDONLY_ | O_NOFOLLOW_), -NOFOLLOW_ERROR);
    is(stat_at("s", &st, AT_NOFOLLOW_), 0);
    is(st.mode & 0170000, 0120000);
    is(stat_at("s", &st, 0), 0);
    is(st.mode & 0170000, 0100000);
    is(stat_at("s", &st, 0x40000), -EINVAL_);
    /* link(2) follows */
    is(call(SYS_link, "s", "l"), 0);
    is(stat_at("l", &st, AT_NOFOLLOW_), 0);
    is(st.mode & 0170000, 0100000);
    is(st.nlink, 2);
    is(call(SYS_link, "x", "l"), -EEXIST_);
    is(call(SYS_symlink, "loop", "loop"), 0);
    is(call(SYS_open, "loop", O_RDONLY_), -ELOOP_);

    is(call(SYS_mkdir, "d", 0755), 0);
    is(call(SYS_mkdir, "d", 0755), -EEXIST_);
    is(call(SYS_unlink, "d"), -EPERM_);
    is(call(SYS_rmdir, "x"), -ENOTDIR_);
    is(call(SYS_rmdir, "."), -EINVAL_);
    fd = make_file("d/y", "2");
    call(SYS_close, fd);
    is(call(SYS_rmdir, "d"), -ENOTEMPTY_);
    is(call(SYS_rename, "x", "d"), -EISDIR_);
    is(call(SYS_rename, "d", "x"), -ENOTDIR_);
    is(call(SYS_rename, "d", "d/e"), -EINVAL_);
    is(call(SYS_rename, "none", "x"), -ENOENT_);
    is(call(SYS_unlinkat, AT_FDCWD_, "d/y", 0), 0);
    is(call(SYS_unlinkat, AT_FDCWD_, "d", 1), -EINVAL_);
    is(call(SYS_unlinkat, AT_FDCWD_, "d", AT_REMOVEDIR_), 0);
    is(call(SYS_mkfifo, "f", 0600), 0);
    is(stat_at("f", &st, 0), 0);
    is(st.mode & 0170000, 0010000);
    is(call(SYS_access, "x", 4), 0);
    is(call(SYS_access, "x", 0x80), -EINVAL_);
    is(call(SYS_access, "none", 0), -ENOENT_);
    ok(call(SYS___getcwd, buf, 64) >= 0);
    ok(equal(buf, folder, length(folder) + 1));
    is(call(SYS___getcwd, buf, 3), -34); /* ERANGE */
    static char path[2000];
    memset(path, 'n', 1999);
    is(call(SYS_open, path, 0), -ENAMETOOLONG_);

    static const char *const made[] = {"x", "s", "l", "f", "loop"};
    for (int i = 0; i < 5; i++)
        is(call(SYS_unlink, made[i]), 0);
}

static void folders(void)
{
    static _Alignas(8) char buf[512];
    char name[8] = "n000";
    int seen = 0, rounds = 0, ordered = 1;
    i64 fd, n;

    for (int i = 0; i < 100; i++) {
        name[1] = (char)('0' + i / 10);
        name[2] = (char)('0' + i % 10);
        fd = make_file(name, "");
        call(SYS_close, fd);
    }
    fd = call(SYS_open, ".", O_RDONLY_ | O_DIRECTORY_);
    ok(fd >= 0);
    while ((n = get_entries((int)fd, buf, sizeof(buf))) > 0 && rounds++ < 200) {
        for (i64 at = 0; at < n;) {
            struct dirent_ *d = (void *)(buf + at);
            if (d->namlen != length(d->name) || d->reclen % 8 || !d->ino)
                ordered = 0;
            if (d->name[0] == 'n') {
                seen++;
                if (d->type != 8)
                    ordered = 0;
            }
            at += d->reclen;
        }
    }
    is(n, 0);
    is(seen, 100);
    ok(ordered);
    ok(rounds > 3); /* it came in parts */
    is(SYS_lseek_(fd, 0, 0), 0);
    ok(get_entries((int)fd, buf, sizeof(buf)) > 0);
    is(SYS_lseek_(fd, 0, 0), 0);
    is(get_entries((int)fd, buf, 8), -EINVAL_);
    call(SYS_close, fd);
    fd = call(SYS_open, "n000", O_RDONLY_);
    is(get_entries((int)fd, buf, sizeof(buf)), -EINVAL_);
    call(SYS_close, fd);
    for (int i = 0; i < 100; i++) {
        name[1] = (char)('0' + i / 10);
        name[2] = (char)('0' + i % 10);
        call(SYS_unlink, name);
    }
}

static void pipes(void)
{
    int ends[2] = {-1, -1}, n = -1, on = 1;
    char buf[8];

    is(call(SYS_pipe2, ends, O_CLOEXEC_ | O_NONBLOCK_), 0);
    is(call(SYS_fcntl, ends[0], 1), 1);
    is(call(SYS_read, ends[0], buf, 8), -EAGAIN_);
    is(call(SYS_write, ends[1], "abc", 3), 3);
    is(call(SYS_ioctl, ends[0], 0x4004667f, &n), 0); /* FIONREAD */
    is(n, 3);
    is(call(SYS_ioctl, ends[0], 0x402c7413, buf), -ENOTTY_); /* TIOCGETA */
    is(call(SYS_ioctl, 99, 0x402c7413, buf), -EBADF_);
    on = 0;
    is(call(SYS_ioctl, ends[0], 0x8004667e, &on), 0); /* FIONBIO */
    is(call(SYS_fcntl, ends[0], 3) & O_NONBLOCK_, 0);
    is(SYS_lseek_(ends[0], 0, 0), -ESPIPE_);
    is(call(SYS_pipe2, ends, 1), -EINVAL_);
    is(call(SYS_pipe2, (int *)8, 0), -EFAULT_);
    struct {
        int fd;
        short events, revents;
    } p[2] = {{ends[0], 1, 0}, {ends[1], 4, 0}};
    is(call(SYS_poll, p, 2, 0), 2);
    is(p[0].revents, 1);
    is(p[1].revents, 4);
    p[0].fd = 98;
    is(call(SYS_poll, p, 1, 0), 1);
    is(p[0].revents, 0x20);
    call(SYS_close, ends[1]);
    is(call(SYS_read, ends[0], buf, 8), 3);
    is(call(SYS_read, ends[0], buf, 8), 0);
    call(SYS_close, ends[0]);
}

static void test(int argc, char **argv)
{
    (void)argc, (void)argv;
    call(SYS_umask, 022);
    enter_folder();
    opening();
    names();
    folders();
    pipes();
    leave_folder();
}
