/*
 * \Device\KsecDD: where libraries get random bytes. Of its codes, those that fill the output buffer
 * are here; the security packages behind the others have no counterpart.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "syscalls/nt/file.h"
#include "syscalls/nt/ksec.h"

#define IOCTL_KSEC_RNG 0x390004u
#define IOCTL_KSEC_RNG_REKEY 0x390008u /* random bytes after the generator took a new key */

static NTSTATUS fill(void *out, uint32_t n)
{
    unsigned char part[4096];

    for (uint32_t done = 0; done < n;) {
        size_t want = n - done < sizeof(part) ? n - done : sizeof(part);
        ssize_t got = getrandom(part, want, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return nt_status_of_errno(errno);
        bool ok = guest_write((char *)out + done, part, (size_t)got);
        explicit_bzero(part, sizeof(part));
        if (!ok)
            return STATUS_ACCESS_VIOLATION;
        done += (uint32_t)got;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS ksec_control(struct nt_file *f, struct nt_io *io, bool file_system, uint32_t code,
                             const void *in, uint32_t in_n, void *out, uint32_t out_n,
                             ULONG_PTR *information)
{
    (void)f, (void)io, (void)in, (void)in_n;
    if (file_system || (code != IOCTL_KSEC_RNG && code != IOCTL_KSEC_RNG_REKEY))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!out_n)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = fill(out, out_n);
    if (NT_SUCCESS(status))
        *information = out_n;
    return status;
}

static const struct nt_file_ops ksec_ops = {
    .device_type = NT_FILE_DEVICE_KSEC,
    .control = ksec_control,
};

static NTSTATUS ksec_open(const struct nt_device *device, const struct nt_open *how,
                          struct nt_file *root, const uint16_t *rest, size_t n, struct nt_file **f,
                          ULONG_PTR *information)
{
    ACCESS_MASK access = how->access & MAXIMUM_ALLOWED ? FILE_ALL_ACCESS : how->access;

    (void)root, (void)rest;
    if (n)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (how->options & FILE_DIRECTORY_FILE)
        return STATUS_NOT_A_DIRECTORY;
    *f = nt_file_new(&ksec_ops, -1, access, how->share, how->options);
    if (!*f)
        return STATUS_INSUFFICIENT_RESOURCES;
    (*f)->device = device;
    *information = FILE_OPENED;
    return STATUS_SUCCESS;
}

const struct nt_device nt_ksec_device = {
    .name = "KsecDD",
    .dos = {"KsecDD"},
    .open = ksec_open,
};
