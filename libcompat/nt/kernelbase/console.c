/*
 * The console: every function is one control code of abi/nt/console.h on a console handle, or on
 * the process's connection where it has no handle argument.
 *
 * A handle that is no console's gives ERROR_INVALID_HANDLE, which is how programs find out that
 * their output is redirected.
 */
#include "console.h"

BOOL console_call(HANDLE handle, ULONG code, const void *in, ULONG in_size, void *out,
                  ULONG out_size, ULONG *done)
{
    IO_STATUS_BLOCK block = {.Information = 0};
    NTSTATUS status = NtDeviceIoControlFile(handle, NULL, NULL, NULL, &block, code, (PVOID)in,
                                            in_size, out, out_size);

    if (done)
        *done = NT_ERROR(status) ? 0 : (ULONG)block.Information;
    switch (status) {
    case STATUS_INVALID_DEVICE_REQUEST:
    case STATUS_OBJECT_TYPE_MISMATCH:
    case STATUS_NOT_SUPPORTED:
    case STATUS_PIPE_DISCONNECTED:
        return fail(ERROR_INVALID_HANDLE);
    case STATUS_ALERTED:
        fail(ERROR_OPERATION_ABORTED); /* Ctrl-C ended a read: success with this last error */
        return TRUE;
    }
    return set_status(status);
}

HANDLE console_connection(void)
{
    return process_parameters()->ConsoleHandle;
}

static BOOL connection_call(ULONG code, const void *in, ULONG in_size, void *out, ULONG out_size,
                            ULONG *done)
{
    HANDLE connection = console_connection();

    if (!connection)
        return fail(ERROR_INVALID_HANDLE);
    return console_call(connection, code, in, in_size, out, out_size, done);
}

/* ---- Modes ---- */

BOOL WINAPI GetConsoleMode(HANDLE handle, LPDWORD mode)
{
    return console_call(handle, CONDRV_GET_MODE, NULL, 0, mode, sizeof(*mode), NULL);
}

BOOL WINAPI SetConsoleMode(HANDLE handle, DWORD mode)
{
    return console_call(handle, CONDRV_SET_MODE, &mode, sizeof(mode), NULL, 0, NULL);
}

/* ---- Text ---- */

BOOL WINAPI WriteConsoleW(HANDLE handle, const VOID *text, DWORD length, LPDWORD written,
                          LPVOID reserved)
{
    ULONG done;
    BOOL ok;

    (void)reserved;
    if (length > MAXDWORD / sizeof(WCHAR))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    ok = console_call(handle, CONDRV_WRITE, text, length * sizeof(WCHAR), NULL, 0, &done);
    if (written)
        *written = done / sizeof(WCHAR);
    return ok;
}

BOOL WINAPI WriteConsoleA(HANDLE handle, const VOID *text, DWORD length, LPDWORD written,
                          LPVOID reserved)
{
    WCHAR small[512], *wide = small;
    UINT page = GetConsoleOutputCP();
    int units;
    BOOL ok;

    (void)reserved;
    if (written)
        *written = 0;
    if (!length) {
        DWORD mode;

        return GetConsoleMode(handle, &mode);
    }
    if (length > MAXLONG)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    units = (int)length; /* no code page has fewer bytes than units */
    if (length > ARRAYSIZE(small)) {
        wide = heap_alloc(length * sizeof(WCHAR));
        if (!wide)
            return FALSE;
    }
    units = MultiByteToWideChar(page, 0, text, (int)length, wide, units);
    ok = WriteConsoleW(handle, wide, (DWORD)units, NULL, NULL);
    if (wide != small)
        heap_free(wide);
    if (ok && written)
        *written = length;
    return ok;
}

