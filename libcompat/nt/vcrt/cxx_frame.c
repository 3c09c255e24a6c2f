/*
 * __CxxFrameHandler3 and its relatives: the language handler of C++ functions.
 *
 * A function's code is divided into states, numbered so that inner ones are higher; the tables tell
 * for each state which object goes and which state comes then. Catch blocks are functions
 * ("funclets") of their own, called with the frame of their function, while the frames between
 * the throw and the catch are still on the stack: the thrown object lives there.
 *
 * While a catch block runs, the function's own frame (further up) still stands at the call in its
 * try block. What counts for a search or an unwind that comes by there is the state around that
 * try block, which the catch record of the thread knows (struct cxx_catch).
 */
#include "cxx.h"

/* ---- one view of both versions of tables ------------------------------------------------------ */

static LONG ip_state(const struct cxx_function *f, ULONG_PTR pc)
{
    ULONG rva = (ULONG)(pc - f->base);

    return f->compressed ? cxx4_state(f, rva) : cxx3_state(f, rva);
}

static bool get_unwind(const struct cxx_function *f, LONG state, struct cxx_unwind *out)
{
    return f->compressed ? cxx4_unwind(f, state, out) : cxx3_unwind(f, state, out);
}

static bool get_try(const struct cxx_function *f, ULONG index, struct cxx_try *out)
{
    return f->compressed ? cxx4_try(f, index, out) : cxx3_try(f, index, out);
}

static bool get_handler(const struct cxx_function *f, const struct cxx_try *block, ULONG index,
                        struct cxx_handler *out)
{
    return f->compressed ? cxx4_handler(f, block, index, out)
                         : cxx3_handler(f, block, index, out);
}

/* ---- which frame this is ----------------------------------------------------------------------- */

struct visit {
    struct cxx_function function;
    ULONG_PTR frame;  /* as the dispatcher knows it */
    ULONG_PTR parent; /* of the function itself: another one if this is a catch funclet */
    bool in_catch;
    struct cxx_try owner; /* then: the try block whose handler this is */
    const DISPATCHER_CONTEXT *dispatcher;
};

/* The table entry of a function's fragment names that of its beginning. */
static ULONG primary_start(const DISPATCHER_CONTEXT *dispatcher)
{
    RUNTIME_FUNCTION *entry = dispatcher->FunctionEntry;

    for (int depth = 0; depth < 32; depth++) {
        const UCHAR *info = (const UCHAR *)(dispatcher->ImageBase + entry->UnwindData);

        if (!(info[0] >> 3 & UNW_FLAG_CHAININFO))
            break;
        entry = (RUNTIME_FUNCTION *)(info + 4 + ((info[2] + 1u) & ~1u) * 2);
    }
    return entry->BeginAddress;
}

static void find_owner(struct visit *v)
{
    ULONG start = primary_start(v->dispatcher);

    for (ULONG i = 0; i < v->function.tries; i++) {
        struct cxx_try block;
        struct cxx_handler handler;

        get_try(&v->function, i, &block);
        for (ULONG k = 0; get_handler(&v->function, &block, k, &handler); k++) {
            if ((ULONG)handler.address != start)
                continue;
            v->in_catch = true;
            v->owner = block;
            v->parent = *(ULONG_PTR *)(v->frame + (v->function.compressed
                                                       ? v->function.frame_slot
                                                       : handler.parent_frame));
            return;
        }
    }
}

static LONG visit_state(const struct visit *v)
{
    struct crt_thread *t = crt_thread();

    for (struct cxx_partial *p = CXX_PARTIALS(t); p; p = p->previous)
        if (p->frame == v->frame)
            return p->state;
    for (struct cxx_catch *c = CXX_CATCHES(t); c; c = c->previous)
        if (c->frame == v->frame)
            return c->outer;
    return ip_state(&v->function, v->dispatcher->ControlPc);
}

/* Forgets what belongs to this frame and to frames below it, all of which are dead now. */
static void forget_below(ULONG_PTR frame)
{
    struct crt_thread *t = crt_thread();

    while (CXX_PARTIALS(t) && CXX_PARTIALS(t)->frame <= frame)
        CXX_PARTIALS(t) = CXX_PARTIALS(t)->previous;
    while (CXX_CATCHES(t) && CXX_CATCHES(t)->frame <= frame) {
        t->current_exception = CXX_CATCHES(t)->saved_exception;
        t->current_exception_context = CXX_CATCHES(t)->saved_context;
        CXX_CATCHES(t) = CXX_CATCHES(t)->previous;
    }
}

