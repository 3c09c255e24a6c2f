/* What process_create.c has read from its caller and process_spawn.c makes a process of. */
#ifndef SYSCALLS_NT_PROCESS_CREATE_H
#define SYSCALLS_NT_PROCESS_CREATE_H

#include <limits.h>

#include "syscalls/nt/file.h"
#include "syscalls/nt/process_other.h"
#include "syscalls/nt/sync.h"

/* PS_STD_HANDLE_INFO */
struct std_handle_info {
    ULONG flags; /* state: bits 0 and 1; which of the three: bits 2 to 4 */
    ULONG subsystem;
};

struct text {
    void *bytes; /* malloc'd, two bytes longer than n */
    uint32_t n;  /* bytes */
};

struct creation {
    struct text image_name; /* NT name */
    struct text text[NT_CHILD_TEXTS];
    RTL_USER_PROCESS_PARAMETERS parameters;
    HANDLE *list; /* PS_ATTRIBUTE_HANDLE_LIST */
    size_t list_n;
    bool has_list;
    struct std_handle_info std;
    bool has_std;
    uint32_t priority, error_mode;
    bool has_error_mode;
    CLIENT_ID *client;                /* guest */
    SECTION_IMAGE_INFORMATION *image; /* guest */
    PVOID *teb;                       /* guest */
    struct nt_object *jobs[16];
    unsigned job_n;

    struct nt_file *file;
    char path[PATH_MAX];
    bool native;
    SECTION_IMAGE_INFORMATION info;
    bool has_arena;
    uint32_t arena_process; /* the child's number */
    struct nt_slot *arena_exit;
    int directory; /* descriptor, -1 */
    struct nt_child_handle *handles;
    struct nt_object **held; /* one reference for each handle */
    size_t handle_n, handle_room;
};

/* Starts it: *out is the child, with its page. The process object looks after the arena's number
 * of the child from then on. */
NTSTATUS nt_process_start(struct creation *c, bool suspended, struct nt_other **out);

#endif
