#include "syscalls/nt/drive_link.h"

#include <stdlib.h>
#include <string.h>

#include "syscalls/nt/filename.h"
#include "syscalls/nt/path.h"
#include "syscalls/nt/sync.h"

struct drive_link {
    struct nt_object object;
    size_t units;
    uint16_t target[NT_DEVICE_NAME_UNITS];
};

static void link_destroy(struct nt_object *o)
{
    free(o);
}

static const struct nt_object_type drive_link_type = {
    .name = "SymbolicLink",
    .map = {STANDARD_RIGHTS_READ | SYMBOLIC_LINK_QUERY, STANDARD_RIGHTS_WRITE,
            STANDARD_RIGHTS_EXECUTE | SYMBOLIC_LINK_QUERY, SYMBOLIC_LINK_ALL_ACCESS},
    .destroy = link_destroy,
};

static bool skip_prefix(const uint16_t **name, size_t *n)
{
    static const char *const prefixes[] = {"\\??\\", "\\DosDevices\\", "\\GLOBAL??\\"};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        size_t len = strlen(prefixes[i]);
        if (*n > len && nt_name_is(*name, len, prefixes[i])) {
            *name += len;
            *n -= len;
            return true;
        }
    }
    return false;
}

NTSTATUS nt_drive_link_open(const OBJECT_ATTRIBUTES *guest_oa, ACCESS_MASK access, HANDLE *handle)
{
    struct nt_oattr oa;
    NTSTATUS status = nt_oattr_get(guest_oa, &oa);

    if (!NT_SUCCESS(status))
        return status;
    const uint16_t *name = oa.name;
    size_t n = oa.length;
    struct drive_link *l = NULL;
    status = STATUS_OBJECT_NAME_NOT_FOUND;
    if (name && !oa.root && skip_prefix(&name, &n) && (l = calloc(1, sizeof(*l)))) {
        l->units = nt_dos_device_target(name, n, l->target);
        if (l->units) {
            nt_object_init(&l->object, &drive_link_type);
            status = nt_handle_return(&l->object, &drive_link_type, access, oa.attributes, handle);
        } else {
            free(l);
        }
    }
    nt_oattr_free(&oa);
    return status;
}

void nt_drive_link_target(HANDLE handle, const uint16_t **text, size_t *units,
                          struct nt_object **hold)
{
    *units = 0;
    if (!NT_SUCCESS(nt_handle_get(handle, &drive_link_type, SYMBOLIC_LINK_QUERY, hold, NULL)))
        return;
    const struct drive_link *l = (const struct drive_link *)*hold;
    *text = l->target;
    *units = l->units;
}
