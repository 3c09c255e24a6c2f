/*
 * The exception classes that the runtime throws or exports: exception, bad_cast, bad_typeid,
 * __non_rtti_object. They live in namespace std in the Universal CRT, in the global one in
 * msvcrt.dll. The layout of both is the same: virtual table, text, "the text is ours".
 *
 * Type information is made of image-relative addresses, which C has no initializer for: it is laid
 * down by the assembler.
 */
#include "cxx.h"
#include "std_exception.h"

#ifdef CRT_UCRT
#define CLASS_NAME(name) ".?AV" name "@std@@"
#else
#define CLASS_NAME(name) ".?AV" name "@@"
#endif

/* what the assembly below lays down */
extern const struct throw_info vcrt_throw_bad_cast, vcrt_throw_bad_typeid, vcrt_throw_non_rtti;
extern const void *const vcrt_vtable_exception[], *const vcrt_vtable_bad_cast[],
    *const vcrt_vtable_bad_typeid[], *const vcrt_vtable_non_rtti[];

/* TYPE: descriptor. BASE: entry of a class in a hierarchy, `contained` bases below it. CLASS:
 * hierarchy, object locator, virtual table (its first word is the locator). CATCHABLE: as which type
 * what is thrown can be caught. */
#define TYPE(c, name)                                                                              \
    ".section .data\n .balign 8\n vcrt_type_" c ": .quad vcrt_type_info_vtable, 0\n"               \
    " .asciz \"" CLASS_NAME(name) "\"\n"                                                           \
    ".section .rdata,\"dr\"\n .balign 8\n"
#define BASE(c, contained)                                                                         \
    "vcrt_base_" c ": .rva vcrt_type_" c "\n .long " contained ", 0, -1, 0, 64\n"                  \
    " .rva vcrt_hierarchy_" c "\n"
#define CLASS(c, count, bases)                                                                     \
    "vcrt_bases_" c ": " bases "\n"                                                                \
    "vcrt_hierarchy_" c ": .long 0, 0, " count "\n .rva vcrt_bases_" c "\n"                        \
    "vcrt_locator_" c ": .long 1, 0, 0\n .rva vcrt_type_" c ", vcrt_hierarchy_" c                  \
    ", vcrt_locator_" c "\n .balign 8\n"                                                           \
    " .quad vcrt_locator_" c "\n"                                                                  \
    " .globl vcrt_vtable_" c "\n vcrt_vtable_" c ": .quad vcrt_exception_delete, vcrt_what\n"      \
    "vcrt_catchable_" c ": .long 0\n .rva vcrt_type_" c "\n .long 0, -1, 0, 24\n"                  \
    " .rva vcrt_" c "_copy\n"
#define THROW(c, count, types)                                                                     \
    "vcrt_catchables_" c ": .long " count "\n " types "\n"                                         \
    " .globl vcrt_throw_" c "\n vcrt_throw_" c ": .long 0\n .rva vcrt_exception_destroy\n"         \
    " .long 0\n .rva vcrt_catchables_" c "\n"

asm(TYPE("exception", "exception") BASE("exception", "0")
        CLASS("exception", "1", ".rva vcrt_base_exception")
    TYPE("bad_cast", "bad_cast") BASE("bad_cast", "1")
        CLASS("bad_cast", "2", ".rva vcrt_base_bad_cast, vcrt_base_exception")
    TYPE("bad_typeid", "bad_typeid") BASE("bad_typeid", "1")
        CLASS("bad_typeid", "2", ".rva vcrt_base_bad_typeid, vcrt_base_exception")
    TYPE("non_rtti", "__non_rtti_object") BASE("non_rtti", "2")
        CLASS("non_rtti", "3", ".rva vcrt_base_non_rtti, vcrt_base_bad_typeid, vcrt_base_exception")
    THROW("bad_cast", "2", ".rva vcrt_catchable_bad_cast, vcrt_catchable_exception")
    THROW("bad_typeid", "2", ".rva vcrt_catchable_bad_typeid, vcrt_catchable_exception")
    THROW("non_rtti", "3",
          ".rva vcrt_catchable_non_rtti, vcrt_catchable_bad_typeid, vcrt_catchable_exception")
    ".text\n");

/* ---- std::exception's text ---------------------------------------------------------------------- */

/* `to` becomes a copy of `from`, which owns its text if from does. */
void __std_exception_copy(const struct exception_data *from, struct exception_data *to)
{
    size_t size;
    char *text;

    if (!from->owned || !from->what) {
        to->what = from->what;
        to->owned = false;
        return;
    }
    size = strlen(from->what) + 1;
    text = malloc(size);
    to->what = text;
    to->owned = text != NULL;
    if (text)
        memcpy(text, from->what, size);
}

