/* Resources: the three levels type, name, language, with the fall-backs of the language. */
#include "libcompat/nt/ntdll/ldr.h"

struct root {
    const char *base;
    ULONG size;
};

static BOOLEAN find_root(PVOID module, struct root *r)
{
    ULONG size;

    r->base = RtlImageDirectoryEntryToData(module, TRUE, IMAGE_DIRECTORY_ENTRY_RESOURCE, &size);
    r->size = size;
    return r->base && size >= sizeof(IMAGE_RESOURCE_DIRECTORY);
}

static const IMAGE_RESOURCE_DIRECTORY *directory_at(const struct root *r, ULONG offset)
{
    if (offset > r->size || r->size - offset < sizeof(IMAGE_RESOURCE_DIRECTORY))
        return NULL;
    const IMAGE_RESOURCE_DIRECTORY *d =
        (const IMAGE_RESOURCE_DIRECTORY *)(r->base + offset);
    ULONG entries = (ULONG)d->NumberOfNamedEntries + d->NumberOfIdEntries;
    if ((r->size - offset - sizeof(*d)) / sizeof(IMAGE_RESOURCE_DIRECTORY_ENTRY) < entries)
        return NULL;
    return d;
}

/* Names are compared as they are: callers fold them to upper case, as resource compilers do. */
static int compare_name(const struct root *r, ULONG offset, const WCHAR *name)
{
    ULONG length = 0;

    if (offset + 2 > r->size)
        return -1;
    const IMAGE_RESOURCE_DIR_STRING_U *s = (const IMAGE_RESOURCE_DIR_STRING_U *)(r->base + offset);
    if ((r->size - offset - 2) / 2 < s->Length)
        return -1;
    while (length < s->Length && name[length]) {
        if (RtlUpcaseUnicodeChar(name[length]) != RtlUpcaseUnicodeChar(s->NameString[length]))
            return name[length] < s->NameString[length] ? -1 : 1;
        length++;
    }
    return length < s->Length ? -1 : name[length] ? 1 : 0;
}

static const IMAGE_RESOURCE_DIRECTORY_ENTRY *
find_entry(const struct root *r, const IMAGE_RESOURCE_DIRECTORY *d, ULONG_PTR key)
{
    const IMAGE_RESOURCE_DIRECTORY_ENTRY *e = (const IMAGE_RESOURCE_DIRECTORY_ENTRY *)(d + 1);
    BOOLEAN by_name = (key >> 16) != 0;
    ULONG from = by_name ? 0 : d->NumberOfNamedEntries;
    ULONG to = by_name ? d->NumberOfNamedEntries
                       : (ULONG)d->NumberOfNamedEntries + d->NumberOfIdEntries;

    for (ULONG i = from; i < to; i++)
        if (by_name ? compare_name(r, e[i].Name & 0x7fffffff, (const WCHAR *)key) == 0
                    : e[i].Id == (USHORT)key && !(e[i].Name >> 31))
            return &e[i];
    return NULL;
}

static const IMAGE_RESOURCE_DIRECTORY_ENTRY *
find_language(const struct root *r, const IMAGE_RESOURCE_DIRECTORY *d, LANGID wanted)
{
    const IMAGE_RESOURCE_DIRECTORY_ENTRY *e = NULL;
    LANGID tries[6];
    int n = 0;

    if (wanted) {
        tries[n++] = wanted;
        tries[n++] = MAKELANGID(PRIMARYLANGID(wanted), SUBLANG_NEUTRAL);
    }
    tries[n++] = 0;
    tries[n++] = MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US);
    tries[n++] = MAKELANGID(LANG_ENGLISH, SUBLANG_NEUTRAL);
    for (int i = 0; i < n && !e; i++)
        e = find_entry(r, d, tries[i]);
    if (!e && !wanted && d->NumberOfNamedEntries + d->NumberOfIdEntries > 0)
        e = (const IMAGE_RESOURCE_DIRECTORY_ENTRY *)(d + 1);
    return e;
}

static NTSTATUS find(PVOID module, const LDR_RESOURCE_INFO *info, ULONG level, BOOLEAN directory,
                     PVOID *out)
{
    static const NTSTATUS missing[] = {STATUS_RESOURCE_TYPE_NOT_FOUND,
                                       STATUS_RESOURCE_NAME_NOT_FOUND,
                                       STATUS_RESOURCE_LANG_NOT_FOUND};
    const ULONG_PTR keys[] = {level > 0 ? info->Type : 0, level > 1 ? info->Name : 0,
                              level > 2 ? info->Language : 0};
    struct root r;
    const IMAGE_RESOURCE_DIRECTORY *d;

    /* bit 0: a flat file, which is looked at below; bit 1: an image mapped for its resources */
    module = (PVOID)((ULONG_PTR)module & ~(ULONG_PTR)2);
    if (level > 3)
        return STATUS_INVALID_PARAMETER;
    if (!find_root(module, &r) || !(d = directory_at(&r, 0)))
        return STATUS_RESOURCE_DATA_NOT_FOUND;
    for (ULONG i = 0; i < level; i++) {
        const IMAGE_RESOURCE_DIRECTORY_ENTRY *e =
            i == 2 ? find_language(&r, d, (LANGID)keys[2]) : find_entry(&r, d, keys[i]);
        if (!e)
            return missing[i];
        ULONG offset = e->OffsetToData & 0x7fffffff;
        if (e->OffsetToData >> 31) {
            d = directory_at(&r, offset);
            if (!d)
                return STATUS_INVALID_IMAGE_FORMAT;
        } else {
            if (directory || i + 1 < level)
                return STATUS_RESOURCE_DATA_NOT_FOUND;
            if (offset > r.size || r.size - offset < sizeof(IMAGE_RESOURCE_DATA_ENTRY))
                return STATUS_INVALID_IMAGE_FORMAT;
            *out = (PVOID)(r.base + offset);
            return STATUS_SUCCESS;
        }
    }
    if (!directory)
        return STATUS_RESOURCE_DATA_NOT_FOUND;
    *out = (PVOID)d;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrFindResource_U(PVOID base, const LDR_RESOURCE_INFO *info, ULONG level,
                                 IMAGE_RESOURCE_DATA_ENTRY **entry)
{
    return find(base, info, level, FALSE, (PVOID *)entry);
}

NTSTATUS NTAPI LdrFindResourceDirectory_U(PVOID base, const LDR_RESOURCE_INFO *info, ULONG level,
                                          IMAGE_RESOURCE_DIRECTORY **directory)
{
    return find(base, info, level, TRUE, (PVOID *)directory);
}

NTSTATUS NTAPI LdrAccessResource(PVOID base, const IMAGE_RESOURCE_DATA_ENTRY *entry, PVOID *data,
                                 ULONG *size)
{
    PVOID module = (PVOID)((ULONG_PTR)base & ~(ULONG_PTR)3);
    PIMAGE_NT_HEADERS nt = RtlImageNtHeader(module);

    if (!nt)
        return STATUS_INVALID_IMAGE_FORMAT;
    if (data) {
        *data = ((ULONG_PTR)base & 1) ? RtlImageRvaToVa(nt, module, entry->OffsetToData, NULL)
                                      : (PVOID)((char *)module + entry->OffsetToData);
        if (!*data)
            return STATUS_INVALID_IMAGE_FORMAT;
    }
    if (size)
        *size = entry->Size;
    return STATUS_SUCCESS;
}
