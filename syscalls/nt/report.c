/* What the guest's loader has to tell the user. */
#include <stdio.h>

#include "syscalls/host/utf.h"
#include "syscalls/nt/process.h"
#include "nt_handlers.h"

/* Kinds: as in libcompat/nt/ntdll/ldr.h */
enum { NO_LIBRARY = 1, NO_EXPORT_CALLED = 2, BAD_IMAGE = 3, INIT_FAILED = 4, NO_ASSEMBLY = 5 };

static bool text_of(const UNICODE_STRING *guest, char *out, size_t size)
{
    UNICODE_STRING us;
    WCHAR units[260];

    out[0] = 0;
    if (!guest)
        return true;
    if (!guest_get(&us, guest))
        return false;
    size_t n = us.Length / sizeof(WCHAR);
    if (n > sizeof(units) / sizeof(units[0]))
        n = sizeof(units) / sizeof(units[0]);
    if (!guest_read(units, us.Buffer, n * sizeof(WCHAR)))
        return false;
    size_t len = host_from_utf16(out, size - 1, units, n);
    out[len < size - 1 ? len : size - 1] = 0;
    for (char *p = out; *p; p++)
        if ((unsigned char)*p < 0x20)
            *p = '?';
    return true;
}

NTSTATUS NtCompatrunReport(struct nt_thread *t, ULONG Kind, const UNICODE_STRING *First,
                           const UNICODE_STRING *Second, PVOID Address)
{
    char a[600], b[600], where[192];
    const char *name;

    (void)t;
    if (!text_of(First, a, sizeof(a)) || !text_of(Second, b, sizeof(b)))
        return STATUS_ACCESS_VIOLATION;
    switch (Kind) {
    case NO_LIBRARY:
        nt_warn("%s needs the library %s, which is not there", b, a);
        nt_died_of_missing = true;
        break;
    case NO_EXPORT_CALLED:
        nt_describe_address((uintptr_t)Address, where, sizeof(where));
        nt_warn("%s!%s is not implemented; called at %s", a, b, where);
        nt_died_of_missing = true;
        break;
    case BAD_IMAGE:
        name = nt_status_name((NTSTATUS)(uintptr_t)Address);
        nt_warn("%s cannot load %s: %s", b, a, name ? name : "unknown error");
        break;
    case INIT_FAILED:
        nt_warn("%s could not be initialised", a);
        break;
    case NO_ASSEMBLY:
        name = nt_status_name((NTSTATUS)(uintptr_t)Address);
        nt_warn("%s cannot use the side-by-side assembly %s: %s", b, a,
                name ? name : "unknown error");
        break;
    default:
        return STATUS_INVALID_PARAMETER_1;
    }
    return STATUS_SUCCESS;
}
