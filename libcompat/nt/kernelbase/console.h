/*
 * What the console files share.
 */
#ifndef LIBCOMPAT_NT_KERNELBASE_CONSOLE_H
#define LIBCOMPAT_NT_KERNELBASE_CONSOLE_H

#include "kernelbase.h"
#include "abi/nt/console.h"

/* One control code. FALSE: last error set. `done` may be NULL; it gets Information. */
BOOL console_call(HANDLE handle, ULONG code, const void *in, ULONG in_size, void *out,
                  ULONG out_size, ULONG *done);

/* The process's connection, NULL without a console. */
HANDLE console_connection(void);

/* Opens a file of the device; `root` may be NULL. */
NTSTATUS console_open(HANDLE *handle, HANDLE root, const WCHAR *name, ULONG access, ULONG share,
                      const SECURITY_ATTRIBUTES *security);

/* Tells the console where control events of this process go, once there is a handler. */
void console_register_routine(void);

#endif
