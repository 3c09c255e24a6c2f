/* Makes small libraries: one section with code, exports, imports and thread-local callbacks as a test wants them. */
#ifndef TESTS_NT_MODULE_PE_MAKER_H
#define TESTS_NT_MODULE_PE_MAKER_H

#include <windows.h>

#define MADE_RVA 0x1000u
#define MADE_SIZE 0x1000u
#define MADE_RAW 0x400u

struct made {
    unsigned char file[MADE_RAW + MADE_SIZE];
    DWORD used; /* of the section */
    DWORD functions[16], names[16], base, function_count;
    const char *name_text[16];
    DWORD name_count;
    WORD name_ordinal[16];
};

static inline IMAGE_NT_HEADERS64 *made_nt(struct made *m)
{
    return (IMAGE_NT_HEADERS64 *)(m->file + 0x80);
}

/* Appends to the section; the RVA. */
static inline DWORD made_put(struct made *m, const void *bytes, DWORD size)
{
    DWORD rva;

    m->used = (m->used + 15) & ~15u;
    rva = MADE_RVA + m->used;
    if (m->used + size > MADE_SIZE)
        ExitProcess(99);
    memcpy(m->file + MADE_RAW + m->used, bytes, size);
    m->used += size;
    return rva;
}

static inline void *made_at(struct made *m, DWORD rva)
{
    return m->file + MADE_RAW + rva - MADE_RVA;
}

/* mov eax, value; ret */
static inline DWORD made_code(struct made *m, DWORD value)
{
    unsigned char code[6] = {0xb8, 0, 0, 0, 0, 0xc3};

    memcpy(code + 1, &value, 4);
    return made_put(m, code, sizeof(code));
}

/* void f(x, DWORD reason, y): counts the calls for each reason at counters[reason], of this process; returns 1 */
static inline DWORD made_counter(struct made *m, volatile LONG *counters)
{
    unsigned char code[] = {0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, /* mov rax, counters */
                            0x89, 0xd2,                         /* mov edx, edx */
                            0xf0, 0xff, 0x04, 0x90,             /* lock inc dword [rax + rdx * 4] */
                            0xb8, 1, 0, 0, 0, 0xc3};            /* mov eax, 1; ret */

    memcpy(code + 2, &counters, 8);
    return made_put(m, code, sizeof(code));
}

static inline void made_begin(struct made *m, DWORD entry_value)
{
    IMAGE_DOS_HEADER *dos = (IMAGE_DOS_HEADER *)m->file;
    IMAGE_NT_HEADERS64 *nt;
    IMAGE_SECTION_HEADER *s;

    memset(m, 0, sizeof(*m));
    dos->e_magic = IMAGE_DOS_SIGNATURE;
    dos->e_lfanew = 0x80;
    nt = made_nt(m);
    nt->Signature = IMAGE_NT_SIGNATURE;
    nt->FileHeader.Machine = IMAGE_FILE_MACHINE_AMD64;
    nt->FileHeader.NumberOfSections = 1;
    nt->FileHeader.SizeOfOptionalHeader = sizeof(nt->OptionalHeader);
    nt->FileHeader.Characteristics =
        IMAGE_FILE_DLL | IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_LARGE_ADDRESS_AWARE;
    nt->OptionalHeader.Magic = IMAGE_NT_OPTIONAL_HDR64_MAGIC;
    nt->OptionalHeader.ImageBase = 0x180000000;
    nt->OptionalHeader.SectionAlignment = 0x1000;
    nt->OptionalHeader.FileAlignment = 0x200;
    nt->OptionalHeader.MajorOperatingSystemVersion = nt->OptionalHeader.MajorSubsystemVersion = 6;
    nt->OptionalHeader.SizeOfImage = MADE_RVA + MADE_SIZE;
    nt->OptionalHeader.SizeOfHeaders = MADE_RAW;
    nt->OptionalHeader.Subsystem = IMAGE_SUBSYSTEM_WINDOWS_CUI;
    nt->OptionalHeader.DllCharacteristics = IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE | IMAGE_DLLCHARACTERISTICS_NX_COMPAT;
    nt->OptionalHeader.SizeOfStackReserve = nt->OptionalHeader.SizeOfHeapReserve = 0x100000;
    nt->OptionalHeader.SizeOfStackCommit = nt->OptionalHeader.SizeOfHeapCommit = 0x1000;
    nt->OptionalHeader.NumberOfRvaAndSizes = IMAGE_NUMBEROF_DIRECTORY_ENTRIES;
    s = IMAGE_FIRST_SECTION(nt);
    memcpy(s->Name, ".all", 4);
    s->Misc.VirtualSize = s->SizeOfRawData = MADE_SIZE;
    s->VirtualAddress = MADE_RVA;
    s->PointerToRawData = MADE_RAW;
    s->Characteristics = IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE | IMAGE_SCN_MEM_EXECUTE;
    m->base = 5;
    nt->OptionalHeader.AddressOfEntryPoint = made_code(m, entry_value);
}

