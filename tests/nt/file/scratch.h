/*
 * A directory of its own for a test, below the temporary one; the current directory is set to it.
 */
#ifndef TESTS_NT_FILE_SCRATCH_H
#define TESTS_NT_FILE_SCRATCH_H

#include "tests/nt/check.h"

static WCHAR scratch[MAX_PATH], scratch_before[MAX_PATH];

static inline BOOL scratch_enter(const WCHAR *name)
{
    WCHAR temp[MAX_PATH];

    GetCurrentDirectoryW(MAX_PATH, scratch_before);
    if (!GetTempPathW(MAX_PATH, temp))
        return FALSE;
    swprintf(scratch, MAX_PATH, L"%ls%ls-%lx-%lx", temp, name, GetCurrentProcessId(),
             GetTickCount());
    return CreateDirectoryW(scratch, NULL) && SetCurrentDirectoryW(scratch);
}

static inline void scratch_empty(const WCHAR *directory)
{
    WCHAR path[2 * MAX_PATH];
    WIN32_FIND_DATAW data;
    HANDLE find;

    swprintf(path, 2 * MAX_PATH, L"%ls\\*", directory);
    find = FindFirstFileW(path, &data);
    if (find == INVALID_HANDLE_VALUE)
        return;
    do {
        if (!wcscmp(data.cFileName, L".") || !wcscmp(data.cFileName, L".."))
            continue;
        swprintf(path, 2 * MAX_PATH, L"%ls\\%ls", directory, data.cFileName);
        SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL);
        if (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) {
            if (!(data.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT))
                scratch_empty(path);
            RemoveDirectoryW(path);
        } else {
            DeleteFileW(path);
        }
    } while (FindNextFileW(find, &data));
    FindClose(find);
}

static inline BOOL scratch_leave(void)
{
    SetCurrentDirectoryW(scratch_before);
    scratch_empty(scratch);
    return RemoveDirectoryW(scratch);
}

static inline BOOL make_file(const WCHAR *name, const char *text)
{
    HANDLE file = CreateFileW(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD count;
    BOOL done;

    if (file == INVALID_HANDLE_VALUE)
        return FALSE;
    done = WriteFile(file, text, (DWORD)strlen(text), &count, NULL) && count == strlen(text);
    return CloseHandle(file) && done;
}

static inline BOOL file_holds(const WCHAR *name, const char *text)
{
    HANDLE file = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                              OPEN_EXISTING, 0, NULL);
    char buffer[256] = "";
    DWORD count = 0;

    if (file == INVALID_HANDLE_VALUE)
        return FALSE;
    if (!ReadFile(file, buffer, sizeof(buffer) - 1, &count, NULL))
        count = 0;
    buffer[count] = 0;
    CloseHandle(file);
    return !strcmp(buffer, text);
}

#endif
