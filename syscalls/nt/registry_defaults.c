/*
 * The keys that are there at the start: what programs look up on any Windows machine. A row with
 * no value name only makes its key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscalls/host/utf.h"
#include "syscalls/nt/registry.h"
#include "syscalls/nt/system.h"
#include "syscalls/nt/timezone.h"
#include "syscalls/nt/token.h"

#define NT_CURRENT "Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion"
#define WIN_CURRENT "Machine\\Software\\Microsoft\\Windows\\CurrentVersion"
#define CONTROL "Machine\\System\\ControlSet001\\Control"
#define CLASSES "Machine\\Software\\Classes"
#define FOLDERS "\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\"

struct row {
    const char *key; /* below \Registry */
    const char *name;
    uint32_t type;
    const char *text; /* MULTI_SZ: parts end with '|' */
    uint32_t number;
};

static const struct row machine_rows[] = {
    {"Machine\\Hardware\\Description\\System", "Identifier", REG_SZ, "AT/AT COMPATIBLE", 0},
    {"Machine\\Hardware\\DeviceMap", NULL, 0, NULL, 0},
    {"Machine\\SAM", NULL, 0, NULL, 0},
    {"Machine\\Security", NULL, 0, NULL, 0},
    {NT_CURRENT, "ProductName", REG_SZ, "Windows 10 Pro", 0},
    {NT_CURRENT, "CurrentVersion", REG_SZ, "6.3", 0}, /* the last one it was given */
    {NT_CURRENT, "CurrentType", REG_SZ, "Multiprocessor Free", 0},
    {NT_CURRENT, "EditionID", REG_SZ, "Professional", 0},
    {NT_CURRENT, "InstallationType", REG_SZ, "Client", 0},
    {NT_CURRENT, "ProductId", REG_SZ, "00330-80000-00000-AA000", 0},
    {NT_CURRENT, "RegisteredOwner", REG_SZ, "", 0},
    {NT_CURRENT, "RegisteredOrganization", REG_SZ, "", 0},
    {NT_CURRENT, "SystemRoot", REG_SZ, "C:\\windows", 0},
    {NT_CURRENT, "PathName", REG_SZ, "C:\\windows", 0},
    {NT_CURRENT, "InstallDate", REG_DWORD, NULL, 1577836800},
    {NT_CURRENT, "UBR", REG_DWORD, NULL, 1},
    {NT_CURRENT, "CurrentMajorVersionNumber", REG_DWORD, NULL, 10},
    {NT_CURRENT, "CurrentMinorVersionNumber", REG_DWORD, NULL, 0},
    {NT_CURRENT "\\Fonts", NULL, 0, NULL, 0},
    {NT_CURRENT "\\FontSubstitutes", NULL, 0, NULL, 0},
    {NT_CURRENT "\\Image File Execution Options", NULL, 0, NULL, 0},
    {NT_CURRENT "\\AppCompatFlags", NULL, 0, NULL, 0},
    {NT_CURRENT "\\ProfileList", "ProfilesDirectory", REG_EXPAND_SZ, "%SystemDrive%\\Users", 0},
    {NT_CURRENT "\\ProfileList", "ProgramData", REG_EXPAND_SZ, "%SystemDrive%\\ProgramData", 0},
    {NT_CURRENT "\\ProfileList", "Public", REG_EXPAND_SZ, "%SystemDrive%\\Users\\Public", 0},
    {NT_CURRENT "\\Time Zones", NULL, 0, NULL, 0},
    {NT_CURRENT "\\Windows", NULL, 0, NULL, 0},
    {NT_CURRENT "\\Winlogon", NULL, 0, NULL, 0},
    {WIN_CURRENT, "ProgramFilesDir", REG_SZ, "C:\\Program Files", 0},
    {WIN_CURRENT, "ProgramFilesDir (x86)", REG_SZ, "C:\\Program Files (x86)", 0},
    {WIN_CURRENT, "ProgramW6432Dir", REG_SZ, "C:\\Program Files", 0},
    {WIN_CURRENT, "ProgramFilesPath", REG_EXPAND_SZ, "%ProgramFiles%", 0},
    {WIN_CURRENT, "CommonFilesDir", REG_SZ, "C:\\Program Files\\Common Files", 0},
    {WIN_CURRENT, "CommonFilesDir (x86)", REG_SZ, "C:\\Program Files (x86)\\Common Files", 0},
    {WIN_CURRENT, "CommonW6432Dir", REG_SZ, "C:\\Program Files\\Common Files", 0},
    {WIN_CURRENT, "DevicePath", REG_EXPAND_SZ, "%SystemRoot%\\inf", 0},
    {WIN_CURRENT "\\App Paths", NULL, 0, NULL, 0},
    {WIN_CURRENT "\\Policies\\System", "EnableLUA", REG_DWORD, NULL, 1},
    {WIN_CURRENT "\\Policies\\Explorer", NULL, 0, NULL, 0},
    {WIN_CURRENT "\\Run", NULL, 0, NULL, 0},
    {WIN_CURRENT "\\RunOnce", NULL, 0, NULL, 0},
    {WIN_CURRENT "\\Uninstall", NULL, 0, NULL, 0},
    {WIN_CURRENT "\\Explorer\\FolderDescriptions", NULL, 0, NULL, 0},
    {WIN_CURRENT "\\AppModelUnlock", "AllowDevelopmentWithoutDevLicense", REG_DWORD, NULL, 1},
    {"Machine\\Software\\Microsoft\\Cryptography", NULL, 0, NULL, 0},
    {"Machine\\Software\\Microsoft\\Ole", NULL, 0, NULL, 0},
    {"Machine\\Software\\Microsoft\\Rpc", NULL, 0, NULL, 0},
    {"Machine\\Software\\Policies\\Microsoft\\Windows", NULL, 0, NULL, 0},
    {"Machine\\Software\\Wow6432Node\\Microsoft\\Windows\\CurrentVersion", NULL, 0, NULL, 0},
    {CLASSES "\\CLSID", NULL, 0, NULL, 0},
    {CLASSES "\\Interface", NULL, 0, NULL, 0},
    {CLASSES "\\TypeLib", NULL, 0, NULL, 0},
    {CLASSES "\\AppID", NULL, 0, NULL, 0},
    {CLASSES "\\.txt", "", REG_SZ, "txtfile", 0},
    {CLASSES "\\.txt", "Content Type", REG_SZ, "text/plain", 0},
    {CLASSES "\\.html", "Content Type", REG_SZ, "text/html", 0},
    {CLASSES "\\.css", "Content Type", REG_SZ, "text/css", 0},
    {CLASSES "\\.js", "Content Type", REG_SZ, "text/javascript", 0},
    {CLASSES "\\.json", "Content Type", REG_SZ, "application/json", 0},
    {CLASSES "\\.png", "Content Type", REG_SZ, "image/png", 0},
    {CLASSES "\\.jpg", "Content Type", REG_SZ, "image/jpeg", 0},
    {CLASSES "\\.svg", "Content Type", REG_SZ, "image/svg+xml", 0},
    {CLASSES "\\.exe", "", REG_SZ, "exefile", 0},
    {CLASSES "\\exefile\\shell\\open\\command", "", REG_SZ, "\"%1\" %*", 0},
    {CONTROL "\\Nls\\CodePage", "ACP", REG_SZ, "65001", 0},
    {CONTROL "\\Nls\\CodePage", "OEMCP", REG_SZ, "65001", 0},
    {CONTROL "\\Nls\\CodePage", "MACCP", REG_SZ, "65001", 0},
    {CONTROL "\\Nls\\Language", "Default", REG_SZ, "0409", 0},
    {CONTROL "\\Nls\\Language", "InstallLanguage", REG_SZ, "0409", 0},
    {CONTROL "\\Nls\\Locale", "", REG_SZ, "00000409", 0},
    {CONTROL "\\Nls\\MUI\\UILanguages\\en-US", "LCID", REG_DWORD, NULL, 0x409},
    {CONTROL "\\ProductOptions", "ProductType", REG_SZ, "WinNT", 0},
    {CONTROL "\\ProductOptions", "ProductSuite", REG_MULTI_SZ, "Terminal Server|", 0},
    {CONTROL "\\FileSystem", "LongPathsEnabled", REG_DWORD, NULL, 1},
    {CONTROL "\\FileSystem", "NtfsDisable8dot3NameCreation", REG_DWORD, NULL, 2},
    {CONTROL "\\Lsa", "FipsAlgorithmPolicy", REG_DWORD, NULL, 0},
    {CONTROL "\\Lsa\\FipsAlgorithmPolicy", "Enabled", REG_DWORD, NULL, 0},
    {CONTROL "\\Windows", "Directory", REG_EXPAND_SZ, "%SystemRoot%", 0},
    {CONTROL "\\Windows", "SystemDirectory", REG_EXPAND_SZ, "%SystemRoot%\\System32", 0},
    {CONTROL "\\Session Manager", "CriticalSectionTimeout", REG_DWORD, NULL, 2592000},
    {CONTROL "\\Session Manager\\KnownDLLs", "DllDirectory", REG_EXPAND_SZ,
     "%SystemRoot%\\system32", 0},
    {CONTROL "\\Session Manager\\Memory Management", NULL, 0, NULL, 0},
    {CONTROL "\\Terminal Server", "TSEnabled", REG_DWORD, NULL, 0},
    {"Machine\\System\\ControlSet001\\Services\\Tcpip\\Parameters", "DataBasePath", REG_EXPAND_SZ,
     "%SystemRoot%\\System32\\drivers\\etc", 0},
    {"Machine\\System\\ControlSet001\\Services\\WinSock2\\Parameters", NULL, 0, NULL, 0},
    {"Machine\\System\\ControlSet001\\Enum", NULL, 0, NULL, 0},
    {"Machine\\System\\Select", "Current", REG_DWORD, NULL, 1},
    {"Machine\\System\\Select", "Default", REG_DWORD, NULL, 1},
    {"Machine\\System\\Setup", "SystemSetupInProgress", REG_DWORD, NULL, 0},
};

