/*
 * Known folders: those of the user lie below the profile that the environment names, those of the
 * machine below its own variables.
 */
#include "shell.h"
#include <shlobj.h>
#include <knownfolders.h>

/* Declared by knownfolders.h, defined nowhere else without the SDK's library. */
#define ID(name, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)                                          \
    static const GUID name = {a, b, c, {d0, d1, d2, d3, d4, d5, d6, d7}}
ID(id_profile, 0x5e6c858f, 0x0e22, 0x4760, 0x9a, 0xfe, 0xea, 0x33, 0x17, 0xb6, 0x71, 0x73);
ID(id_roaming, 0x3eb685db, 0x65f9, 0x4cf6, 0xa0, 0x3a, 0xe3, 0xef, 0x65, 0x72, 0x9f, 0x3d);
ID(id_local, 0xf1b32785, 0x6fba, 0x4fcf, 0x9d, 0x55, 0x7b, 0x8e, 0x7f, 0x15, 0x70, 0x91);
ID(id_local_low, 0xa520a1a4, 0x1780, 0x4ff6, 0xbd, 0x18, 0x16, 0x73, 0x43, 0xc5, 0xaf, 0x16);
ID(id_desktop, 0xb4bfcc3a, 0xdb2c, 0x424c, 0xb0, 0x29, 0x7f, 0xe9, 0x9a, 0x87, 0xc6, 0x41);
ID(id_documents, 0xfdd39ad0, 0x238f, 0x46af, 0xad, 0xb4, 0x6c, 0x85, 0x48, 0x03, 0x69, 0xc7);
ID(id_downloads, 0x374de290, 0x123f, 0x4565, 0x91, 0x64, 0x39, 0xc4, 0x92, 0x5e, 0x46, 0x7b);
ID(id_music, 0x4bd8d571, 0x6d19, 0x48d3, 0xbe, 0x97, 0x42, 0x22, 0x20, 0x08, 0x0e, 0x43);
ID(id_pictures, 0x33e28130, 0x4e1e, 0x4676, 0x83, 0x5a, 0x98, 0x39, 0x5c, 0x3b, 0xc3, 0xbb);
ID(id_videos, 0x18989b1d, 0x99b5, 0x455b, 0x84, 0x1c, 0xab, 0x7c, 0x74, 0xe4, 0xdd, 0xfc);
ID(id_favorites, 0x1777f761, 0x68ad, 0x4d8a, 0x87, 0xbd, 0x30, 0xb7, 0x59, 0xfa, 0x33, 0xdd);
ID(id_templates, 0xa63293e8, 0x664e, 0x48db, 0xa0, 0x79, 0xdf, 0x75, 0x9e, 0x05, 0x09, 0xf7);
ID(id_startmenu, 0x625b53c3, 0xab48, 0x4ec1, 0xba, 0x1f, 0xa1, 0xef, 0x41, 0x46, 0xfc, 0x19);
ID(id_programs, 0xa77f5d77, 0x2e2b, 0x44c3, 0xa6, 0xa2, 0xab, 0xa6, 0x01, 0x05, 0x4a, 0x51);
ID(id_startup, 0xb97d20bb, 0xf46a, 0x4c97, 0xba, 0x10, 0x5e, 0x36, 0x08, 0x43, 0x08, 0x54);
ID(id_sendto, 0x8983036c, 0x27c0, 0x404b, 0x8f, 0x08, 0x10, 0x2d, 0x10, 0xdc, 0xfd, 0x74);
ID(id_recent, 0xae50c081, 0xebd2, 0x438a, 0x86, 0x55, 0x8a, 0x09, 0x2e, 0x34, 0x98, 0x7a);
ID(id_public, 0xdfdf76a2, 0xc82a, 0x4d63, 0x90, 0x6a, 0x56, 0x44, 0xac, 0x45, 0x73, 0x85);
ID(id_program_data, 0x62ab5d82, 0xfdc1, 0x4dc3, 0xa9, 0xdd, 0x07, 0x0d, 0x1d, 0x49, 0x5d, 0x97);
ID(id_program_files, 0x905e63b6, 0xc1bf, 0x494e, 0xb2, 0x9c, 0x65, 0xb7, 0x32, 0xd3, 0xd2, 0x1a);
ID(id_program_files64, 0x6d809377, 0x6af0, 0x444b, 0x89, 0x57, 0xa3, 0x77, 0x3f, 0x02, 0x20, 0x0e);
ID(id_program_files86, 0x7c5a40ef, 0xa0fb, 0x4bfc, 0x87, 0x4a, 0xc0, 0xf2, 0xe0, 0xb9, 0xfa, 0x8e);
ID(id_common_files, 0xf7f1ed05, 0x9f6d, 0x47a2, 0xaa, 0xae, 0x29, 0xd3, 0x17, 0xc6, 0xf0, 0x66);
ID(id_windows, 0xf38bf404, 0x1d43, 0x42f2, 0x93, 0x05, 0x67, 0xde, 0x0b, 0x28, 0xfc, 0x23);
ID(id_system, 0x1ac14e77, 0x02e7, 0x4e5d, 0xb7, 0x44, 0x2e, 0xb1, 0xae, 0x51, 0x98, 0xb7);
ID(id_fonts, 0xfd228cb7, 0xae11, 0x4ae3, 0x86, 0x4c, 0x16, 0xf3, 0x91, 0x0a, 0xb8, 0xfe);
ID(id_user_programs, 0x5cd7aee2, 0x2219, 0x4a67, 0xb8, 0x5d, 0x6c, 0x9c, 0xe1, 0x56, 0x60, 0xcb);
ID(id_profiles, 0x0762d272, 0xc50a, 0x4bb0, 0xa3, 0x82, 0x69, 0x7d, 0xcd, 0x72, 0x9b, 0x80);

