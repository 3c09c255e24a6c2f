/*
 * What a process hands to a child that it starts, and the page that tells others about it.
 *
 * Every process has a memfd. Its first page is struct nt_process_page, mapped by the process, its
 * parent and whoever has opened it. Behind it, the parent of a new process puts a message: the
 * process parameters and the inherited handles. The child takes the message and cuts it off.
 */
#ifndef SYSCALLS_NT_CHILD_H
#define SYSCALLS_NT_CHILD_H

#include <stdatomic.h>
#include <stddef.h>

#include "syscalls/nt/nt.h"

#define NT_PROCESS_MEMFD "compatrun-process" /* how others find it in /proc/PID/fd */
#define NT_PROCESS_MAGIC 0x70746e63u
#define NT_CHILD_MAGIC 0x68636e63u
#define NT_SESSION_MAX 64

struct nt_process_page {
    uint32_t magic;
    uint32_t id;                      /* NT process id */
    uint32_t parent_id;               /* 0: none that is a guest */
    _Atomic uint32_t joined;          /* the session arena knows the process */
    _Atomic uint32_t suspended;       /* futex: the first thread waits while it is not 0 */
    _Atomic uint32_t exit_state;      /* NT_EXIT_* */
    _Atomic int32_t exit_status;      /* valid with NT_EXIT_SET */
    _Atomic uint32_t handle_count;
    _Atomic uint32_t priority_class;  /* PROCESS_PRIORITY_CLASS_* */
    _Atomic uint32_t error_mode;
    _Atomic uint64_t job;             /* key of a job it is in; 0: none */
    _Atomic uint64_t job_at;          /* host pid and descriptor of a job it was put into later */
    _Atomic uint64_t peb;             /* guest addresses */
    uint64_t processors[16];          /* the host's that NT's numbers mean, a cpu_set_t; 0: own */
    _Atomic uint64_t affinity;        /* NT mask that it is bound to; 0: all */
    uint64_t create_time;             /* 100 ns since 1601 */
    char session[NT_SESSION_MAX];
    SECTION_IMAGE_INFORMATION image;
    uint32_t name_length;             /* bytes */
    uint16_t name[1024];              /* DOS path of the image */
};
_Static_assert(sizeof(struct nt_process_page) <= 4096, "one page");

#define NT_EXIT_NONE 0u
#define NT_EXIT_WRITING 1u
#define NT_EXIT_SET 2u

/* The page of this process; an empty one before nt_process_page_new or nt_child_take. */
extern struct nt_process_page *nt_process_page;

/* Start of a process that has no guest for a parent. False with errno. */
bool nt_process_page_new(const char *session);

/* Writes the exit status unless somebody was first. */
void nt_process_page_exit(struct nt_process_page *page, NTSTATUS status);

/* ---- Objects on their way to a child ---- */

/* How one object travels: its kind, a descriptor that the child gets at the same number (-1: none;
 * borrowed from the object), and words that only its type understands. */
enum nt_travel {
    NT_TRAVEL_NONE,
    NT_TRAVEL_FILE,    /* file_travel.c */
    NT_TRAVEL_PIPE,    /* pipe.c */
    NT_TRAVEL_CONSOLE,
    NT_TRAVEL_SECTION,
    NT_TRAVEL_SLOT, /* events and all else whose state is in the session arena */
    NT_TRAVEL_PROCESS,
    NT_TRAVEL_JOB,
    NT_TRAVEL_KINDS
};

struct nt_export {
    uint32_t kind; /* enum nt_travel */
    int32_t fd;
    uint64_t word[6];
};

/* Make an object of what a child was given, one for each kind; it owns the descriptor, also when
 * the answer is NULL. Everything in *e is to be checked. A kind that is not there is NULL. */
struct nt_object *nt_import_file(const struct nt_export *e) __attribute__((weak));
struct nt_object *nt_import_pipe(const struct nt_export *e) __attribute__((weak));
struct nt_object *nt_import_console(const struct nt_export *e) __attribute__((weak));
struct nt_object *nt_import_section(const struct nt_export *e) __attribute__((weak));
struct nt_object *nt_import_slot(const struct nt_export *e) __attribute__((weak));
struct nt_object *nt_import_process(const struct nt_export *e) __attribute__((weak));
struct nt_object *nt_import_job(const struct nt_export *e) __attribute__((weak));

/* nt_object_type.export_to of files. */
bool nt_file_export(struct nt_object *o, struct nt_export *e);

/* ---- The message ---- */

enum {
    NT_CHILD_IMAGE, /* DOS path */
    NT_CHILD_LINE,
    NT_CHILD_DIRECTORY,
    NT_CHILD_DLL_PATH,
    NT_CHILD_TITLE,
    NT_CHILD_DESKTOP,
    NT_CHILD_SHELL,
    NT_CHILD_RUNTIME,
    NT_CHILD_ENVIRONMENT,
    NT_CHILD_TEXTS
};

struct nt_child_text {
    uint32_t offset, bytes; /* from the message's beginning */
};

struct nt_child_handle {
    uint64_t value;
    uint32_t access, attributes;
    struct nt_export what;
};

struct nt_child_message {
    uint32_t magic;
    uint32_t size; /* bytes of the whole message */
    int32_t arena_fd; /* -1: no session arena */
    uint32_t arena_process;
    uint32_t handle_count;
    uint32_t handle_offset; /* struct nt_child_handle[] */
    uint32_t console_flags, process_group, debug_flags;
    uint64_t console, input, output, error; /* handle values */
    char system_drive[512]; /* host path of C:'s folder; "": none */
    int32_t job[16]; /* descriptors of jobs that the child is in; -1 */
    uint32_t window[9]; /* StartingX .. ShowWindowFlags, in the order of the structure */
    struct nt_child_text text[NT_CHILD_TEXTS];
};

/* In the child: maps the page and the message of the descriptor that --child names, and checks all
 * of it. NULL: it is not what a parent makes. */
const struct nt_child_message *nt_child_take(int fd);
/* Puts the inherited handles into the table. */
void nt_child_install_handles(const struct nt_child_message *m);
/* The message is no longer needed. */
void nt_child_drop(const struct nt_child_message *m);
/* Sleeps while the parent keeps the first thread suspended. */
void nt_child_wait_start(void);

/* Options of this run that a child gets, too: NULL-terminated; written at start. */
extern const char *const *nt_child_options;
extern int nt_child_trace_fd; /* the trace's descriptor, which children write to as well; -1 */

#endif
