/* Modules: finding their files, mapping, listing, reference counts, DllMain. */
#include "libcompat/nt/ntdll/eh.h"
#include "libcompat/nt/ntdll/ldr.h"
#include "libcompat/nt/ntdll/sxs.h"

typedef BOOL(WINAPI *dll_main)(HINSTANCE, DWORD, LPVOID);

RTL_CRITICAL_SECTION ldr_lock; /* initialised by LdrInitializeThunk, before the second thread */
struct ldr_module *ldr_program;

static PEB_LDR_DATA ldr_data; /* the lists, under ldr_lock */
static struct ldr_module *hash_table[LDR_HASH_SIZE];
static struct ldr_module *init_failed; /* for the message */

static ULONG hash_name(const WCHAR *s, ULONG units)
{
    ULONG h = 5381;

    for (ULONG i = 0; i < units; i++)
        h = h * 33 + RtlUpcaseUnicodeChar(s[i]);
    return h;
}

static void list_append(LIST_ENTRY *head, LIST_ENTRY *e)
{
    e->Flink = head;
    e->Blink = head->Blink;
    head->Blink->Flink = e;
    head->Blink = e;
}

static void list_remove(LIST_ENTRY *e)
{
    if (!e->Flink)
        return;
    e->Blink->Flink = e->Flink;
    e->Flink->Blink = e->Blink;
    e->Flink = e->Blink = NULL;
}

static void init_lists(void)
{
    LIST_ENTRY *heads[] = {&ldr_data.InLoadOrderModuleList, &ldr_data.InMemoryOrderModuleList,
                           &ldr_data.InInitializationOrderModuleList};

    for (int i = 0; i < 3; i++)
        heads[i]->Flink = heads[i]->Blink = heads[i];
    ldr_data.Length = sizeof(ldr_data);
    ldr_data.Initialized = TRUE;
    NtCurrentTeb()->ProcessEnvironmentBlock->Ldr = &ldr_data;
}

static void find_directories(struct ldr_module *m)
{
    ULONG size;
    PVOID base = m->e.DllBase;
    const IMAGE_EXPORT_DIRECTORY *x =
        RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_EXPORT, &size);

    if (x && size >= sizeof(*x)) {
        m->exports = x;
        m->exports_size = size;
        m->exports_rva = (ULONG)((const char *)x - (char *)base);
    }
    m->tls = RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_TLS, &size);
    if (m->tls && size < sizeof(*m->tls))
        m->tls = NULL;
}

struct ldr_module *ldr_add_mapped(PVOID base, SIZE_T size, PCUNICODE_STRING path)
{
    struct ldr_module *m = RtlAllocateHeap(RtlProcessHeap(), HEAP_ZERO_MEMORY,
                                           sizeof(*m) + path->Length + sizeof(WCHAR));
    PIMAGE_NT_HEADERS nt = RtlImageNtHeader(base);
    USHORT units = path->Length / sizeof(WCHAR), start = units;

    if (!m || !nt) {
        RtlFreeHeap(RtlProcessHeap(), 0, m);
        return NULL;
    }
    if (!ldr_data.Initialized)
        init_lists();
    memcpy(m->path, path->Buffer, path->Length);
    while (start > 0 && m->path[start - 1] != '\\' && m->path[start - 1] != '/')
        start--;
    m->e.DllBase = base;
    m->e.SizeOfImage = (ULONG)size;
    m->e.EntryPoint = nt->OptionalHeader.AddressOfEntryPoint
                          ? (char *)base + nt->OptionalHeader.AddressOfEntryPoint
                          : NULL;
    m->e.FullDllName.Buffer = m->path;
    m->e.FullDllName.Length = path->Length;
    m->e.FullDllName.MaximumLength = path->Length + sizeof(WCHAR);
    m->e.BaseDllName.Buffer = m->path + start;
    m->e.BaseDllName.Length = (units - start) * sizeof(WCHAR);
    m->e.BaseDllName.MaximumLength = m->e.BaseDllName.Length + sizeof(WCHAR);
    m->e.TimeDateStamp = nt->FileHeader.TimeDateStamp;
    m->e.Flags = (nt->FileHeader.Characteristics & IMAGE_FILE_DLL) ? LDRP_IMAGE_DLL : 0;
    m->e.ObsoleteLoadCount = 0xffff;
    m->e.OriginalBase = (ULONG_PTR)nt->OptionalHeader.ImageBase;
    m->references = 1;
    m->hash = hash_name(m->e.BaseDllName.Buffer, m->e.BaseDllName.Length / sizeof(WCHAR));
    m->e.BaseNameHashValue = m->hash;
    m->hash_next = hash_table[m->hash % LDR_HASH_SIZE];
    hash_table[m->hash % LDR_HASH_SIZE] = m;
    list_append(&ldr_data.InLoadOrderModuleList, &m->e.InLoadOrderLinks);
    list_append(&ldr_data.InMemoryOrderModuleList, &m->e.InMemoryOrderLinks);
    find_directories(m);
    eh_module_add(base, (ULONG)size);
    return m;
}

