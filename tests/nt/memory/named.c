/* Sections with names between two processes; the one that makes a name may end first. */
#include "tests/nt/check.h"

static const WCHAR *const event_names[] = {L"named-ready-%lu", L"named-go-%lu"};
static HANDLE events[2];
static WCHAR name[64];

static BOOL make_names(DWORD id)
{
    WCHAR text[64];

    for (int i = 0; i < 2; i++) {
        swprintf(text, 64, event_names[i], id);
        events[i] = CreateEventW(NULL, FALSE, FALSE, text);
        if (!events[i])
            return FALSE;
    }
    swprintf(name, 64, L"Local\\named-section-%lu", id);
    return TRUE;
}

/* The child makes the section, says so, waits until the parent has it, and ends. */
static int child(DWORD id, HANDLE inherited)
{
    HANDLE section;
    volatile LONG *view;

    CHECK(make_names(id));
    view = MapViewOfFile(inherited, FILE_MAP_WRITE, 0, 0, 0);
    CHECK(view && view[0] == 5);
    if (view)
        view[1] = 6;
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x12345, name);
    CHECK(section && GetLastError() == 0);
    view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    CHECK(view != NULL);
    if (view)
        view[0x12340 / 4] = 1234;
    SetEvent(events[0]);
    CHECK_EQ(WaitForSingleObject(events[1], 10000), WAIT_OBJECT_0);
    CHECK(view && view[0] == 77);
    return check_done();
}

static void two_processes(void)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    STARTUPINFOW start = {.cb = sizeof(start)};
    PROCESS_INFORMATION process;
    WCHAR path[MAX_PATH], line[MAX_PATH + 64];
    volatile LONG *view;
    DWORD code = 1;

    CHECK(make_names(GetCurrentProcessId()));
    CHECK(!OpenFileMappingW(FILE_MAP_READ, FALSE, name));
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    HANDLE shared = CreateFileMappingW(INVALID_HANDLE_VALUE, &inherit, PAGE_READWRITE, 0, 4096, NULL);
    volatile LONG *mine = MapViewOfFile(shared, FILE_MAP_WRITE, 0, 0, 0);
    CHECK(mine != NULL);
    mine[0] = 5;
    GetModuleFileNameW(NULL, path, MAX_PATH);
    swprintf(line, MAX_PATH + 64, L"\"%ls\" %lu %lu", path, GetCurrentProcessId(),
             (ULONG)(ULONG_PTR)shared);
    CHECK(CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process));
    CHECK_EQ(WaitForSingleObject(events[0], 10000), WAIT_OBJECT_0);
    CHECK_EQ(mine[1], 6);
    HANDLE section = OpenFileMappingW(FILE_MAP_WRITE, FALSE, name);
    CHECK(section != NULL);
    view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    CHECK(view && view[0x12340 / 4] == 1234);
    if (view)
        view[0] = 77;
    SetEvent(events[1]);
    CHECK_EQ(WaitForSingleObject(process.hProcess, 10000), WAIT_OBJECT_0);
    CHECK(GetExitCodeProcess(process.hProcess, &code) && code == 0);
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);

    /* Its maker is gone: the name still leads to the same memory. */
    SetLastError(0);
    HANDLE again = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, name);
    CHECK(again != NULL);
    CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
    volatile LONG *other = MapViewOfFile(again, FILE_MAP_READ, 0, 0, 0);
    CHECK(other && other != view && other[0] == 77 && other[0x12340 / 4] == 1234);
    UnmapViewOfFile((void *)other);
    UnmapViewOfFile((void *)view);
    CloseHandle(again);
    CloseHandle(section);
    CHECK(!OpenFileMappingW(FILE_MAP_READ, FALSE, name));
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    UnmapViewOfFile((void *)mine);
    CloseHandle(shared);
}

static void of_a_file(void)
{
    WCHAR temp[MAX_PATH], path[MAX_PATH];
    DWORD count;

    GetTempPathW(MAX_PATH, temp);
    CHECK(GetTempFileNameW(temp, L"nam", 0, path));
    HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    CHECK(WriteFile(file, "contents", 8, &count, NULL));
    HANDLE section = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 0, name);
    CHECK(section != NULL);
    HANDLE again = OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, name);
    CHECK(again != NULL);
    char *view = MapViewOfFile(again, FILE_MAP_WRITE, 0, 0, 0);
    CHECK(view && !memcmp(view, "contents", 8));
    if (view) {
        view[0] = 'C';
        UnmapViewOfFile(view);
    }
    CloseHandle(again);
    CloseHandle(section);
    char text[8] = "";
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    CHECK(ReadFile(file, text, 8, &count, NULL) && text[0] == 'C');
    CloseHandle(file);
    CHECK(DeleteFileW(path));
    /* Another kind of object has the name */
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, name);
    CHECK(event != NULL);
    CHECK(!CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, name));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
    CloseHandle(event);
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return child(strtoul(argv[1], NULL, 10), (HANDLE)(ULONG_PTR)strtoul(argv[2], NULL, 10));
    two_processes();
    of_a_file();
    return check_done();
}
