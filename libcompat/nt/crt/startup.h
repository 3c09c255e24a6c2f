/* Program start: the pieces that the two runtimes' entry sequences are made of. */
#ifndef LIBCOMPAT_NT_CRT_STARTUP_H
#define LIBCOMPAT_NT_CRT_STARTUP_H

#include "crt.h"

extern int __argc;
extern char **__argv;
extern wchar_t **__wargv;
extern char *_acmdln;
extern wchar_t *_wcmdln;
extern char *_pgmptr;
extern wchar_t *_wpgmptr;

int crt_args_init(void);             /* process attach */
int crt_args_narrow(bool expand);    /* make __argc, __argv; 0 or -1 */
int crt_args_wide(bool expand);      /* make __argc, __wargv; 0 or -1 */

typedef void(__cdecl *crt_void_t)(void);
typedef int(__cdecl *crt_onexit_t)(void);

/* Runs what was registered with atexit and _onexit, once (exit.c). */
void crt_run_atexit(void);

/* Set by _exit and abort before the process ends: streams keep what is in their buffers. */
extern bool crt_quick_end;

#endif