#define START_MENU L"\\Microsoft\\Windows\\Start Menu"

static const struct folder {
    const GUID *id;
    int csidl; /* -1: none */
    const WCHAR *variable, *below;
} folders[] = {
    {&id_profile, CSIDL_PROFILE, L"USERPROFILE", L""},
    {&id_roaming, CSIDL_APPDATA, L"APPDATA", L""},
    {&id_local, CSIDL_LOCAL_APPDATA, L"LOCALAPPDATA", L""},
    {&id_local_low, -1, L"USERPROFILE", L"\\AppData\\LocalLow"},
    {&id_desktop, CSIDL_DESKTOPDIRECTORY, L"USERPROFILE", L"\\Desktop"},
    {&id_desktop, CSIDL_DESKTOP, L"USERPROFILE", L"\\Desktop"},
    {&id_documents, CSIDL_PERSONAL, L"USERPROFILE", L"\\Documents"},
    {&id_documents, CSIDL_MYDOCUMENTS, L"USERPROFILE", L"\\Documents"},
    {&id_downloads, -1, L"USERPROFILE", L"\\Downloads"},
    {&id_music, CSIDL_MYMUSIC, L"USERPROFILE", L"\\Music"},
    {&id_pictures, CSIDL_MYPICTURES, L"USERPROFILE", L"\\Pictures"},
    {&id_videos, CSIDL_MYVIDEO, L"USERPROFILE", L"\\Videos"},
    {&id_favorites, CSIDL_FAVORITES, L"USERPROFILE", L"\\Favorites"},
    {&id_templates, CSIDL_TEMPLATES, L"APPDATA", L"\\Microsoft\\Windows\\Templates"},
    {&id_startmenu, CSIDL_STARTMENU, L"APPDATA", START_MENU},
    {&id_programs, CSIDL_PROGRAMS, L"APPDATA", START_MENU L"\\Programs"},
    {&id_startup, CSIDL_STARTUP, L"APPDATA", START_MENU L"\\Programs\\Startup"},
    {&id_sendto, CSIDL_SENDTO, L"APPDATA", L"\\Microsoft\\Windows\\SendTo"},
    {&id_recent, CSIDL_RECENT, L"APPDATA", L"\\Microsoft\\Windows\\Recent"},
    {&id_public, -1, L"PUBLIC", L""},
    {&id_program_data, CSIDL_COMMON_APPDATA, L"ProgramData", L""},
    {&id_program_files, CSIDL_PROGRAM_FILES, L"ProgramFiles", L""},
    {&id_program_files64, -1, L"ProgramW6432", L""},
    {&id_program_files86, CSIDL_PROGRAM_FILESX86, L"ProgramFiles(x86)", L""},
    {&id_common_files, CSIDL_PROGRAM_FILES_COMMON, L"CommonProgramFiles", L""},
    {&id_windows, CSIDL_WINDOWS, L"SystemRoot", L""},
    {&id_system, CSIDL_SYSTEM, L"SystemRoot", L"\\system32"},
    {&id_fonts, CSIDL_FONTS, L"SystemRoot", L"\\Fonts"},
    {&id_user_programs, -1, L"LOCALAPPDATA", L"\\Programs"},
    {&id_profiles, -1, L"SystemDrive", L"\\Users"},
};

