/*
 * What kernelbase's file functions share among themselves.
 */
#ifndef LIBCOMPAT_NT_KERNELBASE_FILE_H
#define LIBCOMPAT_NT_KERNELBASE_FILE_H

#include "kernelbase.h"
#include <winioctl.h>

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

/* NtCreateFile options for CreateFile's flags. */
ULONG create_options(DWORD flags);

/* The handle that a standard handle number stands for; any other handle as it is (object.c). */
HANDLE real_handle(HANDLE handle);

/*
 * The NT name of a DOS one, for one call. What lies below the current directory is named relative to
 * its handle, which the name borrows: so it is found though the directory has been renamed, and with
 * fewer steps. FALSE: last error set; otherwise nt_name_free.
 */
struct nt_name {
    UNICODE_STRING full;
    RTL_RELATIVE_NAME_U relative;
};
BOOL nt_name(struct nt_name *name, OBJECT_ATTRIBUTES *attributes, const WCHAR *dos, ULONG flags,
             const SECURITY_ATTRIBUTES *security);
void nt_name_free(struct nt_name *name);

/*
 * Opens an existing file or directory by its DOS name for a short synchronous use. `options` are
 * added to FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT. FALSE: last error set.
 */
BOOL open_path(HANDLE *file, const WCHAR *name, ACCESS_MASK access, ULONG options);

/*
 * DOS form of an NT object name: \Device\HarddiskVolumeN\x -> C:\x, \??\C:\x -> C:\x,
 * \Device\Mup\s\s -> \\s\s. NULL (last error set) when no drive leads there. On the heap.
 */
WCHAR *dos_path_of_nt(const UNICODE_STRING *nt);

/* NT name of an open file or section-backed object, on the heap. NULL: last error set. */
UNICODE_STRING *object_name(HANDLE handle);

/*
 * Looks for a program as CreateProcess does: application directory, current directory, system
 * directories, PATH; ".exe" is added to a name without extension. On the heap; NULL: last error.
 */
WCHAR *find_program(const WCHAR *name);

/* A copy as CopyFileEx and CopyFile2 describe it (file_copy.c). */
BOOL copy_file(const WCHAR *from, const WCHAR *to, LPPROGRESS_ROUTINE progress, void *context,
               BOOL *cancel, DWORD flags);

#endif
