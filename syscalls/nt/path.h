/*
 * From NT names to places on the host.
 *
 * nt_place_parse reads OBJECT_ATTRIBUTES and finds out what the name is about: a file below a
 * drive, a drive itself, or a device. For files it gives a directory descriptor and the host path
 * below it, as the caller spelled it; no file is touched yet, so that the open itself is the first
 * system call. When that finds nothing, nt_place_fold looks for the name without regard to case
 * and corrects the path. A place belongs to one thread.
 */
#ifndef SYSCALLS_NT_PATH_H
#define SYSCALLS_NT_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/nt/nt.h"
#include "syscalls/nt/dircache.h"
#include "syscalls/nt/drive.h"

struct nt_file;

enum nt_place_kind {
    NT_PLACE_FILE,   /* base and host are set */
    NT_PLACE_NODE,   /* a folder of C: that is not on disk yet: node is set */
    NT_PLACE_VOLUME, /* \??\C: itself */
    NT_PLACE_DEVICE, /* device and device_rest are set */
};

/* Devices: \Device\<name>, with DOS names that lead to them. open gets what follows the name
 * ("" or "\..."); it returns a file with one reference. */
struct nt_open;
struct nt_device {
    const char *name;   /* "Null" */
    const char *dos[4]; /* "NUL": below \??\ */
    NTSTATUS(*open)
    (const struct nt_device *device, const struct nt_open *how, struct nt_file *root,
     const uint16_t *rest, size_t n, struct nt_file **file, ULONG_PTR *information);
};

/* At start-up, before the first thread; the row stays where it is. */
void nt_device_add(const struct nt_device *device);
const struct nt_device *nt_device_find(const uint16_t *name, size_t n);
const struct nt_device *nt_device_find_dos(const uint16_t *name, size_t n);

struct nt_place {
    enum nt_place_kind kind;
    struct nt_volume *volume;
    struct nt_file *root; /* RootDirectory, a reference; NULL */
    int node;             /* the composed folder that the name is, or -1 */
    int base;             /* descriptor, borrowed from the volume, the root file or the library */
    bool read_only;       /* nothing can be created or changed there */
    bool want_directory;  /* the name ended with '\' */
    bool data_stream;     /* the name ended with "::$DATA" */
    bool reopen;          /* no name: the root file once more, which is not a folder */
    bool by_id;           /* the name is a file id; see nt_place_parse */
    uint64_t file_id;

    const struct nt_device *device;
    const uint16_t *device_rest;
    size_t device_rest_n;

    /* The name below base: components separated by '\', none in front. */
    uint16_t *name;
    size_t name_n;
    /* The same for the host, with '/', terminated; "." for base itself. Its last component begins
     * at host_last. */
    char *host;
    size_t host_last;

    int parent; /* see nt_place_parent; -1 */
    /* For the folder of the last component, after nt_place_fold has found that missing */
    struct nt_dircache_note note;

    uint16_t *full; /* buffer of the whole name */
    size_t full_n;
    uint16_t full_small[260];
    char host_small[520];
};

/* --case exact: names are looked up as they are spelled. */
extern bool nt_case_exact;

#define NT_PLACE_CREATE 1u /* the name may be created: C: gets its folder if it needs one */
#define NT_PLACE_BY_ID 2u  /* FILE_OPEN_BY_FILE_ID: the name is an 8 or 16 byte id */

/* oa is a guest address. After success and failure alike, nt_place_free. */
NTSTATUS nt_place_parse(const OBJECT_ATTRIBUTES *oa, unsigned flags, struct nt_place *p,
                        ULONG *obj_attributes);
/* The same for a name in host memory, relative to root (no reference is taken) or absolute. */
NTSTATUS nt_place_parse_name(struct nt_file *root, const uint16_t *name, size_t n, unsigned flags,
                             struct nt_place *p);
void nt_place_free(struct nt_place *p);

/* After the host said that there is no such file (or for a name to be created): looks for every
 * component without regard to case and puts what is there into p->host.
 * STATUS_SUCCESS: it exists. STATUS_OBJECT_NAME_NOT_FOUND: its folder exists, whose path in p->host
 * is right now. STATUS_OBJECT_PATH_NOT_FOUND and others.
 */
NTSTATUS nt_place_fold(struct nt_place *p);

/* Before the host is asked at all: is the last component certainly missing, in a folder that was
 * listed before? One host call answers that. Like nt_place_fold's STATUS_OBJECT_NAME_NOT_FOUND. */
bool nt_place_missing(struct nt_place *p);

/* The folder of the last component, as p->host has it now, with O_PATH: the place's, until the
 * caller puts -1 in p->parent. -1 with errno. */
int nt_place_parent(struct nt_place *p);
/* Its path below p->base, "" for p->base itself. */
const char *nt_place_folder(const struct nt_place *p, char path[PATH_MAX]);

/* The NT name of an absolute host path: "\??\Z:\..." or "\Device\HarddiskVolume26\...", or just
 * the part behind the volume. Memory to free; NULL without memory. prefer may be NULL. */
enum nt_name_form { NT_NAME_DOS, NT_NAME_DEVICE, NT_NAME_BARE };
uint16_t *nt_name_of_host_path(const char *path, struct nt_volume *prefer, enum nt_name_form form,
                               size_t *n);
/* The same for a composed folder. */
uint16_t *nt_name_of_node(int node, enum nt_name_form form, size_t *n);

/* What a DOS device name ("C:", "NUL": below \??\) is a link to, as object names have it:
 * "\Device\HarddiskVolume3", "\Device\Null". The number of units, 0 for no such name. */
#define NT_DEVICE_NAME_UNITS 64
size_t nt_dos_device_target(const uint16_t *name, size_t n, uint16_t target[NT_DEVICE_NAME_UNITS]);
/* The index-th DOS device name, for listings; 0 units behind the last. */
size_t nt_dos_device_name(unsigned index, uint16_t name[NT_DEVICE_NAME_UNITS]);

/* The host path of an absolute NT name (\??\C:\...), existing or not; memory to free. */
NTSTATUS nt_host_path_of_name(const uint16_t *name, size_t n, char **host);

#endif