BOOL WINAPI ReadConsoleW(HANDLE handle, LPVOID buffer, DWORD length, LPDWORD read,
                         LPVOID input_control)
{
    PCONSOLE_READCONSOLE_CONTROL control = input_control;
    struct {
        CONDRV_READ_CONSOLE_IN header;
        WCHAR initial[256];
    } small, *in = &small;
    ULONG in_size = sizeof(in->header), initial = 0, out_size, done;
    CONDRV_READ_CONSOLE_OUT *out;
    BOOL ok;

    if (length > (MAXDWORD - sizeof(*out)) / sizeof(WCHAR))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    if (control) {
        if (control->nLength != sizeof(*control) || control->nInitialChars > length)
            return fail(ERROR_INVALID_PARAMETER);
        initial = control->nInitialChars * (ULONG)sizeof(WCHAR);
        in_size += initial;
        if (initial > sizeof(in->initial)) {
            in = heap_alloc(in_size);
            if (!in)
                return FALSE;
        }
        memcpy(in->initial, buffer, initial);
    }
    in->header.InitialBytes = initial;
    in->header.CtrlWakeupMask = control ? control->dwCtrlWakeupMask : 0;
    out_size = (ULONG)(sizeof(*out) + length * sizeof(WCHAR));
    out = heap_alloc(out_size);
    if (!out) {
        if (in != &small)
            heap_free(in);
        return FALSE;
    }
    ok = console_call(handle, CONDRV_READ_CONSOLE, in, in_size, out, out_size, &done);
    done = done > sizeof(*out) ? done - (ULONG)sizeof(*out) : 0;
    if (ok) {
        memcpy(buffer, out + 1, done);
        if (control)
            control->dwControlKeyState = done ? out->ControlKeyState : 0;
    }
    if (read)
        *read = done / sizeof(WCHAR);
    heap_free(out);
    if (in != &small)
        heap_free(in);
    return ok;
}

BOOL WINAPI ReadConsoleA(HANDLE handle, LPVOID buffer, DWORD length, LPDWORD read,
                         LPVOID input_control)
{
    PCONSOLE_READCONSOLE_CONTROL control = input_control;
    UINT page = GetConsoleCP();
    CPINFO info;
    DWORD units, done = 0;
    WCHAR *wide;
    int bytes = 0;
    BOOL ok;

    if (control && control->nInitialChars)
        return fail(ERROR_INVALID_PARAMETER); /* documented for the W function alone */
    /* As many units as surely fit as bytes, so nothing that was read is lost. */
    if (!GetCPInfo(page, &info))
        return FALSE;
    units = length / (info.MaxCharSize > 3 ? 3 : info.MaxCharSize);
    if (!units)
        units = length != 0;
    wide = heap_alloc((SIZE_T)units * sizeof(WCHAR) + sizeof(WCHAR));
    if (!wide)
        return FALSE;
    ok = ReadConsoleW(handle, wide, units, &done, control);
    if (ok && done) {
        DWORD error = GetLastError();

        bytes = WideCharToMultiByte(page, 0, wide, (int)done, buffer, (int)length, NULL, NULL);
        ok = bytes != 0;
        if (ok)
            fail(error);
    }
    if (read)
        *read = (DWORD)bytes;
    heap_free(wide);
    return ok;
}

/* ---- Code pages ---- */

static CONDRV_CODE_PAGES code_pages(void)
{
    CONDRV_CODE_PAGES pages = {0};

    connection_call(CONDRV_GET_CODE_PAGES, NULL, 0, &pages, sizeof(pages), NULL);
    return pages;
}

UINT WINAPI GetConsoleCP(VOID)
{
    return code_pages().Input;
}

UINT WINAPI GetConsoleOutputCP(VOID)
{
    return code_pages().Output;
}

static BOOL set_code_pages(CONDRV_CODE_PAGES pages)
{
    UINT page = pages.Input ? pages.Input : pages.Output;

    if (!IsValidCodePage(page))
        return fail(ERROR_INVALID_PARAMETER);
    return connection_call(CONDRV_SET_CODE_PAGES, &pages, sizeof(pages), NULL, 0, NULL);
}

BOOL WINAPI SetConsoleCP(UINT page)
{
    return set_code_pages((CONDRV_CODE_PAGES){.Input = page});
}

BOOL WINAPI SetConsoleOutputCP(UINT page)
{
    return set_code_pages((CONDRV_CODE_PAGES){.Output = page});
}

/* ---- Title ---- */

static DWORD get_title(WCHAR *buffer, DWORD size, ULONG original)
{
    ULONG whole;
    DWORD units;

    if (!connection_call(CONDRV_GET_TITLE, &original, sizeof(original), buffer,
                         size ? (size - 1) * (ULONG)sizeof(WCHAR) : 0, &whole))
        return 0;
    units = whole / sizeof(WCHAR);
    if (size)
        buffer[units < size - 1 ? units : size - 1] = 0;
    return units;
}

DWORD WINAPI GetConsoleTitleW(LPWSTR buffer, DWORD size)
{
    return get_title(buffer, size, 0);
}

DWORD WINAPI GetConsoleOriginalTitleW(LPWSTR buffer, DWORD size)
{
    return get_title(buffer, size, 1);
}

