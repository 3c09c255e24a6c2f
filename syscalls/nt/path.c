#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/dircache.h"
#include "syscalls/nt/file.h"
#include "syscalls/nt/filename.h"
#include "syscalls/nt/nt.h"
#include "syscalls/nt/path.h"

#define MAX_DEVICES 32
#define MAX_UNITS 32767

bool nt_case_exact;

static const struct nt_device *devices[MAX_DEVICES]; /* written at start-up only */
static unsigned device_count;

void nt_device_add(const struct nt_device *device)
{
    if (device_count < MAX_DEVICES)
        devices[device_count++] = device;
}

const struct nt_device *nt_device_find(const uint16_t *name, size_t n)
{
    for (unsigned i = 0; i < device_count; i++)
        if (nt_name_is(name, n, devices[i]->name))
            return devices[i];
    return NULL;
}

const struct nt_device *nt_device_find_dos(const uint16_t *name, size_t n)
{
    for (unsigned i = 0; i < device_count; i++)
        for (unsigned k = 0; k < 4 && devices[i]->dos[k]; k++)
            if (nt_name_is(name, n, devices[i]->dos[k]))
                return devices[i];
    return NULL;
}

void nt_place_free(struct nt_place *p)
{
    if (p->full != p->full_small)
        free(p->full);
    if (p->host != p->host_small)
        free(p->host);
    if (p->root)
        nt_object_release(&p->root->object);
    if (p->parent >= 0)
        close(p->parent);
    p->full = NULL;
    p->host = NULL;
    p->root = NULL;
    p->parent = -1;
}

static void place_init(struct nt_place *p)
{
    memset(p, 0, offsetof(struct nt_place, full_small));
    p->node = -1;
    p->base = -1;
    p->parent = -1;
}

/* Units up to the next '\' */
static size_t component(const uint16_t *s, size_t n)
{
    size_t i = 0;

    while (i < n && s[i] != '\\')
        i++;
    return i;
}

/* Takes "\??\" and its like off the front. */
static bool skip_prefix(const uint16_t **s, size_t *n, const char *prefix)
{
    size_t len = strlen(prefix);

    if (*n < len || !nt_name_is(*s, len, prefix))
        return false;
    *s += len;
    *n -= len;
    return true;
}

/* The stream part of the last component: "::$DATA" is the file itself, everything else is a stream
 * that we do not have. */
static NTSTATUS strip_stream(struct nt_place *p, uint16_t *last, size_t *n)
{
    size_t colon = 0;

    while (colon < *n && last[colon] != ':')
        colon++;
    if (colon == *n)
        return STATUS_SUCCESS;
    const uint16_t *stream = last + colon;
    size_t sn = *n - colon;
    if (colon == 0)
        return STATUS_OBJECT_NAME_INVALID;
    if (nt_name_is(stream, sn, "::$DATA"))
        p->data_stream = true;
    else if (nt_name_is(stream, sn, "::$INDEX_ALLOCATION") ||
             nt_name_is(stream, sn, ":$I30:$INDEX_ALLOCATION"))
        p->want_directory = true;
    else
        return STATUS_OBJECT_NAME_INVALID;
    *n = colon;
    return STATUS_SUCCESS;
}