void __std_exception_destroy(struct exception_data *data)
{
    if (data->owned)
        free((void *)data->what);
    data->what = NULL;
    data->owned = false;
}

/* ---- members ------------------------------------------------------------------------------------ */

__attribute__((used)) struct exception_object *vcrt_exception_copy(
    struct exception_object *self, const struct exception_object *from)
{
    self->vtable = vcrt_vtable_exception; /* a slice, if `from` is of a derived class */
    __std_exception_copy(&from->data, &self->data);
    return self;
}

__attribute__((used)) void vcrt_exception_destroy(struct exception_object *self)
{
    self->vtable = vcrt_vtable_exception;
    __std_exception_destroy(&self->data);
}

/* The deleting destructor: flags 1 = free the memory, 2 = an array, whose count lies before it. */
__attribute__((used)) void *vcrt_exception_delete(struct exception_object *self, unsigned flags)
{
    if (flags & 2) {
        size_t *count = (size_t *)self - 1;

        for (size_t i = *count; i-- > 0;)
            vcrt_exception_destroy(&self[i]);
        if (flags & 1)
            free(count);
        return count;
    }
    vcrt_exception_destroy(self);
    if (flags & 1)
        free(self);
    return self;
}

__attribute__((used)) const char *vcrt_what(const struct exception_object *self)
{
    return self->data.what ? self->data.what : "Unknown exception";
}

struct exception_object *vcrt_exception_assign(struct exception_object *self,
                                               const struct exception_object *from)
{
    if (self != from) {
        __std_exception_destroy(&self->data);
        __std_exception_copy(&from->data, &self->data);
    }
    return self;
}

static struct exception_object *construct(struct exception_object *self,
                                          const void *const *vtable, const char *text)
{
    struct exception_data data = {text, text != NULL};

    self->vtable = vtable;
    __std_exception_copy(&data, &self->data);
    return self;
}

struct exception_object *vcrt_exception_default(struct exception_object *self)
{
    return construct(self, vcrt_vtable_exception, NULL);
}

struct exception_object *vcrt_exception_text(struct exception_object *self,
                                             const char *const *text)
{
    return construct(self, vcrt_vtable_exception, *text);
}

/* For static texts, which are not copied. */
struct exception_object *vcrt_exception_static(struct exception_object *self,
                                               const char *const *text, int unused)
{
    (void)unused;
    self->vtable = vcrt_vtable_exception;
    self->data = (struct exception_data){*text, false};
    return self;
}

#define MEMBERS(c, default_text)                                                                   \
    struct exception_object *vcrt_##c##_text(struct exception_object *self, const char *text)      \
    {                                                                                              \
        return construct(self, vcrt_vtable_##c, text);                                             \
    }                                                                                              \
    struct exception_object *vcrt_##c##_text_pointer(struct exception_object *self,                \
                                                     const char *const *text)                      \
    {                                                                                              \
        return construct(self, vcrt_vtable_##c, *text);                                            \
    }                                                                                              \
    __attribute__((used)) struct exception_object *vcrt_##c##_copy(                                \
        struct exception_object *self,                                                             \
        const struct exception_object *from)                                                       \
    {                                                                                              \
        vcrt_exception_copy(self, from);                                                           \
        self->vtable = vcrt_vtable_##c;                                                            \
        return self;                                                                               \
    }                                                                                              \
    void vcrt_##c##_default(struct exception_object *self)                                         \
    {                                                                                              \
        construct(self, vcrt_vtable_##c, default_text);                                            \
    }
MEMBERS(bad_cast, "bad cast")
MEMBERS(bad_typeid, "bad typeid")
MEMBERS(non_rtti, "bad typeid")

/* ---- what the runtime throws -------------------------------------------------------------------- */

void vcrt_throw_cast(const char *text)
{
    struct exception_object object;

    vcrt_bad_cast_text(&object, text);
    _CxxThrowException(&object, &vcrt_throw_bad_cast);
}

void vcrt_throw_typeid(const char *text)
{
    struct exception_object object;

    vcrt_bad_typeid_text(&object, text);
    _CxxThrowException(&object, &vcrt_throw_bad_typeid);
}

void vcrt_throw_no_rtti(const char *text)
{
    struct exception_object object;

    vcrt_non_rtti_text(&object, text);
    _CxxThrowException(&object, &vcrt_throw_non_rtti);
}
