/* Registry keys and values, through the system calls. */
#include "tests/nt/check.h"

typedef struct {
    USHORT Length, MaximumLength;
    const WCHAR *Buffer;
} NAME;
typedef struct {
    ULONG Length;
    HANDLE RootDirectory;
    NAME *ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor, SecurityQualityOfService;
} ATTRIBUTES;
typedef struct {
    LONG_PTR Status;
    ULONG_PTR Information;
} IOSB;

#define NT(name, ...) static LONG(NTAPI *name)(__VA_ARGS__)
NT(nt_open, HANDLE *, ACCESS_MASK, ATTRIBUTES *);
NT(nt_create, HANDLE *, ACCESS_MASK, ATTRIBUTES *, ULONG, NAME *, ULONG, ULONG *);
NT(nt_query, HANDLE, ULONG, PVOID, ULONG, ULONG *);
NT(nt_enum, HANDLE, ULONG, ULONG, PVOID, ULONG, ULONG *);
NT(nt_value, HANDLE, NAME *, ULONG, PVOID, ULONG, ULONG *);
NT(nt_enum_value, HANDLE, ULONG, ULONG, PVOID, ULONG, ULONG *);
NT(nt_set, HANDLE, NAME *, ULONG, ULONG, const void *, ULONG);
NT(nt_delete, HANDLE);
NT(nt_delete_value, HANDLE, NAME *);
NT(nt_rename, HANDLE, NAME *);
NT(nt_notify, HANDLE, HANDLE, PVOID, PVOID, IOSB *, ULONG, BOOLEAN, PVOID, ULONG, BOOLEAN);
NT(nt_close, HANDLE);
NT(open_user, ACCESS_MASK, HANDLE *);

#define NOT_FOUND ((LONG)0xc0000034)
#define TOO_SMALL ((LONG)0xc0000023)
#define OVERFLOWED ((LONG)0x80000005)
#define NO_MORE ((LONG)0x8000001a)
#define DENIED ((LONG)0xc0000022)
#define KEY_GONE ((LONG)0xc000017c)
#define CANNOT_DELETE ((LONG)0xc0000121)

static void *call(const char *name)
{
    return (void *)(ULONG_PTR)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name);
}

static NAME name_of(const WCHAR *s)
{
    USHORT n = (USHORT)(lstrlenW(s) * 2);

    return (NAME){n, (USHORT)(n + 2), s};
}

static LONG open_key(HANDLE root, const WCHAR *path, ACCESS_MASK access, HANDLE *h)
{
    NAME n = name_of(path);
    ATTRIBUTES a = {sizeof(a), root, &n, 0x40, NULL, NULL};

    return nt_open(h, access, &a);
}

static LONG create_key(HANDLE root, const WCHAR *path, ULONG options, HANDLE *h, ULONG *made)
{
    NAME n = name_of(path);
    ATTRIBUTES a = {sizeof(a), root, &n, 0x40, NULL, NULL};

    return nt_create(h, KEY_ALL_ACCESS, &a, 0, NULL, options, made);
}

static LONG query_value(HANDLE h, const WCHAR *name, ULONG class, void *out, ULONG n, ULONG *need)
{
    NAME u = name_of(name);

    return nt_value(h, &u, class, out, n, need);
}

static LONG set_value(HANDLE h, const WCHAR *name, ULONG type, const void *data, ULONG n)
{
    NAME u = name_of(name);

    return nt_set(h, &u, 0, type, data, n);
}

struct partial {
    ULONG TitleIndex, Type, DataLength;
    BYTE Data[200];
};

