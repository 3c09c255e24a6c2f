/* RTL_USER_PROCESS_PARAMETERS of the first process: command line, folders, environment, handles. */
#ifndef LOADER_NT_PARAMS_H
#define LOADER_NT_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "loader/options.h"

/* Makes them in guest memory and sets nt_process.parameters. False: no memory. */
bool nt_params_make(const struct run_options *o, const char *program_path);

/* The same of what a parent has sent; the standard handles must be installed. */
struct nt_child_message;
bool nt_params_make_child(const struct nt_child_message *m);

/* A host path as the NT name that queries give ("\??\Z:\..."), malloc'd; *length in bytes. */
uint16_t *nt_path_name_of_host(const char *path, uint32_t *length);

#endif