struct cxx_catch *cxx_current_catch(void)
{
    struct cxx_catch *c = CXX_CATCHES(crt_thread());

    while (c && c->left)
        c = c->previous;
    return c;
}

/* ---- unwinding --------------------------------------------------------------------------------- */

static void run_action(const struct visit *v, const struct cxx_unwind *entry)
{
    void *object = (void *)(v->parent + entry->object);

    switch (entry->kind) {
    case ACTION_FUNCLET:
        cxx_call(v->function.base + entry->action, NULL, (void *)v->parent, 0);
        break;
    case ACTION_DESTROY_POINTED:
        object = *(void **)object;
        /* fall through */
    case ACTION_DESTROY:
        cxx_call(v->function.base + entry->action, object, NULL, 0);
        break;
    }
}

static void unwind_to(const struct visit *v, LONG target)
{
    struct crt_thread *t = crt_thread();
    struct cxx_partial partial = {.frame = v->frame, .state = visit_state(v)};

    /* If an action of this frame was under way, an exception came out of it: it is over. */
    while (CXX_PARTIALS(t) && CXX_PARTIALS(t)->frame <= v->frame) {
        t->processing_throw -= CXX_PARTIALS(t)->in_action;
        CXX_PARTIALS(t) = CXX_PARTIALS(t)->previous;
    }
    partial.previous = CXX_PARTIALS(t);
    CXX_PARTIALS(t) = &partial;
    while (partial.state > target) {
        struct cxx_unwind entry;

        if (!get_unwind(&v->function, partial.state, &entry) || entry.to >= partial.state)
            terminate(); /* damaged tables: no object may be left out, none destroyed twice */
        partial.state = entry.to;
        if (entry.kind == ACTION_NONE)
            continue;
        t->processing_throw++;
        partial.in_action = true;
        run_action(v, &entry);
        partial.in_action = false;
        t->processing_throw--;
    }
    forget_below(v->frame);
}

/* ---- catching ---------------------------------------------------------------------------------- */

/* ExceptionInformation of the STATUS_UNWIND_CONSOLIDATE that leads to a catch block */
enum {
    TO_CATCH_CALLBACK, /* run_catch; the system's part */
    TO_CATCH_FRAME,
    TO_CATCH_PARENT,
    TO_CATCH_TARGET,
    TO_CATCH_OUTER,
    TO_CATCH_HANDLER,
    TO_CATCH_RECORD,
    TO_CATCH_CONTEXT,
    TO_CATCH_BASE,
    TO_CATCH_COUNT
};

static bool still_caught(const struct cxx_catch *catches, void *object)
{
    for (; catches; catches = catches->previous)
        if (cxx_is_exception(&catches->record) &&
            (void *)catches->record.ExceptionInformation[CXX_INFO_OBJECT] == object)
            return true;
    return false;
}

static void destroy_caught(const struct cxx_catch *c)
{
    if (!cxx_is_exception(&c->record))
        return;
    if (!still_caught(c->previous,
                      (void *)c->record.ExceptionInformation[CXX_INFO_OBJECT]))
        cxx_destroy_object(&c->record);
}

/* Runs below the frames that the exception went through, which are gone only when this returns: the
 * address in the function at which it goes on. */
