/*
 * Reporting for the _s functions, which return the error that they set.
 */
#ifndef LIBCOMPAT_NT_CRT_PARAM_H
#define LIBCOMPAT_NT_CRT_PARAM_H

#ifndef _SECIMP
#define _SECIMP /* as _CRTIMP in crt.h: these functions are ours */
#endif
#include "crt.h"
#include <stdlib.h>
#include <string.h>

/* Sets errno, calls the invalid-parameter handler, and returns the same error. */
static inline errno_t crt_bad_parameter(errno_t error)
{
    errno = error;
    _invalid_parameter_noinfo();
    return error;
}

#endif
