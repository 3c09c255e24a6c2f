/*
 * The console device, ConDrv (protocol: abi/nt/console.h), over the process's terminal.
 *
 * A process has one console: the terminal that controls it. Its settings are changed only when the
 * program asks for what the terminal does not do by itself (no echo, single keys), and put back
 * when the last console handle goes, which includes every end of the process but SIGKILL.
 * The screen belongs to the terminal: it can be written, but nothing reads cells back.
 */
#ifndef SYSCALLS_NT_CONSOLE_H
#define SYSCALLS_NT_CONSOLE_H

#include <pthread.h>
#include <termios.h>

#include "abi/nt/console.h"
#include "syscalls/nt/file.h"

/* For start-up (device.c): the devices, and the connection of a process that has a terminal. */
void nt_console_init(void);
HANDLE nt_console_connect(void); /* NULL: no console */
/* The same in a child: what the parent's ConsoleHandle said. 0: the parent has none; -1 detached,
 * -2 a new one, -3 one without a window: consoles without a terminal are not there, so none. */
HANDLE nt_console_for_child(int64_t given);
extern const struct nt_file_ops nt_console_ops;

/* What follows is for the console's own files. */

#define IN_PROCESSED 0x1u
#define IN_LINE 0x2u
#define IN_ECHO 0x4u
#define IN_WINDOW 0x8u
#define IN_VT 0x200u
#define OUT_PROCESSED 0x1u
#define OUT_WRAP 0x2u
#define OUT_VT 0x4u
#define OUT_NO_AUTO_RETURN 0x8u

#define ATTRIBUTES_DEFAULT 0x07u

enum console_kind { CONSOLE_INPUT, CONSOLE_OUTPUT, CONSOLE_CONNECT };

struct console_file {
    enum console_kind kind;
    uint16_t high;           /* output: first half of a surrogate pair whose second is to come; 0 */
    unsigned char carry[16]; /* output: the beginning of a character */
    unsigned carry_n;
    bool attached; /* connection: has its console */
};

#define CONSOLE_QUEUE 4096u /* records; input that does not fit stays with the terminal */

struct console {
    pthread_mutex_t lock; /* guards what follows; never held while blocking */
    unsigned files;
    int tty;         /* its own descriptor, read and write; -1 */
    int wake, ready; /* eventfd; epoll of tty and wake. -1 until needed */
    uint32_t in_mode, out_mode;
    uint32_t in_page, out_page;
    uint16_t attributes;
    CONDRV_CURSOR cursor;
    CONDRV_COORD at; /* where the cursor was last known to be */
    bool no_reports; /* the terminal does not say where its cursor is */
    bool reporting;  /* a report is awaited */
    bool reported;

    struct termios saved, now; /* valid if touched */
    bool touched;
    bool raw; /* single keys are wanted: records were asked for */

    CONDRV_INPUT_RECORD queue[CONSOLE_QUEUE];
    unsigned first, count;
    unsigned char bytes[512]; /* read from the terminal, not yet understood */
    unsigned byte_count;
    uint16_t *text; /* the rest of a line */
    size_t text_n, text_at;
    unsigned char rest[4]; /* of a character that NtReadFile gave in parts */
    unsigned rest_n;
    uint32_t interrupts;   /* Ctrl-C events so far */
    unsigned line_readers; /* threads in a line read: the terminal's input is theirs */

    uint16_t *title;
    size_t title_n; /* units */
    CONDRV_HISTORY history;

    struct { /* the last run of one character, whose attributes can follow */
        CONDRV_COORD at;
        uint32_t count;
        uint16_t unit;
        bool valid;
    } filled;
};
extern struct console nt_console;

static inline struct console_file *console_file(struct nt_file *f)
{
    return f->more;
}

/* console_tty.c */
CONDRV_COORD console_size(void);
bool console_foreground(void);
/* Makes the terminal what mode and `raw` ask for; under the lock. */
void console_apply_locked(void);
void console_restore(void);
/* Where the cursor is: asks the terminal. */
CONDRV_COORD console_cursor(void);
NTSTATUS console_put(const struct nt_io *io, int fd, const char *bytes, size_t n);
/* Wakes threads that wait for input. */
void console_wake(void);
bool console_open_ready(void);

/* console_keys.c: bytes -> records; under the lock. flush: nothing will follow what is there. */
void console_decode_locked(bool flush);
bool console_queue_locked(const CONDRV_INPUT_RECORD *r);

/* console_input.c */
NTSTATUS console_input_control(struct nt_file *f, struct nt_io *io, uint32_t code, const void *in,
                               uint32_t in_n, void *out, uint32_t out_n, ULONG_PTR *information);
NTSTATUS console_read(struct nt_file *f, struct nt_io *io, void *buffer, uint32_t n,
                      const int64_t *offset, ULONG_PTR *information);

/* console_wait.c: keeps the state of input handles that are waited for. */
void console_waited_for(struct nt_file *f);
void console_wait_forget(struct nt_file *f);
/* Records came or went otherwise than from the terminal. Not under the lock. */
void console_queue_changed(void);
void console_fill_locked(void);

/* console_screen.c */
NTSTATUS console_screen_control(struct nt_file *f, struct nt_io *io, uint32_t code, const void *in,
                                uint32_t in_n, void *out, uint32_t out_n, ULONG_PTR *information);
NTSTATUS console_write(struct nt_file *f, struct nt_io *io, const void *buffer, uint32_t n,
                       const int64_t *offset, ULONG_PTR *information);
NTSTATUS console_show_title(const struct nt_io *io, const uint16_t *title, size_t n);

/* console_ctrl.c: control events and the signals that cause them. */
void console_ctrl_routine(uint64_t routine);
NTSTATUS console_ctrl_send(uint32_t event, uint32_t group);
void console_watch_size(void);
void console_catch_signals(void); /* once the terminal's settings are not its own any more */

#endif
