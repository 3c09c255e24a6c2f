/*
 * Job objects.
 */
#include "kernelbase.h"

HANDLE WINAPI CreateJobObjectW(LPSECURITY_ATTRIBUTES security, LPCWSTR name)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE job = NULL;
    NTSTATUS status = named_object(&attributes, &string, name, OBJ_OPENIF, security);

    if (NT_SUCCESS(status))
        status = NtCreateJobObject(&job, JOB_OBJECT_ALL_ACCESS, &attributes);
    return created_object(status, job);
}

HANDLE WINAPI CreateJobObjectA(LPSECURITY_ATTRIBUTES security, LPCSTR name)
{
    WIDE_ANSI(wide, name, NULL);
    return CreateJobObjectW(security, wide.text);
}

HANDLE WINAPI OpenJobObjectW(DWORD access, BOOL inherit, LPCWSTR name)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE job;
    NTSTATUS status;

    if (!name) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    status = named_object(&attributes, &string, name, inherit ? OBJ_INHERIT : 0, NULL);
    if (NT_SUCCESS(status))
        status = NtOpenJobObject(&job, access, &attributes);
    return set_status(status) ? job : NULL;
}

HANDLE WINAPI OpenJobObjectA(DWORD access, BOOL inherit, LPCSTR name)
{
    WIDE_ANSI(wide, name, NULL);
    return OpenJobObjectW(access, inherit, wide.text);
}

BOOL WINAPI AssignProcessToJobObject(HANDLE job, HANDLE process)
{
    return set_status(NtAssignProcessToJobObject(job, process));
}

BOOL WINAPI TerminateJobObject(HANDLE job, UINT code)
{
    return set_status(NtTerminateJobObject(job, (NTSTATUS)code));
}

BOOL WINAPI SetInformationJobObject(HANDLE job, JOBOBJECTINFOCLASS class, LPVOID info, DWORD size)
{
    return set_status(NtSetInformationJobObject(job, class, info, size));
}

BOOL WINAPI QueryInformationJobObject(HANDLE job, JOBOBJECTINFOCLASS class, LPVOID info, DWORD size,
                                      LPDWORD needed)
{
    ULONG length = 0;
    NTSTATUS status = NtQueryInformationJobObject(job, class, info, size, &length);

    if (needed)
        *needed = length;
    return set_status(status);
}

BOOL WINAPI IsProcessInJob(HANDLE process, HANDLE job, PBOOL result)
{
    NTSTATUS status = NtIsProcessInJob(process, job);

    switch (status) {
    case STATUS_PROCESS_IN_JOB:
        *result = TRUE;
        return TRUE;
    case STATUS_PROCESS_NOT_IN_JOB:
        *result = FALSE;
        return TRUE;
    }
    return set_status(status);
}
