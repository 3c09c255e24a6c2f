/* Names of hosts, services and protocols; addresses as text. Nothing here asks a name server. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windns.h>

#include "tests/nt/check.h"

INT WSAAPI GetAddrInfoExOverlappedResult(LPOVERLAPPED overlapped);

static void test_services(void)
{
    struct servent *s = getservbyname("http", "tcp");
    struct protoent *p;

    CHECK(s && s->s_port == htons(80) && !strcmp(s->s_proto, "tcp"));
    s = getservbyport(htons(53), "udp");
    CHECK(s && !strcmp(s->s_name, "domain"));
    CHECK(getservbyname("HTTPS", NULL) != NULL);
    CHECK(!getservbyname("no-such-service", "tcp"));
    CHECK_EQ(WSAGetLastError(), WSANO_DATA);
    p = getprotobyname("tcp");
    CHECK(p && p->p_proto == IPPROTO_TCP);
    p = getprotobynumber(IPPROTO_UDP);
    CHECK(p && !strcmp(p->p_name, "udp"));
    CHECK(!getprotobyname("no-such-protocol"));
    CHECK_EQ(WSAGetLastError(), WSANO_DATA);
}

static void test_getaddrinfo(void)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *list = NULL;
    struct sockaddr_in *v4;
    struct sockaddr_in6 *v6;

    CHECK_EQ(getaddrinfo("localhost", "http", &hints, &list), 0);
    CHECK(list && list->ai_family == AF_INET && list->ai_socktype == SOCK_STREAM);
    if (list) {
        v4 = (struct sockaddr_in *)list->ai_addr;
        CHECK_EQ(v4->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
        CHECK_EQ(v4->sin_port, htons(80));
        freeaddrinfo(list);
    }
    hints.ai_family = AF_INET6;
    CHECK_EQ(getaddrinfo("fe80::1%1", "7", &hints, &list), 0);
    if (list) {
        v6 = (struct sockaddr_in6 *)list->ai_addr;
        CHECK_EQ(v6->sin6_scope_id, 1);
        CHECK_EQ(v6->sin6_port, htons(7));
        freeaddrinfo(list);
    }
    hints.ai_family = AF_UNSPEC;
    hints.ai_flags = AI_NUMERICHOST;
    CHECK_EQ(getaddrinfo("localhost", NULL, &hints, &list), WSAHOST_NOT_FOUND);
    CHECK(list == NULL);
    hints.ai_flags = 0;
    hints.ai_socktype = 0;
    CHECK_EQ(getaddrinfo("127.0.0.1", "no-such-service", &hints, &list), WSATYPE_NOT_FOUND);
    CHECK_EQ(getaddrinfo(NULL, NULL, &hints, &list), WSAHOST_NOT_FOUND);
    hints.ai_flags = AI_CANONNAME;
    CHECK_EQ(getaddrinfo("127.0.0.1", NULL, &hints, &list), 0);
    CHECK(list && list->ai_canonname && !strcmp(list->ai_canonname, "127.0.0.1"));
    if (list)
        freeaddrinfo(list);
    hints.ai_flags = AI_PASSIVE;
    hints.ai_family = AF_INET;
    CHECK_EQ(getaddrinfo(NULL, "0", &hints, &list), 0);
    CHECK(list && ((struct sockaddr_in *)list->ai_addr)->sin_addr.s_addr == INADDR_ANY);
    if (list)
        freeaddrinfo(list);
    hints.ai_family = 77;
    CHECK_EQ(getaddrinfo("localhost", NULL, &hints, &list), WSAEAFNOSUPPORT);
}

static void test_asynchronous(void)
{
    ADDRINFOEXW *list = NULL;
    OVERLAPPED o = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    HANDLE cancel = NULL;
    int error = GetAddrInfoExW(L"localhost", L"80", NS_DNS, NULL, NULL, &list, NULL, &o, NULL,
                               &cancel);

    CHECK(error == WSA_IO_PENDING || error == 0);
    CHECK_EQ(WaitForSingleObject(o.hEvent, 20000), WAIT_OBJECT_0);
    CHECK_EQ(GetAddrInfoExOverlappedResult(&o), 0);
    CHECK(list && (list->ai_family == AF_INET || list->ai_family == AF_INET6));
    if (list)
        FreeAddrInfoExW(list);
    CloseHandle(o.hEvent);
    list = NULL;
    CHECK_EQ(GetAddrInfoExW(L"::1", NULL, NS_ALL, NULL, NULL, &list, NULL, NULL, NULL, NULL), 0);
    CHECK(list && list->ai_family == AF_INET6);
    if (list)
        FreeAddrInfoExW(list);
}

static void test_older(void)
{
    char name[256];
    struct hostent *h;
    WCHAR wide[256];

    CHECK_EQ(gethostname(name, sizeof(name)), 0);
    CHECK_EQ(GetHostNameW(wide, 256), 0);
    CHECK_EQ(gethostname(name, 1), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAEFAULT);
    h = gethostbyname("127.0.0.1");
    CHECK(h && h->h_addrtype == AF_INET && h->h_length == 4 && h->h_addr_list[0]);
    if (h)
        CHECK_EQ(*(ULONG *)h->h_addr_list[0], htonl(INADDR_LOOPBACK));
    h = gethostbyname("localhost");
    CHECK(h && *(ULONG *)h->h_addr_list[0] == htonl(INADDR_LOOPBACK));
    gethostname(name, sizeof(name));
    h = gethostbyname(name);
    CHECK(h && h->h_addr_list[0]);
    h = gethostbyname(NULL);
    CHECK(h && h->h_addr_list[0]);
    CHECK(!gethostbyaddr("1", 1, AF_INET));
    CHECK_EQ(WSAGetLastError(), WSAEFAULT);
}

static void test_getnameinfo(void)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(80)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_scope_id = 3};
    char host[64], service[32];
    WCHAR wide[64];

    v4.sin_addr.s_addr = htonl(0x7f000001);
    CHECK_EQ(getnameinfo((SOCKADDR *)&v4, sizeof(v4), host, sizeof(host), service, sizeof(service),
                         NI_NUMERICHOST), 0);
    CHECK(!strcmp(host, "127.0.0.1") && !strcmp(service, "http"));
    CHECK_EQ(getnameinfo((SOCKADDR *)&v4, sizeof(v4), NULL, 0, service, sizeof(service),
                         NI_NUMERICSERV), 0);
    CHECK(!strcmp(service, "80"));
    v6.sin6_addr.s6_addr[0] = 0xfe;
    v6.sin6_addr.s6_addr[1] = 0x80;
    v6.sin6_addr.s6_addr[15] = 9;
    CHECK_EQ(GetNameInfoW((SOCKADDR *)&v6, sizeof(v6), wide, 64, NULL, 0, NI_NUMERICHOST), 0);
    CHECK(!wcscmp(wide, L"fe80::9%3"));
    CHECK_EQ(getnameinfo((SOCKADDR *)&v4, 4, host, sizeof(host), NULL, 0, NI_NUMERICHOST),
             WSAEFAULT);
    CHECK_EQ(getnameinfo((SOCKADDR *)&v4, sizeof(v4), NULL, 0, NULL, 0, 0), WSAHOST_NOT_FOUND);
}

static void test_text(void)
{
    struct sockaddr_in v4 = {0};
    struct sockaddr_in6 v6 = {0};
    int size = sizeof(v4);
    WCHAR text[64];
    DWORD n = 64;

    CHECK_EQ(WSAStringToAddressW((WCHAR *)L"10.1.2.3:99", AF_INET, NULL, (SOCKADDR *)&v4, &size), 0);
    CHECK_EQ(v4.sin_addr.s_addr, htonl(0x0a010203));
    CHECK_EQ(v4.sin_port, htons(99));
    CHECK_EQ(WSAAddressToStringW((SOCKADDR *)&v4, sizeof(v4), NULL, text, &n), 0);
    CHECK(!wcscmp(text, L"10.1.2.3:99") && n == 12);
    n = 3;
    CHECK_EQ(WSAAddressToStringW((SOCKADDR *)&v4, sizeof(v4), NULL, text, &n), SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAEFAULT);
    CHECK_EQ(n, 12);
    size = sizeof(v6);
    CHECK_EQ(WSAStringToAddressW((WCHAR *)L"[::1]:443", AF_INET6, NULL, (SOCKADDR *)&v6, &size), 0);
    CHECK_EQ(v6.sin6_port, htons(443));
    n = 64;
    CHECK_EQ(WSAAddressToStringW((SOCKADDR *)&v6, sizeof(v6), NULL, text, &n), 0);
    CHECK(!wcscmp(text, L"[::1]:443"));
    CHECK_EQ(WSAStringToAddressW((WCHAR *)L"nonsense", AF_INET, NULL, (SOCKADDR *)&v4, &size),
             SOCKET_ERROR);
    CHECK_EQ(WSAGetLastError(), WSAEINVAL);
}

static void test_dns(void)
{
    DNS_RECORDW *list = NULL;
    DNS_STATUS status = DnsQuery_W(L"localhost", DNS_TYPE_A, DNS_QUERY_STANDARD, NULL,
                                   (PDNS_RECORD *)&list, NULL);

    CHECK_EQ(status, 0);
    CHECK(list && list->wType == DNS_TYPE_A && list->Data.A.IpAddress == htonl(INADDR_LOOPBACK));
    DnsFree(list, DnsFreeRecordList);
    CHECK(DnsNameCompare_W((WCHAR *)L"Example.ORG", (WCHAR *)L"example.org."));
    CHECK(!DnsNameCompare_W((WCHAR *)L"example.org", (WCHAR *)L"example.com"));
    CHECK_EQ(DnsValidateName_W(L"host.example.org", DnsNameDomain), 0);
    CHECK_EQ(DnsValidateName_W(L"a..b", DnsNameDomain), ERROR_INVALID_NAME);
    CHECK_EQ(DnsValidateName_W(L"no_rfc", DnsNameDomain), DNS_ERROR_NON_RFC_NAME);
    CHECK_EQ(DnsValidateName_W(L"a.b", DnsNameHostnameLabel), ERROR_INVALID_NAME);
}

int main(void)
{
    WSADATA data;

    CHECK(!gethostbyname("localhost"));
    CHECK_EQ(WSAGetLastError(), WSANOTINITIALISED);
    CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
    test_services();
    test_getaddrinfo();
    test_asynchronous();
    test_older();
    test_getnameinfo();
    test_text();
    test_dns();
    WSACleanup();
    return check_done();
}