/* Environment of all users: also what SystemPropertiesAdvanced shows */
static const struct row environment_rows[] = {
    {CONTROL "\\Session Manager\\Environment", "ComSpec", REG_EXPAND_SZ,
     "%SystemRoot%\\system32\\cmd.exe", 0},
    {CONTROL "\\Session Manager\\Environment", "OS", REG_SZ, "Windows_NT", 0},
    {CONTROL "\\Session Manager\\Environment", "Path", REG_EXPAND_SZ,
     "%SystemRoot%\\system32;%SystemRoot%;%SystemRoot%\\System32\\Wbem", 0},
    {CONTROL "\\Session Manager\\Environment", "PATHEXT", REG_SZ,
     ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC", 0},
    {CONTROL "\\Session Manager\\Environment", "PROCESSOR_ARCHITECTURE", REG_SZ, "AMD64", 0},
    {CONTROL "\\Session Manager\\Environment", "TEMP", REG_EXPAND_SZ, "%SystemRoot%\\TEMP", 0},
    {CONTROL "\\Session Manager\\Environment", "TMP", REG_EXPAND_SZ, "%SystemRoot%\\TEMP", 0},
    {CONTROL "\\Session Manager\\Environment", "windir", REG_EXPAND_SZ, "%SystemRoot%", 0},
};

/* Below a user's key */
static const struct row user_rows[] = {
    {"\\AppEvents", NULL, 0, NULL, 0},
    {"\\Console", "VirtualTerminalLevel", REG_DWORD, NULL, 1},
    {"\\Control Panel\\Desktop", "PreferredUILanguages", REG_MULTI_SZ, "en-US|", 0},
    {"\\Control Panel\\International", "Locale", REG_SZ, "00000409", 0},
    {"\\Control Panel\\International", "LocaleName", REG_SZ, "en-US", 0},
    {"\\Control Panel\\International", "sLanguage", REG_SZ, "ENU", 0},
    {"\\Control Panel\\International", "sCountry", REG_SZ, "United States", 0},
    {"\\Control Panel\\International", "iCountry", REG_SZ, "1", 0},
    {"\\Control Panel\\International", "sShortDate", REG_SZ, "M/d/yyyy", 0},
    {"\\Control Panel\\International", "sLongDate", REG_SZ, "dddd, MMMM d, yyyy", 0},
    {"\\Control Panel\\International", "sTimeFormat", REG_SZ, "h:mm:ss tt", 0},
    {"\\Control Panel\\International", "sShortTime", REG_SZ, "h:mm tt", 0},
    {"\\Control Panel\\International", "sDecimal", REG_SZ, ".", 0},
    {"\\Control Panel\\International", "sThousand", REG_SZ, ",", 0},
    {"\\Control Panel\\International", "sList", REG_SZ, ",", 0},
    {"\\Control Panel\\International\\Geo", "Nation", REG_SZ, "244", 0},
    {"\\Control Panel\\International\\Geo", "Name", REG_SZ, "US", 0},
    {"\\Environment", "TEMP", REG_EXPAND_SZ, "%USERPROFILE%\\AppData\\Local\\Temp", 0},
    {"\\Environment", "TMP", REG_EXPAND_SZ, "%USERPROFILE%\\AppData\\Local\\Temp", 0},
    {"\\Software\\Microsoft\\Windows\\CurrentVersion\\Run", NULL, 0, NULL, 0},
    {"\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings", "ProxyEnable", REG_DWORD,
     NULL, 0},
    {"\\Software\\Microsoft\\Windows NT\\CurrentVersion", NULL, 0, NULL, 0},
    {"\\Software\\Policies", NULL, 0, NULL, 0},
    {FOLDERS "User Shell Folders", "AppData", REG_EXPAND_SZ, "%USERPROFILE%\\AppData\\Roaming", 0},
    {FOLDERS "User Shell Folders", "Local AppData", REG_EXPAND_SZ, "%USERPROFILE%\\AppData\\Local",
     0},
    {FOLDERS "User Shell Folders", "Desktop", REG_EXPAND_SZ, "%USERPROFILE%\\Desktop", 0},
    {FOLDERS "User Shell Folders", "Personal", REG_EXPAND_SZ, "%USERPROFILE%\\Documents", 0},
    {FOLDERS "User Shell Folders", "{374DE290-123F-4565-9164-39C4925E467B}", REG_EXPAND_SZ,
     "%USERPROFILE%\\Downloads", 0},
};

/* The key of a path, made with all that leads there; NULL without memory. */
static struct reg_key *key(struct reg_key *k, const char *path)
{
    while (k && *path) {
        size_t n = strcspn(path, "\\");
        uint16_t name[REG_NAME_MAX];
        size_t units = utf16_from_host(name, REG_NAME_MAX, path, n);
        if (n && units <= REG_NAME_MAX) {
            k = reg_child_add(k, name, units);
            if (k && k->link)
                k = k->link;
        }
        path += n;
        path += *path == '\\';
    }
    return k;
}

static void set(struct reg_key *k, const char *name, uint32_t type, const void *data, size_t size)
{
    uint16_t wide[256];
    size_t n = utf16_from_host(wide, 256, name, strlen(name));

    if (k && n <= 256)
        reg_value_set(k, wide, n, type, data, (uint32_t)size);
}

static void set_text(struct reg_key *k, const char *name, uint32_t type, const char *text)
{
    size_t bytes = strlen(text);
    uint16_t *wide = calloc(bytes + 2, sizeof(*wide));

    if (!wide)
        return;
    size_t n = utf16_from_host(wide, bytes, text, bytes);
    if (type == REG_MULTI_SZ)
        for (size_t i = 0; i < n; i++)
            wide[i] = wide[i] == '|' ? 0 : wide[i];
    set(k, name, type, wide, (n + 1) * 2);
    free(wide);
}

static void set_number(struct reg_key *k, const char *name, uint32_t value)
{
    set(k, name, REG_DWORD, &value, sizeof(value));
}

static void add_rows(struct reg_key *base, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct reg_key *k = key(base, rows[i].key);
        if (!rows[i].name)
            continue;
        if (rows[i].type == REG_DWORD)
            set_number(k, rows[i].name, rows[i].number);
        else
            set_text(k, rows[i].name, rows[i].type, rows[i].text);
    }
}