/* The path on the heap of COM; NULL with the result in *result. */
static WCHAR *folder_path(const struct folder *folder, HRESULT *result)
{
    DWORD size = GetEnvironmentVariableW(folder->variable, NULL, 0);
    SIZE_T below = wide_length(folder->below);
    WCHAR *path;

    if (!size) {
        *result = HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND);
        return NULL;
    }
    path = heap_alloc((size + below) * sizeof(WCHAR));
    if (!path) {
        *result = E_OUTOFMEMORY;
        return NULL;
    }
    GetEnvironmentVariableW(folder->variable, path, size);
    memcpy(path + size - 1, folder->below, (below + 1) * sizeof(WCHAR));
    *result = S_OK;
    return path;
}

static BOOL is_directory(const WCHAR *path)
{
    DWORD attributes = GetFileAttributesW(path);

    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY);
}

/* Makes every folder of a path that is not there. */
static BOOL make_path(WCHAR *path)
{
    if (CreateDirectoryW(path, NULL) || GetLastError() == ERROR_ALREADY_EXISTS)
        return TRUE;
    if (GetLastError() != ERROR_PATH_NOT_FOUND)
        return FALSE;
    for (WCHAR *p = path + 3; *p; p++) {
        BOOL done;

        if (*p != '\\')
            continue;
        *p = 0;
        done = CreateDirectoryW(path, NULL) || GetLastError() == ERROR_ALREADY_EXISTS;
        *p = '\\';
        if (!done)
            return FALSE;
    }
    return CreateDirectoryW(path, NULL) || GetLastError() == ERROR_ALREADY_EXISTS;
}

/* A folder that is not there is an error, unless the caller has it made or does not care. */
static HRESULT existing(WCHAR *path, BOOL create, BOOL verify)
{
    if (!verify)
        return S_OK;
    if (is_directory(path))
        return S_OK;
    if (!create)
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    return make_path(path) ? S_OK : HRESULT_FROM_WIN32(GetLastError());
}

HRESULT WINAPI SHGetKnownFolderPath(REFKNOWNFOLDERID id, DWORD flags, HANDLE token, PWSTR *out)
{
    HRESULT result = HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);

    if (!out)
        return E_INVALIDARG;
    *out = NULL;
    /* one user: every token is his. -1 asks for the default user's folders. */
    if (token == (HANDLE)(LONG_PTR)-1)
        return E_NOTIMPL;
    for (ULONG i = 0; i < ARRAYSIZE(folders); i++) {
        if (memcmp(folders[i].id, id, sizeof(*id)))
            continue;
        *out = folder_path(&folders[i], &result);
        if (!*out)
            return result;
        result = existing(*out, (flags & KF_FLAG_CREATE) != 0, !(flags & KF_FLAG_DONT_VERIFY));
        if (FAILED(result)) {
            heap_free(*out);
            *out = NULL;
        }
        return result;
    }
    return result;
}