static void *run_catch(EXCEPTION_RECORD *unwind)
{
    const ULONG_PTR *info = unwind->ExceptionInformation;
    const struct cxx_handler *handler = (const void *)info[TO_CATCH_HANDLER];
    const EXCEPTION_RECORD *source = (const void *)info[TO_CATCH_RECORD];
    struct crt_thread *t = crt_thread();
    struct cxx_catch current = {
        .previous = CXX_CATCHES(t),
        .frame = info[TO_CATCH_FRAME],
        .outer = (LONG)info[TO_CATCH_OUTER],
        .record = *source,
        .context = (CONTEXT *)info[TO_CATCH_CONTEXT],
        .saved_exception = t->current_exception,
        .saved_context = t->current_exception_context,
    };
    ULONG_PTR next;

    CXX_CATCHES(t) = &current;
    t->current_exception = &current.record;
    t->current_exception_context = current.context;
    next = cxx_call_catch(info[TO_CATCH_BASE] + handler->address, (void *)info[TO_CATCH_PARENT],
                          &current);
    if (handler->continuation_count == 1)
        next = info[TO_CATCH_BASE] + handler->continuation[0];
    else if (handler->continuation_count == 2)
        next = info[TO_CATCH_BASE] + handler->continuation[next != 0];
    destroy_caught(&current);
    t->current_exception = current.saved_exception;
    t->current_exception_context = current.saved_context;
    CXX_CATCHES(t) = current.previous;
    return (void *)next;
}

/* The C++ exception that an unwind is on its way to a handler with; NULL for others. */
static const EXCEPTION_RECORD *unwinding_exception(const EXCEPTION_RECORD *record)
{
    if (record->ExceptionCode == STATUS_UNWIND_CONSOLIDATE_ &&
        record->NumberParameters == TO_CATCH_COUNT &&
        record->ExceptionInformation[TO_CATCH_CALLBACK] == (ULONG_PTR)run_catch)
        return (const EXCEPTION_RECORD *)record->ExceptionInformation[TO_CATCH_RECORD];
    return cxx_is_exception(record) ? record : NULL;
}

/* Language handler of cxx_call_catch: the catch block is left by an exception (or a jump). What it
 * had caught goes, unless that is what it is left with. */
EXCEPTION_DISPOSITION cxx_catch_left(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                     DISPATCHER_CONTEXT *dispatcher)
{
    struct cxx_catch *c = *(struct cxx_catch **)((char *)frame + 0x28);
    const EXCEPTION_RECORD *on_its_way;

    (void)context, (void)dispatcher;
    if (!IS_UNWINDING(record->ExceptionFlags) || c->left)
        return ExceptionContinueSearch;
    c->left = true;
    on_its_way = unwinding_exception(record);
    if (on_its_way && (cxx_is_rethrow(on_its_way) ||
                       (cxx_is_exception(&c->record) &&
                        on_its_way->ExceptionInformation[CXX_INFO_OBJECT] ==
                            c->record.ExceptionInformation[CXX_INFO_OBJECT])))
        return ExceptionContinueSearch;
    destroy_caught(c);
    return ExceptionContinueSearch;
}

static const struct type_descriptor *type_at(ULONG_PTR base, LONG rva)
{
    return rva ? (const struct type_descriptor *)(base + rva) : NULL;
}

static bool is_ellipsis(const struct cxx_function *f, const struct cxx_handler *handler)
{
    const struct type_descriptor *type = type_at(f->base, handler->type);

    return !type || !type->name[0];
}

