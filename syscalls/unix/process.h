/* Processes of the guest. */
#ifndef SYSCALLS_UNIX_PROCESS_H
#define SYSCALLS_UNIX_PROCESS_H

#include <sys/resource.h>

#include "syscalls/unix/unix.h"

/* What a child that stays under the runner gets on its command line; set by the loader. */
extern const char *const *unix_child_options;

/* As fork, and the parent waits until the child runs another program or ends. The child's memory
 * is its own: what it writes is not seen by the parent. */
int64_t unix_vfork(struct unix_thread *t);
/* fork with a descriptor of the child, for the parent. The child's id, 0, or minus an errno. */
int unix_fork_pidfd(struct unix_thread *t, int *pidfd);

/* struct rusage, alike on FreeBSD and NetBSD (64-bit time). */
struct unix_rusage {
    struct {
        int64_t sec, usec;
    } utime, stime;
    int64_t maxrss, ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock, msgsnd, msgrcv,
        nsignals, nvcsw, nivcsw;
};
_Static_assert(sizeof(struct unix_rusage) == 144, "struct rusage");
void unix_rusage_of_host(struct unix_rusage *to, const struct rusage *from);

/* The foreign status word of a host one, and the host's of what waitid tells. */
int32_t unix_wait_status(int host);
int unix_status_of_siginfo(const siginfo_t *si);
/* host_options: WNOHANG and its like of the host. */
int64_t unix_wait4(struct unix_thread *t, int32_t pid, int32_t *status, int host_options,
                   void *rusage);

/*
 * Runs the program of a host path in place of this one. A program for a foreign system stays under
 * the runner, one for this host runs by itself, and #! is honoured. argv and envp are the guest's
 * vectors. Comes back only with minus an errno.
 */
int64_t unix_exec(struct unix_thread *t, int fd, const char *path, const void *argv,
                  const void *envp);
/* The same with vectors that have been read. */
int64_t unix_exec_host(int fd, const char *path, char **argv, char **envp);
/* Copies a vector of strings; *out is freed with free_vector. 0 or -errno. */
int unix_read_vector(const void *guest, char ***out);
void unix_free_vector(char **v);

#endif
