/*
 * Drives: which host folder each letter shows, and the composed system drive C:.
 *
 * C: exists in every run without anything on disk: its folders (Windows, Users\NAME and so on) are
 * a table. The first write below it makes a scratch folder with the same tree, and from then on C:
 * is that folder, except for Windows\System32 (and SysWOW64), which always show the guest
 * libraries, read-only, and the host's own tables of names in drivers\etc.
 *
 * The setters are for start-up, before the first thread; the rest may be called by any thread.
 */
#ifndef SYSCALLS_NT_DRIVE_H
#define SYSCALLS_NT_DRIVE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/nt/nt.h"

struct nt_volume {
    char letter;
    bool composed;
    char *host; /* absolute and without symbolic links; no '/' at the end, so "" is the root */
    int root;   /* descriptor of it, O_PATH; -1 until first used */
};

/* Z: is the host's root and C: the composed drive without any call. false with errno when dir is
 * not a folder. */
bool nt_drive_set(char letter, const char *dir);

/* The folders with the guest libraries. The 32-bit one may be NULL: SysWOW64 is not there then. */
bool nt_system32_dir_set(const char *dir, const char *dir32);

/* Where C: is written: dir NULL for a scratch folder of the session, whose path is chosen here;
 * otherwise that folder (--state), which stays. user: the last part of the profile's path. */
bool nt_system_drive_set(const char *dir, const char *user);
const char *nt_user_name(void); /* the default of it */

/* The path that the session's other processes must give to nt_system_drive_join. */
const char *nt_system_drive_path(void);
bool nt_system_drive_join(const char *path, const char *user);

/* At the end of the process that began the session: removes the scratch folder, if it was made. */
void nt_system_drive_remove(void);

/* NULL: no such drive. nt_volume_root opens the root on first use; -1 with errno. The root of C:
 * is -1 with ENOENT while it has no folder. */
struct nt_volume *nt_volume_of_letter(unsigned letter);
struct nt_volume *nt_volume_of_device(unsigned number); /* \Device\HarddiskVolume<number> */
unsigned nt_volume_device(const struct nt_volume *v);
int nt_volume_root(struct nt_volume *v);
uint32_t nt_volume_mask(void); /* bit 0: A: */

/* A folder of the composed drive's table, or a file of the host's shown there, read-only. */
struct nt_composed {
    const char *name;  /* ASCII, but for the user's name */
    const char *alias; /* its 8.3 name or NULL */
    int parent;        /* index; -1 for the root */
    uint8_t kind;
    const char *host; /* FILE: what it shows */
};
enum { NT_COMPOSED_PLAIN, NT_COMPOSED_SYSTEM32, NT_COMPOSED_SYSWOW64, NT_COMPOSED_FILE };

extern const struct nt_composed *nt_composed_nodes;
extern const int nt_composed_count;
#define NT_COMPOSED_ROOT 0

/* The child of a node with this name, or -1. */
int nt_composed_child(int node, const uint16_t *name, size_t n);
/* false for SysWOW64 without a folder, and for a file that the host has not */
bool nt_composed_exists(int node);
/* Is it below System32, so that it is never on disk? Such a place is read-only. */
bool nt_composed_is_virtual(int node);
/* Host path of the node below the scratch folder, without '/' in front; "" for the root. */
void nt_composed_path(int node, char path[PATH_MAX]);
/* Folder with the libraries of a SYSTEM32 or SYSWOW64 node; a descriptor that stays open, or -1. */
int nt_composed_library(int node);
/* The node of Windows\System32 or SysWOW64 if an absolute host path lies in that folder; *rest is
 * what follows it. */
int nt_composed_of_library_path(const char *host, const char **rest);

/* Makes the scratch folder. C: has a root afterwards. */
NTSTATUS nt_system_drive_materialise(void);

/* The drive that shows an absolute host path, and what follows its root (begins with '/' or is
 * empty). prefer: tried first; may be NULL. C: only when it has a folder; always succeeds while Z:
 * is the root. */
struct nt_volume *nt_volume_of_host(const char *path, struct nt_volume *prefer, const char **rest);

#endif