static DWORD get_title_narrow(CHAR *buffer, DWORD size, ULONG original)
{
    WCHAR wide[1024];
    DWORD length = get_title(wide, ARRAYSIZE(wide), original), needed;

    if (length > ARRAYSIZE(wide) - 1)
        length = ARRAYSIZE(wide) - 1;
    needed = narrow_ansi(wide, length, buffer, size);
    if (size && needed >= size)
        buffer[0] = 0;
    return needed;
}

DWORD WINAPI GetConsoleTitleA(LPSTR buffer, DWORD size)
{
    return get_title_narrow(buffer, size, 0);
}

DWORD WINAPI GetConsoleOriginalTitleA(LPSTR buffer, DWORD size)
{
    return get_title_narrow(buffer, size, 1);
}

BOOL WINAPI SetConsoleTitleW(LPCWSTR title)
{
    SIZE_T length = wcslen(title);

    if (length > 0xffff)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    return connection_call(CONDRV_SET_TITLE, title, (ULONG)(length * sizeof(WCHAR)), NULL, 0, NULL);
}

BOOL WINAPI SetConsoleTitleA(LPCSTR title)
{
    WIDE_ANSI(wide, title, FALSE);
    return SetConsoleTitleW(wide.text);
}

/* ---- Attaching, processes ---- */

DWORD WINAPI GetConsoleProcessList(LPDWORD ids, DWORD count)
{
    struct {
        ULONG count;
        ULONG ids[1024];
    } * list;
    DWORD total = 0;

    if (!ids || !count) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    list = heap_alloc(sizeof(*list));
    if (!list)
        return 0;
    if (connection_call(CONDRV_GET_PROCESSES, NULL, 0, list, sizeof(*list), NULL)) {
        total = list->count;
        /* Either all ids or none are stored. */
        if (total <= count && total <= ARRAYSIZE(list->ids))
            memcpy(ids, list->ids, total * sizeof(*ids));
    }
    heap_free(list);
    return total;
}

