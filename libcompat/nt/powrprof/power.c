/*
 * Power management: what can be said without a power service.
 */
#define _POWRPROF_
#include "libcompat/nt/include/win32.h"
#include <powrprof.h>

#ifndef DEVICE_NOTIFY_CALLBACK
#define DEVICE_NOTIFY_CALLBACK 2
#endif

/* A registration, which nothing will ever call: the host does not tell of sleep. */
struct registration {
    ULONG magic;
    HANDLE recipient;
};
#define REGISTRATION_MAGIC 0x67655250u

DWORD WINAPI PowerRegisterSuspendResumeNotification(DWORD flags, HANDLE recipient,
                                                    PHPOWERNOTIFY handle)
{
    struct registration *r;

    if (flags != DEVICE_NOTIFY_CALLBACK || !recipient || !handle)
        return ERROR_INVALID_PARAMETER;
    r = heap_alloc(sizeof(*r));
    if (!r)
        return ERROR_NOT_ENOUGH_MEMORY;
    r->magic = REGISTRATION_MAGIC;
    r->recipient = recipient;
    *handle = (HPOWERNOTIFY)r;
    return ERROR_SUCCESS;
}

DWORD WINAPI PowerUnregisterSuspendResumeNotification(HPOWERNOTIFY handle)
{
    struct registration *r = (void *)handle;

    if (!r || r->magic != REGISTRATION_MAGIC)
        return ERROR_INVALID_HANDLE;
    r->magic = 0;
    heap_free(r);
    return ERROR_SUCCESS;
}
