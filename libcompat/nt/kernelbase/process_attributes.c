/*
 * Attribute lists of STARTUPINFOEX and CreateRemoteThreadEx.
 */
#include "process.h"

enum {
    ATTRIBUTE_PARENT_PROCESS = 0,
    ATTRIBUTE_EXTENDED_FLAGS = 1,
    ATTRIBUTE_HANDLE_LIST = 2,
    ATTRIBUTE_GROUP_AFFINITY = 3,
    ATTRIBUTE_PREFERRED_NODE = 4,
    ATTRIBUTE_IDEAL_PROCESSOR = 5,
    ATTRIBUTE_UMS_THREAD = 6,
    ATTRIBUTE_MITIGATION_POLICY = 7,
    ATTRIBUTE_SECURITY_CAPABILITIES = 9,
    ATTRIBUTE_PROTECTION_LEVEL = 11,
    ATTRIBUTE_JOB_LIST = 13,
    ATTRIBUTE_CHILD_PROCESS_POLICY = 14,
    ATTRIBUTE_ALL_APPLICATION_PACKAGES = 15,
    ATTRIBUTE_WIN32K_FILTER = 16,
    ATTRIBUTE_DESKTOP_APP_POLICY = 18,
    ATTRIBUTE_PSEUDOCONSOLE = 22,
    ATTRIBUTE_MITIGATION_AUDIT = 24,
    ATTRIBUTE_MACHINE_TYPE = 25,
    ATTRIBUTE_LAST = 31,
};

BOOL WINAPI InitializeProcThreadAttributeList(LPPROC_THREAD_ATTRIBUTE_LIST list, DWORD count,
                                              DWORD flags, PSIZE_T size)
{
    SIZE_T needed =
        offsetof(struct _PROC_THREAD_ATTRIBUTE_LIST, attributes) + count * sizeof(struct attribute);

    if (flags || count > ATTRIBUTE_LAST)
        return fail(ERROR_INVALID_PARAMETER);
    if (!list || *size < needed) {
        *size = needed;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    memset(list, 0, offsetof(struct _PROC_THREAD_ATTRIBUTE_LIST, attributes));
    list->capacity = count;
    *size = needed;
    return TRUE;
}

VOID WINAPI DeleteProcThreadAttributeList(LPPROC_THREAD_ATTRIBUTE_LIST list)
{
    list->count = list->present = 0;
}

/* Whether the value has a size that the attribute can have; 0 means the attribute is unknown. */
static DWORD check_size(ULONG number, SIZE_T size)
{
    BOOL fits;

    switch (number) {
    case ATTRIBUTE_PARENT_PROCESS:
    case ATTRIBUTE_PSEUDOCONSOLE:
        fits = size == sizeof(HANDLE);
        break;
    case ATTRIBUTE_HANDLE_LIST:
    case ATTRIBUTE_JOB_LIST:
        fits = size && size % sizeof(HANDLE) == 0;
        break;
    case ATTRIBUTE_GROUP_AFFINITY:
        fits = size == sizeof(GROUP_AFFINITY);
        break;
    case ATTRIBUTE_PREFERRED_NODE:
    case ATTRIBUTE_MACHINE_TYPE:
        fits = size == sizeof(WORD);
        break;
    case ATTRIBUTE_IDEAL_PROCESSOR:
        fits = size == sizeof(PROCESSOR_NUMBER);
        break;
    case ATTRIBUTE_MITIGATION_POLICY:
        fits = size == sizeof(DWORD) || size == sizeof(DWORD64) || size == 2 * sizeof(DWORD64);
        break;
    case ATTRIBUTE_MITIGATION_AUDIT:
        fits = size == sizeof(DWORD64) || size == 2 * sizeof(DWORD64);
        break;
    case ATTRIBUTE_SECURITY_CAPABILITIES:
        fits = size == sizeof(SECURITY_CAPABILITIES);
        break;
    case ATTRIBUTE_PROTECTION_LEVEL:
    case ATTRIBUTE_CHILD_PROCESS_POLICY:
    case ATTRIBUTE_ALL_APPLICATION_PACKAGES:
    case ATTRIBUTE_WIN32K_FILTER:
    case ATTRIBUTE_DESKTOP_APP_POLICY:
        fits = size == sizeof(DWORD) ||
               (number == ATTRIBUTE_CHILD_PROCESS_POLICY && size == sizeof(DWORD64));
        break;
    default:
        return ERROR_NOT_SUPPORTED;
    }
    return fits ? ERROR_SUCCESS : ERROR_BAD_LENGTH;
}

BOOL WINAPI UpdateProcThreadAttribute(LPPROC_THREAD_ATTRIBUTE_LIST list, DWORD flags,
                                      DWORD_PTR attribute, PVOID value, SIZE_T size, PVOID previous,
                                      PSIZE_T returned)
{
    ULONG number = attribute & PROC_THREAD_ATTRIBUTE_NUMBER;
    struct attribute *entry;
    DWORD error;

    if (flags || previous || returned)
        return fail(ERROR_INVALID_PARAMETER);
    error = check_size(number, size);
    if (error)
        return fail(error);
    if (list->present >> number & 1)
        return fail(ERROR_OBJECT_NAME_EXISTS);
    if (list->count >= list->capacity)
        return fail(ERROR_GEN_FAILURE);
    entry = &list->attributes[list->count++];
    entry->attribute = attribute;
    entry->size = size;
    entry->value = value;
    list->present |= 1u << number;
    return TRUE;
}
