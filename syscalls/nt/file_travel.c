/* Files that a child inherits. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/afd.h"
#include "syscalls/nt/child.h"
#include "syscalls/nt/drive.h"
#include "syscalls/nt/file.h"
#include "syscalls/nt/share.h"

enum { DISK = 1, DIRECTORY = 2, REPARSE = 4, READ_ONLY = 8, WHOLE_VOLUME = 16, PATH_ONLY = 32 };

bool nt_file_export(struct nt_object *o, struct nt_export *e)
{
    struct nt_file *f = (struct nt_file *)o;
    unsigned flags = 0;

    if (f->ops->export_to)
        return f->ops->export_to(f, e);
    if (f->fd < 0)
        return false; /* a composed folder: there is nothing of it on the host */
    /* From now on the position is everybody's. */
    f->inherited = true;
    nt_file_settle(f);
    if (f->ops == &nt_disk_ops)
        flags |= DISK;
    if (f->directory)
        flags |= DIRECTORY;
    if (f->reparse)
        flags |= REPARSE;
    if (f->read_only)
        flags |= READ_ONLY;
    if (f->whole_volume)
        flags |= WHOLE_VOLUME;
    if (f->path_only)
        flags |= PATH_ONLY;
    *e = (struct nt_export){.kind = NT_TRAVEL_FILE, .fd = f->fd};
    e->word[0] = f->access;
    e->word[1] = f->share;
    e->word[2] = f->options;
    e->word[3] = flags;
    e->word[4] = f->volume ? (unsigned char)f->volume->letter : 0;
    return true;
}

static struct nt_object *import_disk(const struct nt_export *e, const struct stat *st)
{
    struct nt_file *f = nt_file_new(&nt_disk_ops, e->fd, (ACCESS_MASK)e->word[0],
                                    (uint32_t)e->word[1], (uint32_t)e->word[2]);
    uint64_t flags = e->word[3];

    if (!f)
        return NULL;
    char letter = e->word[4] >= 'A' && e->word[4] <= 'Z' ? (char)e->word[4] : 'Z';
    f->volume = nt_volume_of_letter(letter);
    if (!f->volume)
        f->volume = nt_volume_of_letter('Z');
    f->regular = S_ISREG(st->st_mode);
    f->directory = flags & DIRECTORY;
    f->reparse = flags & REPARSE;
    f->read_only = flags & READ_ONLY;
    f->whole_volume = flags & WHOLE_VOLUME;
    f->path_only = flags & PATH_ONLY;
    f->seekable = f->regular && !f->path_only;
    f->inherited = true;
    if (!NT_SUCCESS(nt_share_inherit(st->st_dev, st->st_ino, f->access, f->share, &f->shared)))
        f->shared = NULL;
    return &f->object;
}

struct nt_object *nt_import_file(const struct nt_export *e)
{
    struct stat st;

    if (fstat(e->fd, &st) != 0)
        return NULL;
    if (e->word[3] & NT_AFD_EXPORT)
        return nt_afd_import(e);
    if (e->word[3] & DISK)
        return import_disk(e, &st);
    /* Streams, terminals and the null device tell by themselves what they are. */
    struct nt_object *o = nt_file_from_fd(e->fd, (ACCESS_MASK)e->word[0]);
    if (o && o->type == &nt_file_type) {
        struct nt_file *f = (struct nt_file *)o;
        f->share = (uint32_t)e->word[1];
        f->options = (uint32_t)e->word[2];
    }
    close(e->fd);
    return o;
}
