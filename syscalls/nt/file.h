/*
 * File objects: what NtCreateFile makes, of whatever kind.
 *
 * Disk files and folders are handled here and in fileio.c, fileinfo.c, directory.c, volume.c.
 * Pipes, consoles, sockets and other devices make files of their own with a table of operations. An
 * object's host descriptor stays open as long as anybody has a reference.
 */
#ifndef SYSCALLS_NT_FILE_H
#define SYSCALLS_NT_FILE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "syscalls/nt/io.h"
#include "syscalls/nt/nt.h"
#include "syscalls/nt/path.h"

struct nt_share;
struct nt_dir_scan;
struct nt_slot;
extern const struct nt_wait_ops nt_file_wait_ops; /* io_sync.c */
void nt_io_file_forget(struct nt_file *f);

/* A checked NtCreateFile. */
struct nt_open {
    ACCESS_MASK access; /* mapped; with MAXIMUM_ALLOWED when that was asked */
    uint32_t attributes, share, disposition, options;
    int64_t allocation; /* bytes; 0: none asked for */
    const void *ea;     /* host memory: checked list of FILE_FULL_EA_INFORMATION; NULL */
    uint32_t ea_length;
};

/* What a kind of file does. Any member may be NULL: STATUS_INVALID_DEVICE_REQUEST, or for query
 * and set the generic answers. Buffers of read, write and control are guest addresses, those of
 * query and set are host memory. `offset` is NULL for the current position. A status that is not
 * STATUS_PENDING is completed by the caller; see io.h for what pending means. */
struct nt_file_ops {
    uint32_t device_type; /* NT_FILE_DEVICE_* */
    NTSTATUS(*read)
    (struct nt_file *f, struct nt_io *io, void *buffer, uint32_t n, const int64_t *offset,
     ULONG_PTR *information);
    NTSTATUS(*write)
    (struct nt_file *f, struct nt_io *io, const void *buffer, uint32_t n, const int64_t *offset,
     ULONG_PTR *information);
    NTSTATUS(*control)
    (struct nt_file *f, struct nt_io *io, bool file_system, uint32_t code, const void *in,
     uint32_t in_n, void *out, uint32_t out_n, ULONG_PTR *information);
    /* STATUS_INVALID_INFO_CLASS: the generic answer is given instead. */
    NTSTATUS(*query)
    (struct nt_file *f, uint32_t class, void *buffer, uint32_t n, ULONG_PTR *information);
    NTSTATUS (*set)(struct nt_file *f, uint32_t class, const void *buffer, uint32_t n);
    NTSTATUS(*query_volume)
    (struct nt_file *f, uint32_t class, void *buffer, uint32_t n, ULONG_PTR *information);
    NTSTATUS (*flush)(struct nt_file *f);
    /* Requests in progress of this file; iosb NULL: all. STATUS_NOT_FOUND. */
    NTSTATUS (*cancel)(struct nt_file *f, const IO_STATUS_BLOCK *iosb);
    void (*last_handle)(struct nt_file *f);
    /* How the file goes to a child (child.h); NULL: by its descriptor. */
    bool (*export_to)(struct nt_file *f, struct nt_export *e);
    /* Somebody waits for the handle for the first time: from now on the file keeps its state with
     * nt_io_file_signal. */
    void (*waited_for)(struct nt_file *f);
    void (*destroy)(struct nt_file *f); /* what `more` holds; the descriptor is closed elsewhere */
};

struct nt_file {
    struct nt_object object; /* type nt_file_type */
    const struct nt_file_ops *ops;
    const struct nt_device *device; /* NULL for disk files */
    struct nt_volume *volume;       /* NULL for devices */
    int fd;                         /* -1: a composed folder that is not on disk, some devices */
    int node;                       /* composed folder or -1 */
    ACCESS_MASK access;             /* granted to the open, not to a handle */
    uint32_t share, options;        /* of the open; options as FileModeInformation changes them */
    bool directory, regular;
    bool path_only; /* fd is O_PATH */
    bool reparse;   /* fd is a symbolic link itself */
    bool read_only; /* lies in a place that cannot be changed */
    bool whole_volume;
    bool seekable;
    bool inherited; /* other processes use the descriptor's position, too */
    /* How the name was found, for those that may delete it: a host path below a descriptor of the
     * volume's or of opened_below, which is a reference. NULL */
    char *opened_path;
    int opened_base;
    uint64_t opened_dev, opened_ino;
    struct nt_file *opened_below;
    atomic_bool renamed; /* since then */
    atomic_bool delete_on_close;
    atomic_bool posix_delete; /* the name goes with this handle, not with the last one */

    /* The position of a synchronous file is the descriptor's own, so that a child and a host
     * program share it. moved_to >= 0: where it should be, not yet told to the host. */
    _Atomic int64_t moved_to;
    pthread_mutex_t lock; /* guards what follows; never held while blocking */
    struct nt_share *shared;
    struct nt_dir_scan *scan;
    struct nt_object *port; /* completion port: one reference; set once */
    PVOID port_key;
    uint32_t completion_modes;        /* FILE_SKIP_COMPLETION_PORT_ON_SUCCESS 1, SKIP_SET_EVENT 2 */
    uint32_t ea_next;                 /* index of the next extended attribute; atomic */
    void *locks;                      /* byte ranges: lock.c */
    _Atomic(struct nt_slot *) signal; /* for waits on the file: io_sync.c */
    atomic_bool busy;                 /* its last request has not ended */
    void *more;                       /* of the ops */
};

