/* The page that tells about this process, and what its parent gave it. */
#include "syscalls/nt/child.h"
#include "syscalls/nt/share.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/nt/job.h"
#include "syscalls/nt/process.h"
#include "syscalls/nt/sync.h"

#define PAGE 4096u
#define LARGEST_MESSAGE 0x10000000u

static struct nt_process_page before_start; /* so that nobody need ask */
struct nt_process_page *nt_process_page = &before_start;
const char *const *nt_child_options;
int nt_child_trace_fd = -1;
static int page_fd = -1; /* stays open, so that others find the page */

static bool map_page(int fd)
{
    void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (p == MAP_FAILED)
        return false;
    nt_process_page = p;
    page_fd = fd;
    return true;
}

bool nt_process_page_new(const char *session)
{
    int fd = memfd_create(NT_PROCESS_MEMFD, MFD_CLOEXEC);

    if (fd < 0)
        return false;
    if (ftruncate(fd, PAGE) != 0 || !map_page(fd)) {
        close(fd);
        return false;
    }
    nt_process_page->magic = NT_PROCESS_MAGIC;
    nt_process_page->id = nt_process.id;
    nt_process_page->create_time = (uint64_t)nt_system_time();
    nt_process_page->priority_class = 2; /* normal */
    if (session)
        snprintf(nt_process_page->session, NT_SESSION_MAX, "%s", session);
    return true;
}

void nt_process_page_exit(struct nt_process_page *page, NTSTATUS status)
{
    uint32_t none = NT_EXIT_NONE;

    if (atomic_compare_exchange_strong(&page->exit_state, &none, NT_EXIT_WRITING)) {
        atomic_store(&page->exit_status, status);
        atomic_store(&page->exit_state, NT_EXIT_SET);
    }
}

static bool text_ok(const struct nt_child_message *m, const struct nt_child_text *t, bool blob)
{
    return t->offset % 2 == 0 && t->offset <= m->size && t->bytes <= m->size - t->offset &&
           (blob || (t->bytes % 2 == 0 && t->bytes <= 0xfffc));
}

static bool message_ok(const struct nt_child_message *m, size_t size)
{
    if (m->magic != NT_CHILD_MAGIC || m->size != size ||
        !memchr(m->system_drive, 0, sizeof(m->system_drive)))
        return false;
    for (int i = 0; i < NT_CHILD_TEXTS; i++)
        if (!text_ok(m, &m->text[i], i == NT_CHILD_RUNTIME || i == NT_CHILD_ENVIRONMENT))
            return false;
    if (m->text[NT_CHILD_RUNTIME].bytes > 0xfffe || m->text[NT_CHILD_ENVIRONMENT].bytes % 2)
        return false;
    return m->handle_offset % 8 == 0 && m->handle_offset <= size &&
           m->handle_count <= (size - m->handle_offset) / sizeof(struct nt_child_handle);
}

const struct nt_child_message *nt_child_take(int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
        st.st_size < (off_t)(PAGE + sizeof(struct nt_child_message)) ||
        st.st_size > (off_t)LARGEST_MESSAGE || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        return NULL;
    size_t size = (size_t)st.st_size - PAGE;
    void *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, PAGE);
    if (p == MAP_FAILED)
        return NULL;
    if (!message_ok(p, size) || !map_page(fd) || nt_process_page->magic != NT_PROCESS_MAGIC) {
        munmap(p, size);
        return NULL;
    }
    nt_process_page->id = nt_process.id;
    return p;
}

void nt_child_drop(const struct nt_child_message *m)
{
    munmap((void *)m, m->size);
    /* Its memory goes back; a failure only keeps a few pages. */
    if (ftruncate(page_fd, PAGE) != 0)
        return;
}

void nt_child_wait_start(void)
{
    uint32_t n;

    while ((n = atomic_load(&nt_process_page->suspended)) != 0)
        syscall(SYS_futex, &nt_process_page->suspended, FUTEX_WAIT, n, NULL, NULL, 0);
}

struct nt_object *nt_import_slot(const struct nt_export *e)
{
    return e->word[0] <= UINT32_MAX && nt_arena_there() ? nt_sync_import((uint32_t)e->word[0])
                                                        : NULL;
}

static struct nt_object *import(const struct nt_export *e)
{
    typedef struct nt_object *(*importer)(const struct nt_export *);
    static const importer importers[NT_TRAVEL_KINDS] = {
        [NT_TRAVEL_FILE] = nt_import_file,       [NT_TRAVEL_PIPE] = nt_import_pipe,
        [NT_TRAVEL_CONSOLE] = nt_import_console, [NT_TRAVEL_SECTION] = nt_import_section,
        [NT_TRAVEL_SLOT] = nt_import_slot,       [NT_TRAVEL_PROCESS] = nt_import_process,
        [NT_TRAVEL_JOB] = nt_import_job,
    };

    if (e->kind < NT_TRAVEL_KINDS && importers[e->kind])
        return importers[e->kind](e);
    if (e->fd >= 0)
        close(e->fd);
    return NULL;
}

/* Several handles of one object in the parent are several handles of one object here. */
static int same_as_earlier(const struct nt_child_handle *handles, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (memcmp(&handles[i].what, &handles[n].what, sizeof(handles[n].what)) == 0)
            return (int)i;
    return -1;
}

void nt_child_install_handles(const struct nt_child_message *m)
{
    const struct nt_child_handle *h =
        (const struct nt_child_handle *)((const char *)m + m->handle_offset);

    if (m->arena_fd >= 0) {
        fcntl(m->arena_fd, F_SETFD, FD_CLOEXEC);
        nt_arena_set_process(m->arena_process);
        if (nt_arena_join(m->arena_fd)) {
            atomic_store(&nt_process_page->joined, 1);
            nt_share_publish();
        } else {
            nt_warn("the session of the parent process cannot be joined");
        }
    }
    for (size_t i = 0; i < sizeof(m->job) / sizeof(m->job[0]); i++)
        if (m->job[i] >= 0)
            nt_job_join(dup(m->job[i])); /* a handle may come with the same descriptor */
    for (uint32_t i = 0; i < m->handle_count; i++) {
        struct nt_object *o = NULL;
        int earlier = same_as_earlier(h, i);
        if (earlier >= 0) {
            nt_handle_get((HANDLE)(uintptr_t)h[earlier].value, NULL, 0, &o, NULL);
        } else {
            if (h[i].what.fd >= 0)
                fcntl(h[i].what.fd, F_SETFD, FD_CLOEXEC);
            o = import(&h[i].what);
        }
        if (o)
            nt_handle_install((HANDLE)(uintptr_t)h[i].value, o, h[i].access, h[i].attributes);
    }
}