static struct ldr_module *module_of(LIST_ENTRY *e)
{
    return CONTAINING_RECORD(e, struct ldr_module, e.InLoadOrderLinks);
}

struct ldr_module *ldr_find_base(PVOID base)
{
    LIST_ENTRY *head = &ldr_data.InLoadOrderModuleList;

    for (LIST_ENTRY *e = head->Flink; e != head; e = e->Flink)
        if (module_of(e)->e.DllBase == base)
            return module_of(e);
    return NULL;
}

struct ldr_module *ldr_find_address(PVOID address)
{
    LIST_ENTRY *head = &ldr_data.InLoadOrderModuleList;

    if (!head->Flink)
        return NULL;
    for (LIST_ENTRY *e = head->Flink; e != head; e = e->Flink) {
        struct ldr_module *m = module_of(e);
        if ((ULONG_PTR)address - (ULONG_PTR)m->e.DllBase < m->e.SizeOfImage)
            return m;
    }
    return NULL;
}

struct ldr_module *ldr_find_name(PCUNICODE_STRING name)
{
    ULONG h = hash_name(name->Buffer, name->Length / sizeof(WCHAR));

    for (struct ldr_module *m = hash_table[h % LDR_HASH_SIZE]; m; m = m->hash_next)
        if (m->hash == h && RtlEqualUnicodeString(&m->e.BaseDllName, name, TRUE))
            return m;
    return NULL;
}

static struct ldr_module *find_path(PCUNICODE_STRING path)
{
    LIST_ENTRY *head = &ldr_data.InLoadOrderModuleList;

    for (LIST_ENTRY *e = head->Flink; e != head; e = e->Flink)
        if (RtlEqualUnicodeString(&module_of(e)->e.FullDllName, path, TRUE))
            return module_of(e);
    return NULL;
}

static void unlink_module(struct ldr_module *m)
{
    struct ldr_module **p = &hash_table[m->hash % LDR_HASH_SIZE];

    while (*p && *p != m)
        p = &(*p)->hash_next;
    if (*p)
        *p = m->hash_next;
    list_remove(&m->e.InLoadOrderLinks);
    list_remove(&m->e.InMemoryOrderLinks);
    list_remove(&m->e.InInitializationOrderLinks);
}

/* --- where the file is --------------------------------------------------- */

static NTSTATUS open_image(PCUNICODE_STRING dos_path, HANDLE *section)
{
    UNICODE_STRING nt_path;
    OBJECT_ATTRIBUTES oa = {sizeof(oa), NULL, &nt_path, OBJ_CASE_INSENSITIVE, NULL, NULL};
    IO_STATUS_BLOCK iosb;
    HANDLE file;
    NTSTATUS status =
        RtlDosPathNameToNtPathName_U_WithStatus(dos_path->Buffer, &nt_path, NULL, NULL);

    if (!NT_SUCCESS(status))
        return status;
    status = NtOpenFile(&file, SYNCHRONIZE | FILE_EXECUTE | FILE_READ_DATA, &oa, &iosb,
                        FILE_SHARE_READ | FILE_SHARE_DELETE,
                        FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE);
    RtlFreeHeap(RtlProcessHeap(), 0, nt_path.Buffer);
    if (!NT_SUCCESS(status))
        return status;
    status = NtCreateSection(section,
                             SECTION_MAP_READ | SECTION_MAP_EXECUTE | SECTION_MAP_WRITE |
                                 SECTION_QUERY,
                             NULL, NULL, PAGE_EXECUTE, SEC_IMAGE, file);
    NtClose(file);
    return status;
}