/* What is known only at run time. */

static void add_version(struct reg_key *root)
{
    struct reg_key *k = key(root, NT_CURRENT);
    char build[16];
    bool eleven = nt_version.build >= 22000;

    snprintf(build, sizeof(build), "%u", nt_version.build);
    set_text(k, "CurrentBuild", REG_SZ, build);
    set_text(k, "CurrentBuildNumber", REG_SZ, build);
    set_text(k, "DisplayVersion", REG_SZ, eleven ? "23H2" : "22H2");
    set_text(k, "ReleaseId", REG_SZ, "2009"); /* it says so ever since */
}

static void add_computer(struct reg_key *root)
{
    char host[256] = "localhost", upper[16];
    size_t n = 0;

    gethostname(host, sizeof(host) - 1);
    host[strcspn(host, ".")] = 0;
    for (; host[n] && n < 15; n++)
        upper[n] = host[n] >= 'a' && host[n] <= 'z' ? (char)(host[n] - 32) : host[n];
    upper[n] = 0;
    set_text(key(root, CONTROL "\\ComputerName\\ComputerName"), "ComputerName", REG_SZ, upper);
    set_text(key(root, CONTROL "\\ComputerName\\ActiveComputerName"), "ComputerName", REG_SZ,
             upper);
    struct reg_key *ip = key(root, "Machine\\System\\ControlSet001\\Services\\Tcpip\\Parameters");
    set_text(ip, "Hostname", REG_SZ, host);
    set_text(ip, "NV Hostname", REG_SZ, host);
    set_text(ip, "Domain", REG_SZ, "");

    char number[16];
    snprintf(number, sizeof(number), "%u", nt_processor_count());
    set_text(key(root, CONTROL "\\Session Manager\\Environment"), "NUMBER_OF_PROCESSORS", REG_SZ,
             number);
}