/* The device's files, relative to nothing or to a Server handle. */
NTSTATUS console_open(HANDLE *handle, HANDLE root, const WCHAR *name, ULONG access, ULONG share,
                      const SECURITY_ATTRIBUTES *security)
{
    UNICODE_STRING string;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;

    RtlInitUnicodeString(&string, name);
    object_attributes(&attributes, &string, root, OBJ_CASE_INSENSITIVE, security);
    return NtCreateFile(handle, access | SYNCHRONIZE, &attributes, &block, NULL, 0, share,
                        FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
}

static void close_standard(HANDLE *slot)
{
    DWORD mode;

    /* Only console handles belong to the console; redirected ones stay. */
    if (*slot && GetConsoleMode(*slot, &mode)) {
        NtClose(*slot);
        *slot = NULL;
    }
}

static BOOL attach(ULONG mode, DWORD process)
{
    RTL_USER_PROCESS_PARAMETERS *parameters = process_parameters();
    CONDRV_ATTACH_IN in = {.Mode = mode, .ProcessId = process};
    SECURITY_ATTRIBUTES inherit = {.nLength = sizeof(inherit), .bInheritHandle = TRUE};
    const ULONG rights = GENERIC_READ | GENERIC_WRITE;
    const ULONG share = FILE_SHARE_READ | FILE_SHARE_WRITE;
    HANDLE connection, handles[3] = {0};
    NTSTATUS status;

    if (parameters->ConsoleHandle)
        return fail(ERROR_ACCESS_DENIED);
    if (!set_status(
            console_open(&connection, NULL, L"\\Device\\ConDrv\\Connect", rights, share, NULL)))
        return FALSE;
    if (!console_call(connection, CONDRV_ATTACH, &in, sizeof(in), NULL, 0, NULL)) {
        DWORD error = GetLastError();

        NtClose(connection);
        return fail(error);
    }
    parameters->ConsoleHandle = connection;
    status =
        console_open(&handles[0], NULL, L"\\Device\\ConDrv\\CurrentIn", rights, share, &inherit);
    for (int i = 1; i < 3 && NT_SUCCESS(status); i++)
        status = console_open(&handles[i], NULL, L"\\Device\\ConDrv\\CurrentOut", rights, share,
                              &inherit);
    if (!NT_SUCCESS(status)) {
        for (int i = 0; i < 3; i++)
            if (handles[i])
                NtClose(handles[i]);
        parameters->ConsoleHandle = NULL;
        NtClose(connection);
        return set_status(status);
    }
    parameters->StandardInput = handles[0];
    parameters->StandardOutput = handles[1];
    parameters->StandardError = handles[2];
    console_register_routine();
    return TRUE;
}

BOOL WINAPI AllocConsole(VOID)
{
    return attach(CONDRV_ATTACH_NEW, 0);
}

BOOL WINAPI AttachConsole(DWORD process)
{
    if (process == ATTACH_PARENT_PROCESS)
        return attach(CONDRV_ATTACH_PARENT, 0);
    return attach(CONDRV_ATTACH_PID, process);
}

BOOL WINAPI FreeConsole(VOID)
{
    RTL_USER_PROCESS_PARAMETERS *parameters = process_parameters();
    HANDLE connection = parameters->ConsoleHandle;

    if (!connection)
        return fail(ERROR_INVALID_PARAMETER);
    close_standard(&parameters->StandardInput);
    close_standard(&parameters->StandardOutput);
    close_standard(&parameters->StandardError);
    parameters->ConsoleHandle = NULL;
    return set_status(NtClose(connection));
}

HWND WINAPI GetConsoleWindow(VOID)
{
    return NULL; /* as under a pseudo-console without a window */
}

BOOL WINAPI GetConsoleDisplayMode(LPDWORD mode)
{
    if (!console_connection())
        return fail(ERROR_INVALID_HANDLE);
    *mode = 0;
    return TRUE;
}

/* ---- Pseudo-consoles ---- */

#define HPCON PVOID /* not in every MinGW header */

/*
 * What an HPCON points to. CreateProcess passes `reference` on as the child's ConsoleHandle, so
 * its place is known to process creation: the second field, as on Windows.
 */
struct pseudo_console {
    HANDLE signal; /* unused: resizing is a control code here */
    HANDLE reference;
    HANDLE server;
};

HRESULT WINAPI CreatePseudoConsole(COORD size, HANDLE input, HANDLE output, DWORD flags,
                                   HPCON *result)
{
    CONDRV_PTY_CREATE_IN in = {
        .Size = {size.X, size.Y},
        .Flags = flags,
        .Input = (ULONG_PTR)input,
        .Output = (ULONG_PTR)output,
    };
    struct pseudo_console *console;
    IO_STATUS_BLOCK block;
    SECURITY_ATTRIBUTES inherit = {.nLength = sizeof(inherit), .bInheritHandle = TRUE};
    NTSTATUS status;

    if (!result || size.X <= 0 || size.Y <= 0)
        return E_INVALIDARG;
    console = heap_zalloc(sizeof(*console));
    if (!console)
        return E_OUTOFMEMORY;
    status = console_open(&console->server, NULL, L"\\Device\\ConDrv\\Server",
                          GENERIC_READ | GENERIC_WRITE, 0, NULL);
    if (NT_SUCCESS(status))
        status = NtDeviceIoControlFile(console->server, NULL, NULL, NULL, &block, CONDRV_PTY_CREATE,
                                       &in, sizeof(in), NULL, 0);
    if (NT_SUCCESS(status))
        status = console_open(&console->reference, console->server, L"\\Reference",
                              GENERIC_READ | GENERIC_WRITE, 0, &inherit);
    if (!NT_SUCCESS(status)) {
        if (console->server)
            NtClose(console->server);
        heap_free(console);
        return HRESULT_FROM_WIN32(RtlNtStatusToDosError(status));
    }
    *result = (HPCON)console;
    return S_OK;
}

HRESULT WINAPI ResizePseudoConsole(HPCON handle, COORD size)
{
    struct pseudo_console *console = (struct pseudo_console *)handle;
    CONDRV_COORD in = {size.X, size.Y};
    IO_STATUS_BLOCK block;
    NTSTATUS status;

    if (!console || size.X <= 0 || size.Y <= 0)
        return E_INVALIDARG;
    status = NtDeviceIoControlFile(console->server, NULL, NULL, NULL, &block, CONDRV_PTY_RESIZE,
                                   &in, sizeof(in), NULL, 0);
    return NT_SUCCESS(status) ? S_OK : HRESULT_FROM_WIN32(RtlNtStatusToDosError(status));
}

VOID WINAPI ClosePseudoConsole(HPCON handle)
{
    struct pseudo_console *console = (struct pseudo_console *)handle;

    if (!console)
        return;
    if (console->reference)
        NtClose(console->reference);
    NtClose(console->server);
    heap_free(console);
}