HRESULT WINAPI SHGetFolderPathW(HWND window, int csidl, HANDLE token, DWORD flags, LPWSTR out)
{
    HRESULT result = E_INVALIDARG;

    (void)window, (void)flags;
    if (!out)
        return E_INVALIDARG;
    *out = 0;
    if (token == (HANDLE)(LONG_PTR)-1)
        return E_NOTIMPL;
    for (ULONG i = 0; i < ARRAYSIZE(folders); i++) {
        WCHAR *path;

        if (folders[i].csidl != (csidl & 0xff))
            continue;
        path = folder_path(&folders[i], &result);
        if (!path)
            return result;
        if (wide_length(path) >= MAX_PATH)
            result = HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE);
        else
            result = existing(path, (csidl & CSIDL_FLAG_CREATE) != 0,
                              !(csidl & CSIDL_FLAG_DONT_VERIFY));
        /* documented: S_FALSE, with the path, where the folder does not exist */
        if (result == HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND))
            result = S_FALSE;
        if (SUCCEEDED(result))
            memcpy(out, path, (wide_length(path) + 1) * sizeof(WCHAR));
        heap_free(path);
        return result;
    }
    return result;
}

HRESULT WINAPI SHGetFolderPathA(HWND window, int csidl, HANDLE token, DWORD flags, LPSTR out)
{
    WCHAR path[MAX_PATH];
    char *narrow;
    HRESULT result;

    if (!out)
        return E_INVALIDARG;
    *out = 0;
    result = SHGetFolderPathW(window, csidl, token, flags, path);
    if (FAILED(result))
        return result;
    narrow = ansi_copy(path);
    if (!narrow)
        return E_OUTOFMEMORY;
    if (ansi_length(narrow) < MAX_PATH)
        memcpy(out, narrow, ansi_length(narrow) + 1);
    else
        result = HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE);
    heap_free(narrow);
    return result;
}

BOOL WINAPI SHGetSpecialFolderPathW(HWND window, LPWSTR out, int csidl, BOOL create)
{
    return SHGetFolderPathW(window, csidl | (create ? CSIDL_FLAG_CREATE : 0), NULL, 0, out) == S_OK;
}

BOOL WINAPI SHGetSpecialFolderPathA(HWND window, LPSTR out, int csidl, BOOL create)
{
    return SHGetFolderPathA(window, csidl | (create ? CSIDL_FLAG_CREATE : 0), NULL, 0, out) == S_OK;
}

int WINAPI SHCreateDirectoryExW(HWND window, LPCWSTR path, const SECURITY_ATTRIBUTES *security)
{
    WCHAR *copy;
    SIZE_T length;
    int error = ERROR_SUCCESS;

    (void)window;
    if (!path)
        return ERROR_INVALID_PARAMETER;
    length = wide_length(path);
    if (length < 3 || path[1] != ':' || (path[2] != '\\' && path[2] != '/')) {
        if (length < 3 || path[0] != '\\' || path[1] != '\\')
            return ERROR_BAD_PATHNAME; /* only a fully qualified path is taken */
    }
    if (GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES)
        return is_directory(path) ? ERROR_ALREADY_EXISTS : ERROR_FILE_EXISTS;
    copy = heap_alloc((length + 1) * sizeof(WCHAR));
    if (!copy)
        return ERROR_NOT_ENOUGH_MEMORY;
    for (SIZE_T i = 0; i <= length; i++)
        copy[i] = path[i] == '/' ? '\\' : path[i];
    while (length > 3 && copy[length - 1] == '\\')
        copy[--length] = 0;
    if (security ? !CreateDirectoryW(copy, (LPSECURITY_ATTRIBUTES)security) : TRUE)
        if (!make_path(copy))
            error = (int)GetLastError();
    heap_free(copy);
    return error;
}
