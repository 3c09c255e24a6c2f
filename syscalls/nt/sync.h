/*
 * Objects that are a slot of the arena and little else, and their names.
 */
#ifndef SYSCALLS_NT_SYNC_H
#define SYSCALLS_NT_SYNC_H

#include "syscalls/nt/nt.h"
#include "syscalls/nt/slot.h"
#include "syscalls/nt/wait.h"

extern const struct nt_object_type nt_event_type, nt_semaphore_type, nt_mutant_type, nt_timer_type;
extern const struct nt_object_type nt_keyed_event_type, nt_directory_type, nt_symlink_type;
extern const struct nt_object_type nt_io_completion_type;

struct nt_sync {
    struct nt_object object;
    struct nt_slot *slot; /* one hold of this process */
    struct nt_sync *registry_next;
    bool registered; /* shared: one nt_sync per slot in a process (names.c) */
    void *more;      /* the type's own, of this process */
};

extern const struct nt_wait_ops nt_sync_wait_ops;
void nt_sync_destroy(struct nt_object *o);

/* OBJECT_ATTRIBUTES, read from the guest. */
struct nt_oattr {
    ULONG attributes;
    HANDLE root;
    uint16_t *name; /* malloc; NULL: none */
    size_t length;  /* UTF-16 units */
};
/* oa may be NULL. STATUS_ACCESS_VIOLATION, STATUS_INVALID_PARAMETER, STATUS_OBJECT_NAME_INVALID,
 * STATUS_NO_MEMORY. Nothing needs freeing after a failure. */
NTSTATUS nt_oattr_get(const OBJECT_ATTRIBUTES *oa, struct nt_oattr *out);
void nt_oattr_free(struct nt_oattr *a);

/* The end of every NtCreateXxx of such an object: makes the object of a prepared slot, or, when the
 * name exists and OBJ_OPENIF allows, opens that one (STATUS_OBJECT_NAME_EXISTS) and frees the slot.
 * slot NULL: STATUS_NO_MEMORY. */
NTSTATUS nt_sync_create(struct nt_slot *slot, const struct nt_object_type *type,
                        enum nt_slot_kind kind, HANDLE *handle, ACCESS_MASK access,
                        const OBJECT_ATTRIBUTES *oa);
NTSTATUS nt_sync_open(const struct nt_object_type *type, enum nt_slot_kind kind, HANDLE *handle,
                      ACCESS_MASK access, const OBJECT_ATTRIBUTES *oa);

/* The same without a handle, for objects that are more than their slot: *out has a reference. The
 * attributes have a name. create: STATUS_OBJECT_NAME_EXISTS gives the one that was there; the slot
 * is consumed in every case. */
NTSTATUS nt_sync_name_create(struct nt_slot *slot, const struct nt_object_type *type,
                             enum nt_slot_kind kind, struct nt_oattr *a, struct nt_sync **out);
NTSTATUS nt_sync_name_open(enum nt_slot_kind kind, struct nt_oattr *a, struct nt_sync **out);

/* The nt_sync behind a handle, with a reference. */
NTSTATUS nt_sync_get(HANDLE handle, const struct nt_object_type *type, ACCESS_MASK access,
                     struct nt_sync **out);

/* In a child: the object of a slot that the parent has shared with this process. */
struct nt_object *nt_sync_import(uint32_t slot);
/* In a parent: can the object go to a child, and as which slot? False: not such an object. */
bool nt_sync_export(struct nt_object *o, uint32_t process, uint32_t *slot);

/* The NT name of a named object into text (room in UTF-16 units); the length, 0: none. */
size_t nt_sync_name(struct nt_object *o, uint16_t *text, size_t room);

uint16_t *nt_sync_name_of(struct nt_object *o, size_t *units); /* nt_object_type.name_of */

/* STATUS_INFO_LENGTH_MISMATCH unless the class is known and the length exact. */
NTSTATUS nt_info_return(const void *info, size_t size, void *guest, ULONG length,
                        ULONG *return_length);

/* Completion ports as wait objects (iocp.c). */
NTSTATUS nt_port_wait(struct nt_thread *t, struct nt_object *o, bool alertable,
                      const struct nt_deadline *d);

/* Forgets what a timer of this process still had to queue (timer.c). */
void nt_timer_forget(struct nt_sync *s);

#endif
