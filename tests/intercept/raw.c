/*
 * System calls made by the program itself: the number is read from ntdll's entry, as such programs
 * do, and the instruction is its own. Few and many arguments (from the fifth on they lie on the
 * stack), failing calls, unknown numbers, what is kept of the registers, threads, the old interrupt.
 */
#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <stdio.h>
#include <string.h>

typedef LONG NTSTATUS;
static volatile LONG passed, failed;

#define CHECK(x)                                                                                   \
    do {                                                                                           \
        if (x) {                                                                                   \
            InterlockedIncrement(&passed);                                                         \
        } else {                                                                                   \
            InterlockedIncrement(&failed);                                                         \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #x);                                         \
        }                                                                                          \
    } while (0)

/* raw(number, 11 arguments): as a stub of ntdll, but for the number's place. */
NTSTATUS raw(ULONG number, ...);
NTSTATUS old(ULONG number, ...);
ULONG64 kept_registers(ULONG number, HANDLE handle);
__asm__(".macro SHIFTED instruction:vararg\n"
        "subq $0x68, %rsp\n"
        "movl %ecx, %eax\n"
        "movq %rdx, %r10\n"
        "movq %r8, %rdx\n"
        "movq %r9, %r8\n"
        "movq 0x90(%rsp), %r9\n" /* the call's fourth is the function's fifth */
        "movq 0x98(%rsp), %r11\n"
        "movq %r11, 0x28(%rsp)\n"
        "movq 0xa0(%rsp), %r11\n"
        "movq %r11, 0x30(%rsp)\n"
        "movq 0xa8(%rsp), %r11\n"
        "movq %r11, 0x38(%rsp)\n"
        "movq 0xb0(%rsp), %r11\n"
        "movq %r11, 0x40(%rsp)\n"
        "movq 0xb8(%rsp), %r11\n"
        "movq %r11, 0x48(%rsp)\n"
        "movq 0xc0(%rsp), %r11\n"
        "movq %r11, 0x50(%rsp)\n"
        "\\instruction\n"
        "addq $0x68, %rsp\n"
        "ret\n"
        ".endm\n"
        ".text\n"
        "raw: SHIFTED syscall\n"
        "old: SHIFTED int $0x2e\n"
        /* Registers that a call keeps; the number of those that changed. */
        "kept_registers:\n"
        "pushq %rbx\n pushq %rsi\n pushq %rdi\n pushq %rbp\n pushq %r12\n pushq %r13\n pushq %r14\n"
        "pushq %r15\n subq $0x48, %rsp\n"
        "movups %xmm6, 0x28(%rsp)\n"
        "movl %ecx, %eax\n movq %rdx, %r10\n"
        "movq $0x1111, %rbx\n movq $0x2222, %rsi\n movq $0x3333, %rdi\n movq $0x4444, %rbp\n"
        "movq $0x5555, %r12\n movq $0x6666, %r13\n movq $0x7777, %r14\n movq $0x8888, %r15\n"
        "movq %r15, %xmm6\n"
        "syscall\n"
        "xorl %eax, %eax\n"
        "cmpq $0x1111, %rbx\n setne %cl\n addb %cl, %al\n"
        "cmpq $0x2222, %rsi\n setne %cl\n addb %cl, %al\n"
        "cmpq $0x3333, %rdi\n setne %cl\n addb %cl, %al\n"
        "cmpq $0x4444, %rbp\n setne %cl\n addb %cl, %al\n"
        "cmpq $0x5555, %r12\n setne %cl\n addb %cl, %al\n"
        "cmpq $0x6666, %r13\n setne %cl\n addb %cl, %al\n"
        "cmpq $0x7777, %r14\n setne %cl\n addb %cl, %al\n"
        "cmpq $0x8888, %r15\n setne %cl\n addb %cl, %al\n"
        "movq %xmm6, %rdx\n cmpq $0x8888, %rdx\n setne %cl\n addb %cl, %al\n"
        "movups 0x28(%rsp), %xmm6\n"
        "addq $0x48, %rsp\n popq %r15\n popq %r14\n popq %r13\n popq %r12\n popq %rbp\n popq %rdi\n"
        "popq %rsi\n popq %rbx\n ret\n");

