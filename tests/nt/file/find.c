/* Searching directories: wildcards, attributes, ends of a search. */
#include "scratch.h"

#include <stdlib.h>

static char found[512];

/* The names that match, sorted, with a comma behind each. */
static const char *names(const WCHAR *pattern)
{
    char list[16][32];
    WIN32_FIND_DATAW data;
    HANDLE find = FindFirstFileW(pattern, &data);
    int count = 0;

    found[0] = 0;
    if (find == INVALID_HANDLE_VALUE)
        return found;
    do
        WideCharToMultiByte(CP_ACP, 0, data.cFileName, -1, list[count++], 32, NULL, NULL);
    while (count < 16 && FindNextFileW(find, &data));
    if (count < 16 && GetLastError() != ERROR_NO_MORE_FILES)
        strcpy(found, "error,");
    FindClose(find);
    qsort(list, count, 32, (int (*)(const void *, const void *))strcmp);
    for (int i = 0; i < count; i++) {
        strcat(found, list[i]);
        strcat(found, ",");
    }
    return found;
}

static void wildcards(void)
{
    make_file(L"a.txt", "1");
    make_file(L"ab.txt", "12");
    make_file(L"abc.c", "");
    make_file(L"noext", "");
    make_file(L"two.dots.txt", "");
    CreateDirectoryW(L"dir", NULL);
    CHECK(!strcmp(names(L"*"), ".,..,a.txt,ab.txt,abc.c,dir,noext,two.dots.txt,"));
    CHECK(!strcmp(names(L"*.*"), ".,..,a.txt,ab.txt,abc.c,dir,noext,two.dots.txt,"));
    CHECK(!strcmp(names(L"*.txt"), "a.txt,ab.txt,two.dots.txt,"));
    CHECK(!strcmp(names(L"*.TXT"), "a.txt,ab.txt,two.dots.txt,"));
    CHECK(!strcmp(names(L"a?.txt"), "a.txt,ab.txt,"));
    CHECK(!strcmp(names(L"a??.*"), "a.txt,ab.txt,abc.c,"));
    CHECK(!strcmp(names(L"*b*"), "ab.txt,abc.c,"));
    CHECK(!strcmp(names(L"noext.*"), "noext,"));
    CHECK(!strcmp(names(L"noext"), "noext,"));
    CHECK(!strcmp(names(L"*."), ".,..,dir,noext,"));
    CHECK(!strcmp(names(L"dir\\*"), ".,..,"));
    CHECK(!strcmp(names(L"two*.txt"), "two.dots.txt,"));
}

static void results(void)
{
    WIN32_FIND_DATAW data;
    WIN32_FIND_DATAA narrow;
    HANDLE find;

    find = FindFirstFileW(L"AB.TXT", &data);
    CHECK(find != INVALID_HANDLE_VALUE);
    CHECK(!wcscmp(data.cFileName, L"ab.txt"));
    CHECK_EQ(data.nFileSizeLow, 2);
    CHECK_EQ(data.nFileSizeHigh, 0);
    CHECK(!(data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY));
    CHECK(!FindNextFileW(find, &data));
    CHECK_EQ(GetLastError(), ERROR_NO_MORE_FILES);
    CHECK(FindClose(find));
    find = FindFirstFileA("dir", &narrow);
    CHECK(find != INVALID_HANDLE_VALUE);
    CHECK(!strcmp(narrow.cFileName, "dir"));
    CHECK(narrow.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY);
    CHECK(FindClose(find));
    find = FindFirstFileExW(L"a*", FindExInfoBasic, &data, FindExSearchNameMatch, NULL,
                            FIND_FIRST_EX_LARGE_FETCH);
    CHECK(find != INVALID_HANDLE_VALUE);
    CHECK_EQ(data.cAlternateFileName[0], 0);
    CHECK(FindClose(find));
}

static void errors(void)
{
    WIN32_FIND_DATAW data;

    CHECK(FindFirstFileW(L"missing*", &data) == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    CHECK(FindFirstFileW(L"missing\\*", &data) == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
    CHECK(FindFirstFileW(L"a.txt\\*", &data) == INVALID_HANDLE_VALUE);
    CHECK(GetLastError() == ERROR_DIRECTORY || GetLastError() == ERROR_PATH_NOT_FOUND);
    CHECK(FindFirstFileW(L"dir\\", &data) == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    CHECK(FindFirstFileExW(L"*", FindExInfoStandard, &data, FindExSearchLimitToDevices, NULL, 0) ==
          INVALID_HANDLE_VALUE);
    CHECK(!FindNextFileW(INVALID_HANDLE_VALUE, &data));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
    CHECK(!FindClose(INVALID_HANDLE_VALUE));
}

/* More entries than one buffer of any reasonable size holds. */
static void many(void)
{
    WIN32_FIND_DATAW data;
    WCHAR name[64];
    HANDLE find;
    int count = 0;

    CreateDirectoryW(L"many", NULL);
    for (int i = 0; i < 300; i++) {
        swprintf(name, 64, L"many\\a-rather-long-file-name-for-entry-%d", i);
        make_file(name, "");
    }
    find = FindFirstFileW(L"many\\a-*", &data);
    CHECK(find != INVALID_HANDLE_VALUE);
    do
        count++;
    while (FindNextFileW(find, &data));
    CHECK_EQ(GetLastError(), ERROR_NO_MORE_FILES);
    CHECK_EQ(count, 300);
    CHECK(FindClose(find));
}

int main(void)
{
    CHECK(scratch_enter(L"file-find"));
    wildcards();
    results();
    errors();
    many();
    CHECK(scratch_leave());
    return check_done();
}
