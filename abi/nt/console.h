/*
 * ConDrv: how guest libraries talk to a console.
 *
 * A console handle is a file of the device \Device\ConDrv; kernelbase turns every Console* call
 * into one NtDeviceIoControlFile with a code below. The codes and layouts are this project's own
 * (Windows' are private to it and change); all fields have fixed widths, so 32- and 64-bit guests
 * send the same bytes. COORD, SMALL_RECT, CHAR_INFO and INPUT_RECORD have the layouts of wincon.h.
 *
 * Names that NtCreateFile opens:
 * - "\??\CONIN$", "\Device\ConDrv\CurrentIn" ("\??\CON" for reading): input of the process's
 * console.
 * - "\??\CONOUT$", "\Device\ConDrv\CurrentOut" ("\??\CON" for writing): its active screen buffer.
 * - "\Device\ConDrv\Connect": a connection without a console yet; CONDRV_ATTACH gives it one. A
 *   process has at most one; RTL_USER_PROCESS_PARAMETERS.ConsoleHandle holds it (NULL: no console).
 *   Closing it detaches the process.
 * - "\Device\ConDrv\ScreenBuffer": a new screen buffer, not active (CreateConsoleScreenBuffer).
 * - "\Device\ConDrv\Server": a new pseudo-console without size yet; CONDRV_PTY_CREATE completes it.
 *   Closing the last such handle ends it: its clients get CTRL_CLOSE_EVENT.
 * - "\Reference" with a Server handle as RootDirectory: what a new process receives as its
 *   ConsoleHandle to be attached to that pseudo-console.
 * All but Connect and Server fail with STATUS_INVALID_HANDLE while the process has no console.
 * Waiting on an input handle: signalled while at least one input record is queued.
 *
 * NtReadFile on an input handle is CONDRV_READ_CONSOLE converted to the input code page, a partial
 * line kept for the next read; a lone Ctrl-Z at the start of a line reads 0 bytes (processed
 * input). NtWriteFile on an output handle decodes bytes in the output code page, a sequence that
 * is split between writes joined (per handle), and then acts as CONDRV_WRITE.
 *
 * Statuses common to all codes: a file that is not a console, or is the wrong kind of console
 * object (input for output), STATUS_INVALID_DEVICE_REQUEST; missing access STATUS_ACCESS_DENIED
 * (GET codes need FILE_READ_DATA, all others FILE_WRITE_DATA, as on Windows; [C] codes neither);
 * input buffer of a wrong length STATUS_INVALID_PARAMETER; output buffer too small
 * STATUS_BUFFER_TOO_SMALL unless said otherwise; no console any more STATUS_PIPE_DISCONNECTED.
 * IO_STATUS_BLOCK.Information is the number of output bytes unless said otherwise.
 * Handles are always synchronous: no code returns STATUS_PENDING.
 */
#ifndef ABI_NT_CONSOLE_H
#define ABI_NT_CONSOLE_H

#include "abi/nt/types.h"

/* CTL_CODE(FILE_DEVICE_CONSOLE, 0x800 + function, METHOD_NEITHER, FILE_ANY_ACCESS) */
#define CONDRV_CODE(function) ((0x50u << 16) | ((0x800u + (function)) << 2) | 3u)

typedef struct CONDRV_COORD {
    SHORT X, Y;
} CONDRV_COORD;

typedef struct CONDRV_RECT {
    SHORT Left, Top, Right, Bottom; /* inclusive, as SMALL_RECT */
} CONDRV_RECT;

typedef struct CONDRV_CELL {
    WCHAR Char; /* UTF-16 unit; a cell of a wide character has COMMON_LVB_LEADING/TRAILING_BYTE */
    USHORT Attributes;
} CONDRV_CELL;

/* INPUT_RECORD: EventType in the low 16 bits, then the event's 16 bytes */
typedef struct CONDRV_INPUT_RECORD {
    USHORT EventType; /* 1 key, 2 mouse, 4 buffer size, 8 menu, 16 focus */
    USHORT Padding;
    union {
        struct {
            LONG KeyDown;
            USHORT RepeatCount, VirtualKeyCode, VirtualScanCode;
            WCHAR Char;
            ULONG ControlKeyState;
        } Key;
        struct {
            CONDRV_COORD Position;
            ULONG ButtonState, ControlKeyState, EventFlags;
        } Mouse;
        CONDRV_COORD BufferSize;
        ULONG MenuCommand;
        LONG SetFocus;
    };
} CONDRV_INPUT_RECORD;

_Static_assert(sizeof(CONDRV_CELL) == 4, "CHAR_INFO");
_Static_assert(sizeof(CONDRV_INPUT_RECORD) == 20, "INPUT_RECORD");

/*
 * Modes. Out/in: ULONG, the ENABLE_* bits of the object's kind. SET refuses unknown bits with
 * STATUS_INVALID_PARAMETER, but stores the known ones all the same (as Windows does).
 */
