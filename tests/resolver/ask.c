/* Asks the name server of tests/resolver/server.py in each way; what it prints is compared. */
#include <stdio.h>
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windns.h>

static void ask_host(const char *name)
{
    struct addrinfo *list = NULL;
    int error = getaddrinfo(name, "443", NULL, &list);

    printf("getaddrinfo %s: %d\n", name, error);
    for (struct addrinfo *i = list; i; i = i->ai_next) {
        char host[64], service[16];

        getnameinfo(i->ai_addr, i->ai_addrlen, host, sizeof(host), service, sizeof(service),
                    NI_NUMERICHOST | NI_NUMERICSERV);
        printf("  %s port %s\n", host, service);
    }
    if (list)
        freeaddrinfo(list);
}

static void ask_records(WORD type)
{
    DNS_RECORDW *r = NULL;
    DNS_STATUS status = DnsQuery_W(L"host.example.test", type, 0, NULL, (PDNS_RECORD *)&r, NULL);

    printf("type %d: %ld", type, status);
    if (!status && type == DNS_TYPE_A)
        printf(" %08lx", r->Data.A.IpAddress);
    if (!status && type == DNS_TYPE_MX)
        printf(" %ls %d", r->Data.MX.pNameExchange, r->Data.MX.wPreference);
    if (!status && type == DNS_TYPE_TEXT)
        printf(" %ld %ls %ls", r->Data.TXT.dwStringCount, r->Data.TXT.pStringArray[0],
               r->Data.TXT.pStringArray[1]);
    if (!status && type == DNS_TYPE_SRV)
        printf(" %ls %d", r->Data.SRV.pNameTarget, r->Data.SRV.wPort);
    printf("\n");
    DnsFree(r, DnsFreeRecordList);
}

int main(void)
{
    WSADATA data;
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    char name[128] = "";
    struct hostent *host;
    PDNS_RECORD none;
    int error;

    WSAStartup(MAKEWORD(2, 2), &data);
    ask_host("host.example.test");
    ask_host("missing.example.test");
    v4.sin_addr.s_addr = htonl(0x0a010203);
    error = getnameinfo((SOCKADDR *)&v4, sizeof(v4), name, sizeof(name), NULL, 0, NI_NAMEREQD);
    printf("getnameinfo: %d %s\n", error, name);
    host = gethostbyname("host.example.test");
    printf("gethostbyname: %s\n", host ? host->h_name : "none");
    ask_records(DNS_TYPE_A);
    ask_records(DNS_TYPE_MX);
    ask_records(DNS_TYPE_TEXT);
    ask_records(DNS_TYPE_SRV);
    printf("missing: %ld\n", DnsQuery_A("missing.example.test", DNS_TYPE_A, 0, NULL, &none, NULL));
    return 0;
}
