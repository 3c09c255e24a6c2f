/* Creating threads. How one begins and ends is in the loader's files. */
#include "rtl_private.h"

NTSTATUS NTAPI RtlCreateUserThread(HANDLE process, PVOID security, BOOLEAN suspended,
                                   ULONG zero_bits, SIZE_T stack_reserve, SIZE_T stack_commit,
                                   PUSER_THREAD_START_ROUTINE start, PVOID parameter,
                                   PHANDLE thread, CLIENT_ID *id)
{
    OBJECT_ATTRIBUTES attributes = {.Length = sizeof(attributes), .SecurityDescriptor = security};
    PS_ATTRIBUTE_LIST list = {.TotalLength = sizeof(list)};
    CLIENT_ID client;
    HANDLE handle;
    NTSTATUS status;

    list.Attributes[0].Attribute = PS_ATTRIBUTE_CLIENT_ID;
    list.Attributes[0].Size = sizeof(client);
    list.Attributes[0].ValuePtr = &client;
    status = NtCreateThreadEx(&handle, THREAD_ALL_ACCESS, &attributes, process, start, parameter,
                              suspended ? THREAD_CREATE_FLAGS_CREATE_SUSPENDED : 0, zero_bits,
                              stack_commit, stack_reserve, &list);
    if (status < 0)
        return status;
    if (id)
        *id = client;
    if (thread)
        *thread = handle;
    else
        NtClose(handle);
    return status;
}
