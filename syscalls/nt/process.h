/*
 * The process object, its start and its end.
 */
#ifndef SYSCALLS_NT_PROCESS_H
#define SYSCALLS_NT_PROCESS_H

#include "syscalls/nt/nt.h"

extern const struct nt_object_type nt_process_type;

/* The object of this process; borrowed. */
struct nt_object *nt_process_self(void);

/* A library or function that we do not have was called for, and said so: if the program dies of
 * it, the host status is 125. Set once; read at the end. */
extern bool nt_died_of_missing;

/* Stores what a class of fixed size answers; the length must be exactly that size. */
NTSTATUS nt_process_answer(const void *from, ULONG size, void *out, ULONG length, ULONG *returned);

/* At start: notes the time. */
void nt_process_info_init(void);

/* Another process: its host pid, and the classes that can be answered from outside. */
int nt_process_host_pid(const struct nt_object *o);
NTSTATUS nt_process_query_other(struct nt_object *o, ULONG class, void *out, ULONG n,
                                ULONG *returned);

/* SystemProcessInformation, or SystemExtendedProcessInformation (process_list.c). */
NTSTATUS nt_process_list(bool extended, void *out, ULONG n, ULONG *returned);
NTSTATUS nt_process_set_other(struct nt_object *o, ULONG class, const void *in, ULONG n);

/* Of nt_process_type (process_other.c). */
void nt_process_destroy(struct nt_object *o);
void nt_process_last_handle(struct nt_object *o);
extern const struct nt_wait_ops nt_process_wait_ops;

/* NtDuplicateObject where one of the processes is not this one. */
NTSTATUS nt_process_duplicate_remote(HANDLE source_process, HANDLE source, HANDLE target_process,
                                     HANDLE *target, ACCESS_MASK access, ULONG attributes,
                                     ULONG options);

/* "0x1234 (name.dll+0x12)" (exception.c). */
void nt_describe_address(uintptr_t address, char *text, size_t size);

#endif
