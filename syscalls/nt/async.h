/*
 * The I/O thread: calls back when host descriptors become ready. It is started by the first
 * nt_async_arm and lives until the process ends; a program that never needs it never has it.
 */
#ifndef SYSCALLS_NT_ASYNC_H
#define SYSCALLS_NT_ASYNC_H

#include <stdbool.h>
#include <stdint.h>

struct nt_async {
    int fd; /* borrowed: must stay open until nt_async_end */
    /* On the I/O thread, once for each nt_async_arm, with EPOLL* bits. It may arm again. */
    void (*ready)(struct nt_async *a, uint32_t events);
    uint32_t index; /* from here on: async.c's */
    bool used;
};

/* Before the first arm. */
void nt_async_begin(struct nt_async *a, int fd, void (*ready)(struct nt_async *, uint32_t));

/* Calls ready once when one of the events (EPOLLIN, EPOLLOUT) or an error is there; replaces what
 * was armed before. False with errno: no memory, no descriptors, or one that cannot be waited for. */
bool nt_async_arm(struct nt_async *a, uint32_t events);

/* No new call is made; one may be running. For callers that hold what the callback locks. */
void nt_async_stop(struct nt_async *a);

/* No call comes any more, and none is running when this returns, unless it is this thread that
 * runs it. Before *a goes away. */
void nt_async_end(struct nt_async *a);

#endif
