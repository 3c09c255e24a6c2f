/* The mount table of the host, as statfs and its like show it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/unix/file.h"

/* mountinfo writes blanks and their like as \ooo. */
static void unescape(char *s)
{
    char *to = s;
    while (*s) {
        if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] && s[3]) {
            *to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
            s += 4;
        } else {
            *to++ = *s++;
        }
    }
    *to = 0;
}

static void keep(char *to, size_t max, const char *from)
{
    snprintf(to, max, "%s", from);
    unescape(to);
}

void unix_mount_of(uint32_t major, uint32_t minor, struct unix_mount *m)
{
    char *line = NULL;
    size_t size = 0;
    FILE *f = fopen("/proc/self/mountinfo", "re");

    memset(m, 0, sizeof(*m));
    strcpy(m->on, "/");
    strcpy(m->type, "unknown");
    if (!f)
        return;
    while (getline(&line, &size, f) > 0) {
        unsigned a, b;
        int on_at = 0, on_end = 0;
        if (sscanf(line, "%*d %*d %u:%u %*s %n%*s%n", &a, &b, &on_at, &on_end) < 2 || a != major ||
            b != minor || !on_end)
            continue;
        char *rest = strstr(line + on_end, " - ");
        char *words = NULL, *type = rest ? strtok_r(rest + 3, " \n", &words) : NULL;
        char *from = type ? strtok_r(NULL, " \n", &words) : NULL;
        if (!from)
            continue;
        line[on_end] = 0;
        keep(m->on, sizeof(m->on), line + on_at);
        keep(m->type, sizeof(m->type), type);
        keep(m->from, sizeof(m->from), from);
        m->found = true;
        /* The last one is what is seen: later mounts hide earlier ones. */
    }
    free(line);
    fclose(f);
}
