#include "syscalls/nt/job.h"
#include <stdlib.h>
static void destroy(struct nt_object *o) { free(o); }
const struct nt_object_type nt_job_type = {
    .name = "Job",
    .map = {0x00020004, 0x0002000b, 0x00120000, JOB_OBJECT_ALL_ACCESS},
    .destroy = destroy,
};
NTSTATUS nt_job_inherit(struct nt_object **jobs, unsigned *n, unsigned room, bool breakaway)
{ (void)jobs; (void)n; (void)room; (void)breakaway; return STATUS_SUCCESS; }
NTSTATUS nt_job_before_start(struct nt_object *const *jobs, unsigned n)
{ (void)jobs; (void)n; return STATUS_SUCCESS; }
NTSTATUS nt_job_started(struct nt_object *const *jobs, unsigned n, struct nt_other *p)
{ (void)jobs; (void)n; (void)p; return STATUS_SUCCESS; }
