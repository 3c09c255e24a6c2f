/*
 * Job objects. A job's state is a shared page (a memfd), which its members pass on to the
 * processes that they start; handles are of this process.
 */
#ifndef SYSCALLS_NT_JOB_H
#define SYSCALLS_NT_JOB_H

#include "syscalls/nt/nt.h"

struct nt_other;
struct nt_export;

extern const struct nt_object_type nt_job_type;

/* For a new process: adds the jobs that it gets besides those of PS_ATTRIBUTE_JOB_LIST, with
 * references; STATUS_ACCESS_DENIED: it may not break away. */
NTSTATUS nt_job_inherit(struct nt_object **jobs, unsigned *n, unsigned room, bool breakaway);
/* STATUS_QUOTA_EXCEEDED: there are as many processes as a job allows. */
NTSTATUS nt_job_before_start(struct nt_object *const *jobs, unsigned n);
/* It is there. */
NTSTATUS nt_job_started(struct nt_object *const *jobs, unsigned n, struct nt_other *p);
/* The descriptor of a job's page, borrowed. */
int nt_job_fd(const struct nt_object *job);

/* In a child: it is in the job whose page this is; takes the descriptor. */
void nt_job_join(int fd);
/* A process that this one knew has ended; under no lock. */
void nt_job_process_ended(struct nt_other *p, NTSTATUS status);

#endif
