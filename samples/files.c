/* Files and folders: create, write, read at a place, enumerate, attributes, times, move, delete. */
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

static int stop(const char *what)
{
    fprintf(stderr, "%s: error %lu\n", what, GetLastError());
    return 1;
}

int main(void)
{
    WCHAR folder[MAX_PATH], path[MAX_PATH], other[MAX_PATH];
    WIN32_FIND_DATAW found;
    LARGE_INTEGER place = {.QuadPart = 6};
    char text[32] = "";
    DWORD count, names = 0, bytes = 0;
    HANDLE file, find;

    if (!GetTempPathW(MAX_PATH - 40, folder))
        return stop("GetTempPath");
    swprintf(folder + wcslen(folder), 40, L"compatrun files %lu", GetCurrentProcessId());
    if (!CreateDirectoryW(folder, NULL))
        return stop("CreateDirectory");
    for (int i = 0; i < 10; i++) {
        swprintf(path, MAX_PATH, L"%ls\\Part-%d.txt", folder, i);
        file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
        if (file == INVALID_HANDLE_VALUE)
            return stop("CreateFile");
        if (!WriteFile(file, "Hello, world", 12, &count, NULL) || count != 12)
            return stop("WriteFile");
        CloseHandle(file);
    }
    /* Names are found in any case. */
    swprintf(path, MAX_PATH, L"%ls\\PART-3.TXT", folder);
    file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return stop("CreateFile in another case");
    if (!SetFilePointerEx(file, place, NULL, FILE_BEGIN) || !ReadFile(file, text, 31, &count, NULL))
        return stop("ReadFile");
    CloseHandle(file);
    printf("read at 7: %s\n", text);

    swprintf(other, MAX_PATH, L"%ls\\moved.txt", folder);
    if (!MoveFileExW(path, other, 0))
        return stop("MoveFileEx");
    if (!SetFileAttributesW(other, FILE_ATTRIBUTE_READONLY))
        return stop("SetFileAttributes");
    printf("a read-only file is deleted: %s\n", DeleteFileW(other) ? "yes" : "no");
    SetFileAttributesW(other, FILE_ATTRIBUTE_NORMAL);

    swprintf(path, MAX_PATH, L"%ls\\*.txt", folder);
    find = FindFirstFileW(path, &found);
    if (find == INVALID_HANDLE_VALUE)
        return stop("FindFirstFile");
    do {
        names++;
        bytes += found.nFileSizeLow;
        swprintf(path, MAX_PATH, L"%ls\\%ls", folder, found.cFileName);
        if (!DeleteFileW(path))
            return stop("DeleteFile");
    } while (FindNextFileW(find, &found));
    FindClose(find);
    printf("%lu files, %lu bytes, all deleted\n", names, bytes);
    if (!RemoveDirectoryW(folder))
        return stop("RemoveDirectory");
    return 0;
}