/* Checks p->name and writes p->host. */
static NTSTATUS convert(struct nt_place *p)
{
    size_t room = sizeof(p->host_small), used = 0;
    uint16_t *name = p->name;
    size_t n = p->name_n;

    p->host = p->host_small;
    if (n * 3 + 2 > room) {
        room = n * 3 + 2;
        p->host = malloc(room);
        if (!p->host) {
            p->host = p->host_small;
            return STATUS_INSUFFICIENT_RESOURCES;
        }
    }
    if (n > 0 && name[n - 1] == '\\') {
        p->want_directory = true;
        n = --p->name_n;
        if (n == 0)
            return STATUS_OBJECT_NAME_INVALID;
    }
    p->host_last = 0;
    for (size_t i = 0; i < n;) {
        size_t len = component(name + i, n - i), units = len;
        if (i + len == n) {
            NTSTATUS status = strip_stream(p, name + i, &units);
            if (!NT_SUCCESS(status))
                return status;
            p->name_n = i + units;
        }
        if (!nt_name_valid(name + i, units))
            return STATUS_OBJECT_NAME_INVALID;
        if (i)
            p->host[used++] = '/';
        p->host_last = used;
        size_t bytes = nt_name_to_host(name + i, units, p->host + used, room - used - 1);
        if (bytes == NT_NO_ROOM)
            return STATUS_OBJECT_NAME_INVALID;
        /* An escaped byte can spell what must not come out of a name. */
        const char *h = p->host + used;
        if (memchr(h, '/', bytes) || (h[0] == '.' && (bytes == 1 || (bytes == 2 && h[1] == '.'))))
            return STATUS_OBJECT_NAME_INVALID;
        used += bytes;
        i += len + 1;
    }
    if (p->data_stream && p->want_directory)
        return STATUS_OBJECT_NAME_INVALID;
    if (used == 0)
        p->host[used++] = '.';
    p->host[used] = 0;
    return STATUS_SUCCESS;
}

/* A name on the composed drive, below one of its nodes. */
static NTSTATUS place_composed(struct nt_place *p, int node, unsigned flags)
{
    size_t at = 0; /* p->name up to here has been walked */

    while (at < p->name_n) {
        size_t len = component(p->name + at, p->name_n - at);
        int child = nt_composed_child(node, p->name + at, len);
        if (child < 0)
            break;
        node = child;
        at += len;
        if (at < p->name_n && p->name[at] == '\\')
            at++;
    }
    bool slash = at > 0 && p->name[at - 1] == '\\';
    size_t rest = p->name_n - at, components = 0;
    for (size_t i = at; i < p->name_n; i += component(p->name + i, p->name_n - i) + 1)
        components++;

    if (rest == 0)
        p->node = node;
    if (nt_composed_nodes[node].kind == NT_COMPOSED_FILE) {
        if (rest)
            return STATUS_OBJECT_PATH_NOT_FOUND;
        /* The host may reach it by a link, which is no matter of the guest's. */
        p->host = realpath(nt_composed_nodes[node].host, NULL);
        if (!p->host)
            return STATUS_OBJECT_NAME_NOT_FOUND;
        p->base = AT_FDCWD;
        p->read_only = true;
        p->want_directory |= slash;
        p->name_n = 0;
        return STATUS_SUCCESS;
    }
    if (nt_composed_is_virtual(node)) {
        p->read_only = true;
        if (rest == 0) {
            p->kind = NT_PLACE_NODE;
            p->want_directory |= slash;
            return STATUS_SUCCESS;
        }
        p->name += at;
        p->name_n -= at;
        NTSTATUS status = convert(p);
        if (!NT_SUCCESS(status))
            return status;
        if (components > 1)
            return STATUS_OBJECT_PATH_NOT_FOUND;
        return flags & NT_PLACE_CREATE ? STATUS_ACCESS_DENIED : STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (nt_composed_nodes[node].kind != NT_COMPOSED_PLAIN) {
        p->base = nt_composed_library(node);
        p->read_only = true;
        if (p->base < 0)
            return STATUS_OBJECT_PATH_NOT_FOUND;
    } else {
        int root = nt_volume_root(p->volume);
        if (root < 0 && errno == ENOENT && components == 1 && (flags & NT_PLACE_CREATE)) {
            p->name += at;
            p->name_n -= at;
            NTSTATUS status = convert(p); /* not for a name that cannot be */
            if (p->host != p->host_small)
                free(p->host);
            p->host = NULL;
            p->name -= at;
            p->name_n = at + rest;
            if (NT_SUCCESS(status))
                status = nt_system_drive_materialise();
            if (!NT_SUCCESS(status))
                return status;
            root = nt_volume_root(p->volume);
        }
        if (root < 0 && errno != ENOENT)
            return nt_status_of_errno(errno);
        if (root < 0) {
            if (rest == 0) {
                p->kind = NT_PLACE_NODE;
                p->want_directory |= slash;
                return STATUS_SUCCESS;
            }
            p->name += at;
            p->name_n -= at;
            NTSTATUS status = convert(p);
            if (!NT_SUCCESS(status))
                return status;
            return components == 1 ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_OBJECT_PATH_NOT_FOUND;
        }
        /* On disk the whole path counts: from the root, in the table's spelling. */
        char path[PATH_MAX];
        nt_composed_path(node, path);
        uint16_t prefix[NT_NAME_UNITS * 4];
        size_t pn = nt_name_from_host(path, strlen(path), prefix, sizeof(prefix) / 2 - 1);
        if (pn == NT_NO_ROOM)
            return STATUS_NAME_TOO_LONG;
        for (size_t i = 0; i < pn; i++)
            if (prefix[i] == '/')
                prefix[i] = '\\';
        if (pn && rest)
            prefix[pn++] = '\\';
        uint16_t *fresh = malloc((pn + rest + 1) * sizeof(*fresh));
        if (!fresh)
            return STATUS_INSUFFICIENT_RESOURCES;
        memcpy(fresh, prefix, pn * sizeof(*fresh));
        memcpy(fresh + pn, p->name + at, rest * sizeof(*fresh));
        if (p->full != p->full_small)
            free(p->full);
        p->full = fresh;
        p->name = fresh;
        p->name_n = pn + rest;
        p->base = root;
        p->want_directory |= slash && rest == 0;
        return convert(p);
    }
    p->want_directory |= slash && rest == 0;
    p->name += at;
    p->name_n -= at;
    return convert(p);
}

static NTSTATUS place_on_volume(struct nt_place *p, struct nt_volume *v, const uint16_t *s,
                                size_t n, unsigned flags)
{
    p->kind = NT_PLACE_FILE;
    p->volume = v;
    if (n == 0) {
        p->kind = NT_PLACE_VOLUME;
        return STATUS_SUCCESS;
    }
    p->name = p->full + (s - p->full) + 1; /* behind the '\' */
    p->name_n = n - 1;
    if (v->composed)
        return place_composed(p, NT_COMPOSED_ROOT, flags);
    p->base = nt_volume_root(v);
    if (p->base < 0)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    return convert(p);
}

static bool number_of(const uint16_t *s, size_t n, unsigned *number)
{
    *number = 0;
    if (n == 0 || n > 6)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        *number = *number * 10 + (s[i] - '0');
    }
    return true;
}

