/*
 * Kernel objects and the process's handle table.
 *
 * An object is a host allocation that begins with struct nt_object. It is reference counted; a
 * handle holds one reference, and so does every call that works on the object, so a descriptor in
 * an object is never closed while another thread uses it. Objects that processes can share keep
 * their state in the session arena and only a pointer to it here.
 */
#ifndef SYSCALLS_NT_OBJECT_H
#define SYSCALLS_NT_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/nt/nt.h"

struct nt_object;
struct nt_thread;
struct nt_export;

/* What a generic right means for a type, and which rights it knows. */
struct nt_access_map {
    ACCESS_MASK read, write, execute, all;
};

/* One per kind of object: static, const. */
struct nt_object_type {
    const char *name; /* NT's name of the type: "File", "Event", ... */
    struct nt_access_map map;
    void (*destroy)(struct nt_object *o); /* last reference gone: free everything, and o itself */
    /* The last handle of this process is closed (delete-on-close, pipe ends); may be NULL. */
    void (*last_handle)(struct nt_object *o);
    /* The object's NT name: memory to free, *units its length; NULL: none. May be NULL itself. */
    uint16_t *(*name_of)(struct nt_object *o, size_t *units);
    /* Waitable objects: see wait.h. NULL for objects that cannot be waited on. */
    const struct nt_wait_ops *wait;
    /* How the object goes to a child that inherits a handle (child.h); NULL, or false: it cannot,
     * and the child does not have the handle. */
    bool (*export_to)(struct nt_object *o, struct nt_export *e);
};

struct nt_object {
    const struct nt_object_type *type;
    uint32_t refs;    /* atomic */
    uint32_t handles; /* of this process, atomic */
};

/* A new object has one reference and no handle. */
void nt_object_init(struct nt_object *o, const struct nt_object_type *type);
struct nt_object *nt_object_ref(struct nt_object *o);
void nt_object_release(struct nt_object *o);

/* Handle attributes */
#define NT_HANDLE_INHERIT 1u /* = OBJ_INHERIT >> 1 */
#define NT_HANDLE_PROTECT 2u

/* The granted mask for a desired one: generic rights mapped, MAXIMUM_ALLOWED resolved. */
ACCESS_MASK nt_map_access(const struct nt_object_type *type, ACCESS_MASK desired);

/* Puts a handle into the table; takes a reference of its own. access is already mapped.
 * STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS nt_handle_create(struct nt_object *o, ACCESS_MASK access, uint32_t attributes,
                          HANDLE *handle);

/* As above, and stores the handle in guest memory; on STATUS_ACCESS_VIOLATION no handle is left.
 * Consumes the caller's reference in every case: the last line of most Create and Open calls. */
NTSTATUS nt_handle_return(struct nt_object *o, const struct nt_object_type *type,
                          ACCESS_MASK desired, uint32_t obj_attributes, HANDLE *guest_handle);

/* The object behind a handle, with a reference that the caller releases. type NULL: any.
 * NtCurrentProcess() and NtCurrentThread() work. STATUS_INVALID_HANDLE,
 * STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED. *granted may be NULL. */
NTSTATUS nt_handle_get(HANDLE handle, const struct nt_object_type *type, ACCESS_MASK access,
                       struct nt_object **o, ACCESS_MASK *granted);

NTSTATUS nt_handle_close(HANDLE handle);
NTSTATUS nt_handle_attributes(HANDLE handle, uint32_t *attributes);
NTSTATUS nt_handle_set_attributes(HANDLE handle, uint32_t attributes);
unsigned nt_handle_count(void);

/* For a child: calls fn for every inheritable handle, in ascending order; stops when it fails. */
bool nt_handle_each_inherited(bool (*fn)(void *ctx, HANDLE h, struct nt_object *o, ACCESS_MASK a),
                              void *ctx);

/* In a new process: puts a handle at the value that it had in the parent. Consumes a reference. */
NTSTATUS nt_handle_install(HANDLE handle, struct nt_object *o, ACCESS_MASK access,
                           uint32_t attributes);

/* Closes everything when the process ends: the delete-on-close and last-handle rules apply. */
void nt_handle_close_all(void);

#endif
