#include <string.h>
#include <stdio.h>
#include "syscalls/nt/file.h"
char nt_system32_dir[4096];
bool nt_dos_path_of_host(const char *host, char *dos, size_t size)
{
    if ((size_t)snprintf(dos, size, "Z:%s", host) >= size) return false;
    for (char *p = dos; *p; p++) if (*p == '/') *p = '\\';
    return true;
}
void nt_file_standard_handles(RTL_USER_PROCESS_PARAMETERS *p) { (void)p; }
NTSTATUS nt_status_of_errno(int error) { (void)error; return STATUS_UNSUCCESSFUL; }
