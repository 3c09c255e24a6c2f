/* Command lines and environments for programs of the host. */
#include "syscalls/nt/native.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "syscalls/host/utf.h"
#include "syscalls/nt/drive.h"
#include "syscalls/nt/file.h"

void nt_native_free(char **list)
{
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}

static char *host_text(const uint16_t *units, size_t n)
{
    size_t need = host_from_utf16(NULL, 0, units, n);
    char *s = malloc(need + 1);

    if (s) {
        host_from_utf16(s, need, units, n);
        s[need] = 0;
    }
    return s;
}

static bool is_blank(uint16_t c)
{
    return c == ' ' || c == '\t';
}

/* One argument behind the first, from line[*at]; to has room for all that is left. Backslashes
 * count only in front of a quote; in quotes, a second quote is one that stays. */
static size_t next_argument(const uint16_t *line, size_t n, size_t *at, uint16_t *to)
{
    size_t i = *at, out = 0;
    bool quoted = false;

    while (i < n && (quoted || !is_blank(line[i]))) {
        size_t slashes = 0;
        while (i < n && line[i] == '\\')
            slashes++, i++;
        if (i < n && line[i] == '"') {
            for (size_t k = 0; k < slashes / 2; k++)
                to[out++] = '\\';
            if (slashes % 2) {
                to[out++] = '"';
            } else if (quoted && i + 1 < n && line[i + 1] == '"') {
                to[out++] = '"';
                i++;
            } else {
                quoted = !quoted;
            }
            i++;
        } else {
            for (size_t k = 0; k < slashes; k++)
                to[out++] = '\\';
            if (i < n && (quoted || !is_blank(line[i])))
                to[out++] = line[i++];
        }
    }
    *at = i;
    return out;
}

char **nt_native_arguments(const uint16_t *line, size_t n, const char *program)
{
    size_t count = 1, i = 0;
    char **list = calloc(n / 2 + 3, sizeof(*list));
    uint16_t *text = malloc((n + 1) * sizeof(*text));

    if (!list || !text || !(list[0] = strdup(program)))
        goto fail;
    /* The name: up to the closing quote, or the first blank; no escapes. */
    if (n && line[0] == '"') {
        for (i = 1; i < n && line[i] != '"'; i++)
            ;
        i += i < n;
    } else {
        while (i < n && line[i] > ' ')
            i++;
    }
    for (;;) {
        while (i < n && is_blank(line[i]))
            i++;
        if (i >= n)
            break;
        size_t units = next_argument(line, n, &i, text);
        if (!(list[count++] = host_text(text, units)))
            goto fail;
    }
    free(text);
    return list;
fail:
    free(text);
    nt_native_free(list);
    return NULL;
}

char *nt_host_path_of_dos(const uint16_t *dos, size_t n)
{
    struct nt_open how = {.access = FILE_READ_ATTRIBUTES | SYNCHRONIZE,
                          .share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                          .disposition = FILE_OPEN,
                          .options = FILE_SYNCHRONOUS_IO_NONALERT};
    char path[PATH_MAX];
    struct nt_file *f;
    uint16_t *name = malloc((n + 4) * sizeof(*name));

    if (!name)
        return NULL;
    memcpy(name, (const uint16_t[]){'\\', '?', '?', '\\'}, 8);
    memcpy(name + 4, dos, n * sizeof(*dos));
    NTSTATUS status = nt_file_open_name(NULL, name, n + 4, &how, &f);
    free(name);
    if (!NT_SUCCESS(status))
        return NULL;
    status = nt_file_host_path(f, path);
    nt_file_release(f);
    return NT_SUCCESS(status) ? strdup(path) : NULL;
}

/* "PATH=" and the host's form of a list of DOS folders; those that are not on the host go. */
static char *host_search_path(const uint16_t *value, size_t n)
{
    size_t used = 5, room = 64;
    char *out = malloc(room);

    if (!out)
        return NULL;
    strcpy(out, "PATH=");
    for (size_t i = 0; i <= n;) {
        size_t len = 0;
        while (i + len < n && value[i + len] != ';')
            len++;
        /* What C: shows of the foreign system holds nothing that the host can run. */
        struct nt_volume *v = len > 2 && value[i + 1] == ':' && value[i] < 0x80
                                  ? nt_volume_of_letter((char)(value[i] & ~0x20))
                                  : NULL;
        char *dir = v && !v->composed ? nt_host_path_of_dos(value + i, len) : NULL;
        if (dir) {
            size_t need = used + strlen(dir) + 2;
            if (need > room) {
                char *p = realloc(out, room = need * 2);
                if (!p) {
                    free(dir);
                    break;
                }
                out = p;
            }
            if (used > 5)
                out[used++] = ':';
            strcpy(out + used, dir);
            used += strlen(dir);
            free(dir);
        }
        i += len + 1;
    }
    return out;
}

static bool named(const char *variable, const char *name)
{
    size_t n = strlen(name);

    return strncasecmp(variable, name, n) == 0 && variable[n] == '=';
}

char **nt_native_environment(const uint16_t *block, size_t n)
{
    static const char *const foreign[] = {
        "SystemDrive", "SystemRoot", "windir", "ComSpec", "OS", "PATHEXT", "TMP",
        "PROCESSOR_ARCHITECTURE", "ProgramFiles", "ProgramFiles(x86)", "ProgramW6432",
        "CommonProgramFiles", "CommonProgramFiles(x86)", "CommonProgramW6432", "ProgramData",
        "ALLUSERSPROFILE", "PUBLIC", "HOMEDRIVE", "HOMEPATH", "USERPROFILE", "APPDATA",
        "LOCALAPPDATA", "USERNAME", "USERDOMAIN", "COMPUTERNAME", "LOGONSERVER",
        "NUMBER_OF_PROCESSORS", "DriverData",
    };
    size_t count = 0, room = 1;

    for (size_t i = 0; i < n; i++)
        room += block[i] == 0;
    char **list = calloc(room + 1, sizeof(*list));
    if (!list)
        return NULL;
    for (size_t i = 0; i < n && block[i];) {
        size_t len = 0;
        while (i + len < n && block[i + len])
            len++;
        char *s = host_text(block + i, len);
        if (!s) {
            nt_native_free(list);
            return NULL;
        }
        bool keep = s[0] != '=' && strchr(s, '=');
        for (size_t k = 0; keep && k < sizeof(foreign) / sizeof(foreign[0]); k++)
            keep = !named(s, foreign[k]);
        if (keep && named(s, "PATH")) {
            free(s);
            s = host_search_path(block + i + 5, len - 5);
        } else if (keep && named(s, "TEMP")) {
            char *dir = nt_host_path_of_dos(block + i + 5, len - 5);
            free(s);
            s = dir ? malloc(strlen(dir) + 8) : NULL;
            if (s)
                strcpy(stpcpy(s, "TMPDIR="), dir);
            free(dir);
        } else if (!keep) {
            free(s);
            s = NULL;
        }
        if (s)
            list[count++] = s;
        i += len + 1;
    }
    return list;
}
