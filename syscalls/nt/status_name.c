#include "syscalls/nt/nt.h"

static const struct {
    uint32_t status;
    const char *name;
} names[] = {
#include "nt_status_names.h"
};

const char *nt_status_name(NTSTATUS status)
{
    size_t low = 0, high = sizeof(names) / sizeof(names[0]);

    while (low < high) {
        size_t mid = (low + high) / 2;
        if (names[mid].status == (uint32_t)status)
            return names[mid].name;
        if (names[mid].status < (uint32_t)status)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}