static NTSTATUS place_device(struct nt_place *p, const struct nt_device *device, const uint16_t *s,
                             size_t n)
{
    p->kind = NT_PLACE_DEVICE;
    p->device = device;
    p->device_rest = s;
    p->device_rest_n = n;
    return STATUS_SUCCESS;
}

/* Behind \Device\ */
static NTSTATUS place_nt_device(struct nt_place *p, const uint16_t *s, size_t n, unsigned flags)
{
    size_t len = component(s, n);
    const struct nt_device *device = nt_device_find(s, len);
    struct nt_volume *v = NULL;
    unsigned number;

    if (device)
        return place_device(p, device, s + len, n - len);
    if (len > 14 && nt_name_is(s, 14, "HarddiskVolume") && number_of(s + 14, len - 14, &number))
        v = nt_volume_of_device(number);
    if (v)
        return place_on_volume(p, v, s + len, n - len, flags);
    if (nt_name_is(s, len, "Mup") || nt_name_is(s, len, "LanmanRedirector"))
        return STATUS_BAD_NETWORK_PATH;
    return len == n ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_OBJECT_PATH_NOT_FOUND;
}

/* "Volume{c0de0000-0000-4000-8000-000000000003}": the volume of C:, by the name that mount points and
 * links use. */
#define VOLUME_NAME "Volume{c0de0000-0000-4000-8000-0000000000%02x}"
#define VOLUME_NAME_UNITS 44

static struct nt_volume *volume_of_name(const uint16_t *s, size_t n)
{
    char text[VOLUME_NAME_UNITS + 1];