#define CONDRV_GET_MODE CONDRV_CODE(0)
#define CONDRV_SET_MODE CONDRV_CODE(1)

/*
 * Text out. In: UTF-16 units, no header; interpreted by the buffer's mode (processed output,
 * wrapping, VT sequences). Out: none. Information: bytes taken (all, or fewer with an error).
 */
#define CONDRV_WRITE CONDRV_CODE(2)

/*
 * Text in: line by line with ENABLE_LINE_INPUT (echo and editing as the mode says; the line ends in
 * CR LF with ENABLE_PROCESSED_INPUT, else CR), else at least one unit. In: header and InitialBytes
 * of text that the line begins with. Out: header, then text, at most the buffer's rest; what
 * does not fit is kept for the next read. Information: header and text. Ctrl-C (processed input)
 * ends it with STATUS_ALERTED (a success code) and no text. Input that has ended: success and no
 * text.
 */
#define CONDRV_READ_CONSOLE CONDRV_CODE(3)
typedef struct CONDRV_READ_CONSOLE_IN {
    ULONG InitialBytes;
    ULONG CtrlWakeupMask; /* bit n: control character n ends the read and is part of the text */
} CONDRV_READ_CONSOLE_IN;
typedef struct CONDRV_READ_CONSOLE_OUT {
    ULONG ControlKeyState; /* when the read was ended by a CtrlWakeupMask character */
    ULONG Reserved;
} CONDRV_READ_CONSOLE_OUT;

/*
 * Input records. In: ULONG flags. Out: whole records, as many as are queued and fit. Without
 * NOWAIT it waits for the first one; waiting is alertable by process exit and handle close only.
 */
#define CONDRV_READ_INPUT CONDRV_CODE(4)
#define CONDRV_READ_NOREMOVE 1u
#define CONDRV_READ_NOWAIT 2u
/* In: records, appended to the queue. Information: bytes taken. */
#define CONDRV_WRITE_INPUT CONDRV_CODE(5)
/* Out: ULONG, number of queued records. */
#define CONDRV_GET_INPUT_COUNT CONDRV_CODE(6)
/* Drops queued records and kept text. */
#define CONDRV_FLUSH_INPUT CONDRV_CODE(7)

/* Screen buffer. */
#define CONDRV_GET_SCREEN_INFO CONDRV_CODE(8)
#define CONDRV_SET_SCREEN_INFO CONDRV_CODE(9) /* CursorPosition and MaximumWindow are ignored */
typedef struct CONDRV_SCREEN_INFO {
    CONDRV_COORD Size, CursorPosition;
    USHORT Attributes, PopupAttributes;
    CONDRV_RECT Window;         /* inclusive */
    CONDRV_COORD MaximumWindow; /* given the terminal's size */
    CONDRV_COORD LargestWindow; /* regardless of the buffer's size */
    ULONG FullscreenSupported;
    ULONG ColorTable[16]; /* 0x00BBGGRR */
} CONDRV_SCREEN_INFO;
_Static_assert(sizeof(CONDRV_SCREEN_INFO) == 96, "CONDRV_SCREEN_INFO");

#define CONDRV_SET_SIZE CONDRV_CODE(10) /* in: CONDRV_COORD */
#define CONDRV_SET_WINDOW CONDRV_CODE(11)
typedef struct CONDRV_WINDOW {
    ULONG Absolute; /* 0: Window is added to the present edges */
    CONDRV_RECT Window;
} CONDRV_WINDOW;

#define CONDRV_SET_ATTRIBUTES CONDRV_CODE(12) /* in: ULONG, low 16 bits */
#define CONDRV_GET_CURSOR CONDRV_CODE(13)
#define CONDRV_SET_CURSOR CONDRV_CODE(14)
typedef struct CONDRV_CURSOR {
    ULONG Size; /* percent of the cell, 1..100 */
    ULONG Visible;
} CONDRV_CURSOR;
#define CONDRV_SET_CURSOR_POSITION                                                                 \
    CONDRV_CODE(15)                       /* in: CONDRV_COORD; outside: INVALID_PARAMETER */
#define CONDRV_SET_ACTIVE CONDRV_CODE(16) /* this screen buffer is shown from now on */

/*
 * Runs of cells, from Position on, wrapping at row ends, cut at the buffer's end. Type: one ULONG
 * CONDRV_RUN_*. Out of FILL and WRITE: ULONG, cells written. WRITE's data (WCHAR or USHORT units)
 * follow the header; READ's come alone, as many as the output buffer holds.
 */
#define CONDRV_FILL_RUN CONDRV_CODE(17)
#define CONDRV_WRITE_RUN CONDRV_CODE(18)
#define CONDRV_READ_RUN CONDRV_CODE(19)
#define CONDRV_RUN_CHARS 0u
#define CONDRV_RUN_ATTRIBUTES 1u
typedef struct CONDRV_RUN {
    CONDRV_COORD Position;
    ULONG Type;
    ULONG Count; /* FILL alone: cells */
    ULONG Value; /* FILL alone: the unit or attribute */
} CONDRV_RUN;