static bool same_name(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

/* Can a handler of this type and these adjectives take what was thrown as `thrown`? */
static bool type_matches(const struct type_descriptor *wanted, ULONG adjectives,
                         const struct catchable_type *thrown, ULONG_PTR thrown_base,
                         ULONG thrown_attributes)
{
    const struct type_descriptor *type = type_at(thrown_base, thrown->type);

    if (adjectives & HT_BAD_ALLOC_COMPAT && thrown->properties & CT_BAD_ALLOC)
        return true;
    if (!type || (type != wanted && !same_name(type->name, wanted->name)))
        return false;
    if (thrown->properties & CT_BY_REFERENCE_ONLY && !(adjectives & HT_REFERENCE))
        return false;
    return !((thrown_attributes & TI_CONST && !(adjectives & HT_CONST)) ||
             (thrown_attributes & TI_VOLATILE && !(adjectives & HT_VOLATILE)) ||
             (thrown_attributes & TI_UNALIGNED && !(adjectives & HT_UNALIGNED)));
}

/* The type among those that the exception can be caught as; NULL = none fits. */
static const struct catchable_type *match(const EXCEPTION_RECORD *source,
                                          const struct type_descriptor *wanted, ULONG adjectives)
{
    const struct throw_info *info =
        (const struct throw_info *)source->ExceptionInformation[CXX_INFO_THROW];
    ULONG_PTR base = source->ExceptionInformation[CXX_INFO_BASE];
    const struct catchable_types *types = (const void *)(base + info->types);

    for (LONG i = 0; i < types->count; i++) {
        const struct catchable_type *type = (const void *)(base + types->type[i]);

        if (type_matches(wanted, adjectives, type, base, info->attributes))
            return type;
    }
    return NULL;
}

/* Copies (or refers to) the thrown object for the handler. */
static void build_object(void *slot, ULONG adjectives, const EXCEPTION_RECORD *source,
                         const struct catchable_type *type)
{
    void *object = (void *)source->ExceptionInformation[CXX_INFO_OBJECT];
    ULONG_PTR base = source->ExceptionInformation[CXX_INFO_BASE];

    if (adjectives & HT_REFERENCE) {
        *(void **)slot = cxx_adjust(object, &type->displacement);
    } else if (type->properties & CT_SIMPLE) {
        memmove(slot, object, (size_t)type->size);
        if (type->size == sizeof(void *) && *(void **)slot)
            *(void **)slot = cxx_adjust(*(void **)slot, &type->displacement);
    } else if (!type->copy) {
        memmove(slot, cxx_adjust(object, &type->displacement), (size_t)type->size);
    } else {
        cxx_call(base + type->copy, slot, cxx_adjust(object, &type->displacement),
                 type->properties & CT_VIRTUAL_BASE ? 1 : 0);
    }
}

/* Unwinds to the handler and runs it; does not come back. */
static void enter_handler(const struct visit *v, const struct cxx_try *block,
                          const struct cxx_handler *handler, const EXCEPTION_RECORD *source,
                          CONTEXT *context, DISPATCHER_CONTEXT *dispatcher)
{
    struct cxx_unwind around = {.to = -1};
    struct cxx_handler copy = *handler;
    EXCEPTION_RECORD unwind = {
        .ExceptionCode = STATUS_UNWIND_CONSOLIDATE_,
        .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
        .NumberParameters = TO_CATCH_COUNT,
    };

    get_unwind(&v->function, block->low, &around);
    unwind.ExceptionInformation[TO_CATCH_CALLBACK] = (ULONG_PTR)run_catch;
    unwind.ExceptionInformation[TO_CATCH_FRAME] = v->frame;
    unwind.ExceptionInformation[TO_CATCH_PARENT] = v->parent;
    unwind.ExceptionInformation[TO_CATCH_TARGET] = (ULONG_PTR)block->low;
    unwind.ExceptionInformation[TO_CATCH_OUTER] = (ULONG_PTR)around.to;
    unwind.ExceptionInformation[TO_CATCH_HANDLER] = (ULONG_PTR)&copy;
    unwind.ExceptionInformation[TO_CATCH_RECORD] = (ULONG_PTR)source;
    unwind.ExceptionInformation[TO_CATCH_CONTEXT] = (ULONG_PTR)context;
    unwind.ExceptionInformation[TO_CATCH_BASE] = v->function.base;
    RtlUnwindEx((void *)v->frame, (void *)dispatcher->ControlPc, &unwind, NULL,
                dispatcher->ContextRecord, dispatcher->HistoryTable);
}

/* The try blocks around the state, inner ones first; those around the catch block that this is belong
 * to the function's own frame. */
static bool next_try(const struct visit *v, LONG state, ULONG *index, struct cxx_try *block)
{
    for (; get_try(&v->function, *index, block); ++*index) {
        if (state < block->low || state > block->high)
            continue;
        if (v->in_catch && (block->low <= v->owner.high || block->high > v->owner.catch_high))
            continue;
        ++*index;
        return true;
    }
    return false;
}

/* throw (...) lists types as handlers do; an empty list allows none. */
static bool allowed_by_specification(const struct cxx_function *f, const EXCEPTION_RECORD *source)
{
    struct cxx_try list;
    struct cxx_handler entry;

    if (!f->exception_spec)
        return true;
    list = (struct cxx_try){.handler_count = (ULONG)f->exception_spec[0],
                            .handlers = (const void *)(f->base + f->exception_spec[1])};
    for (ULONG i = 0; get_handler(f, &list, i, &entry); i++)
        if (is_ellipsis(f, &entry) ||
            match(source, type_at(f->base, entry.type), entry.adjectives))
            return true;
    return false;
}

static void search_cxx(const struct visit *v, const EXCEPTION_RECORD *source, CONTEXT *context,
                       DISPATCHER_CONTEXT *dispatcher)
{
    LONG state = visit_state(v);
    struct cxx_try block;
    struct cxx_handler handler;

    for (ULONG i = 0; next_try(v, state, &i, &block);) {
        for (ULONG k = 0; get_handler(&v->function, &block, k, &handler); k++) {
            if (!is_ellipsis(&v->function, &handler)) {
                const struct catchable_type *type =
                    match(source, type_at(v->function.base, handler.type), handler.adjectives);

                if (!type)
                    continue;
                if (handler.object)
                    build_object((void *)(v->parent + handler.object), handler.adjectives, source,
                                 type);
            }
            enter_handler(v, &block, &handler, source, context, dispatcher);
        }
    }
    if (v->in_catch)
        return; /* the function's frame is still to come */
    if (v->function.no_except)
        terminate();
    if (!allowed_by_specification(&v->function, source))
        unexpected();
}

typedef void(__cdecl *se_translator_t)(unsigned code, EXCEPTION_POINTERS *pointers);

/* A structured exception: _set_se_translator's function may throw a C++ exception for it; else
 * catch (...) takes it, in functions that are compiled for that. */
static void search_structured(const struct visit *v, EXCEPTION_RECORD *record, CONTEXT *context,
                              DISPATCHER_CONTEXT *dispatcher)
{
    struct crt_thread *t = crt_thread();
    LONG state = visit_state(v);
    struct cxx_try block;
    struct cxx_handler handler;
    ULONG index = 0;

    if (v->function.synchronous || record->ExceptionCode == EXCEPTION_BREAKPOINT)
        return;
    if (!next_try(v, state, &index, &block))
        return;
    if (t->se_translator) {
        EXCEPTION_POINTERS pointers = {record, context};

        ((se_translator_t)t->se_translator)(record->ExceptionCode, &pointers);
    }
    index = 0;
    while (next_try(v, state, &index, &block)) {
        /* only the last handler of a try block can be catch (...) */
        if (block.handler_count &&
            get_handler(&v->function, &block, block.handler_count - 1, &handler) &&
            is_ellipsis(&v->function, &handler))
            enter_handler(v, &block, &handler, record, context, dispatcher);
    }
}

/* ---- the handler ------------------------------------------------------------------------------- */

static void unwind_visit(const struct visit *v, const EXCEPTION_RECORD *record)
{
    const ULONG_PTR *info = record->ExceptionInformation;
    LONG target = v->in_catch ? v->owner.high : -1;

    if (IS_TARGET_UNWIND(record->ExceptionFlags)) {
        if (record->ExceptionCode == STATUS_UNWIND_CONSOLIDATE_ &&
            record->NumberParameters == TO_CATCH_COUNT &&
            info[TO_CATCH_CALLBACK] == (ULONG_PTR)run_catch)
            target = (LONG)info[TO_CATCH_TARGET];
        else /* longjmp, or a jump out of a filter: what is alive at the target stays */
            target = ip_state(&v->function, v->dispatcher->TargetIp);
    }
    unwind_to(v, target);
}

static EXCEPTION_DISPOSITION handle(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                    DISPATCHER_CONTEXT *dispatcher, bool compressed)
{
    struct visit v = {.frame = (ULONG_PTR)frame, .parent = (ULONG_PTR)frame,
                      .dispatcher = dispatcher};
    const EXCEPTION_RECORD *source = record;

    if (!(compressed ? cxx4_parse : cxx3_parse)(dispatcher, &v.function))
        terminate();
    find_owner(&v);
    if (v.function.is_funclet && !v.in_catch)
        v.parent = *(ULONG_PTR *)(v.frame + v.function.frame_slot);
    if (IS_UNWINDING(record->ExceptionFlags)) {
        unwind_visit(&v, record);
        return ExceptionContinueSearch;
    }
    if (!v.function.tries && !v.function.no_except && !v.function.exception_spec)
        return ExceptionContinueSearch;
    if (cxx_is_rethrow(record)) {
        struct cxx_catch *current = cxx_current_catch();

        if (!current)
            terminate();
        source = &current->record;
        context = current->context;
    }
    if (cxx_is_exception(source))
        search_cxx(&v, source, context, dispatcher);
    else
        search_structured(&v, (EXCEPTION_RECORD *)source, context, dispatcher);
    return ExceptionContinueSearch;
}

EXCEPTION_DISPOSITION __CxxFrameHandler3(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                         DISPATCHER_CONTEXT *dispatcher)
{
    return handle(record, frame, context, dispatcher, false);
}

EXCEPTION_DISPOSITION __CxxFrameHandler2(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                         DISPATCHER_CONTEXT *dispatcher)
{
    return handle(record, frame, context, dispatcher, false);
}

EXCEPTION_DISPOSITION __CxxFrameHandler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                        DISPATCHER_CONTEXT *dispatcher)
{
    return handle(record, frame, context, dispatcher, false);
}