/* The machine's id as programs that count machines read it: from the host's, and stable. */
static void add_machine_id(struct reg_key *root)
{
    char id[40] = "", guid[40];
    FILE *f = fopen("/etc/machine-id", "re");

    if (f && fgets(id, sizeof(id), f) && strspn(id, "0123456789abcdef") == 32) {
        snprintf(guid, sizeof(guid), "%.8s-%.4s-%.4s-%.4s-%.12s", id, id + 8, id + 12, id + 16,
                 id + 20);
        set_text(key(root, "Machine\\Software\\Microsoft\\Cryptography"), "MachineGuid", REG_SZ,
                 guid);
    }
    if (f)
        fclose(f);
}

static void add_processors(struct reg_key *root)
{
    char line[512], model[128] = "x86-64 processor", vendor[32] = "", identifier[80], path[96];
    unsigned family = 6, number = 0, stepping = 0, mhz = 0;
    FILE *f = fopen("/proc/cpuinfo", "re");

    while (f && fgets(line, sizeof(line), f) && line[0] != '\n') {
        sscanf(line, "vendor_id : %31s", vendor);
        sscanf(line, "model name : %127[^\n]", model);
        sscanf(line, "cpu family : %u", &family);
        sscanf(line, "model : %u", &number);
        sscanf(line, "stepping : %u", &stepping);
        sscanf(line, "cpu MHz : %u", &mhz);
    }
    if (f)
        fclose(f);
    bool intel = strcmp(vendor, "GenuineIntel") == 0;
    snprintf(identifier, sizeof(identifier), "%s Family %u Model %u Stepping %u",
             intel ? "Intel64" : "AMD64", family, number, stepping);
    for (unsigned i = 0; i < nt_processor_count(); i++) {
        snprintf(path, sizeof(path), "Machine\\Hardware\\Description\\System\\CentralProcessor\\%u",
                 i);
        struct reg_key *k = key(root, path);
        set_text(k, "ProcessorNameString", REG_SZ, model);
        set_text(k, "VendorIdentifier", REG_SZ, vendor);
        set_text(k, "Identifier", REG_SZ, identifier);
        set_number(k, "~MHz", mhz);
    }
    struct reg_key *e = key(root, CONTROL "\\Session Manager\\Environment");
    snprintf(line, sizeof(line), "%s, %s", identifier, vendor);
    set_text(e, "PROCESSOR_IDENTIFIER", REG_SZ, line);
    snprintf(line, sizeof(line), "%u", family);
    set_text(e, "PROCESSOR_LEVEL", REG_SZ, line);
    snprintf(line, sizeof(line), "%02x%02x", number & 0xff, stepping & 0xff);
    set_text(e, "PROCESSOR_REVISION", REG_SZ, line);
}

