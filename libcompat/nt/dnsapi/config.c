/*
 * What the host's resolver is set to, as far as DnsQueryConfig tells it.
 */
#include "dns.h"
#include <ws2tcpip.h>

#include "libcompat/nt/include/nsi_call.h"

#define MAX_SERVERS 16

static DNS_STATUS give(const void *value, DWORD size, PVOID buffer, PDWORD room)
{
    DWORD had = *room;

    *room = size;
    if (!buffer)
        return 0;
    if (had < size)
        return ERROR_MORE_DATA;
    memcpy(buffer, value, size);
    return 0;
}

/* IPv4 only: that is all an IP4_ARRAY can tell. */
static DNS_STATUS servers(PVOID buffer, PDWORD room)
{
    struct {
        DWORD count;
        IP4_ADDRESS at[MAX_SERVERS];
    } list = {0};
    char *text = heap_zalloc(65537), *line, *next;
    ULONG_PTR n;
    DNS_STATUS status;

    if (!text)
        return DNS_ERROR_NO_MEMORY;
    if (!NT_SUCCESS(nsi_call(IOCTL_NSI_RESOLVER, NULL, 0, text, 65536, &n)))
        n = 0;
    text[n] = 0;
    for (line = text; *line && list.count < MAX_SERVERS; line = next) {
        static const char key[] = "nameserver";
        char *end;

        for (next = line; *next && *next != '\n'; next++)
            ;
        if (*next)
            *next++ = 0;
        if (memcmp(line, key, sizeof(key) - 1))
            continue;
        for (line += sizeof(key) - 1; *line == ' ' || *line == '\t'; line++)
            ;
        for (end = line; *end && *end != ' ' && *end != '\t' && *end != '\r'; end++)
            ;
        *end = 0;
        if (inet_pton(AF_INET, line, &list.at[list.count]) == 1)
            list.count++;
    }
    heap_free(text);
    if (!list.count)
        return DNS_ERROR_NO_DNS_SERVERS;
    status = give(&list, (DWORD)(sizeof(DWORD) + list.count * sizeof(IP4_ADDRESS)), buffer, room);
    return status;
}

static DNS_STATUS name(COMPUTER_NAME_FORMAT which, enum charset charset, PVOID buffer, PDWORD room)
{
    WCHAR wide[256];
    DWORD length = ARRAYSIZE(wide);
    char text[1024];
    ULONG size = 0;

    if (!GetComputerNameExW(which, wide, &length))
        return ERROR_NOT_SUPPORTED;
    length = (DWORD)((length + 1) * sizeof(WCHAR));
    if (charset == CHARSET_WIDE)
        return give(wide, length, buffer, room);
    if (charset == CHARSET_UTF8)
        RtlUnicodeToUTF8N(text, sizeof(text), &size, wide, length);
    else
        RtlUnicodeToMultiByteN(text, sizeof(text), &size, wide, length);
    return give(text, size, buffer, room);
}

DNS_STATUS WINAPI DnsQueryConfig(DNS_CONFIG_TYPE config, DWORD flags, PWSTR adapter, PVOID reserved,
                                 PVOID buffer, PDWORD room)
{
    (void)adapter, (void)reserved;
    if (!room || flags)
        return ERROR_INVALID_PARAMETER;
    switch (config) {
    case DnsConfigDnsServerList: return servers(buffer, room);
    case DnsConfigPrimaryDomainName_W:
        return name(ComputerNameDnsDomain, CHARSET_WIDE, buffer, room);
    case DnsConfigPrimaryDomainName_A:
        return name(ComputerNameDnsDomain, CHARSET_ANSI, buffer, room);
    case DnsConfigPrimaryDomainName_UTF8:
        return name(ComputerNameDnsDomain, CHARSET_UTF8, buffer, room);
    case DnsConfigHostName_W: return name(ComputerNameDnsHostname, CHARSET_WIDE, buffer, room);
    case DnsConfigHostName_A: return name(ComputerNameDnsHostname, CHARSET_ANSI, buffer, room);
    case DnsConfigHostName_UTF8: return name(ComputerNameDnsHostname, CHARSET_UTF8, buffer, room);
    case DnsConfigFullHostName_W:
        return name(ComputerNameDnsFullyQualified, CHARSET_WIDE, buffer, room);
    case DnsConfigFullHostName_A:
        return name(ComputerNameDnsFullyQualified, CHARSET_ANSI, buffer, room);
    case DnsConfigFullHostName_UTF8:
        return name(ComputerNameDnsFullyQualified, CHARSET_UTF8, buffer, room);
    default: return ERROR_NOT_SUPPORTED;
    }
}