EXCEPTION_DISPOSITION __CxxFrameHandler4(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                         DISPATCHER_CONTEXT *dispatcher)
{
    return handle(record, frame, context, dispatcher, true);
}

/* ---- for filters written by hand --------------------------------------------------------------- */

/* Is this what `catch (type)` would take? Builds the object then. */
int __CxxExceptionFilter(EXCEPTION_POINTERS *pointers, struct type_descriptor *type,
                         int adjectives, void *object)
{
    EXCEPTION_RECORD *record = pointers ? pointers->ExceptionRecord : NULL;
    const struct catchable_type *found;

    if (record && cxx_is_rethrow(record)) {
        struct cxx_catch *current = cxx_current_catch();

        if (!current)
            return EXCEPTION_CONTINUE_SEARCH;
        record = &current->record;
    }
    if (!record || (!cxx_is_exception(record) && type && type->name[0]))
        return EXCEPTION_CONTINUE_SEARCH;
    if (!type || !type->name[0])
        return EXCEPTION_EXECUTE_HANDLER;
    found = match(record, type, (ULONG)adjectives);
    if (!found)
        return EXCEPTION_CONTINUE_SEARCH;
    if (object)
        build_object(object, (ULONG)adjectives, record, found);
    return EXCEPTION_EXECUTE_HANDLER;
}

