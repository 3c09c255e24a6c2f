/* Starting programs: what the _spawn, _exec, system and _popen families share. */
#ifndef LIBCOMPAT_NT_CRT_SPAWN_H
#define LIBCOMPAT_NT_CRT_SPAWN_H

#include "lowio.h"

enum { SPAWN_WAIT, SPAWN_NOWAIT, SPAWN_OVERLAY, SPAWN_NOWAITO, SPAWN_DETACH };

/* mode is one of the above. env NULL: the process's environment. search: look along PATH too.
 * Returns an exit code, a process handle or 0 as the mode asks, or -1 with errno. */
intptr_t crt_spawn(int mode, const wchar_t *name, const wchar_t *const *argv,
                   const wchar_t *const *env, bool search);

/* Runs a command line by the command interpreter without waiting; standard[0..2] replace the
 * child's standard handles, which must be inheritable. The process handle, or NULL with errno. */
HANDLE crt_spawn_shell(const wchar_t *command, const HANDLE standard[3]);

/* The interpreter: COMSPEC or cmd.exe, a malloc block; NULL with errno. */
wchar_t *crt_shell(void);

#endif