/* Libraries that NT itself provides are the system's even if the program's folder has others. */
static NTSTATUS open_known(PCUNICODE_STRING name, HANDLE *section)
{
    static const WCHAR prefix[] = L"\\KnownDlls\\";
    WCHAR text[64 + ARRAYSIZE(prefix)];
    UNICODE_STRING us = {0, sizeof(text), text};
    OBJECT_ATTRIBUTES oa = {sizeof(oa), NULL, &us, OBJ_CASE_INSENSITIVE, NULL, NULL};

    if (name->Length > 64 * sizeof(WCHAR))
        return STATUS_OBJECT_NAME_NOT_FOUND;
    memcpy(text, prefix, sizeof(prefix) - sizeof(WCHAR));
    memcpy(text + ARRAYSIZE(prefix) - 1, name->Buffer, name->Length);
    us.Length = (USHORT)(sizeof(prefix) - sizeof(WCHAR) + name->Length);
    return NtOpenSection(section,
                         SECTION_MAP_READ | SECTION_MAP_EXECUTE | SECTION_MAP_WRITE | SECTION_QUERY,
                         &oa);
}

static BOOLEAN has_path(PCUNICODE_STRING name)
{
    for (ULONG i = 0; i < name->Length / sizeof(WCHAR); i++)
        if (name->Buffer[i] == '\\' || name->Buffer[i] == '/' ||
            (i == 1 && name->Buffer[i] == ':'))
            return TRUE;
    return FALSE;
}

static BOOLEAN has_suffix(PCUNICODE_STRING name)
{
    for (ULONG i = name->Length / sizeof(WCHAR); i-- > 0;) {
        if (name->Buffer[i] == '.')
            return TRUE;
        if (name->Buffer[i] == '\\' || name->Buffer[i] == '/')
            return FALSE;
    }
    return FALSE;
}

