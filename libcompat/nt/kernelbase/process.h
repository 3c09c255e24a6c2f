/*
 * What the process files share.
 */
#ifndef LIBCOMPAT_NT_KERNELBASE_PROCESS_H
#define LIBCOMPAT_NT_KERNELBASE_PROCESS_H

#include "kernelbase.h"

/* Win32's attribute lists, as far as programs see them opaque; sizes as on Windows. */
struct attribute {
    DWORD_PTR attribute;
    SIZE_T size;
    PVOID value;
};

struct _PROC_THREAD_ATTRIBUTE_LIST {
    DWORD present; /* bit per attribute number */
    DWORD capacity;
    DWORD count;
    DWORD reserved;
    struct attribute *extended_flags;
    struct attribute attributes[];
};

/* Not in every MinGW header */
#ifndef PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE
#define PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE 0x00020016
#endif
#ifndef ERROR_OBJECT_NAME_EXISTS
#define ERROR_OBJECT_NAME_EXISTS 698
#endif

/* The calling thread's debug object, made on demand; NULL: last error set (debug.c). */
HANDLE debug_object(void);

/* One module of a process, as its loader lists it. The names are valid during the call. */
struct module_info {
    PVOID base, entry;
    ULONG size, references;
    const WCHAR *path, *name; /* NUL-terminated */
};

/*
 * Calls back for each module in load order, until the callback returns FALSE. Another process's
 * list is read from its memory and may change meanwhile. FALSE: last error set (psapi.c).
 */
BOOL for_each_module(HANDLE process, BOOL (*callback)(void *, const struct module_info *),
                     void *context);

/* The system's processes, on the heap; NULL: last error set (psapi.c). */
SYSTEM_PROCESS_INFORMATION *system_processes(void);

/* PROCESS_PRIORITY_CLASS value for creation or SetPriorityClass flags; 0 for none. */
UCHAR nt_priority_class(DWORD flags);

#endif
