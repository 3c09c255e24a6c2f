/* RtlImage*: looking into an image that lies in memory, mapped or as a flat file. */
#include "libcompat/nt/ntdll/ldr.h"

#define LDR_NO_RANGE_CHECK 1u /* RTL_IMAGE_NT_HEADER_EX_FLAG_NO_RANGE_CHECK */

NTSTATUS NTAPI RtlImageNtHeaderEx(ULONG flags, PVOID base, ULONGLONG size,
                                  PIMAGE_NT_HEADERS *headers)
{
    const IMAGE_DOS_HEADER *dos = base;
    PIMAGE_NT_HEADERS nt;
    BOOLEAN check = !(flags & LDR_NO_RANGE_CHECK);

    if (!headers)
        return STATUS_INVALID_PARAMETER;
    *headers = NULL;
    if (flags & ~LDR_NO_RANGE_CHECK || !base || base == INVALID_HANDLE_VALUE)
        return STATUS_INVALID_PARAMETER;
    if (check && size < sizeof(*dos))
        return STATUS_INVALID_IMAGE_FORMAT;
    if (dos->e_magic != IMAGE_DOS_SIGNATURE || dos->e_lfanew < 0 || dos->e_lfanew > 0x10000000)
        return STATUS_INVALID_IMAGE_FORMAT;
    if (check && (ULONGLONG)dos->e_lfanew + sizeof(*nt) > size)
        return STATUS_INVALID_IMAGE_FORMAT;
    nt = (PIMAGE_NT_HEADERS)((char *)base + dos->e_lfanew);
    if (nt->Signature != IMAGE_NT_SIGNATURE)
        return STATUS_INVALID_IMAGE_FORMAT;
    *headers = nt;
    return STATUS_SUCCESS;
}

PIMAGE_NT_HEADERS NTAPI RtlImageNtHeader(PVOID base)
{
    PIMAGE_NT_HEADERS nt;

    return NT_SUCCESS(RtlImageNtHeaderEx(LDR_NO_RANGE_CHECK, base, 0, &nt)) ? nt : NULL;
}

PIMAGE_SECTION_HEADER NTAPI RtlImageRvaToSection(PIMAGE_NT_HEADERS nt, PVOID base, ULONG rva)
{
    PIMAGE_SECTION_HEADER s = IMAGE_FIRST_SECTION(nt);

    (void)base;
    for (USHORT i = 0; i < nt->FileHeader.NumberOfSections; i++, s++)
        if (rva >= s->VirtualAddress && rva - s->VirtualAddress < s->SizeOfRawData)
            return s;
    return NULL;
}

PVOID NTAPI RtlImageRvaToVa(PIMAGE_NT_HEADERS nt, PVOID base, ULONG rva,
                            PIMAGE_SECTION_HEADER *section)
{
    PIMAGE_SECTION_HEADER s = section ? *section : NULL;

    if (!s || rva < s->VirtualAddress || rva - s->VirtualAddress >= s->SizeOfRawData)
        s = RtlImageRvaToSection(nt, base, rva);
    if (!s)
        return NULL;
    if (section)
        *section = s;
    return (char *)base + (rva - s->VirtualAddress) + s->PointerToRawData;
}

PIMAGE_SECTION_HEADER NTAPI RtlSectionTableFromVirtualAddress(PIMAGE_NT_HEADERS nt, PVOID base, ULONG rva)
{
    return RtlImageRvaToSection(nt, base, rva);
}

/* Where that lies in an image which is mapped as a plain file. */
PVOID NTAPI RtlAddressInSectionTable(PIMAGE_NT_HEADERS nt, PVOID base, ULONG rva)
{
    return RtlImageRvaToVa(nt, base, rva, NULL);
}

PVOID NTAPI RtlImageDirectoryEntryToData(PVOID base, BOOLEAN mapped, USHORT directory, PULONG size)
{
    PIMAGE_NT_HEADERS nt;
    const IMAGE_DATA_DIRECTORY *d;

    if ((ULONG_PTR)base & 1) {
        base = (PVOID)((ULONG_PTR)base & ~(ULONG_PTR)1);
        mapped = FALSE;
    }
    *size = 0;
    nt = RtlImageNtHeader(base);
    if (!nt)
        return NULL;
    if (nt->OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC) {
        const IMAGE_OPTIONAL_HEADER64 *o = (const IMAGE_OPTIONAL_HEADER64 *)&nt->OptionalHeader;
        if (directory >= o->NumberOfRvaAndSizes || directory >= 16)
            return NULL;
        d = &o->DataDirectory[directory];
        if (mapped && (d->VirtualAddress >= o->SizeOfImage))
            return NULL;
        if (d->VirtualAddress && d->VirtualAddress < o->SizeOfHeaders)
            mapped = TRUE; /* in the headers both views agree */
    } else {
        const IMAGE_OPTIONAL_HEADER32 *o = (const IMAGE_OPTIONAL_HEADER32 *)&nt->OptionalHeader;
        if (directory >= o->NumberOfRvaAndSizes || directory >= 16)
            return NULL;
        d = &o->DataDirectory[directory];
        if (mapped && (d->VirtualAddress >= o->SizeOfImage))
            return NULL;
        if (d->VirtualAddress && d->VirtualAddress < o->SizeOfHeaders)
            mapped = TRUE;
    }
    if (!d->VirtualAddress)
        return NULL;
    *size = d->Size;
    return mapped ? (char *)base + d->VirtualAddress
                  : RtlImageRvaToVa(nt, base, d->VirtualAddress, NULL);
}