/* name with ".dll" where it has no suffix; a final dot means none and goes. Heap text. */
static NTSTATUS complete_name(PCUNICODE_STRING name, UNICODE_STRING *out)
{
    ULONG units = name->Length / sizeof(WCHAR);
    BOOLEAN suffix = has_suffix(name);

    if (name->Length > 0xfff0)
        return STATUS_NAME_TOO_LONG;
    out->MaximumLength = name->Length + 5 * sizeof(WCHAR);
    out->Buffer = RtlAllocateHeap(RtlProcessHeap(), 0, out->MaximumLength);
    if (!out->Buffer)
        return STATUS_NO_MEMORY;
    memcpy(out->Buffer, name->Buffer, name->Length);
    if (units && out->Buffer[units - 1] == '.') {
        units--;
    } else if (!suffix) {
        memcpy(out->Buffer + units, L".dll", 4 * sizeof(WCHAR));
        units += 4;
    }
    out->Buffer[units] = 0;
    out->Length = (USHORT)(units * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

static const WCHAR system_dir[] = L"C:\\windows\\system32\\";

/* Tries folder\name; on success *full is heap text. */
static NTSTATUS try_folder(const WCHAR *folder, ULONG units, PCUNICODE_STRING name,
                           UNICODE_STRING *full, HANDLE *section)
{
    ULONG length = units + 1 + name->Length / sizeof(WCHAR);
    NTSTATUS status;

    if (length > 0x7ff0)
        return STATUS_NAME_TOO_LONG;
    full->MaximumLength = (USHORT)((length + 1) * sizeof(WCHAR));
    full->Buffer = RtlAllocateHeap(RtlProcessHeap(), 0, full->MaximumLength);
    if (!full->Buffer)
        return STATUS_NO_MEMORY;
    memcpy(full->Buffer, folder, units * sizeof(WCHAR));
    if (units && folder[units - 1] != '\\' && folder[units - 1] != '/')
        full->Buffer[units++] = '\\';
    memcpy(full->Buffer + units, name->Buffer, name->Length);
    full->Length = (USHORT)(units * sizeof(WCHAR) + name->Length);
    full->Buffer[full->Length / sizeof(WCHAR)] = 0;
    status = open_image(full, section);
    if (!NT_SUCCESS(status))
        RtlFreeUnicodeString(full);
    return status;
}

static BOOLEAN not_there(NTSTATUS status)
{
    return status == STATUS_OBJECT_NAME_NOT_FOUND || status == STATUS_OBJECT_PATH_NOT_FOUND ||
           status == STATUS_NO_SUCH_FILE || status == STATUS_OBJECT_NAME_INVALID ||
           status == STATUS_OBJECT_PATH_INVALID || status == STATUS_OBJECT_PATH_SYNTAX_BAD ||
           status == STATUS_BAD_NETWORK_PATH || status == STATUS_NOT_A_DIRECTORY;
}

static NTSTATUS search(PCWSTR path, PCUNICODE_STRING name, UNICODE_STRING *full, HANDLE *section)
{
    NTSTATUS status;

    while (*path) {
        const WCHAR *end = path;
        while (*end && *end != ';')
            end++;
        if (end > path) {
            status = try_folder(path, (ULONG)(end - path), name, full, section);
            if (!not_there(status))
                return status;
        }
        path = *end ? end + 1 : end;
    }
    return STATUS_DLL_NOT_FOUND;
}

static NTSTATUS find_image(PCWSTR search_path, PCUNICODE_STRING name, UNICODE_STRING *full,
                           HANDLE *section)
{
    PWSTR made = NULL, unused = NULL;
    NTSTATUS status;

    if (has_path(name)) {
        WCHAR *buffer = RtlAllocateHeap(RtlProcessHeap(), 0, 0x10000);
        if (!buffer)
            return STATUS_NO_MEMORY;
        ULONG bytes = RtlGetFullPathName_U(name->Buffer, 0xfffe, buffer, NULL);
        if (bytes == 0 || bytes > 0xfff0) {
            RtlFreeHeap(RtlProcessHeap(), 0, buffer);
            return STATUS_DLL_NOT_FOUND;
        }
        RtlCreateUnicodeString(full, buffer);
        RtlFreeHeap(RtlProcessHeap(), 0, buffer);
        if (!full->Buffer)
            return STATUS_NO_MEMORY;
        status = open_image(full, section);
        if (!NT_SUCCESS(status))
            RtlFreeUnicodeString(full);
        return not_there(status) ? STATUS_DLL_NOT_FOUND : status;
    }
    status = open_known(name, section);
    if (NT_SUCCESS(status)) {
        ULONG units = ARRAYSIZE(system_dir) - 1;
        full->MaximumLength = (USHORT)(sizeof(system_dir) + name->Length);
        full->Buffer = RtlAllocateHeap(RtlProcessHeap(), 0, full->MaximumLength);
        if (!full->Buffer) {
            NtClose(*section);
            return STATUS_NO_MEMORY;
        }
        memcpy(full->Buffer, system_dir, sizeof(system_dir) - sizeof(WCHAR));
        memcpy(full->Buffer + units, name->Buffer, name->Length);
        full->Length = full->MaximumLength - sizeof(WCHAR);
        full->Buffer[full->Length / sizeof(WCHAR)] = 0;
        return status;
    }
    if (!search_path) {
        status = LdrGetDllPath(NULL, 0, &made, &unused);
        if (!NT_SUCCESS(status))
            return status;
        search_path = made;
    }
    status = search(search_path, name, full, section);
    if (made)
        RtlReleasePath(made);
    return status;
}

/* --- mapping --------------------------------------------------------------- */

static NTSTATUS map_module(HANDLE section, PCUNICODE_STRING full, struct ldr_module **out)
{
    PVOID base = NULL;
    SIZE_T size = 0;
    NTSTATUS status = NtMapViewOfSection(section, NtCurrentProcess(), &base, 0, 0, NULL, &size,
                                         ViewShare, 0, PAGE_EXECUTE_WRITECOPY);

    if (!NT_SUCCESS(status))
        return status;
    *out = ldr_add_mapped(base, size, full);
    if (!*out) {
        NtUnmapViewOfSection(NtCurrentProcess(), base);
        return STATUS_NO_MEMORY;
    }
    return STATUS_SUCCESS;
}

static void drop_needs(struct ldr_module *m)
{
    for (ULONG i = 0; i < m->needs_count; i++)
        ldr_release(m->needs[i]);
    RtlFreeHeap(RtlProcessHeap(), 0, m->needs);
    m->needs = NULL;
    m->needs_count = 0;
}

static void forget_module(struct ldr_module *m)
{
    PVOID base = m->e.DllBase;

    unlink_module(m);
    if (m->tls)
        ldr_tls_remove(m);
    drop_needs(m);
    eh_module_remove(base);
    NtUnmapViewOfSection(NtCurrentProcess(), base);
    RtlFreeHeap(RtlProcessHeap(), 0, m);
}

/* Unbound, a module is mapped and no more: nothing that it imports, no DllMain. */
static NTSTATUS load(PCWSTR search_path, PCUNICODE_STRING wanted, BOOLEAN bind,
                     struct ldr_module **module)
{
    UNICODE_STRING name, full = {0}, redirected;
    const WCHAR *real = ldr_api_set(wanted->Buffer, wanted->Length / sizeof(WCHAR));
    HANDLE section;
    NTSTATUS status;

    if (real) {
        RtlInitUnicodeString(&redirected, real);
        wanted = &redirected;
    }
    status = complete_name(wanted, &name);
    if (!NT_SUCCESS(status))
        return status;
    /* A manifest's library has its own place, whatever else is loaded under its name. */
    if (sxs_redirects && !real && !has_path(&name) && sxs_redirect(&name, &full)) {
        RtlFreeUnicodeString(&name);
        name = full;
        full = (UNICODE_STRING){0};
    }
    struct ldr_module *m = has_path(&name) ? find_path(&name) : ldr_find_name(&name);
    if (!m) {
        status = find_image(search_path, &name, &full, &section);
        if (NT_SUCCESS(status)) {
            m = find_path(&full);
            if (!m) {
                status = map_module(section, &full, &m);
                NtClose(section);
                if (NT_SUCCESS(status)) {
                    m->references = 0;
                    if (m->tls && bind)
                        status = ldr_tls_add(m);
                    if (NT_SUCCESS(status) && bind && (m->e.Flags & LDRP_IMAGE_DLL))
                        status = ldr_snap(m, search_path);
                    if (!NT_SUCCESS(status))
                        forget_module(m);
                }
            } else {
                NtClose(section);
            }
        }
    }
    RtlFreeUnicodeString(&name);
    RtlFreeUnicodeString(&full);
    if (!NT_SUCCESS(status))
        return status;
    if (m->references < LDR_PINNED)
        m->references++;
    *module = m;
    return STATUS_SUCCESS;
}

NTSTATUS ldr_load(PCWSTR search_path, PCUNICODE_STRING wanted, struct ldr_module **module)
{
    return load(search_path, wanted, TRUE, module);
}

/* --- DllMain ---------------------------------------------------------------- */

static BOOL call_entry(struct ldr_module *m, ULONG reason, PVOID reserved)
{
    ldr_call_tls_callbacks(m, reason);
    if (!m->e.EntryPoint || !(m->e.Flags & LDRP_IMAGE_DLL))
        return TRUE;
    return ((dll_main)m->e.EntryPoint)(m->e.DllBase, reason, reserved);
}

NTSTATUS ldr_initialise(struct ldr_module *m)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (m->state != LDR_SNAPPED)
        return STATUS_SUCCESS;
    m->state = LDR_INITIALISING;
    for (ULONG i = 0; NT_SUCCESS(status) && i < m->needs_count; i++)
        status = ldr_initialise(m->needs[i]);
    if (!NT_SUCCESS(status))
        return status;
    list_append(&ldr_data.InInitializationOrderModuleList, &m->e.InInitializationOrderLinks);
    m->e.Flags |= LDRP_ENTRY_PROCESSED | LDRP_PROCESS_ATTACH_CALLED;
    /* lpReserved tells static loading (non-NULL) from LoadLibrary. */
    if (!call_entry(m, DLL_PROCESS_ATTACH,
                    ldr_program->state == LDR_READY ? NULL : NtCurrentTeb()))
    {
        m->e.Flags &= ~LDRP_PROCESS_ATTACH_CALLED;
        init_failed = m;
        return STATUS_DLL_INIT_FAILED;
    }
    m->state = LDR_READY;
    return STATUS_SUCCESS;
}

void ldr_release(struct ldr_module *m)
{
    if (m->references >= LDR_PINNED || --m->references > 0)
        return;
    if (ldr_data.ShutdownInProgress) {
        m->references = 1;
        return;
    }
    if (m->e.Flags & LDRP_PROCESS_ATTACH_CALLED) {
        m->references = LDR_PINNED; /* its own DllMain may load and free */
        call_entry(m, DLL_PROCESS_DETACH, NULL);
        m->references = 0;
    }
    forget_module(m);
}

void ldr_detach_all(void)
{
    LIST_ENTRY *head = &ldr_data.InInitializationOrderModuleList;

    ldr_data.ShutdownInProgress = TRUE;
    ldr_data.ShutdownThreadId = NtCurrentTeb()->ClientId.UniqueThread;
    for (LIST_ENTRY *e = head->Blink; e != head; e = e->Blink) {
        struct ldr_module *m = CONTAINING_RECORD(e, struct ldr_module, e.InInitializationOrderLinks);
        if (m->e.Flags & LDRP_PROCESS_ATTACH_CALLED)
            call_entry(m, DLL_PROCESS_DETACH, (PVOID)1);
    }
    if (ldr_program && ldr_program->tls)
        ldr_call_tls_callbacks(ldr_program, DLL_PROCESS_DETACH);
}

void ldr_thread_callouts(ULONG reason)
{
    LIST_ENTRY *head = &ldr_data.InInitializationOrderModuleList;
    BOOLEAN forward = reason == DLL_THREAD_ATTACH;

    for (LIST_ENTRY *e = forward ? head->Flink : head->Blink; e != head;
         e = forward ? e->Flink : e->Blink) {
        struct ldr_module *m = CONTAINING_RECORD(e, struct ldr_module, e.InInitializationOrderLinks);
        if ((m->e.Flags & LDRP_PROCESS_ATTACH_CALLED) &&
            !(m->e.Flags & LDRP_DONT_CALL_FOR_THREADS))
            call_entry(m, reason, NULL);
    }
    if (ldr_program && ldr_program->tls)
        ldr_call_tls_callbacks(ldr_program, reason);
}

/* --- the calls ---------------------------------------------------------------- */

NTSTATUS NTAPI LdrLoadDll(PCWSTR path, PULONG characteristics, PCUNICODE_STRING name, PVOID *base)
{
    struct ldr_module *m;
    NTSTATUS status;

    const BOOLEAN bind = !characteristics || !(*characteristics & LDR_DONT_RESOLVE_REFERENCES);
    if ((ULONG_PTR)path & 1)
        path = NULL; /* flags in the pointer: the default search serves them */
    RtlEnterCriticalSection(&ldr_lock);
    status = load(path, name, bind, &m);
    if (NT_SUCCESS(status)) {
        if (!(m->e.Flags & LDRP_IMAGE_DLL))
            m->state = LDR_READY; /* a program loaded as a library: mapped, never entered */
        status = ldr_initialise(m);
        if (NT_SUCCESS(status))
            *base = m->e.DllBase;
        else
            ldr_release(m);
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

NTSTATUS NTAPI LdrUnloadDll(PVOID base)
{
    NTSTATUS status = STATUS_DLL_NOT_FOUND;

    RtlEnterCriticalSection(&ldr_lock);
    struct ldr_module *m = ldr_find_base(base);
    if (m) {
        ldr_release(m);
        status = STATUS_SUCCESS;
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

NTSTATUS NTAPI LdrAddRefDll(ULONG flags, PVOID base)
{
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (flags & ~1u)
        return status;
    RtlEnterCriticalSection(&ldr_lock);
    struct ldr_module *m = ldr_find_base(base);
    if (m) {
        if (flags & 1)
            m->references = LDR_PINNED;
        else if (m->references < LDR_PINNED)
            m->references++;
        status = STATUS_SUCCESS;
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

NTSTATUS NTAPI LdrGetDllHandleEx(ULONG flags, PCWSTR path, PULONG characteristics,
                                 PCUNICODE_STRING wanted, PVOID *base)
{
    UNICODE_STRING name, full = {0}, redirected;
    const WCHAR *real = ldr_api_set(wanted->Buffer, wanted->Length / sizeof(WCHAR));
    NTSTATUS status;

    (void)path;
    (void)characteristics;
    if (real) {
        RtlInitUnicodeString(&redirected, real);
        wanted = &redirected;
    }
    status = complete_name(wanted, &name);
    if (!NT_SUCCESS(status))
        return status;
    RtlEnterCriticalSection(&ldr_lock);
    struct ldr_module *m = NULL;
    if (sxs_redirects && !real && !has_path(&name) && sxs_redirect(&name, &full)) {
        m = find_path(&full);
        RtlFreeUnicodeString(&full);
    } else if (!has_path(&name)) {
        m = ldr_find_name(&name);
    } else {
        WCHAR *buffer = RtlAllocateHeap(RtlProcessHeap(), 0, 0x10000);
        if (buffer && RtlGetFullPathName_U(name.Buffer, 0xfffe, buffer, NULL)) {
            RtlInitUnicodeString(&full, buffer);
            m = find_path(&full);
        }
        RtlFreeHeap(RtlProcessHeap(), 0, buffer);
    }
    status = STATUS_DLL_NOT_FOUND;
    if (m) {
        if (flags & 2)
            m->references = LDR_PINNED;
        else if (!(flags & 1) && m->references < LDR_PINNED)
            m->references++;
        if (base)
            *base = m->e.DllBase;
        status = STATUS_SUCCESS;
    }
    RtlLeaveCriticalSection(&ldr_lock);
    RtlFreeUnicodeString(&name);
    return status;
}

NTSTATUS NTAPI LdrGetDllHandle(PCWSTR path, PULONG characteristics, PCUNICODE_STRING name,
                               PVOID *base)
{
    return LdrGetDllHandleEx(1, path, characteristics, name, base);
}

NTSTATUS NTAPI LdrGetDllHandleByName(PCUNICODE_STRING base_name, PCUNICODE_STRING full_name,
                                     PVOID *base)
{
    return LdrGetDllHandleEx(1, NULL, NULL, full_name ? full_name : base_name, base);
}

NTSTATUS NTAPI LdrDisableThreadCalloutsForDll(PVOID base)
{
    NTSTATUS status = STATUS_DLL_NOT_FOUND;

    RtlEnterCriticalSection(&ldr_lock);
    struct ldr_module *m = ldr_find_base(base);
    if (m) {
        status = STATUS_SUCCESS;
        if (!m->tls) /* a module with thread-local storage needs the calls */
            m->e.Flags |= LDRP_DONT_CALL_FOR_THREADS;
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

NTSTATUS NTAPI LdrFindEntryForAddress(PVOID address, LDR_DATA_TABLE_ENTRY **entry)
{
    RtlEnterCriticalSection(&ldr_lock);
    struct ldr_module *m = ldr_find_address(address);
    RtlLeaveCriticalSection(&ldr_lock);
    if (!m)
        return STATUS_NO_MORE_ENTRIES;
    *entry = &m->e;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrGetDllFullName(PVOID base, PUNICODE_STRING name)
{
    NTSTATUS status = STATUS_DLL_NOT_FOUND;

    RtlEnterCriticalSection(&ldr_lock);
    struct ldr_module *m = base ? ldr_find_base(base) : ldr_program;
    if (m) {
        status = m->e.FullDllName.Length > name->MaximumLength ? STATUS_BUFFER_TOO_SMALL
                                                               : STATUS_SUCCESS;
        RtlCopyUnicodeString(name, &m->e.FullDllName);
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

NTSTATUS NTAPI LdrLockLoaderLock(ULONG flags, ULONG *disposition, ULONG_PTR *cookie)
{
    if (disposition)
        *disposition = 0;
    if (cookie)
        *cookie = 0;
    if (flags & ~3u)
        return STATUS_INVALID_PARAMETER_1;
    if (!cookie)
        return STATUS_INVALID_PARAMETER_3;
    if (flags & 2) {
        if (!disposition)
            return STATUS_INVALID_PARAMETER_2;
        if (!RtlTryEnterCriticalSection(&ldr_lock)) {
            *disposition = 2; /* not taken */
            return STATUS_SUCCESS;
        }
    } else {
        RtlEnterCriticalSection(&ldr_lock);
    }
    if (disposition)
        *disposition = 1;
    *cookie = (ULONG_PTR)NtCurrentTeb()->ClientId.UniqueThread;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrUnlockLoaderLock(ULONG flags, ULONG_PTR cookie)
{
    if (flags & ~1u)
        return STATUS_INVALID_PARAMETER_1;
    if (cookie == 0)
        return STATUS_SUCCESS;
    if (cookie != (ULONG_PTR)NtCurrentTeb()->ClientId.UniqueThread)
        return STATUS_INVALID_PARAMETER_2;
    RtlLeaveCriticalSection(&ldr_lock);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrEnumerateLoadedModules(ULONG flags, PLDR_ENUM_CALLBACK callback, PVOID context)
{
    LIST_ENTRY *head = &ldr_data.InLoadOrderModuleList;
    BOOLEAN stop = FALSE;

    if (flags || !callback)
        return STATUS_INVALID_PARAMETER;
    RtlEnterCriticalSection(&ldr_lock);
    for (LIST_ENTRY *e = head->Flink; e != head && !stop; e = e->Flink)
        callback(&module_of(e)->e, context, &stop);
    RtlLeaveCriticalSection(&ldr_lock);
    return STATUS_SUCCESS;
}
