/*
 * Sockets of the family AF_UNIX: their addresses are paths. The guest's form is sockaddr_un with a
 * path in UTF-8, behind which ws2_32 puts the full NT name (UTF-16), as only it knows the current
 * folder; without that, the path must be absolute.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "syscalls/host/utf.h"
#include "syscalls/nt/afd.h"
#include "syscalls/nt/drive.h"

#define MAX_NAME_UNITS 4096u

/* The host path of what the guest gave; to free. */
static NTSTATUS host_path(const struct afd_unix_name *name, const char *tail, size_t tail_n,
                          char **path)
{
    uint16_t text[MAX_NAME_UNITS];
    size_t n = tail_n / sizeof(text[0]);

    if (n > MAX_NAME_UNITS)
        return STATUS_NAME_TOO_LONG;
    if (n) {
        if (!guest_read(text, tail, n * sizeof(text[0])))
            return STATUS_ACCESS_VIOLATION;
        return nt_host_path_of_name(text, n, path);
    }
    memcpy(text, (const uint16_t[]){'\\', '?', '?', '\\'}, 8);
    size_t units =
        utf16_from_host(text + 4, MAX_NAME_UNITS - 4, (const char *)name->path, strlen(name->path));
    if (units > MAX_NAME_UNITS - 4)
        return STATUS_NAME_TOO_LONG;
    return nt_host_path_of_name(text, units + 4, path);
}

NTSTATUS afd_unix_in(const char *guest, size_t n, struct afd_unix_name *name,
                     struct sockaddr_un *to, socklen_t *to_n, int *folder)
{
    const size_t whole = sizeof(struct sockaddr_un);
    char *path;

    *folder = -1;
    memset(name, 0, sizeof(*name));
    memset(to, 0, sizeof(*to));
    if (n < sizeof(sa_family_t) + 1)
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(to, guest, n < whole ? n : whole))
        return STATUS_ACCESS_VIOLATION;
    if (to->sun_family != AF_UNIX)
        return STATUS_INVALID_ADDRESS;
    memcpy(name->path, to->sun_path, sizeof(to->sun_path));
    if (!name->path[0])
        return STATUS_INVALID_PARAMETER; /* neither names beside the file system nor none at all */
    NTSTATUS status = host_path(name, guest + whole, n > whole ? n - whole : 0, &path);
    if (!NT_SUCCESS(status))
        return status;
    memset(to->sun_path, 0, sizeof(to->sun_path));
    if (strlen(path) < sizeof(to->sun_path)) {
        strcpy(to->sun_path, path);
    } else { /* too long for the host: by way of its folder */
        char *slash = strrchr(path, '/');
        *slash = 0;
        *folder = open(path[0] ? path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (*folder < 0)
            status = nt_status_of_errno(errno);
        else if ((size_t)snprintf(to->sun_path, sizeof(to->sun_path), "/proc/self/fd/%d/%s",
                                  *folder, slash + 1) >= sizeof(to->sun_path))
            status = STATUS_NAME_TOO_LONG;
    }
    free(path);
    if (!NT_SUCCESS(status) && *folder >= 0) {
        close(*folder);
        *folder = -1;
    }
    *to_n = (socklen_t)sizeof(*to);
    return status;
}

size_t afd_unix_out(const struct afd_unix_name *name, void *to)
{
    uint16_t family = AF_UNIX;
    size_t n = strlen(name->path);

    memcpy(to, &family, sizeof(family));
    if (!n)
        return sizeof(family);
    memcpy((char *)to + sizeof(family), name->path, n + 1);
    return sizeof(family) + n + 1;
}