/* mov r10, rcx; mov eax, NUMBER: what programs look for. */
static ULONG number_of(const char *name)
{
    const unsigned char *p = (const unsigned char *)(void *)GetProcAddress(
        GetModuleHandleA("ntdll.dll"), name);
    ULONG number = ~0u;

    CHECK(p && !memcmp(p, "\x4c\x8b\xd1\xb8", 4));
    if (p)
        memcpy(&number, p + 4, 4);
    return number;
}

static ULONG nt_close, nt_counter, nt_allocate, nt_free, nt_write;

static DWORD WINAPI in_thread(void *unused)
{
    LONG64 before = 0, now = 0, frequency;

    (void)unused;
    for (int i = 0; i < 2000; i++) {
        if (raw(nt_counter, &now, &frequency) != 0 || now < before || frequency <= 0)
            return 1;
        before = now;
    }
    return 0;
}

int main(void)
{
    LONG64 counter = 0, frequency = 0;
    ULONG_PTR status[2] = {0, 0};
    char *memory = NULL;
    SIZE_T size = 0x3000;
    WCHAR path[MAX_PATH], name[MAX_PATH];
    HANDLE event, file, threads[4];
    char text[8] = "";
    DWORD count;

    nt_close = number_of("NtClose");
    nt_counter = number_of("NtQueryPerformanceCounter");
    nt_allocate = number_of("NtAllocateVirtualMemory");
    nt_free = number_of("NtFreeVirtualMemory");
    nt_write = number_of("NtWriteFile");

    CHECK(raw(nt_counter, &counter, &frequency) == 0);
    CHECK(counter > 0 && frequency > 0);
    event = CreateEventW(NULL, TRUE, FALSE, NULL);
    CHECK(raw(nt_close, event) == 0);
    CHECK(raw(nt_close, event) == (NTSTATUS)0xc0000008); /* STATUS_INVALID_HANDLE */
    CHECK(raw(nt_counter, (void *)8, NULL) == (NTSTATUS)0xc0000005);
    CHECK(raw(0xffe, 0) == (NTSTATUS)0xc000001c); /* STATUS_INVALID_SYSTEM_SERVICE */

    /* Six arguments. */
    CHECK(raw(nt_allocate, (HANDLE)-1, &memory, (ULONG_PTR)0, &size,
              (ULONG_PTR)(MEM_COMMIT | MEM_RESERVE), (ULONG_PTR)PAGE_READWRITE) == 0);
    CHECK(memory && size == 0x3000);
    if (memory)
        memset(memory, 7, size);
    size = 0;
    CHECK(raw(nt_free, (HANDLE)-1, &memory, &size, (ULONG_PTR)MEM_RELEASE) == 0);

    /* Nine. */
    GetTempPathW(MAX_PATH, path);
    GetTempFileNameW(path, L"raw", 0, name);
    file = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                       FILE_FLAG_DELETE_ON_CLOSE, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    LONG64 offset = 2;
    CHECK(raw(nt_write, file, NULL, NULL, NULL, status, "raw", (ULONG_PTR)3, &offset, NULL) == 0);
    CHECK(status[0] == 0 && status[1] == 3);
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    CHECK(ReadFile(file, text, 8, &count, NULL) && count == 5 && !memcmp(text, "\0\0raw", 5));
    CHECK(raw(nt_close, file) == 0);
    CHECK(GetFileAttributesW(name) == INVALID_FILE_ATTRIBUTES);

    CHECK(kept_registers(nt_close, (HANDLE)0x7ff0) == 0);

    counter = 0;
    CHECK(old(nt_counter, &counter, &frequency) == 0);
    CHECK(counter > 0);
    CHECK(old(nt_close, (HANDLE)0x7ff0) == (NTSTATUS)0xc0000008);

    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, in_thread, NULL, 0, NULL);
    WaitForMultipleObjects(4, threads, TRUE, INFINITE);
    for (int i = 0; i < 4; i++) {
        GetExitCodeThread(threads[i], &count);
        CHECK(count == 0);
    }
    printf("%ld passed, %ld failed\n", passed, failed);
    return failed != 0;
}
