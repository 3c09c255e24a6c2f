/* Throwing; what a thread is throwing or has caught; what happens when nobody may catch. */
#include "cxx.h"

bool cxx_is_exception(const EXCEPTION_RECORD *record)
{
    return record->ExceptionCode == CXX_EXCEPTION &&
           record->NumberParameters == CXX_INFO_COUNT &&
           record->ExceptionInformation[CXX_INFO_MAGIC] >= CXX_MAGIC1 &&
           record->ExceptionInformation[CXX_INFO_MAGIC] <= CXX_MAGIC3;
}

bool cxx_is_rethrow(const EXCEPTION_RECORD *record)
{
    return cxx_is_exception(record) && !record->ExceptionInformation[CXX_INFO_THROW];
}

/* The address of a base within an object. */
void *cxx_adjust(void *object, const struct pmd *displacement)
{
    char *result = (char *)object + displacement->mdisp;

    if (displacement->pdisp >= 0) {
        const char *table = *(const char **)((char *)object + displacement->pdisp);

        result += displacement->pdisp + *(const LONG *)(table + displacement->vdisp);
    }
    return result;
}

void *__AdjustPointer(void *object, const struct pmd *displacement)
{
    return cxx_adjust(object, displacement);
}

void cxx_destroy_object(const EXCEPTION_RECORD *record)
{
    const struct throw_info *info =
        (const struct throw_info *)record->ExceptionInformation[CXX_INFO_THROW];

    if (info && info->destructor && record->ExceptionInformation[CXX_INFO_OBJECT])
        cxx_call(record->ExceptionInformation[CXX_INFO_BASE] + info->destructor,
                 (void *)record->ExceptionInformation[CXX_INFO_OBJECT], NULL, 0);
}

/* For exception_ptr: ends the life of an object that was thrown. */
void __DestructExceptionObject(EXCEPTION_RECORD *record, BOOLEAN may_throw)
{
    (void)may_throw;
    if (record && cxx_is_exception(record))
        cxx_destroy_object(record);
}

void _CxxThrowException(void *object, const struct throw_info *info)
{
    ULONG_PTR information[CXX_INFO_COUNT] = {CXX_MAGIC1, (ULONG_PTR)object, (ULONG_PTR)info, 0};
    void *base = NULL;

    if (info)
        information[CXX_INFO_BASE] = (ULONG_PTR)RtlPcToFileHeader((void *)info, &base);
    RaiseException(CXX_EXCEPTION, EXCEPTION_NONCONTINUABLE, CXX_INFO_COUNT, information);
    terminate(); /* a filter continued what cannot be continued */
}

/* ---- state of the thread ------------------------------------------------------------------------- */

void **__current_exception(void)
{
    return &crt_thread()->current_exception;
}

void **__current_exception_context(void)
{
    return &crt_thread()->current_exception_context;
}

int *__processing_throw(void)
{
    return &crt_thread()->processing_throw;
}

BOOL __uncaught_exception(void)
{
    return crt_thread()->processing_throw != 0;
}

int __uncaught_exceptions(void)
{
    return crt_thread()->processing_throw;
}

/* ---- terminate and its relatives ------------------------------------------------------------------ */

typedef void(__cdecl *handler_t)(void);
typedef void(__cdecl *se_translator_t)(unsigned code, EXCEPTION_POINTERS *pointers);

handler_t set_terminate(handler_t handler)
{
    struct crt_thread *t = crt_thread();
    handler_t old = (handler_t)t->terminate_handler;

    t->terminate_handler = (void *)handler;
    return old ? old : (handler_t)abort;
}

handler_t _get_terminate(void)
{
    handler_t handler = (handler_t)crt_thread()->terminate_handler;

    return handler ? handler : (handler_t)abort;
}

/* The handler must not return, nor throw: cxx_call would come back here then, so it is taken out
 * first. */
void terminate(void)
{
    struct crt_thread *t = crt_thread();
    handler_t handler = (handler_t)t->terminate_handler;

    t->terminate_handler = NULL;
    if (handler)
        cxx_call((ULONG_PTR)handler, NULL, NULL, 0);
    abort();
}

void __std_terminate(void)
{
    terminate();
}

handler_t set_unexpected(handler_t handler)
{
    struct crt_thread *t = crt_thread();
    handler_t old = (handler_t)t->unexpected_handler;

    t->unexpected_handler = (void *)handler;
    return old;
}

handler_t _get_unexpected(void)
{
    return (handler_t)crt_thread()->unexpected_handler;
}

void unexpected(void)
{
    handler_t handler = _get_unexpected();

    if (handler)
        handler(); /* may throw something that is allowed */
    terminate();
}

se_translator_t _set_se_translator(se_translator_t translator)
{
    struct crt_thread *t = crt_thread();
    se_translator_t old = (se_translator_t)t->se_translator;

    t->se_translator = (void *)translator;
    return old;
}

/* For filters around destructors and the like: a C++ exception there ends the program. */
int __FrameUnwindFilter(EXCEPTION_POINTERS *pointers)
{
    if (cxx_is_exception(pointers->ExceptionRecord))
        terminate();
    return EXCEPTION_CONTINUE_SEARCH;
}

/* Debuggers put breakpoints here; there is nothing to do. */
void _NLG_Return2(void)
{
}

void _NLG_Dispatch2(void)
{
}

EXCEPTION_DISPOSITION __C_specific_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                           DISPATCHER_CONTEXT *dispatcher);

/* For noexcept functions that have __try: what they do not handle themselves goes no further. */
EXCEPTION_DISPOSITION __C_specific_handler_noexcept(EXCEPTION_RECORD *record, void *frame,
                                                    CONTEXT *context,
                                                    DISPATCHER_CONTEXT *dispatcher)
{
    EXCEPTION_DISPOSITION answer = __C_specific_handler(record, frame, context, dispatcher);

    if (answer == ExceptionContinueSearch && IS_DISPATCHING(record->ExceptionFlags))
        terminate();
    return answer;
}