    if (n != VOLUME_NAME_UNITS || !nt_name_is(s, 7, "Volume{"))
        return NULL;
    for (unsigned number = 1; number <= 26; number++) {
        snprintf(text, sizeof(text), VOLUME_NAME, number);
        if (nt_name_is(s, n, text))
            return nt_volume_of_device(number);
    }
    return NULL;
}

/* Behind \??\ */
static NTSTATUS place_dos(struct nt_place *p, const uint16_t *s, size_t n, unsigned flags)
{
    if (skip_prefix(&s, &n, "GLOBALROOT\\Device\\"))
        return place_nt_device(p, s, n, flags);
    skip_prefix(&s, &n, "Global\\");
    size_t len = component(s, n);
    if (len == 2 && s[1] == ':') {
        struct nt_volume *v = nt_volume_of_letter(s[0]);
        if (v)
            return place_on_volume(p, v, s + len, n - len, flags);
        return len == n ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_OBJECT_PATH_NOT_FOUND;
    }
    struct nt_volume *named = volume_of_name(s, len);
    if (named)
        return place_on_volume(p, named, s + len, n - len, flags);
    if (nt_name_is(s, len, "UNC"))
        return STATUS_BAD_NETWORK_PATH;
    if (len == 0)
        return n ? STATUS_OBJECT_PATH_NOT_FOUND : STATUS_OBJECT_NAME_INVALID;
    const struct nt_device *device = nt_device_find_dos(s, len);
    if (device)
        return place_device(p, device, s + len, n - len);
    return len == n ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_OBJECT_PATH_NOT_FOUND;
}

static NTSTATUS place_absolute(struct nt_place *p, unsigned flags)
{
    const uint16_t *s = p->full;
    size_t n = p->full_n;

    if (n == 0 || s[0] != '\\')
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    if (skip_prefix(&s, &n, "\\??\\") || skip_prefix(&s, &n, "\\DosDevices\\") ||
        skip_prefix(&s, &n, "\\GLOBAL??\\"))
        return place_dos(p, s, n, flags);
    if (skip_prefix(&s, &n, "\\Device\\"))
        return place_nt_device(p, s, n, flags);
    if (n >= 11 && nt_name_is(s, 11, "\\SystemRoot") && (n == 11 || s[11] == '\\')) {
        struct nt_volume *v = nt_volume_of_letter('C');
        if (!v)
            return STATUS_OBJECT_PATH_NOT_FOUND;
        /* "\SystemRoot" and "X\Windows" are not equally long, so the rest moves to a new buffer. */
        uint16_t *fresh = malloc((n + 1) * sizeof(*fresh));
        static const char windows[] = "\\Windows";
        if (!fresh)
            return STATUS_INSUFFICIENT_RESOURCES;
        for (size_t i = 0; i < 8; i++)
            fresh[i] = (unsigned char)windows[i];
        memcpy(fresh + 8, s + 11, (n - 11) * sizeof(*fresh));
        if (p->full != p->full_small)
            free(p->full);
        p->full = fresh;
        p->full_n = n - 3;
        return place_on_volume(p, v, p->full, p->full_n, flags);
    }
    if (n == 1 || s[n - 1] == '\\')
        return STATUS_OBJECT_NAME_INVALID;
    return component(s + 1, n - 1) == n - 1 ? STATUS_OBJECT_NAME_NOT_FOUND
                                            : STATUS_OBJECT_PATH_NOT_FOUND;
}

static NTSTATUS place_relative(struct nt_place *p, unsigned flags)
{
    struct nt_file *root = p->root;

    if (root->device)
        return place_device(p, root->device, p->full, p->full_n);
    if (p->full_n && p->full[0] == '\\')
        return STATUS_OBJECT_NAME_INVALID;
    p->volume = root->volume;
    p->kind = NT_PLACE_FILE;
    p->read_only = root->read_only;
    p->name = p->full;
    p->name_n = p->full_n;
    if (!p->volume)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    if (root->node >= 0)
        return place_composed(p, root->node, flags);
    if (p->name_n && !root->directory)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    p->base = root->fd;
    if (p->name_n == 0 && !root->directory && root->fd >= 0) {
        p->reopen = true;
        p->host = p->host_small;
        snprintf(p->host, sizeof(p->host_small), "/proc/self/fd/%d", root->fd);
        return STATUS_SUCCESS;
    }
    return convert(p);
}

