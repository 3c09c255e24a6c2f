/*
 * Windows and messages, for a session without a desktop: there is no window to be had, and calls say
 * so with the errors that a process without access to a window station gets. Message queues of
 * threads are not there.
 */
#include "user.h"

HWND WINAPI GetDesktopWindow(void)
{
    return NULL;
}

HWND WINAPI GetForegroundWindow(void)
{
    return NULL; /* documented as possible */
}

HWND WINAPI GetActiveWindow(void)
{
    return NULL;
}

HWND WINAPI FindWindowW(LPCWSTR class_name, LPCWSTR title)
{
    (void)class_name, (void)title;
    fail(ERROR_FILE_NOT_FOUND);
    return NULL;
}

HWND WINAPI FindWindowA(LPCSTR class_name, LPCSTR title)
{
    (void)class_name, (void)title;
    return FindWindowW(NULL, NULL);
}

BOOL WINAPI IsWindow(HWND window)
{
    (void)window;
    return fail(ERROR_INVALID_WINDOW_HANDLE);
}

BOOL WINAPI EnumWindows(WNDENUMPROC callback, LPARAM parameter)
{
    (void)parameter;
    return callback ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

DWORD WINAPI GetWindowThreadProcessId(HWND window, LPDWORD process)
{
    (void)window, (void)process;
    fail(ERROR_INVALID_WINDOW_HANDLE);
    return 0;
}

/* No window can be shown, and nobody has answered: documented as 0. */
int WINAPI MessageBoxW(HWND owner, LPCWSTR text, LPCWSTR title, UINT type)
{
    (void)owner, (void)text, (void)title, (void)type;
    fail(ERROR_ACCESS_DENIED);
    return 0;
}

int WINAPI MessageBoxA(HWND owner, LPCSTR text, LPCSTR title, UINT type)
{
    (void)text, (void)title;
    return MessageBoxW(owner, NULL, NULL, type);
}

BOOL WINAPI MessageBeep(UINT type)
{
    (void)type;
    return fail(ERROR_ACCESS_DENIED);
}

/* Sizes of things on a screen that does not exist are 0, as documented for failure. */
int WINAPI GetSystemMetrics(int index)
{
    return index == SM_NETWORK;
}

BOOL WINAPI PostThreadMessageW(DWORD thread, UINT message, WPARAM w, LPARAM l)
{
    (void)thread, (void)message, (void)w, (void)l;
    return fail(ERROR_INVALID_THREAD_ID); /* no thread has a queue */
}

BOOL WINAPI PostThreadMessageA(DWORD thread, UINT message, WPARAM w, LPARAM l)
{
    return PostThreadMessageW(thread, message, w, l);
}

HWINSTA WINAPI GetProcessWindowStation(void)
{
    fail(ERROR_ACCESS_DENIED);
    return NULL;
}

BOOL WINAPI GetUserObjectInformationW(HANDLE object, int index, PVOID info, DWORD size,
                                      LPDWORD needed)
{
    (void)object, (void)index, (void)info, (void)size, (void)needed;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI GetUserObjectInformationA(HANDLE object, int index, PVOID info, DWORD size,
                                      LPDWORD needed)
{
    return GetUserObjectInformationW(object, index, info, size, needed);
}
