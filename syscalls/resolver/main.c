/*
 * compatrun-resolver: asks the host's resolver one question, for the runner, which has no dynamic
 * linker to load name services with. Standard input is a socket: one message in (NSI_QUESTION), one
 * out (NSI_ANSWER). It ends at once when the other side is gone.
 */
#include <arpa/nameser.h>
#include <errno.h>
#include <locale.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#undef DELETE /* of arpa/nameser.h; NT has another */
#include "abi/nt/nsi.h"

#define NT_AF_INET 2
#define NT_AF_INET6 23

static char answer[NSI_ANSWER_MAX];

static void *watch(void *unused)
{
    struct pollfd p = {.fd = STDIN_FILENO};

    (void)unused;
    while (poll(&p, 1, -1) <= 0 || !(p.revents & (POLLHUP | POLLERR)))
        ;
    _exit(1);
}

static LONG result_of(int error)
{
    switch (error) {
    case 0:
        return NSI_RESOLVED;
    case EAI_NONAME:
        return NSI_NO_SUCH_NAME;
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
        return NSI_NO_DATA;
    case EAI_AGAIN:
        return NSI_TRY_AGAIN;
    default:
        return NSI_FAILED;
    }
}

static size_t put_name(NSI_ANSWER *a, size_t at, const char *name)
{
    size_t n = name ? strlen(name) : 0;

    if (n > sizeof(answer) - at)
        n = 0;
    if (n)
        memcpy(answer + at, name, n);
    a->NameLength = (ULONG)n;
    return at + n;
}

static size_t ask_name(const NSI_QUESTION *q, NSI_ANSWER *a, const char *name)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    size_t at = sizeof(*a);
    const char *canonical = NULL;

    hints.ai_family = q->Family == NT_AF_INET    ? AF_INET
                      : q->Family == NT_AF_INET6 ? AF_INET6
                                                 : AF_UNSPEC;
    hints.ai_flags = q->Flags & NSI_NAME_CANONICAL ? AI_CANONNAME : 0;
    for (const char *c = name; *c; c++)
        if (*c & 0x80) {
            hints.ai_flags |= AI_IDN | (q->Flags & NSI_NAME_CANONICAL ? AI_CANONIDN : 0);
            break;
        }
    a->Result = result_of(getaddrinfo(name, NULL, &hints, &list));
    for (const struct addrinfo *i = list; i && a->Count < NSI_FOUND_MAX; i = i->ai_next) {
        NSI_FOUND f = {0};
        if (!canonical)
            canonical = i->ai_canonname;
        if (i->ai_family == AF_INET) {
            f.Family = NT_AF_INET;
            memcpy(f.Address, &((struct sockaddr_in *)(void *)i->ai_addr)->sin_addr, 4);
        } else if (i->ai_family == AF_INET6) {
            const struct sockaddr_in6 *v6 = (const void *)i->ai_addr;
            f.Family = NT_AF_INET6;
            f.Scope = v6->sin6_scope_id;
            memcpy(f.Address, &v6->sin6_addr, 16);
        } else {
            continue;
        }
        memcpy(answer + at, &f, sizeof(f));
        at += sizeof(f);
        a->Count++;
    }
    at = put_name(a, at, canonical);
    if (list)
        freeaddrinfo(list);
    return at;
}

static size_t ask_address(const NSI_QUESTION *q, NSI_ANSWER *a)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    char name[NI_MAXHOST];
    socklen_t n;

    if (q->Family == NT_AF_INET) {
        address.v4.sin_family = AF_INET;
        memcpy(&address.v4.sin_addr, q->Address, 4);
        n = sizeof(address.v4);
    } else {
        address.v6.sin6_family = AF_INET6;
        memcpy(&address.v6.sin6_addr, q->Address, 16);
        n = sizeof(address.v6);
    }
    a->Result = result_of(getnameinfo(&address.any, n, name, sizeof(name), NULL, 0, NI_NAMEREQD));
    return put_name(a, sizeof(*a), a->Result == NSI_RESOLVED ? name : NULL);
}

static size_t ask_records(const NSI_QUESTION *q, NSI_ANSWER *a, const char *name)
{
    struct __res_state state = {0};
    unsigned char *to = (unsigned char *)answer + sizeof(*a);
    int room = 65535, n;

    if (res_ninit(&state) != 0) {
        a->Result = NSI_FAILED;
        return sizeof(*a);
    }
    if (q->Flags & NSI_NAME_TCP)
        state.options |= RES_USEVC;
    if (q->Flags & NSI_NAME_NO_SEARCH)
        n = res_nquery(&state, name, ns_c_in, q->Type, to, room);
    else
        n = res_nsearch(&state, name, ns_c_in, q->Type, to, room);
    if (n >= 0) {
        a->Length = (ULONG)(n < room ? n : room);
    } else {
        switch (state.res_h_errno) {
        case HOST_NOT_FOUND:
            a->Result = NSI_NO_SUCH_NAME;
            break;
        case NO_DATA:
            a->Result = NSI_NO_DATA;
            break;
        case TRY_AGAIN:
            a->Result = NSI_TRY_AGAIN;
            break;
        default:
            a->Result = NSI_FAILED;
            break;
        }
    }
    res_nclose(&state);
    return sizeof(*a) + a->Length;
}

int main(void)
{
    NSI_QUESTION q = {0};
    NSI_ANSWER a = {0};
    char name[NSI_NAME_MAX + 1] = {0};
    pthread_t watcher;
    size_t n = 0;

    setlocale(LC_ALL, "C.UTF-8"); /* names are UTF-8 whatever the user's language */
    if (recv(STDIN_FILENO, &q, sizeof(q), 0) < (ssize_t)offsetof(NSI_QUESTION, Name) ||
        q.NameLength > NSI_NAME_MAX) {
        fprintf(stderr, "compatrun-resolver: is started by compatrun, not by hand\n");
        return 2;
    }
    memcpy(name, q.Name, q.NameLength);
    if (pthread_create(&watcher, NULL, watch, NULL) != 0)
        return 1;
    switch (q.Operation) {
    case NSI_ASK_NAME:
        n = ask_name(&q, &a, name);
        break;
    case NSI_ASK_ADDRESS:
        n = ask_address(&q, &a);
        break;
    case NSI_ASK_RECORDS:
        n = ask_records(&q, &a, name);
        break;
    default:
        return 2;
    }
    memcpy(answer, &a, sizeof(a));
    return send(STDIN_FILENO, answer, n, MSG_NOSIGNAL) == (ssize_t)n ? 0 : 1;
}