BOOL _is_exception_typeof(const struct type_descriptor *type, EXCEPTION_POINTERS *pointers)
{
    return pointers && pointers->ExceptionRecord && cxx_is_exception(pointers->ExceptionRecord) &&
           match(pointers->ExceptionRecord, type, HT_REFERENCE | HT_CONST | HT_VOLATILE) != NULL;
}

/* Buffers of this size hold what __CxxRegisterExceptionObject keeps of a catch block. */
int __CxxQueryExceptionSize(void)
{
    return sizeof(struct cxx_catch);
}

BOOL __CxxRegisterExceptionObject(EXCEPTION_POINTERS *pointers, struct cxx_catch *buffer)
{
    struct crt_thread *t = crt_thread();

    if (!pointers || !pointers->ExceptionRecord)
        return FALSE;
    *buffer = (struct cxx_catch){.previous = CXX_CATCHES(t),
                                 .frame = (ULONG_PTR)buffer,
                                 .outer = -1,
                                 .record = *pointers->ExceptionRecord,
                                 .context = pointers->ContextRecord,
                                 .saved_exception = t->current_exception,
                                 .saved_context = t->current_exception_context};
    CXX_CATCHES(t) = buffer;
    t->current_exception = &buffer->record;
    t->current_exception_context = buffer->context;
    return TRUE;
}

void __CxxUnregisterExceptionObject(struct cxx_catch *buffer, int in_use)
{
    struct crt_thread *t = crt_thread();
    struct cxx_catch **link = &CXX_CATCHES(t);

    while (*link && *link != buffer)
        link = &(*link)->previous;
    if (!*link)
        return;
    *link = buffer->previous;
    t->current_exception = buffer->saved_exception;
    t->current_exception_context = buffer->saved_context;
    if (!in_use)
        destroy_caught(buffer);
}

/* Did this exception come by `throw;`? The object stays alive then. */
int __CxxDetectRethrow(EXCEPTION_POINTERS *pointers)
{
    return pointers && pointers->ExceptionRecord && cxx_is_rethrow(pointers->ExceptionRecord) &&
           cxx_current_catch();
}