static void set_wide(struct reg_key *k, const char *name, const WCHAR *text, size_t room)
{
    size_t n = 0;

    while (n < room - 1 && text[n])
        n++;
    set(k, name, REG_SZ, text, (n + 1) * 2);
}

static void add_time_zone(struct reg_key *root)
{
    RTL_DYNAMIC_TIME_ZONE_INFORMATION z;
    struct reg_key *k = key(root, CONTROL "\\TimeZoneInformation");

    memset(&z, 0, sizeof(z));
    nt_timezone(&z);
    set_number(k, "Bias", (uint32_t)z.tzi.Bias);
    set_number(k, "StandardBias", (uint32_t)z.tzi.StandardBias);
    set_number(k, "DaylightBias", (uint32_t)z.tzi.DaylightBias);
    set_number(k, "ActiveTimeBias", (uint32_t)(nt_timezone_bias_now() / 600000000));
    set_number(k, "DynamicDaylightTimeDisabled", z.DynamicDaylightTimeDisabled);
    set_wide(k, "StandardName", z.tzi.StandardName, 32);
    set_wide(k, "DaylightName", z.tzi.DaylightName, 32);
    set_wide(k, "TimeZoneKeyName", z.TimeZoneKeyName, 128);
    set(k, "StandardStart", REG_BINARY, z.tzi.StandardStart, sizeof(z.tzi.StandardStart));
    set(k, "DaylightStart", REG_BINARY, z.tzi.DaylightStart, sizeof(z.tzi.DaylightStart));
}