#define NT_FILE_SYNC (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT)

extern const struct nt_object_type nt_file_type;
extern const struct nt_file_ops nt_disk_ops;   /* fileio.c */
extern const struct nt_file_ops nt_stream_ops; /* stream.c: pipes, sockets, terminals */

/* Start-up, before the first thread: devices, drives. Calling it again does nothing. */
void nt_file_init(void);
/* The folder with the guest libraries; written by the loader before nt_file_init. */
extern char nt_system32_dir[4096];
/* Opens the standard handles of a new process for descriptors 0, 1 and 2; a closed one is NULL. */
void nt_file_standard_handles(RTL_USER_PROCESS_PARAMETERS *p);
/* "Z:\\home\\x" for an absolute host path, as bytes for utf16_from_host. */
bool nt_dos_path_of_host(const char *host, char *dos, size_t size);

/* A new file with one reference; it owns fd. NULL without memory: fd is closed then. */
struct nt_file *nt_file_new(const struct nt_file_ops *ops, int fd, ACCESS_MASK access,
                            uint32_t share, uint32_t options);

/* Opens or creates what the place names; information is FILE_OPENED and so on. */
NTSTATUS nt_file_open(const struct nt_open *how, struct nt_place *p, struct nt_file **f,
                      ULONG_PTR *information);

/* A file for the loader, the registry and such: absolute or relative to root, in host memory. */
NTSTATUS nt_file_open_name(struct nt_file *root, const uint16_t *name, size_t n,
                           const struct nt_open *how, struct nt_file **f);

/* The file behind a handle, with a reference. granted may be NULL. */
NTSTATUS nt_file_get(HANDLE handle, ACCESS_MASK access, struct nt_file **f, ACCESS_MASK *granted);
void nt_file_release(struct nt_file *f);

/* A File object for a descriptor from outside (standard handles): a duplicate is taken, fd stays
 * the caller's. NULL with errno when fd is closed. Terminals go to nt_console_wrap if it is set. */
struct nt_object *nt_file_from_fd(int fd, ACCESS_MASK access);
extern struct nt_object *(*nt_console_wrap)(int fd, ACCESS_MASK access);

/* The position of a synchronous file in its descriptor is right after this: before another process
 * gets the descriptor. */
void nt_file_settle(struct nt_file *f);

/* Object name, "\Device\HarddiskVolume3\Windows"; memory to free, NULL without memory or name. */
uint16_t *nt_file_name(struct nt_file *f, enum nt_name_form form, size_t *n);
/* Where the file is on the host at present. STATUS_FILE_DELETED. */
NTSTATUS nt_file_host_path(struct nt_file *f, char path[PATH_MAX]);
/* Opens the folder that holds the file's name, and says that name; it is the same file. -1: no. */
int nt_file_parent(struct nt_file *f, char name[NAME_MAX + 1], NTSTATUS *status);

/* Where the file's name is at present, found the cheapest way. */
struct nt_file_spot {
    int dir;
    bool opened;           /* dir is to be closed: nt_file_spot_free */
    char path[PATH_MAX];   /* below dir */
    char folder[PATH_MAX]; /* the same without the last name; "" for dir itself */
    const char *name;      /* the last name, in path */
};
/* sure false: where it was opened, if nobody has renamed it by this handle. */
NTSTATUS nt_file_find_spot(struct nt_file *f, bool sure, struct nt_file_spot *spot);
void nt_file_spot_free(struct nt_file_spot *spot);

/* Gives a composed folder a place on disk. */
NTSTATUS nt_file_materialise(struct nt_file *f);
/* Room on disk for that many bytes; the file's size stays. No room is STATUS_DISK_FULL. */
NTSTATUS nt_file_reserve(int fd, int64_t bytes);

/* Reads the umask, which can only be done by changing it: before there are threads. */
void nt_attributes_init(void);
/* Attributes (attrib.c). creation, 100 ns since 1601, is replaced when a time was set; may be NULL.
 */
uint32_t nt_attributes_of(int fd, bool path_only, const struct stat *st, int64_t *creation);
uint32_t nt_attributes_at(int dir, const char *name, const struct stat *st, int64_t *creation);
NTSTATUS nt_attributes_set(int fd, bool path_only, const struct stat *st, uint32_t attributes);
NTSTATUS nt_creation_time_set(int fd, bool path_only, const struct stat *st, int64_t creation);
/* Does a link lead to a folder? Then NT shows the link as one. */
bool nt_link_to_directory(int dir, const char *name);

/* 100 ns since 1601 */
static inline int64_t nt_time_of(int64_t seconds, int64_t nanoseconds)
{
    return (seconds + 11644473600ll) * 10000000 + nanoseconds / 100;
}

#endif