/*
 * Rectangles of cells. WRITE: in, the region and then its cells row by row (exactly as many as the
 * region has); out, the part of the region that lies in the buffer and was written. READ: in, the
 * region; out, the region read (cut at the buffer's edges; empty: Right < Left) and its cells row
 * by row.
 */
#define CONDRV_WRITE_RECT CONDRV_CODE(20)
#define CONDRV_READ_RECT CONDRV_CODE(21)

#define CONDRV_SCROLL CONDRV_CODE(22)
typedef struct CONDRV_SCROLL_IN {
    CONDRV_RECT Source, Clip;
    ULONG HasClip;
    CONDRV_COORD Destination;
    CONDRV_CELL Fill;
} CONDRV_SCROLL_IN;

#define CONDRV_GET_FONT CONDRV_CODE(23)
typedef struct CONDRV_FONT {
    ULONG Index;
    CONDRV_COORD Size; /* pixels; 8 x 16 where the terminal does not say */
    ULONG Family, Weight;
    WCHAR FaceName[32];
} CONDRV_FONT;

/*
 * [C] codes: on any handle of the console, kernelbase sends them on the connection.
 */
/* In: ULONG, nonzero for the title the console was created with. Out: the title's units without a
 * terminator, cut at the buffer's size. Information: bytes of the WHOLE title. */
#define CONDRV_GET_TITLE CONDRV_CODE(32)
#define CONDRV_SET_TITLE CONDRV_CODE(33) /* in: UTF-16 units */

#define CONDRV_GET_CODE_PAGES CONDRV_CODE(34)
#define CONDRV_SET_CODE_PAGES                                                                      \
    CONDRV_CODE(35) /* 0 leaves one as it is; unknown: INVALID_PARAMETER */
typedef struct CONDRV_CODE_PAGES {
    ULONG Input, Output;
} CONDRV_CODE_PAGES;

/* CTRL_C_EVENT (0) or CTRL_BREAK_EVENT (1) to the processes of a group that share the console;
 * group 0: all of them. A group that is not there: STATUS_INVALID_PARAMETER. */
#define CONDRV_CTRL_EVENT CONDRV_CODE(36)
typedef struct CONDRV_CTRL_EVENT_IN {
    ULONG Event, Group;
} CONDRV_CTRL_EVENT_IN;

/* Out: ULONG count of the processes attached, then as many ids as fit (newest first). */
#define CONDRV_GET_PROCESSES CONDRV_CODE(37)

/*
 * In: ULONGLONG, address of `DWORD WINAPI CtrlRoutine(PVOID event)`. Until it is registered,
 * control events end the process with STATUS_CONTROL_C_EXIT. For each event (CTRL_C 0, CTRL_BREAK
 * 1, CTRL_CLOSE 2, CTRL_LOGOFF 5, CTRL_SHUTDOWN 6) the host starts a guest thread there with the
 * event number as argument; after CTRL_CLOSE it ends the process when that thread has returned.
 * CTRL_C is not sent at all while bit 0 of RTL_USER_PROCESS_PARAMETERS.ConsoleFlags is set (a new
 * process inherits the bit).
 */
#define CONDRV_SET_CTRL_ROUTINE CONDRV_CODE(38)

/* Gives a fresh Connect handle its console. Errors: no console there STATUS_INVALID_HANDLE; no such
 * process STATUS_INVALID_PARAMETER; the process has a console already STATUS_ACCESS_DENIED. */
#define CONDRV_ATTACH CONDRV_CODE(39)
#define CONDRV_ATTACH_NEW 0u    /* a console of its own; no window: its screen is kept in memory */
#define CONDRV_ATTACH_PARENT 1u /* the parent process's */
#define CONDRV_ATTACH_PID 2u
typedef struct CONDRV_ATTACH_IN {
    ULONG Mode;
    ULONG ProcessId;
} CONDRV_ATTACH_IN;

/* Command history settings of the cooked read. */
#define CONDRV_GET_HISTORY CONDRV_CODE(40)
#define CONDRV_SET_HISTORY CONDRV_CODE(41)
typedef struct CONDRV_HISTORY {
    ULONG BufferSize, BufferCount, Flags; /* HISTORY_NO_DUP_FLAG */
} CONDRV_HISTORY;

/* Pseudo-console, on a Server handle. The host keeps its own references to the two pipes' objects:
 * it reads UTF-8 text and VT input from Input and writes UTF-8 text with VT to Output. */
#define CONDRV_PTY_CREATE CONDRV_CODE(48)
typedef struct CONDRV_PTY_CREATE_IN {
    CONDRV_COORD Size;
    ULONG Flags;             /* PSEUDOCONSOLE_INHERIT_CURSOR */
    ULONGLONG Input, Output; /* guest handles */
} CONDRV_PTY_CREATE_IN;
#define CONDRV_PTY_RESIZE CONDRV_CODE(49) /* in: CONDRV_COORD */

#endif
