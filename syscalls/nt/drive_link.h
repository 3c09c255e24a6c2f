/* The links below \??\ that name drives and devices: "C:" -> "\Device\HarddiskVolume3". */
#ifndef SYSCALLS_NT_DRIVE_LINK_H
#define SYSCALLS_NT_DRIVE_LINK_H

#include "syscalls/nt/nt.h"

/* STATUS_OBJECT_NAME_NOT_FOUND when the name is not of such a link. */
NTSTATUS nt_drive_link_open(const OBJECT_ATTRIBUTES *guest_oa, ACCESS_MASK access, HANDLE *handle);

/* The target of a handle to such a link; *units 0: it is another kind of object. */
void nt_drive_link_target(HANDLE handle, const uint16_t **text, size_t *units,
                          struct nt_object **hold);

#endif
