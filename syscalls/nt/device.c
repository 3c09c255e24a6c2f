/* The null device, files for inherited descriptors, and what start-up needs of files. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "config.h"
#include "syscalls/nt/afd.h"
#include "syscalls/nt/console.h"
#include "syscalls/nt/drive.h"
#include "syscalls/nt/file.h"
#include "syscalls/nt/ksec.h"
#ifdef HAVE_NETTLE
#include "syscalls/nt/cng.h"
#endif
#include "syscalls/nt/nsi.h"
#include "syscalls/nt/pipe.h"
#include "syscalls/nt/share.h"

char nt_system32_dir[4096];
struct nt_object *(*nt_console_wrap)(int fd, ACCESS_MASK access);

static NTSTATUS null_read(struct nt_file *f, struct nt_io *io, void *buffer, uint32_t n,
                          const int64_t *offset, ULONG_PTR *information)
{
    (void)f, (void)io, (void)buffer, (void)n, (void)offset, (void)information;
    return STATUS_END_OF_FILE;
}

static NTSTATUS null_write(struct nt_file *f, struct nt_io *io, const void *buffer, uint32_t n,
                           const int64_t *offset, ULONG_PTR *information)
{
    (void)f, (void)io, (void)buffer, (void)offset;
    *information = n;
    return STATUS_SUCCESS;
}

static NTSTATUS null_flush(struct nt_file *f)
{
    (void)f;
    return STATUS_SUCCESS;
}

static const struct nt_file_ops null_ops = {
    .device_type = NT_FILE_DEVICE_NULL,
    .read = null_read,
    .write = null_write,
    .flush = null_flush,
};

static NTSTATUS null_open(const struct nt_device *device, const struct nt_open *how,
                          struct nt_file *root, const uint16_t *rest, size_t n, struct nt_file **f,
                          ULONG_PTR *information);

static const struct nt_device null_device = {
    .name = "Null",
    .dos = {"NUL"},
    .open = null_open,
};

/* A child gets the device as a descriptor, so there is one. */
static struct nt_file *null_file(ACCESS_MASK access, uint32_t share, uint32_t options)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct nt_file *f = nt_file_new(&null_ops, fd, access, share, options);

    if (f)
        f->device = &null_device;
    return f;
}

static NTSTATUS null_open(const struct nt_device *device, const struct nt_open *how,
                          struct nt_file *root, const uint16_t *rest, size_t n, struct nt_file **f,
                          ULONG_PTR *information)
{
    ACCESS_MASK access = how->access & MAXIMUM_ALLOWED ? FILE_ALL_ACCESS : how->access;

    (void)device, (void)root, (void)rest;
    if (n)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (how->options & FILE_DIRECTORY_FILE)
        return STATUS_NOT_A_DIRECTORY;
    *f = null_file(access, how->share, how->options);
    *information = FILE_OPENED;
    return *f ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static bool is_null(const struct stat *st)
{
    return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

struct nt_object *nt_file_from_fd(int fd, ACCESS_MASK access)
{
    const uint32_t share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    const uint32_t options = FILE_SYNCHRONOUS_IO_NONALERT;
    struct stat st;
    int flags = fcntl(fd, F_GETFL), own;

    if (flags < 0 || fstat(fd, &st) != 0)
        return NULL;
    if (isatty(fd) && nt_console_wrap)
        return nt_console_wrap(fd, access);
    if (is_null(&st)) {
        struct nt_file *null = null_file(access, share, options);
        return null ? &null->object : NULL;
    }
    if ((flags & O_ACCMODE) == O_RDONLY)
        access &= ~(FILE_WRITE_DATA | FILE_APPEND_DATA);
    else if ((flags & O_ACCMODE) == O_WRONLY)
        access &= ~FILE_READ_DATA;
    /* ">>": the host's descriptor appends whatever offset it is given. */
    if ((flags & O_APPEND) && (access & FILE_APPEND_DATA))
        access &= ~FILE_WRITE_DATA;
    own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (own < 0)
        return NULL;
    if (S_ISFIFO(st.st_mode))
        return (struct nt_object *)nt_pipe_adopt(own, access, share, options);
    bool disk = S_ISREG(st.st_mode) || S_ISDIR(st.st_mode);
    struct nt_file *f =
        nt_file_new(disk ? &nt_disk_ops : &nt_stream_ops, own, access, share, options);
    if (!f)
        return NULL;
    f->regular = S_ISREG(st.st_mode);
    f->directory = S_ISDIR(st.st_mode);
    f->seekable = f->regular || S_ISBLK(st.st_mode);
    f->path_only = flags & O_PATH;
    f->inherited = true;
    if (disk) {
        f->volume = nt_volume_of_letter('Z');
        /* The shell that opened it knows no share modes: nobody can be in the way. */
        nt_share_open(st.st_dev, st.st_ino, 0, share, &f->shared);
    }
    return &f->object;
}

static HANDLE standard_handle(int fd, ACCESS_MASK access)
{
    struct nt_object *o = nt_file_from_fd(fd, access);
    HANDLE h = NULL;

    if (!o)
        return NULL;
    if (((struct nt_file *)o)->ops == &nt_console_ops)
        access = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
    nt_handle_create(o, access, NT_HANDLE_INHERIT, &h);
    nt_object_release(o);
    return h;
}

void nt_file_standard_handles(RTL_USER_PROCESS_PARAMETERS *p)
{
    nt_file_init();
    p->StandardInput = standard_handle(0, FILE_GENERIC_READ | FILE_WRITE_ATTRIBUTES);
    p->StandardOutput = standard_handle(1, FILE_GENERIC_WRITE | FILE_READ_ATTRIBUTES);
    p->StandardError = standard_handle(2, FILE_GENERIC_WRITE | FILE_READ_ATTRIBUTES);
    p->ConsoleHandle = nt_console_connect();
}

void nt_file_init(void)
{
    static bool done; /* start-up has one thread */

    if (done)
        return;
    done = true;
    nt_device_add(&null_device);
    nt_device_add(&nt_pipe_device);
    nt_attributes_init();
    nt_device_add(&nt_ksec_device);
#ifdef HAVE_NETTLE
    nt_device_add(&nt_cng_device);
#endif
    nt_device_add(&nt_afd_device);
    nt_device_add(&nt_nsi_device);
    nt_console_init();
    /* A reader that goes away is a status, not a signal. */
    signal(SIGPIPE, SIG_IGN);
    if (nt_system32_dir[0])
        nt_system32_dir_set(nt_system32_dir, NULL);
    /* Without a place for it, C: cannot be written; that is no reason not to run. */
    if (!nt_system_drive_path())
        nt_system_drive_set(NULL, nt_user_name());
}

bool nt_dos_path_of_host(const char *host, char *dos, size_t size)
{
    const char *rest;
    struct nt_volume *v = nt_volume_of_host(host, NULL, &rest);
    size_t n = 2;

    if (!v || size < 4)
        return false;
    dos[0] = v->letter;
    dos[1] = ':';
    if (!rest[0])
        rest = "/";
    for (; *rest; rest++) {
        unsigned char c = (unsigned char)*rest;
        if (size - n < 4)
            return false;
        if (c == '/') {
            dos[n++] = '\\';
        } else if (c < 0x20 || strchr("\"*:<>?|\\", c)) {
            /* U+F000 + c, as in filename.h */
            dos[n++] = (char)0xef;
            dos[n++] = (char)(0x80 | c >> 6);
            dos[n++] = (char)(0x80 | (c & 0x3f));
        } else {
            dos[n++] = (char)c;
        }
    }
    dos[n] = 0;
    return true;
}