/* A function that returns value, or a forwarder; name NULL: by ordinal alone. Names in ascending order. */
static inline void made_export(struct made *m, const char *name, DWORD value, const char *forward)
{
    m->functions[m->function_count] = forward ? 0x80000000u : made_code(m, value);
    m->name_text[m->function_count] = forward;
    if (name) {
        m->names[m->name_count] = made_put(m, name, (DWORD)strlen(name) + 1);
        m->name_ordinal[m->name_count++] = (WORD)m->function_count;
    }
    m->function_count++;
}

static inline void made_directory(struct made *m, unsigned which, DWORD rva, DWORD size)
{
    made_nt(m)->OptionalHeader.DataDirectory[which].VirtualAddress = rva;
    made_nt(m)->OptionalHeader.DataDirectory[which].Size = size;
}

/* Import of one function by name; the RVA of its place in the address table. */
static inline DWORD made_import(struct made *m, const char *dll, const char *function)
{
    IMAGE_IMPORT_DESCRIPTOR d[2] = {0};
    ULONGLONG thunks[2] = {0};
    unsigned char by_name[64] = {0};
    DWORD names;

    memcpy(by_name + 2, function, strlen(function));
    thunks[0] = made_put(m, by_name, sizeof(by_name));
    names = made_put(m, thunks, sizeof(thunks));
    d[0].OriginalFirstThunk = names;
    d[0].FirstThunk = made_put(m, thunks, sizeof(thunks));
    d[0].Name = made_put(m, dll, (DWORD)strlen(dll) + 1);
    made_directory(m, IMAGE_DIRECTORY_ENTRY_IMPORT, made_put(m, d, sizeof(d)), sizeof(d));
    return d[0].FirstThunk;
}

/* Thread-local callbacks that count. */
static inline void made_tls(struct made *m, volatile LONG *counters)
{
    IMAGE_TLS_DIRECTORY64 t = {0};
    ULONGLONG base = made_nt(m)->OptionalHeader.ImageBase, callbacks[2] = {0};
    IMAGE_BASE_RELOCATION *r;
    unsigned char block[8 + 2 * 4] = {0};
    DWORD list, at;
    WORD *entries = (WORD *)(block + 8);

    callbacks[0] = base + made_counter(m, counters);
    list = made_put(m, callbacks, sizeof(callbacks));
    t.AddressOfIndex = base + made_put(m, &t, 16);
    t.AddressOfCallBacks = base + list;
    at = made_put(m, &t, sizeof(t));
    made_directory(m, IMAGE_DIRECTORY_ENTRY_TLS, at, sizeof(t));
    /* All that holds addresses: the list, and two fields of the directory. */
    r = (IMAGE_BASE_RELOCATION *)block;
    r->VirtualAddress = MADE_RVA;
    r->SizeOfBlock = sizeof(block);
    entries[0] = (WORD)(IMAGE_REL_BASED_DIR64 << 12 | (list - MADE_RVA));
    entries[1] = (WORD)(IMAGE_REL_BASED_DIR64 << 12 | (at + offsetof(IMAGE_TLS_DIRECTORY64, AddressOfIndex) - MADE_RVA));
    entries[2] =
        (WORD)(IMAGE_REL_BASED_DIR64 << 12 | (at + offsetof(IMAGE_TLS_DIRECTORY64, AddressOfCallBacks) - MADE_RVA));
    made_directory(m, IMAGE_DIRECTORY_ENTRY_BASERELOC, made_put(m, block, sizeof(block)), sizeof(block));
}

/* Ends the exports and writes the file. */
static inline BOOL made_write(struct made *m, const WCHAR *path)
{
    DWORD written = 0, start = m->used = (m->used + 15) & ~15u;
    HANDLE f;

    if (!made_nt(m)->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_BASERELOC].Size) {
        DWORD empty[2] = {MADE_RVA, 8};
        made_directory(m, IMAGE_DIRECTORY_ENTRY_BASERELOC, made_put(m, empty, 8), 8);
        start = m->used = (m->used + 15) & ~15u;
    }
    if (m->function_count) {
        IMAGE_EXPORT_DIRECTORY x = {0};
        DWORD at = made_put(m, &x, sizeof(x));

        x.Name = made_put(m, "made.dll", 9);
        for (DWORD i = 0; i < m->function_count; i++)
            if (m->functions[i] == 0x80000000u) /* a string within the directory is a forwarder */
                m->functions[i] = made_put(m, m->name_text[i], (DWORD)strlen(m->name_text[i]) + 1);
        x.Base = m->base;
        x.NumberOfFunctions = m->function_count;
        x.NumberOfNames = m->name_count;
        x.AddressOfFunctions = made_put(m, m->functions, m->function_count * 4);
        x.AddressOfNames = made_put(m, m->names, m->name_count * 4);
        x.AddressOfNameOrdinals = made_put(m, m->name_ordinal, m->name_count * 2);
        memcpy(made_at(m, at), &x, sizeof(x));
        made_directory(m, IMAGE_DIRECTORY_ENTRY_EXPORT, MADE_RVA + start, m->used - start);
    }
    f = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (f == INVALID_HANDLE_VALUE)
        return FALSE;
    BOOL ok = WriteFile(f, m->file, sizeof(m->file), &written, NULL) && written == sizeof(m->file);
    CloseHandle(f);
    return ok;
}

#endif
