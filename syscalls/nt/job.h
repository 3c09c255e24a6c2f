/*
 * Job objects.
 */
#ifndef SYSCALLS_NT_JOB_H
#define SYSCALLS_NT_JOB_H

#include "syscalls/nt/nt.h"

struct nt_other;

extern const struct nt_object_type nt_job_type;

/* For a new process: the jobs that it gets besides those of PS_ATTRIBUTE_JOB_LIST, with
 * references; STATUS_ACCESS_DENIED: it may not break away. */
NTSTATUS nt_job_inherit(struct nt_object **jobs, unsigned *n, unsigned room, bool breakaway);
/* STATUS_QUOTA_EXCEEDED: there are as many processes as a job allows. */
NTSTATUS nt_job_before_start(struct nt_object *const *jobs, unsigned n);
/* It is there. */
NTSTATUS nt_job_started(struct nt_object *const *jobs, unsigned n, struct nt_other *p);

#endif
