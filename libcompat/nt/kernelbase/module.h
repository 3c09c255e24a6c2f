/*
 * What the module and resource functions share.
 */
#ifndef LIBCOMPAT_NT_KERNELBASE_MODULE_H
#define LIBCOMPAT_NT_KERNELBASE_MODULE_H

#include "kernelbase.h"

/* Loaded by LOAD_LIBRARY_AS_DATAFILE or AS_IMAGE_RESOURCE: the low bits of the handle are set. */
BOOL is_data_module(HMODULE module);

static inline void *module_base(HMODULE module)
{
    return (void *)((ULONG_PTR)module & ~(ULONG_PTR)3);
}

#endif
