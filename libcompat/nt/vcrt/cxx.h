/*
 * C++ exceptions of Microsoft's compilers on x64: the tables that compilers leave, and what the
 * files of this folder share. The folder is compiled into ucrtbase.dll and msvcrt.dll;
 * vcruntime140.dll forwards to ucrtbase.dll, so that all of them share one state.
 *
 * All addresses in the tables are relative to the image base.
 */
#ifndef LIBCOMPAT_NT_VCRT_CXX_H
#define LIBCOMPAT_NT_VCRT_CXX_H

#include "libcompat/nt/crt/crt.h"

#define CXX_EXCEPTION 0xe06d7363u
#define CXX_MAGIC1 0x19930520u
#define CXX_MAGIC2 0x19930521u
#define CXX_MAGIC3 0x19930522u
#define STATUS_UNWIND_CONSOLIDATE_ 0x80000029u
#define STATUS_LONGJUMP_ 0x80000026u

/* ---- what is thrown -------------------------------------------------------------------------- */

struct type_descriptor {
    const void *vtable; /* type_info's */
    char *undecorated;  /* made by type_info::name */
    char name[];        /* ".?AVname@@" */
};

struct pmd {
    LONG mdisp; /* offset of the base */
    LONG pdisp; /* offset of the virtual base table pointer, -1 = none */
    LONG vdisp; /* offset in that table */
};

enum { CT_SIMPLE = 1, CT_BY_REFERENCE_ONLY = 2, CT_VIRTUAL_BASE = 4, CT_BAD_ALLOC = 16 };
struct catchable_type {
    ULONG properties;
    LONG type;
    struct pmd displacement;
    LONG size;
    LONG copy; /* copy constructor, 0 = none */
};
struct catchable_types {
    LONG count;
    LONG type[];
};
enum { TI_CONST = 1, TI_VOLATILE = 2, TI_UNALIGNED = 4 };
struct throw_info {
    ULONG attributes;
    LONG destructor;
    LONG forward_compat;
    LONG types;
};

/* EXCEPTION_RECORD.ExceptionInformation of a C++ exception */
enum { CXX_INFO_MAGIC, CXX_INFO_OBJECT, CXX_INFO_THROW, CXX_INFO_BASE, CXX_INFO_COUNT };

bool cxx_is_exception(const EXCEPTION_RECORD *record);
/* `throw;` raises a record without an object. */
bool cxx_is_rethrow(const EXCEPTION_RECORD *record);
void *cxx_adjust(void *object, const struct pmd *displacement);
void cxx_destroy_object(const EXCEPTION_RECORD *record);

/* ---- what a function has --------------------------------------------------------------------- */

enum {
    HT_CONST = 1,
    HT_VOLATILE = 2,
    HT_UNALIGNED = 4,
    HT_REFERENCE = 8,
    HT_BAD_ALLOC_COMPAT = 16,
    HT_ELLIPSIS = 0x40
};
struct cxx_handler {
    ULONG adjectives;
    LONG type;          /* 0 = catch (...) */
    LONG object;        /* offset of the caught object in the function's frame, 0 = none */
    LONG address;       /* the catch funclet */
    LONG parent_frame;  /* version 3: where the funclet's frame keeps the function's */
    ULONG continuation_count; /* version 4: 0 = the funclet returns the address itself */
    LONG continuation[2];
};

struct cxx_try {
    LONG low, high; /* states inside of the try block */
    LONG catch_high; /* states high+1 .. catch_high are inside of its handlers */
    ULONG handler_count;
    const void *handlers;
};

enum { ACTION_NONE, ACTION_FUNCLET, ACTION_DESTROY, ACTION_DESTROY_POINTED };
struct cxx_unwind {
    LONG to;
    int kind;
    LONG action;
    LONG object; /* frame offset, for the two DESTROYs */
};

/* One function's tables, of version 3 (FuncInfo) or 4 (compressed). */
struct cxx_function {
    ULONG_PTR base;
    ULONG start;      /* RVA of the entry that the handler was called for */
    bool compressed;
    bool synchronous; /* catch (...) does not take structured exceptions */
    bool no_except;
    LONG states;
    ULONG tries;
    const UCHAR *unwind_map, *try_map, *ip_map;
    ULONG ip_count;
    const LONG *exception_spec; /* version 3: throw (...) specification, NULL = none */
    bool is_funclet;  /* version 4: a catch funclet's own tables */
    LONG frame_slot;  /* version 4: where that funclet keeps the function's frame */
};

/* cxx_table3.c, cxx_table4.c: false for tables that are no tables. */
bool cxx3_parse(const DISPATCHER_CONTEXT *dispatcher, struct cxx_function *function);
LONG cxx3_state(const struct cxx_function *function, ULONG rva);
bool cxx3_unwind(const struct cxx_function *function, LONG state, struct cxx_unwind *out);
bool cxx3_try(const struct cxx_function *function, ULONG index, struct cxx_try *out);
bool cxx3_handler(const struct cxx_function *function, const struct cxx_try *block, ULONG index,
                  struct cxx_handler *out);
bool cxx4_parse(const DISPATCHER_CONTEXT *dispatcher, struct cxx_function *function);
LONG cxx4_state(const struct cxx_function *function, ULONG rva);
bool cxx4_unwind(const struct cxx_function *function, LONG state, struct cxx_unwind *out);
bool cxx4_try(const struct cxx_function *function, ULONG index, struct cxx_try *out);
bool cxx4_handler(const struct cxx_function *function, const struct cxx_try *block, ULONG index,
                  struct cxx_handler *out);

/* ---- what happens in a thread ---------------------------------------------------------------- */

/* A catch block that runs. It lives in the stack frame of the function that called the funclet.
 * Newest first in crt_thread.eh_slots[0]. */
struct cxx_catch {
    struct cxx_catch *previous;
    ULONG_PTR frame;         /* of the function (or funclet) whose try block it is */
    LONG outer;              /* that frame's state meanwhile: the one around its try block */
    bool left;               /* by an exception */
    EXCEPTION_RECORD record; /* what was caught */
    CONTEXT *context;
    void *saved_exception, *saved_context; /* crt_thread's before */
};

/* A frame whose objects are being destroyed; crt_thread.eh_slots[1]. */
struct cxx_partial {
    struct cxx_partial *previous;
    ULONG_PTR frame;
    LONG state;
    bool in_action;
};

#define CXX_CATCHES(t) (*(struct cxx_catch **)&(t)->eh_slots[0])
#define CXX_PARTIALS(t) (*(struct cxx_partial **)&(t)->eh_slots[1])

/* The exception that the innermost catch block has; NULL outside of all. */
struct cxx_catch *cxx_current_catch(void);

typedef struct type_info_object type_info_object; /* type_info, see type_info.c */

void terminate(void) __attribute__((noreturn));
void unexpected(void) __attribute__((noreturn));

/* cxx_call_x64.c. cxx_call calls function(a, b, c); an exception of C++ that leaves it ends the
 * program, as the standard has it for destructors and for the copying of what is caught. */
void cxx_call(ULONG_PTR function, void *a, void *b, LONG_PTR c);
/* Calls a catch funclet; when an exception leaves it, cxx_catch_left is told. */
ULONG_PTR cxx_call_catch(ULONG_PTR function, void *frame, struct cxx_catch *current);
EXCEPTION_DISPOSITION cxx_catch_left(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                     DISPATCHER_CONTEXT *dispatcher);

#endif
