/* Processes: fork, wait, exec of foreign, native and script files. */
#include "guest.h"

enum { WNOHANG_ = 1 };

static int wait_for(i64 pid)
{
    int status = -1;
    is(call(SYS_wait4, pid, &status, 0, 0), pid);
    return status;
}

static i64 run(const char *path, char **argv)
{
    i64 pid = call(SYS_fork);
    if (pid == 0) {
        i64 r = call(SYS_execve, path, argv, environment);
        call(SYS_exit, (int)-r);
    }
    return pid;
}

static void note(int signal, struct siginfo_ *si, struct ucontext_ *uc)
{
    (void)signal;
    (void)si;
    (void)uc;
}

static void test(int argc, char **argv)
{
    if (argc > 1 && argv[1][0] == 'c') {
        /* A child that has been run: what it was given decides its status. */
        call(SYS_exit, argc == 3 && equal(argv[0], "name", 5) && argv[2][0] == 'x' ? 42 : 43);
    }
    if (argc > 1 && argv[1][0] == 'm') {
        sigset mask = get_mask();
        call(SYS_exit, has(&mask, SIGUSR2_) && !has(&mask, SIGUSR1_) ? 0 : 1);
    }
    i64 self = call(SYS_getpid);
    i64 pid = call(SYS_fork);
    if (pid == 0)
        call(SYS_exit, call(SYS_getppid) == self && second_result <= 1 ? 7 : 8);
    is(wait_for(pid), 7 << 8);
    is(call(SYS_wait4, -1, 0, 0, 0), -ECHILD_);

    pid = call(SYS_fork);
    if (pid == 0) {
        call(SYS_kill, call(SYS_getpid), SIGTERM_);
        call(SYS_exit, 1);
    }
    is(wait_for(pid) & 0x7f, SIGTERM_);
    /* The foreign number of a signal that has another one on the host. */
    pid = call(SYS_fork);
    if (pid == 0) {
        call(SYS_kill, call(SYS_getpid), SIGUSR1_);
        call(SYS_exit, 1);
    }
    is(wait_for(pid) & 0x7f, SIGUSR1_);
    pid = call(SYS_fork);
    if (pid == 0) {
        *(volatile int *)16 = 1;
        call(SYS_exit, 1);
    }
    is(wait_for(pid) & 0x7f, SIGSEGV_);
    pid = call(SYS_fork);
    if (pid == 0) {
        int ends[2];
        char byte;
        make_pipe(ends);
        call(SYS_read, ends[0], &byte, 1);
        call(SYS_exit, 1);
    }
    is(call(SYS_wait4, pid, 0, WNOHANG_, 0), 0);
    is(call(SYS_kill, pid, SIGKILL_), 0);
    is(wait_for(pid) & 0x7f, SIGKILL_);

    pid = call(SYS_vfork);
    if (pid == 0)
        call(SYS_exit, 5);
    is(wait_for(pid), 5 << 8);

    char *child[] = {"name", "c", "x", 0};
    is(wait_for(run(argv[0], child)), 42 << 8);
    char *native[] = {"true", 0};
    is(wait_for(run("/bin/true", native)), 0);
    char *shell[] = {"sh", "-c", "exit 9", 0};
    is(wait_for(run("/bin/sh", shell)), 9 << 8);
    is(wait_for(run("/nonexistent", native)), ENOENT_ << 8);
    is(wait_for(run("/etc", native)), 13 << 8);
    is(call(SYS_execve, "/bin/true", 8, environment), -EFAULT_);

    /* The mask goes with the program. */
    sigset mask = set_of(SIGUSR2_);
    set_mask(3, mask);
    char *masked[] = {argv[0], "m", 0};
    is(wait_for(run(argv[0], masked)), 0);
    set_mask(3, set_of(0));

    /* Many children, with signals arriving. */
    set_handler(SIGCHLD_, note, SA_RESTART_);
    set_handler(SIGALRM_, note, SA_RESTART_);
    set_timer(300, 300);
    for (int i = 0; i < 50; i++) {
        pid = call(SYS_fork);
        if (pid == 0)
            call(SYS_exit, i);
        is(wait_for(pid), i << 8);
    }
    set_timer(0, 0);
}
