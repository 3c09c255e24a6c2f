/* Between the files of the registry functions: layouts of the key calls and root keys. */
#ifndef LIBCOMPAT_NT_REGISTRY_H
#define LIBCOMPAT_NT_REGISTRY_H

#include "kernelbase.h"

/* Information classes and their layouts (wdm.h); lengths are bytes, texts are not terminated. */
enum { KEY_CLASS_BASIC = 0, KEY_CLASS_NODE = 1, KEY_CLASS_FULL = 2 };
enum { VALUE_CLASS_FULL = 1, VALUE_CLASS_PARTIAL = 2 };

struct key_node {
    LARGE_INTEGER last_write;
    ULONG title, class_offset, class_length, name_length;
    WCHAR name[];
};
struct key_full {
    LARGE_INTEGER last_write;
    ULONG title, class_offset, class_length;
    ULONG subkeys, max_name, max_class, values, max_value_name, max_value_data;
    WCHAR class_name[];
};
struct value_full {
    ULONG title, type, data_offset, data_length, name_length;
    WCHAR name[];
};
struct value_partial {
    ULONG title, type, data_length;
    UCHAR data[];
};
_Static_assert(sizeof(struct key_node) == 24, "KEY_NODE_INFORMATION");
_Static_assert(offsetof(struct key_full, class_name) == 44, "KEY_FULL_INFORMATION");
_Static_assert(sizeof(struct value_full) == 20, "KEY_VALUE_FULL_INFORMATION");
_Static_assert(sizeof(struct value_partial) == 12, "KEY_VALUE_PARTIAL_INFORMATION");

/* The key behind a root key's number, opened at first use; any other handle is itself. */
LSTATUS registry_key(HKEY key, HANDLE *handle);

static inline LSTATUS registry_error(NTSTATUS status)
{
    return NT_SUCCESS(status) ? ERROR_SUCCESS : (LSTATUS)RtlNtStatusToDosError(status);
}

static inline BOOL registry_is_text(DWORD type)
{
    return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
}

#endif
