/*
 * What the host trusts: the bundle of PEM text that every distribution keeps, seen through drive Z:.
 */
#include "crypt32.h"

static const WCHAR *const bundles[] = {
    L"\\??\\Z:\\etc\\ssl\\certs\\ca-certificates.crt",    /* Debian and its like, Arch */
    L"\\??\\Z:\\etc\\pki\\tls\\certs\\ca-bundle.crt",     /* Fedora and its like */
    L"\\??\\Z:\\etc\\ssl\\ca-bundle.pem",                 /* SUSE */
    L"\\??\\Z:\\etc\\ssl\\cert.pem",                      /* Alpine */
};

#define BUNDLE_MOST (16u << 20)

static char *read_file(const WCHAR *name, SIZE_T *size)
{
    UNICODE_STRING path;
    OBJECT_ATTRIBUTES attributes = {.Length = sizeof(attributes),
                                    .ObjectName = &path,
                                    .Attributes = OBJ_CASE_INSENSITIVE};
    IO_STATUS_BLOCK iosb;
    FILE_STANDARD_INFORMATION info;
    HANDLE file;
    char *text = NULL;
    NTSTATUS status;

    RtlInitUnicodeString(&path, name);
    status = NtOpenFile(&file, FILE_READ_DATA | SYNCHRONIZE, &attributes, &iosb,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE);
    if (!NT_SUCCESS(status))
        return NULL;
    status = NtQueryInformationFile(file, &iosb, &info, sizeof(info), FileStandardInformation);
    if (NT_SUCCESS(status) && info.EndOfFile.QuadPart > 0 && info.EndOfFile.QuadPart <= BUNDLE_MOST &&
        (text = heap_alloc((SIZE_T)info.EndOfFile.QuadPart))) {
        status = NtReadFile(file, NULL, NULL, NULL, &iosb, text, (ULONG)info.EndOfFile.QuadPart, NULL,
                            NULL);
        *size = NT_SUCCESS(status) ? iosb.Information : 0;
    }
    NtClose(file);
    return text;
}

void roots_add(struct store *store)
{
    for (ULONG i = 0; i < ARRAYSIZE(bundles); i++) {
        SIZE_T size = 0;
        char *text = read_file(bundles[i], &size);

        if (!text)
            continue;
        pem_add(store, text, size);
        heap_free(text);
        return;
    }
}

static const char *find(const char *at, const char *end, const char *mark)
{
    SIZE_T n = ansi_length(mark);

    for (; (SIZE_T)(end - at) >= n; at++)
        if (*at == *mark && !memcmp(at, mark, n))
            return at;
    return NULL;
}

void pem_add(struct store *store, const char *text, SIZE_T size)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    static const char finish[] = "-----END CERTIFICATE-----";
    const char *at = text, *end = text + size, *stop;

    while ((at = find(at, end, begin))) {
        DWORD length = 0;
        BYTE *der;
        struct cert *cert;

        at += sizeof(begin) - 1;
        stop = find(at, end, finish);
        if (!stop)
            return;
        length = (DWORD)(stop - at); /* more than enough */
        der = heap_alloc(length);
        if (!der)
            return;
        if (CryptStringToBinaryA(at, (DWORD)(stop - at), CRYPT_STRING_BASE64, der, &length, NULL, NULL) &&
            (cert = cert_new(der, length)))
            store_append(store, cert);
        heap_free(der);
        at = stop;
    }
}
