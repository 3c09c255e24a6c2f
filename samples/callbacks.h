#ifndef CALLBACKS_H
#define CALLBACKS_H

#include <windows.h>

typedef int(WINAPI *visit_fn)(int number, double share, const WCHAR *name, void *context);

/* Calls visit for each of its names until it returns 0; the count of calls. */
typedef int(WINAPI *visit_all_fn)(visit_fn visit, void *context);

#endif