static NTSTATUS parse(struct nt_place *p, unsigned flags)
{
    if (flags & NT_PLACE_BY_ID) {
        if (!p->root || !p->root->volume ||
            (p->full_n * sizeof(uint16_t) != 8 && p->full_n * sizeof(uint16_t) != 16))
            return STATUS_INVALID_PARAMETER;
        p->by_id = true;
        p->kind = NT_PLACE_FILE;
        p->volume = p->root->volume;
        memcpy(&p->file_id, p->full, sizeof(p->file_id));
        p->base = p->root->fd;
        p->name = p->full;
        p->name_n = 0;
        return convert(p);
    }
    return p->root ? place_relative(p, flags) : place_absolute(p, flags);
}

static NTSTATUS room_for(struct nt_place *p, size_t n)
{
    p->full = p->full_small;
    p->full_n = n;
    if (n > sizeof(p->full_small) / sizeof(p->full_small[0])) {
        p->full = malloc(n * sizeof(*p->full));
        if (!p->full)
            return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}

NTSTATUS nt_place_parse(const OBJECT_ATTRIBUTES *guest_oa, unsigned flags, struct nt_place *p,
                        ULONG *obj_attributes)
{
    OBJECT_ATTRIBUTES oa;
    UNICODE_STRING name = {0};
    NTSTATUS status;

    place_init(p);
    if (!guest_get(&oa, guest_oa))
        return STATUS_ACCESS_VIOLATION;
    if (oa.Length != sizeof(oa))
        return STATUS_INVALID_PARAMETER;
    if (oa.Attributes & ~(ULONG)OBJ_VALID_ATTRIBUTES)
        return STATUS_INVALID_PARAMETER;
    if (obj_attributes)
        *obj_attributes = oa.Attributes;
    if (oa.ObjectName && !guest_get(&name, oa.ObjectName))
        return STATUS_ACCESS_VIOLATION;
    if (name.Length % 2)
        return STATUS_OBJECT_NAME_INVALID;
    if (!oa.ObjectName && !oa.RootDirectory)
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    status = room_for(p, name.Length / 2);
    if (!NT_SUCCESS(status))
        return status;
    if (name.Length && !guest_read(p->full, name.Buffer, name.Length))
        return STATUS_ACCESS_VIOLATION;
    if (oa.RootDirectory) {
        struct nt_object *o;
        status = nt_handle_get(oa.RootDirectory, &nt_file_type, 0, &o, NULL);
        if (!NT_SUCCESS(status))
            return status;
        p->root = (struct nt_file *)o;
    }
    return parse(p, flags);
}

NTSTATUS nt_place_parse_name(struct nt_file *root, const uint16_t *name, size_t n, unsigned flags,
                             struct nt_place *p)
{
    NTSTATUS status;

    place_init(p);
    if (n > MAX_UNITS)
        return STATUS_NAME_TOO_LONG;
    status = room_for(p, n);
    if (!NT_SUCCESS(status))
        return status;
    memcpy(p->full, name, n * sizeof(*name));
    if (root) {
        nt_object_ref(&root->object);
        p->root = root;
    }
    return parse(p, flags);
}

static bool missing(int error)
{
    return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG;
}

static NTSTATUS status_of_path_error(int error, NTSTATUS not_found)
{
    return missing(error) ? not_found : nt_status_of_errno(error);
}

/* Puts text into p->host instead of the component that begins at `at` and is n bytes long. */
static bool replace_component(struct nt_place *p, size_t at, size_t n, const char *text)
{
    size_t len = strlen(text), tail = strlen(p->host + at + n) + 1;

    if (len > n) {
        size_t need = at + len + tail;
        if (p->host != p->host_small || need > sizeof(p->host_small)) {
            char *fresh = malloc(need);
            if (!fresh)
                return false;
            memcpy(fresh, p->host, at + n + tail);
            if (p->host != p->host_small)
                free(p->host);
            p->host = fresh;
        }
    }
    memmove(p->host + at + len, p->host + at + n, tail);
    memcpy(p->host + at, text, len);
    if (p->host_last > at)
        p->host_last += len - n;
    return true;
}

const char *nt_place_folder(const struct nt_place *p, char path[PATH_MAX])
{
    size_t n = p->host_last ? p->host_last - 1 : 0;

    if (n >= PATH_MAX) {
        /* The host refuses such a path, as it does the place's own. */
        memset(path, '/', PATH_MAX - 1);
        n = PATH_MAX - 1;
    } else {
        memcpy(path, p->host, n);
    }
    path[n] = 0;
    return path;
}

/* Opens the folder of the place in one step, as spelled. */
static int open_parent(const struct nt_place *p)
{
    if (p->host_last == 0)
        return fcntl(p->base, F_DUPFD_CLOEXEC, 3);
    char saved = p->host[p->host_last - 1];
    p->host[p->host_last - 1] = 0;
    int fd = openat(p->base, p->host, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int error = errno;
    p->host[p->host_last - 1] = saved;
    errno = error;
    return fd;
}

int nt_place_parent(struct nt_place *p)
{
    if (p->parent < 0)
        p->parent = open_parent(p);
    return p->parent;
}

/* Where the units of the component number `index` of p->name are. */
static const uint16_t *name_component(const struct nt_place *p, size_t index, size_t *n)
{
    size_t at = 0;

    while (index--)
        at += component(p->name + at, p->name_n - at) + 1;
    *n = component(p->name + at, p->name_n - at);
    return p->name + at;
}

/* Looks for one component in an open folder and corrects p->host. 1, 0 or -1 with errno. */
static int fold_component(struct nt_place *p, int dir, size_t index, size_t at)
{
    char found[NAME_MAX + 1];
    size_t len = strcspn(p->host + at, "/"), n;
    struct stat st;
    char saved = p->host[at + len];

    p->host[at + len] = 0;
    int r = fstatat(dir, p->host + at, &st, AT_SYMLINK_NOFOLLOW);
    int error = errno;
    p->host[at + len] = saved;
    if (r == 0)
        return 1;
    errno = error;
    if (!missing(error))
        return -1;
    if (nt_case_exact)
        return 0;
    const uint16_t *name = name_component(p, index, &n);
    r = nt_dircache_find(dir, "", name, n, true, found, &p->note);
    if (r < 0 && (errno == EACCES || errno == ENOTDIR))
        return 0; /* a folder that cannot be listed: the exact name only */
    if (r == 1 && !replace_component(p, at, len, found)) {
        errno = ENOMEM;
        return -1;
    }
    return r;
}

static const uint16_t *last_component(const struct nt_place *p, size_t *n)
{
    size_t last = p->name_n;

    while (last > 0 && p->name[last - 1] != '\\')
        last--;
    *n = p->name_n - last;
    return p->name + last;
}

bool nt_place_missing(struct nt_place *p)
{
    char found[NAME_MAX + 1], folder[PATH_MAX];
    size_t n;

    if (nt_case_exact || p->reopen || p->name_n == 0 || p->host_last >= PATH_MAX ||
        nt_dircache_empty())
        return false;
    const uint16_t *name = last_component(p, &n);
    nt_place_folder(p, folder);
    return nt_dircache_guess(p->base, folder, name, n) &&
           nt_dircache_known(p->base, folder, name, n, true, found, &p->note) == 0;
}

/* Most often only the last name is missing or spelled differently, in a folder that has been listed
 * before. 1, 0; -1: that is not so. */
static int fold_known(struct nt_place *p)
{
    char found[NAME_MAX + 1], folder[PATH_MAX];
    size_t n;

    if (nt_case_exact || p->host_last >= PATH_MAX || nt_dircache_empty())
        return -1;
    const uint16_t *name = last_component(p, &n);
    int r = nt_dircache_known(p->base, nt_place_folder(p, folder), name, n, false, found, &p->note);
    if (r == 1 && !replace_component(p, p->host_last, strlen(p->host + p->host_last), found))
        return -1;
    return r;
}

NTSTATUS nt_place_fold(struct nt_place *p)
{
    size_t index = 0, at = 0;
    int dir, r;

    p->note.valid = false;
    if (p->reopen)
        return STATUS_SUCCESS;
    if (p->name_n == 0)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    r = fold_known(p);
    if (r >= 0)
        return r ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
    dir = open_parent(p);
    if (dir >= 0) {
        for (size_t i = 0; i < p->host_last; i++)
            index += p->host[i] == '/';
        at = p->host_last;
    } else {
        if (!missing(errno))
            return nt_status_of_errno(errno);
        dir = fcntl(p->base, F_DUPFD_CLOEXEC, 3);
        if (dir < 0)
            return nt_status_of_errno(errno);
    }
    for (;; index++) {
        bool last = at == p->host_last;
        r = fold_component(p, dir, index, at);
        if (r <= 0 || last) {
            int error = errno;
            if (r == 0 && last && p->parent < 0)
                p->parent = dir;
            else
                close(dir);
            if (r < 0)
                return status_of_path_error(error, last ? STATUS_OBJECT_NAME_NOT_FOUND
                                                        : STATUS_OBJECT_PATH_NOT_FOUND);
            if (r == 1)
                return STATUS_SUCCESS;
            return last ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_OBJECT_PATH_NOT_FOUND;
        }
        size_t len = strcspn(p->host + at, "/");
        p->host[at + len] = 0;
        int next = openat(dir, p->host + at, O_PATH | O_DIRECTORY | O_CLOEXEC);
        int error = errno;
        p->host[at + len] = '/';
        close(dir);
        if (next < 0)
            return status_of_path_error(error, STATUS_OBJECT_PATH_NOT_FOUND);
        dir = next;
        at += len + 1;
    }
}

/* Appends host bytes as an NT path: '/' becomes '\'. */
static bool append_host(uint16_t *out, size_t room, size_t *used, const char *host)
{
    while (*host) {
        size_t len = strcspn(host, "/");
        size_t n = nt_name_from_host(host, len, out + *used, room - *used);
        if (n == NT_NO_ROOM)
            return false;
        *used += n;
        host += len;
        if (*host == '/') {
            if (*used == room)
                return false;
            out[(*used)++] = '\\';
            host++;
        }
    }
    return true;
}

static uint16_t *build_name(const struct nt_volume *v, enum nt_name_form form, const char *first,
                            const char *rest, size_t *n)
{
    size_t room = strlen(first) + strlen(rest) + 40, used = 0;
    uint16_t *out = malloc(room * sizeof(*out));
    char prefix[32];

    if (!out)
        return NULL;
    if (form == NT_NAME_DOS)
        snprintf(prefix, sizeof(prefix), "\\??\\%c:", v->letter);
    else if (form == NT_NAME_DEVICE)
        snprintf(prefix, sizeof(prefix), "\\Device\\HarddiskVolume%u", nt_volume_device(v));
    else
        prefix[0] = 0;
    for (const char *s = prefix; *s; s++)
        out[used++] = (unsigned char)*s;
    if (!first[0] && !rest[0])
        rest = "/";
    if (first[0])
        out[used++] = '\\';
    if (!append_host(out, room, &used, first) || !append_host(out, room, &used, rest)) {
        free(out);
        return NULL;
    }
    *n = used;
    return out;
}

uint16_t *nt_name_of_host_path(const char *path, struct nt_volume *prefer, enum nt_name_form form,
                               size_t *n)
{
    const char *rest;
    char first[PATH_MAX] = "";
    struct nt_volume *c = nt_volume_of_letter('C');
    int node = c && c->composed && (!prefer || prefer == c)
                   ? nt_composed_of_library_path(path, &rest)
                   : -1;

    if (node >= 0) {
        nt_composed_path(node, first);
        return build_name(c, form, first, rest, n);
    }
    struct nt_volume *v = nt_volume_of_host(path, prefer, &rest);
    return v ? build_name(v, form, first, rest, n) : NULL;
}

uint16_t *nt_name_of_node(int node, enum nt_name_form form, size_t *n)
{
    char path[PATH_MAX];

    nt_composed_path(node, path);
    return build_name(nt_volume_of_letter('C'), form, path, "", n);
}

NTSTATUS nt_host_path_of_name(const uint16_t *name, size_t n, char **host)
{
    struct nt_place p;
    char link[32], base[PATH_MAX];
    ssize_t len;
    NTSTATUS status = nt_place_parse_name(NULL, name, n, NT_PLACE_CREATE, &p);

    if (NT_SUCCESS(status) && p.kind == NT_PLACE_NODE) {
        status = nt_system_drive_materialise();
        if (NT_SUCCESS(status)) {
            nt_place_free(&p);
            status = nt_place_parse_name(NULL, name, n, 0, &p);
        }
    }
    if (NT_SUCCESS(status) && p.kind == NT_PLACE_VOLUME) {
        p.base = nt_volume_root(p.volume);
        p.host = p.host_small;
        strcpy(p.host, ".");
        p.kind = p.base >= 0 ? NT_PLACE_FILE : NT_PLACE_NODE;
    }
    if (NT_SUCCESS(status) && p.kind != NT_PLACE_FILE)
        status = STATUS_OBJECT_PATH_NOT_FOUND;
    if (NT_SUCCESS(status)) {
        nt_place_fold(&p); /* a target need not exist */
        snprintf(link, sizeof(link), "/proc/self/fd/%d", p.base);
        len = readlink(link, base, sizeof(base) - 1);
        if (len < 0) {
            status = nt_status_of_errno(errno);
        } else {
            base[len] = 0;
            if (strcmp(p.host, ".") == 0)
                *host = strdup(base);
            else if (asprintf(host, "%s/%s", len == 1 ? "" : base, p.host) < 0)
                *host = NULL;
            if (!*host)
                status = STATUS_INSUFFICIENT_RESOURCES;
        }
    }
    nt_place_free(&p);
    return status;
}

static size_t ascii_units(const char *text, uint16_t out[NT_DEVICE_NAME_UNITS])
{
    size_t n = 0;

    while (text[n] && n < NT_DEVICE_NAME_UNITS) {
        out[n] = (unsigned char)text[n];
        n++;
    }
    return n;
}

size_t nt_dos_device_target(const uint16_t *name, size_t n, uint16_t target[NT_DEVICE_NAME_UNITS])
{
    char text[NT_DEVICE_NAME_UNITS];
    struct nt_volume *v =
        n == 2 && name[1] == ':' ? nt_volume_of_letter(name[0]) : volume_of_name(name, n);
    const struct nt_device *device = v ? NULL : nt_device_find_dos(name, n);

    if (v)
        snprintf(text, sizeof(text), "\\Device\\HarddiskVolume%u", nt_volume_device(v));
    else if (device)
        snprintf(text, sizeof(text), "\\Device\\%s", device->name);
    else
        return 0;
    return ascii_units(text, target);
}

size_t nt_dos_device_name(unsigned index, uint16_t name[NT_DEVICE_NAME_UNITS])
{
    for (unsigned letter = 'A'; letter <= 'Z'; letter++)
        if (nt_volume_of_letter(letter) && index-- == 0) {
            name[0] = (uint16_t)letter;
            name[1] = ':';
            return 2;
        }
    for (unsigned i = 0; i < device_count; i++)
        for (unsigned k = 0; k < 4 && devices[i]->dos[k]; k++)
            if (index-- == 0)
                return ascii_units(devices[i]->dos[k], name);
    for (unsigned number = 1; number <= 26; number++)
        if (nt_volume_of_device(number) && index-- == 0) {
            char text[VOLUME_NAME_UNITS + 1];
            snprintf(text, sizeof(text), VOLUME_NAME, number);
            return ascii_units(text, name);
        }
    return 0;
}
