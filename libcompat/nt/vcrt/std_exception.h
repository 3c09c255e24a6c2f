/* Objects of the runtime's exception classes, and throwing them. */
#ifndef LIBCOMPAT_NT_VCRT_STD_EXCEPTION_H
#define LIBCOMPAT_NT_VCRT_STD_EXCEPTION_H

#include "cxx.h"

struct exception_data {
    const char *what;
    bool owned; /* allocated by malloc, goes with the object */
};
struct exception_object {
    const void *const *vtable;
    struct exception_data data;
};
_Static_assert(sizeof(struct exception_object) == 24, "exception");

void _CxxThrowException(void *object, const struct throw_info *info) __attribute__((noreturn));
void vcrt_throw_cast(const char *text) __attribute__((noreturn));
void vcrt_throw_typeid(const char *text) __attribute__((noreturn));
void vcrt_throw_no_rtti(const char *text) __attribute__((noreturn));

#endif