static void test_defaults(void)
{
    static const struct {
        const WCHAR *key, *value;
        ULONG type;
    } expected[] = {
        {L"\\Registry\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion", L"ProductName",
         1},
        {L"\\REGISTRY\\MACHINE\\SOFTWARE\\MICROSOFT\\WINDOWS NT\\CURRENTVERSION", L"currentbuild",
         1},
        {L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\Nls\\CodePage", L"ACP", 1},
        {L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\ComputerName\\ComputerName",
         L"ComputerName", 1},
        {L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\Session Manager\\Environment",
         L"ComSpec", 2},
        {L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\TimeZoneInformation", L"Bias",
         4},
        {L"\\Registry\\Machine\\Hardware\\Description\\System\\CentralProcessor\\0", L"~MHz", 4},
    };
    struct partial p;
    HANDLE h;
    ULONG n;

    for (unsigned i = 0; i < ARRAYSIZE(expected); i++) {
        LONG status = open_key(NULL, expected[i].key, KEY_READ, &h);
        CHECK_EQ(status, 0);
        if (status)
            continue;
        status = query_value(h, expected[i].value, 2, &p, sizeof(p), &n);
        if (i != 5 || !check_on_wine()) /* a fresh Wine lacks the time zone */
            CHECK(!status && p.Type == expected[i].type);
        nt_close(h);
    }
    CHECK_EQ(open_key(NULL, L"\\Registry\\Machine\\Nothing\\Like\\This", KEY_READ, &h), NOT_FOUND);
    CHECK_EQ(open_key(NULL, L"Machine", KEY_READ, &h), (LONG)0xc000003b);
}

static void test_values(HANDLE key)
{
    struct {
        ULONG TitleIndex, Type, DataOffset, DataLength, NameLength;
        BYTE Rest[200];
    } full;
    struct partial p;
    ULONG n, number = 0x12345678;

    CHECK_EQ(set_value(key, L"Number", REG_DWORD, &number, 4), 0);
    CHECK_EQ(set_value(key, L"Text", REG_SZ, L"hello", 12), 0);
    CHECK_EQ(set_value(key, L"", REG_SZ, L"default", 16), 0);
    CHECK_EQ(set_value(key, L"Empty", REG_BINARY, NULL, 0), 0);
    CHECK_EQ(set_value(key, L"Odd", 0x12345, "abc", 3), 0);

    CHECK_EQ(query_value(key, L"nUMBER", 2, &p, sizeof(p), &n), 0);
    CHECK(p.Type == REG_DWORD && p.DataLength == 4 && n == 16 && *(ULONG *)p.Data == number);
    CHECK_EQ(query_value(key, L"Text", 2, &p, 8, &n), TOO_SMALL);
    CHECK_EQ(n, 24);
    CHECK_EQ(query_value(key, L"Text", 2, &p, 16, &n), OVERFLOWED);
    CHECK(n == 24 && p.DataLength == 12 && *(WCHAR *)p.Data == 'h');
    CHECK_EQ(query_value(key, L"", 2, &p, sizeof(p), &n), 0);
    CHECK(p.DataLength == 16 && !memcmp(p.Data, L"default", 16));
    CHECK_EQ(query_value(key, L"Odd", 2, &p, sizeof(p), &n), 0);
    CHECK(p.Type == 0x12345 && p.DataLength == 3);
    CHECK_EQ(query_value(key, L"Missing", 2, &p, sizeof(p), &n), NOT_FOUND);

    CHECK_EQ(nt_enum_value(key, 0, 1, &full, sizeof(full), &n), 0);
    if (!check_on_wine()) { /* which sorts values by name; Windows keeps them as they came */
        CHECK(full.NameLength == 12 && full.Type == REG_DWORD && full.DataLength == 4);
        CHECK(full.DataOffset >= 32 && *(ULONG *)((BYTE *)&full + full.DataOffset) == number);
    }
    CHECK_EQ(nt_enum_value(key, 5, 1, &full, sizeof(full), &n), NO_MORE);

    NAME u = name_of(L"Text");
    CHECK_EQ(nt_delete_value(key, &u), 0);
    CHECK_EQ(nt_delete_value(key, &u), NOT_FOUND);
    CHECK_EQ(nt_enum_value(key, 4, 1, &full, sizeof(full), &n), NO_MORE);
}

static void test_keys(HANDLE key)
{
    struct {
        LARGE_INTEGER LastWriteTime;
        ULONG TitleIndex, ClassOffset, ClassLength, SubKeys, MaxNameLen, MaxClassLen, Values,
            MaxValueNameLen, MaxValueDataLen;
        WCHAR Class[20];
    } full;
    struct {
        LARGE_INTEGER LastWriteTime;
        ULONG TitleIndex, NameLength;
        WCHAR Name[40];
    } basic;
    struct {
        ULONG NameLength;
        WCHAR Name[200];
    } whole;
    HANDLE b, a, deep;
    ULONG n, made;

    CHECK_EQ(create_key(key, L"Beta", 0, &b, &made), 0);
    CHECK_EQ(made, REG_CREATED_NEW_KEY);
    CHECK_EQ(create_key(key, L"alpha", 0, &a, &made), 0);
    nt_close(a);
    CHECK_EQ(create_key(key, L"ALPHA", 0, &a, &made), 0);
    CHECK_EQ(made, REG_OPENED_EXISTING_KEY);
    CHECK_EQ(create_key(key, L"no\\such\\parent", 0, &deep, &made), NOT_FOUND);

    CHECK_EQ(nt_enum(key, 0, 0, &basic, sizeof(basic), &n), 0);
    CHECK(basic.NameLength == 10 && !memcmp(basic.Name, L"alpha", 10));
    CHECK_EQ(nt_enum(key, 1, 0, &basic, sizeof(basic), &n), 0);
    CHECK(basic.NameLength == 8 && !memcmp(basic.Name, L"Beta", 8));
    CHECK_EQ(nt_enum(key, 2, 0, &basic, sizeof(basic), &n), NO_MORE);
    CHECK_EQ(nt_enum(key, 0, 0, &basic, 4, &n), TOO_SMALL);
    CHECK_EQ(nt_enum(key, 0, 0, &basic, 18, &n), OVERFLOWED);
    CHECK_EQ(n, 26);

    CHECK_EQ(nt_query(key, 2, &full, sizeof(full), &n), 0);
    CHECK(full.SubKeys == 2 && full.MaxNameLen == 10 && full.Values == 4);
    CHECK(full.MaxValueNameLen == 12 && full.MaxValueDataLen == 16);
    CHECK_EQ(nt_query(a, 3, &whole, sizeof(whole), &n), 0);
    CHECK(whole.NameLength > 40 && whole.Name[0] == '\\' &&
          !memcmp(whole.Name + whole.NameLength / 2 - 6, L"\\alpha", 12));

    CHECK_EQ(nt_delete(key), check_on_wine() ? DENIED : CANNOT_DELETE);
    CHECK_EQ(open_key(key, L"beta", KEY_READ, &deep), 0);
    CHECK_EQ(nt_delete(deep), DENIED);
    CHECK_EQ(set_value(deep, L"x", REG_SZ, L"", 2), DENIED);
    nt_close(deep);
    CHECK_EQ(nt_delete(b), 0);
    CHECK_EQ(set_value(b, L"x", REG_SZ, L"", 2), KEY_GONE);
    CHECK_EQ(open_key(key, L"Beta", KEY_READ, &deep), NOT_FOUND);
    nt_close(b);

    if (!check_on_wine()) { /* which has no renaming */
        NAME u = name_of(L"gamma");
        CHECK_EQ(nt_rename(a, &u), 0);
        CHECK_EQ(open_key(key, L"GAMMA", KEY_READ, &deep), 0);
        nt_close(deep);
        CHECK_EQ(open_key(key, L"alpha", KEY_READ, &deep), NOT_FOUND);
    }
    CHECK_EQ(create_key(a, L"volatile", REG_OPTION_VOLATILE, &b, &made), 0);
    CHECK_EQ(create_key(b, L"kept", 0, &deep, &made), (LONG)0xc0000181);
    CHECK_EQ(nt_delete(b), 0);
    nt_close(b);
    CHECK_EQ(nt_delete(a), 0);
    nt_close(a);
}

static void test_notify(HANDLE key)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL), sub;
    IOSB iosb = {0};
    ULONG made;

    CHECK_EQ(
        nt_notify(key, event, NULL, NULL, &iosb, REG_NOTIFY_CHANGE_LAST_SET, FALSE, NULL, 0, TRUE),
        0x103);
    CHECK_EQ(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    CHECK_EQ(set_value(key, L"Odd", REG_SZ, L"y", 4), 0);
    CHECK_EQ(WaitForSingleObject(event, 1000), WAIT_OBJECT_0);
    ResetEvent(event);
    CHECK_EQ(nt_notify(key, event, NULL, NULL, &iosb, REG_NOTIFY_CHANGE_NAME, TRUE, NULL, 0, TRUE),
             0x103);
    CHECK_EQ(set_value(key, L"Odd", REG_SZ, L"z", 4), 0);
    /* Wine keeps the first filter of a handle. */
    if (!check_on_wine())
        CHECK_EQ(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    CHECK_EQ(create_key(key, L"new", 0, &sub, &made), 0);
    CHECK_EQ(WaitForSingleObject(event, 1000), WAIT_OBJECT_0);
    CHECK_EQ(nt_delete(sub), 0);
    nt_close(sub);
    CloseHandle(event);
}

int main(void)
{
    HANDLE user, key;
    ULONG made;

    nt_open = call("NtOpenKey");
    nt_create = call("NtCreateKey");
    nt_query = call("NtQueryKey");
    nt_enum = call("NtEnumerateKey");
    nt_value = call("NtQueryValueKey");
    nt_enum_value = call("NtEnumerateValueKey");
    nt_set = call("NtSetValueKey");
    nt_delete = call("NtDeleteKey");
    nt_delete_value = call("NtDeleteValueKey");
    nt_rename = call("NtRenameKey");
    nt_notify = call("NtNotifyChangeKey");
    nt_close = call("NtClose");
    open_user = call("RtlOpenCurrentUser");
    test_defaults();
    LONG status = open_user ? open_user(KEY_ALL_ACCESS, &user) : -1;
    if (status < 0) /* before there is that function: the default user's */
        status = open_key(NULL, L"\\Registry\\User\\.Default", KEY_ALL_ACCESS, &user);
    CHECK_EQ(status, 0);
    CHECK_EQ(create_key(user, L"Software\\compatrun-test", 0, &key, &made), 0);
    test_values(key);
    test_keys(key);
    test_notify(key);
    CHECK_EQ(nt_delete(key), 0);
    nt_close(key);
    nt_close(user);
    return check_done();
}
