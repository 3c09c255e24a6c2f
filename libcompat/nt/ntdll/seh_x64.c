/*
 * __C_specific_handler: __try, __except and __finally of x64 C compilers.
 *
 * The handler data is a table of guarded regions, inner ones first. A region has either a filter
 * (or the constant 1, "always") and the place of its __except block, or, with no such place, a
 * __finally function.
 */
#include "eh.h"

struct scope_table {
    ULONG count;
    struct scope {
        ULONG begin, end; /* the region, RVAs */
        ULONG handler;    /* filter or __finally function */
        ULONG target;     /* __except block; 0 = this is a __finally */
    } scope[];
};

typedef LONG (*filter_t)(EXCEPTION_POINTERS *pointers, void *frame);
typedef void (*finally_t)(BOOLEAN abnormal, void *frame);

/* Execute "filter" 1 without a call, as the documentation of the table has it. */
#define FILTER_ALWAYS 1

static bool covers(const struct scope *scope, ULONG_PTR rva)
{
    return rva >= scope->begin && rva < scope->end;
}

/* Frees a C++ exception object that an __except block takes: its type's destructor is the
 * runtime's business, which leaves its address in the throw information. */
#define CXX_EXCEPTION 0xe06d7363u
static void destroy_cxx_object(const EXCEPTION_RECORD *record)
{
    const ULONG *throw_info;
    ULONG_PTR base;

    if (record->ExceptionCode != CXX_EXCEPTION || record->NumberParameters < 4 ||
        record->ExceptionInformation[0] < 0x19930520 ||
        record->ExceptionInformation[0] > 0x19930522)
        return;
    throw_info = (const ULONG *)record->ExceptionInformation[2];
    base = record->ExceptionInformation[3];
    if (throw_info && record->ExceptionInformation[1] && throw_info[1]) /* pmfnUnwind */
        ((void (*)(void *))(base + throw_info[1]))((void *)record->ExceptionInformation[1]);
}

static EXCEPTION_DISPOSITION search_scopes(EXCEPTION_RECORD *record, void *frame,
                                           CONTEXT *context, DISPATCHER_CONTEXT *dispatcher,
                                           const struct scope_table *table)
{
    ULONG_PTR base = dispatcher->ImageBase, rva = dispatcher->ControlPc - base;
    EXCEPTION_POINTERS pointers = {record, context};

    for (ULONG i = dispatcher->ScopeIndex; i < table->count; i++) {
        const struct scope *scope = &table->scope[i];
        LONG answer = EXCEPTION_EXECUTE_HANDLER;

        if (!covers(scope, rva) || !scope->target)
            continue;
        if (scope->handler != FILTER_ALWAYS)
            answer = ((filter_t)(base + scope->handler))(&pointers, frame);
        if (answer < 0)
            return ExceptionContinueExecution;
        if (answer == 0)
            continue;
        destroy_cxx_object(record);
        RtlUnwindEx(frame, (void *)(base + scope->target), record,
                    (void *)(ULONG_PTR)record->ExceptionCode, dispatcher->ContextRecord,
                    dispatcher->HistoryTable);
    }
    return ExceptionContinueSearch;
}

/* The target of an unwind may lie in the same region (a goto out of an inner one): then this region
 * is not left. */
static bool target_stays_inside(const struct scope_table *table, const struct scope *left,
                                ULONG_PTR target)
{
    for (ULONG i = 0; i < table->count; i++) {
        const struct scope *scope = &table->scope[i];

        if (covers(scope, target) && scope->target == left->target &&
            scope->handler == left->handler)
            return true;
    }
    return false;
}

static EXCEPTION_DISPOSITION unwind_scopes(EXCEPTION_RECORD *record, void *frame,
                                           DISPATCHER_CONTEXT *dispatcher,
                                           const struct scope_table *table)
{
    ULONG_PTR base = dispatcher->ImageBase, rva = dispatcher->ControlPc - base;
    ULONG_PTR target = dispatcher->TargetIp - base;
    bool target_frame = IS_TARGET_UNWIND(record->ExceptionFlags);

    for (ULONG i = dispatcher->ScopeIndex; i < table->count; i++) {
        const struct scope *scope = &table->scope[i];

        if (!covers(scope, rva))
            continue;
        if (target_frame && target_stays_inside(table, scope, target))
            break;
        if (scope->target) {
            if (target_frame && target == scope->target)
                break; /* this is the __except that the unwind goes to */
            continue;
        }
        dispatcher->ScopeIndex = i + 1; /* one that collides goes on after this one */
        ((finally_t)(base + scope->handler))(TRUE, frame);
    }
    return ExceptionContinueSearch;
}

EXCEPTION_DISPOSITION __C_specific_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                           DISPATCHER_CONTEXT *dispatcher)
{
    const struct scope_table *table = dispatcher->HandlerData;

    if (IS_UNWINDING(record->ExceptionFlags))
        return unwind_scopes(record, frame, dispatcher, table);
    return search_scopes(record, frame, context, dispatcher, table);
}
