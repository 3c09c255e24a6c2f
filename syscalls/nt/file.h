#ifndef SYSCALLS_NT_FILE_H
#define SYSCALLS_NT_FILE_H
#include "syscalls/nt/nt.h"
extern char nt_system32_dir[4096];
bool nt_dos_path_of_host(const char *host, char *dos, size_t size);
void nt_file_standard_handles(RTL_USER_PROCESS_PARAMETERS *p);
#endif
