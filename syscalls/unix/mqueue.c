/* Message queues of POSIX: the host's, with a slash before their names. */
#include <fcntl.h>
#include <mqueue.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "syscalls/unix/abi.h"
#include "syscalls/unix/handlers.h"

/* Both systems begin so; FreeBSD has four reserved longs after it. */
struct foreign_attr {
    int64_t flags, maxmsg, msgsize, curmsgs;
};
struct host_attr {
    int64_t flags, maxmsg, msgsize, curmsgs, reserved[4];
};

static int queue_name(const char *guest, char out[NAME_MAX + 2])
{
    char name[NAME_MAX + 2];
    int error = unix_string(guest, name, sizeof(name));

    if (error)
        return error;
    /* mq_open(2): a name begins with a slash and has no other. */
    if (name[0] != '/' || !name[1] || strchr(name + 1, '/'))
        return -EINVAL;
    strcpy(out, name + 1);
    return 0;
}

int64_t sys_mq_open(struct unix_thread *t, const char *name, int32_t oflag, uint32_t mode,
                    const void *attr)
{
    char host[NAME_MAX + 2];
    struct foreign_attr a;
    struct host_attr h = {0};
    uint32_t unknown,
        how = unix_bits_to_host(unix_abi->open_flags, (uint32_t)oflag & ~3u, &unknown);
    int error = queue_name(name, host);

    (void)t;
    if (error)
        return error;
    if (unknown || (oflag & 3) == 3 ||
        (how & ~(uint32_t)(O_CREAT | O_EXCL | O_NONBLOCK | O_CLOEXEC)))
        return -EINVAL;
    if (attr && (how & O_CREAT)) {
        if (!guest_read(&a, attr, sizeof(a)))
            return -EFAULT;
        h.maxmsg = a.maxmsg;
        h.msgsize = a.msgsize;
    }
    return unix_host(SYS_mq_open, (long)host, (long)(how | (uint32_t)(oflag & 3)), mode & 0777,
                     attr && (how & O_CREAT) ? (long)&h : 0, 0, 0);
}

int64_t sys_mq_unlink(struct unix_thread *t, const char *name)
{
    char host[NAME_MAX + 2];
    int error = queue_name(name, host);
    (void)t;
    return error ? error : unix_host(SYS_mq_unlink, (long)host, 0, 0, 0, 0, 0);
}

int64_t sys_mq_setattr(struct unix_thread *t, int32_t mqdes, const void *attr, void *oattr)
{
    struct foreign_attr a;
    struct host_attr in = {0}, out;

    (void)t;
    if (attr) {
        if (!guest_read(&a, attr, sizeof(a)))
            return -EFAULT;
        in.flags = unix_bits_to_host(unix_abi->open_flags, (uint32_t)a.flags, NULL) & O_NONBLOCK;
    }
    int64_t r = unix_host(SYS_mq_getsetattr, mqdes, attr ? (long)&in : 0, (long)&out, 0, 0, 0);
    if (r < 0 || !oattr)
        return r;
    a = (struct foreign_attr){unix_bits_of_host(unix_abi->open_flags, (uint32_t)out.flags),
                              out.maxmsg, out.msgsize, out.curmsgs};
    return guest_write(oattr, &a, sizeof(a)) ? 0 : -EFAULT;
}

int64_t sys_mq_getattr(struct unix_thread *t, int32_t mqdes, void *attr)
{
    return attr ? sys_mq_setattr(t, mqdes, NULL, attr) : -EFAULT;
}

static int limit_of(struct timespec *ts, const void *guest)
{
    if (!guest_read(ts, guest, sizeof(*ts)))
        return -EFAULT;
    return ts->tv_nsec < 0 || ts->tv_nsec >= 1000000000 ? -EINVAL : 0;
}

int64_t sys_mq_timedsend(struct unix_thread *t, int32_t mqdes, const void *msg_ptr, size_t msg_len,
                         uint32_t msg_prio, const void *abs_timeout)
{
    struct timespec ts;
    int error = abs_timeout ? limit_of(&ts, abs_timeout) : 0;

    if (error)
        return error;
    if (!guest_range_ok(msg_ptr, msg_len))
        return -EFAULT;
    return unix_block(t, SYS_mq_timedsend, mqdes, (long)msg_ptr, (long)msg_len, msg_prio,
                      abs_timeout ? (long)&ts : 0, 0);
}

int64_t sys_mq_timedreceive(struct unix_thread *t, int32_t mqdes, void *msg_ptr, size_t msg_len,
                            void *msg_prio, const void *abs_timeout)
{
    struct timespec ts;
    uint32_t priority = 0;
    int error = abs_timeout ? limit_of(&ts, abs_timeout) : 0;

    if (error)
        return error;
    if (!guest_range_ok(msg_ptr, msg_len))
        return -EFAULT;
    int64_t r = unix_block(t, SYS_mq_timedreceive, mqdes, (long)msg_ptr, (long)msg_len,
                           (long)&priority, abs_timeout ? (long)&ts : 0, 0);
    if (r >= 0 && msg_prio && !guest_write(msg_prio, &priority, sizeof(priority)))
        return -EFAULT;
    return r;
}

int64_t sys_mq_send(struct unix_thread *t, int32_t mqdes, const void *msg_ptr, size_t msg_len,
                    uint32_t msg_prio)
{
    return sys_mq_timedsend(t, mqdes, msg_ptr, msg_len, msg_prio, NULL);
}

int64_t sys_mq_receive(struct unix_thread *t, int32_t mqdes, void *msg_ptr, size_t msg_len,
                       void *msg_prio)
{
    return sys_mq_timedreceive(t, mqdes, msg_ptr, msg_len, msg_prio, NULL);
}