/* A user's hive: its own variables come from the environment that the process was given. */
static void add_user(struct reg_key *root, const char *sid)
{
    static const char *const names[] = {"APPDATA",  "HOMEDRIVE",   "HOMEPATH",   "LOCALAPPDATA",
                                        "USERNAME", "USERPROFILE", "USERDOMAIN", "LOGONSERVER"};
    char path[256];

    snprintf(path, sizeof(path), "User\\%s", sid);
    struct reg_key *hive = key(root, path);
    snprintf(path, sizeof(path), "User\\%s_Classes", sid);
    struct reg_key *classes = key(root, path);
    if (!hive || !classes)
        return;
    add_rows(hive, user_rows, sizeof(user_rows) / sizeof(*user_rows));
    struct reg_key *link = key(hive, "Software\\Classes");
    if (link) {
        link->link = classes;
        link->fixed = true;
    }
    hive->fixed = classes->fixed = true;

    const char *user = getenv("USER");
    if (!user || !*user || strpbrk(user, "/\\"))
        user = geteuid() == 0 ? "root" : "user";
    struct reg_key *k = key(hive, "Volatile Environment");
    if (!k)
        return;
    k->is_volatile = true;
    const char *values[] = {"C:\\users\\%s\\AppData\\Roaming",
                            "C:",
                            "\\users\\%s",
                            "C:\\users\\%s\\AppData\\Local",
                            "%s",
                            "C:\\users\\%s",
                            NULL,
                            NULL};
    char host[256] = "LOCALHOST", text[512];
    gethostname(host, sizeof(host) - 1);
    host[strcspn(host, ".")] = 0;
    for (char *p = host; *p; p++)
        *p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const char *at = values[i] ? strstr(values[i], "%s") : NULL;
        if (!values[i])
            snprintf(text, sizeof(text), "%s%.15s", i == 7 ? "\\\\" : "", host);
        else if (at)
            snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - values[i]), values[i], user,
                     at + 2);
        else
            snprintf(text, sizeof(text), "%s", values[i]);
        set_text(k, names[i], REG_SZ, text);
    }
}

void reg_defaults(struct reg_key *root)
{
    /* In the spelling that enumerations show */
    static const char *const hives[] = {
        "MACHINE",           "USER",
        "MACHINE\\HARDWARE", "MACHINE\\SAM",
        "MACHINE\\SECURITY", "MACHINE\\SOFTWARE",
        "MACHINE\\SYSTEM",   "USER\\.DEFAULT",
    };
    struct nt_sid user = nt_sid_of_uid(geteuid());
    char sid[200];

    for (size_t i = 0; i < sizeof(hives) / sizeof(*hives); i++) {
        struct reg_key *k = key(root, hives[i]);
        if (k)
            k->fixed = true;
    }
    key(root, "Machine\\Hardware\\DESCRIPTION");
    add_rows(root, machine_rows, sizeof(machine_rows) / sizeof(*machine_rows));
    add_rows(root, environment_rows, sizeof(environment_rows) / sizeof(*environment_rows));
    struct reg_key *current = key(root, "Machine\\System\\CurrentControlSet");
    if (current) {
        current->link = key(root, "Machine\\System\\ControlSet001");
        current->fixed = true;
    }
    add_version(root);
    add_computer(root);
    add_machine_id(root);
    add_processors(root);
    add_time_zone(root);
    struct reg_key *hardware = key(root, "Machine\\Hardware");
    if (hardware)
        hardware->is_volatile = true;
    add_rows(key(root, "User\\.Default"), user_rows, sizeof(user_rows) / sizeof(*user_rows));
    /* The system's own account is another name for the default user. */
    struct reg_key *system = key(root, "User\\S-1-5-18");
    if (system) {
        system->link = key(root, "User\\.Default");
        system->fixed = true;
    }
    nt_sid_text(&user, sid);
    add_user(root, sid);
}
