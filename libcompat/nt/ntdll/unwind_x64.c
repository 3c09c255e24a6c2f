/*
 * RtlVirtualUnwind: undoing one x64 frame from its unwind codes, as "x64 exception handling" of
 * the Microsoft documentation describes them (versions 1 and 2).
 *
 * Tables and stacks may be damaged: every count is bounded, chains have a depth limit, and when the
 * caller gives stack limits, nothing outside of them is read.
 */
#include "eh.h"

enum {
    UWOP_PUSH_NONVOL = 0,
    UWOP_ALLOC_LARGE = 1,
    UWOP_ALLOC_SMALL = 2,
    UWOP_SET_FPREG = 3,
    UWOP_SAVE_NONVOL = 4,
    UWOP_SAVE_NONVOL_FAR = 5,
    UWOP_EPILOG = 6, /* version 2 only */
    UWOP_SAVE_XMM128 = 8,
    UWOP_SAVE_XMM128_FAR = 9,
    UWOP_PUSH_MACHFRAME = 10,
};

#define CHAIN_LIMIT 32
#define REG_RSP 4

struct unwind_info {
    UCHAR version : 3;
    UCHAR flags : 5;
    UCHAR prolog_size;
    UCHAR count;
    UCHAR frame_register : 4;
    UCHAR frame_offset : 4; /* in units of 16 bytes */
    USHORT code[];
};
_Static_assert(sizeof(struct unwind_info) == 4, "UNWIND_INFO");

static UCHAR code_offset(USHORT code)
{
    return (UCHAR)code;
}
static unsigned code_op(USHORT code)
{
    return code >> 8 & 15;
}
static unsigned code_info(USHORT code)
{
    return code >> 12;
}

static ULONG64 *registers(CONTEXT *context)
{
    return (ULONG64 *)&context->Rax; /* Rax .. R15 lie in the order of their encodings */
}

static bool stack_readable(const struct eh_stack *stack, ULONG_PTR address, ULONG_PTR size)
{
    return address >= stack->low && address < stack->high && stack->high - address >= size;
}

static bool read_stack(const struct eh_stack *stack, ULONG_PTR address, ULONG64 *value)
{
    if (!stack_readable(stack, address, sizeof(*value)))
        return false;
    __builtin_memcpy(value, (void *)address, sizeof(*value));
    return true;
}

/* NULL when the entry points outside the image or at something that is no unwind information. */
static const struct unwind_info *unwind_info(const struct eh_function *function)
{
    ULONG rva = function->entry->UnwindData;
    const struct unwind_info *info = (const void *)(function->base + rva);
    ULONG size = function->image_size, need;

    if (rva & 3 || (size && (rva > size || size - rva < sizeof(*info))))
        return NULL;
    if (info->version != 1 && info->version != 2)
        return NULL;
    /* the codes, and after them a handler address or a chained entry */
    need = sizeof(*info) + ((info->count + 1u) & ~1u) * 2;
    if (info->flags & UNW_FLAG_CHAININFO)
        need += sizeof(RUNTIME_FUNCTION);
    else if (info->flags)
        need += sizeof(ULONG);
    return size && size - rva < need ? NULL : info;
}

static const void *after_codes(const struct unwind_info *info)
{
    return &info->code[(info->count + 1) & ~1];
}

/* The slots that a code takes; 0 for codes that do not exist. */
static unsigned code_slots(const struct unwind_info *info, USHORT code)
{
    switch (code_op(code)) {
    case UWOP_PUSH_NONVOL:
    case UWOP_ALLOC_SMALL:
    case UWOP_SET_FPREG:
    case UWOP_PUSH_MACHFRAME:
        return 1;
    case UWOP_ALLOC_LARGE:
        return code_info(code) == 0 ? 2 : code_info(code) == 1 ? 3 : 0;
    case UWOP_SAVE_NONVOL:
    case UWOP_SAVE_XMM128:
        return 2;
    case UWOP_SAVE_NONVOL_FAR:
    case UWOP_SAVE_XMM128_FAR:
        return 3;
    case UWOP_EPILOG:
        return info->version == 2 ? 1 : 0;
    default:
        return 0;
    }
}

/* ---- epilogs --------------------------------------------------------------------------------- */

static const UCHAR *skip_stack_release(const UCHAR *p, const UCHAR *end,
                                       const struct unwind_info *info, ULONG64 *rsp,
                                       const ULONG64 *reg)
{
    LONG offset32;
    unsigned base, sib;

    if (end - p >= 4 && p[0] == 0x48 && p[1] == 0x83 && p[2] == 0xc4) { /* add rsp, imm8 */
        *rsp += (LONG64)(signed char)p[3];
        return p + 4;
    }
    if (end - p >= 7 && p[0] == 0x48 && p[1] == 0x81 && p[2] == 0xc4) { /* add rsp, imm32 */
        __builtin_memcpy(&offset32, p + 3, 4);
        *rsp += (LONG64)offset32;
        return p + 7;
    }
    /* lea rsp, [frame register + disp] */
    if (info->frame_register == 0 || end - p < 3 || (p[0] & 0xfe) != 0x48 || p[1] != 0x8d)
        return p;
    base = (p[0] & 1u) << 3 | (p[2] & 7u);
    sib = (p[2] & 7) == 4; /* r12 needs the byte 0x24 after ModRM */
    if (base != info->frame_register || (sib && (end - p < 4 || p[3] != 0x24)))
        return p;
    if ((p[2] & 0xf8) == 0x60 && end - p >= 4 + (int)sib) {
        *rsp = reg[base] + (ULONG64)(LONG64)(signed char)p[3 + sib];
        return p + 4 + sib;
    }
    if ((p[2] & 0xf8) == 0xa0 && end - p >= 7 + (int)sib) {
        __builtin_memcpy(&offset32, p + 3 + sib, 4);
        *rsp = reg[base] + (ULONG64)(LONG64)offset32;
        return p + 7 + sib;
    }
    return p;
}

/* A pop of a 64-bit register: its length, 0 if it is none. */
static unsigned pop_length(const UCHAR *p, const UCHAR *end, unsigned *reg)
{
    if (end - p >= 1 && (p[0] & 0xf8) == 0x58) {
        *reg = p[0] & 7;
        return 1;
    }
    if (end - p >= 2 && (p[0] & 0xf0) == 0x40 && (p[1] & 0xf8) == 0x58) {
        *reg = (p[0] & 1u) << 3 | (p[1] & 7u);
        return 2;
    }
    return 0;
}

static RUNTIME_FUNCTION primary_entry(const struct eh_function *function)
{
    struct eh_function f = *function;
    RUNTIME_FUNCTION entry = *f.entry;

    for (int depth = 0; depth < CHAIN_LIMIT; depth++) {
        const struct unwind_info *info = unwind_info(&f);

        if (!info || !(info->flags & UNW_FLAG_CHAININFO))
            break;
        f.entry = (RUNTIME_FUNCTION *)after_codes(info);
        entry = *f.entry;
    }
    return entry;
}

/* A jump out of the function ends an epilog (tail call); one to another fragment of the same
 * function does not. */
static bool jump_leaves(const struct eh_function *function, const struct unwind_info *info,
                        ULONG target)
{
    struct eh_function other;
    RUNTIME_FUNCTION a, b;

    if (target == function->entry->BeginAddress)
        return !(info->flags & UNW_FLAG_CHAININFO); /* calls itself */
    if (target > function->entry->BeginAddress && target < function->entry->EndAddress)
        return false;
    if (!eh_function_find(function->base + target, &other) || other.base != function->base)
        return true;
    a = primary_entry(function);
    b = primary_entry(&other);
    return a.BeginAddress != b.BeginAddress || target == b.BeginAddress;
}

static bool ends_epilog(const struct eh_function *function, const struct unwind_info *info,
                        const UCHAR *p, const UCHAR *end)
{
    ULONG next;
    LONG offset;

    if (end - p < 1)
        return false;
    if (p[0] == 0xc3 || p[0] == 0xc2) /* ret */
        return true;
    if (end - p < 2)
        return false;
    if (p[0] == 0xf3 && p[1] == 0xc3) /* rep ret */
        return true;
    if (p[0] == 0xeb) { /* jmp rel8 */
        next = (ULONG)((ULONG_PTR)p + 2 - function->base);
        return jump_leaves(function, info, next + (ULONG)(LONG)(signed char)p[1]);
    }
    if (p[0] == 0xe9 && end - p >= 5) { /* jmp rel32 */
        __builtin_memcpy(&offset, p + 1, 4);
        next = (ULONG)((ULONG_PTR)p + 5 - function->base);
        return jump_leaves(function, info, next + (ULONG)offset);
    }
    if (p[0] == 0xff && p[1] == 0x25) /* jmp [rip + disp32] */
        return true;
    /* jmp through a register or memory, marked as a tail call by its REX.W prefix */
    return end - p >= 3 && (p[0] & 0xf8) == 0x48 && p[1] == 0xff && (p[2] & 0x38) == 0x20;
}

static bool in_epilog_v1(const struct eh_function *function, const struct unwind_info *info,
                         const UCHAR *p, const UCHAR *end, const ULONG64 *reg)
{
    ULONG64 unused = 0;
    unsigned length, r;

    p = skip_stack_release(p, end, info, &unused, reg);
    while ((length = pop_length(p, end, &r)) != 0)
        p += length;
    return ends_epilog(function, info, p, end);
}

/* Version 2 lists the epilogs: the first code tells their common size (and, with bit 0 of its
 * info, that one lies at the very end of the function); the others tell how far before the end
 * each of them starts. */
static bool in_epilog_v2(const struct eh_function *function, const struct unwind_info *info,
                         ULONG_PTR pc)
{
    ULONG_PTR end = function->base + function->entry->EndAddress;
    unsigned size = 0;

    for (unsigned i = 0; i < info->count && code_op(info->code[i]) == UWOP_EPILOG; i++) {
        USHORT code = info->code[i];
        ULONG distance;

        if (i == 0) {
            size = code_offset(code);
            if (!(code_info(code) & 1))
                continue;
            distance = size;
        } else {
            distance = code_info(code) << 8 | code_offset(code);
            if (distance == 0)
                continue; /* padding */
        }
        if (pc >= end - distance && pc < end - distance + size)
            return true;
    }
    return false;
}

static NTSTATUS finish_epilog(const struct unwind_info *info, const UCHAR *p, const UCHAR *end,
                              const struct eh_stack *stack, CONTEXT *context,
                              KNONVOLATILE_CONTEXT_POINTERS *pointers)
{
    ULONG64 *reg = registers(context);
    unsigned length, r;

    p = skip_stack_release(p, end, info, &context->Rsp, reg);
    while ((length = pop_length(p, end, &r)) != 0) {
        ULONG_PTR at = context->Rsp;
        ULONG64 value;

        if (!read_stack(stack, at, &value))
            return STATUS_BAD_STACK;
        context->Rsp = at + 8;
        reg[r] = value;
        if (pointers)
            pointers->IntegerContext[r] = (PULONG64)at;
        p += length;
    }
    if (!read_stack(stack, context->Rsp, &context->Rip))
        return STATUS_BAD_STACK;
    context->Rsp += 8;
    return STATUS_SUCCESS;
}

/* ---- prologs --------------------------------------------------------------------------------- */

static NTSTATUS undo_code(const struct unwind_info *info, unsigned i, ULONG_PTR frame,
                          const struct eh_stack *stack, CONTEXT *context,
                          KNONVOLATILE_CONTEXT_POINTERS *pointers, bool *machine_frame)
{
    ULONG64 *reg = registers(context);
    unsigned r = code_info(info->code[i]);
    ULONG_PTR at;
    ULONG offset = 0;

    if (code_slots(info, info->code[i]) == 3)
        offset = info->code[i + 1] | (ULONG)info->code[i + 2] << 16;
    else if (code_slots(info, info->code[i]) == 2)
        offset = info->code[i + 1];

    switch (code_op(info->code[i])) {
    case UWOP_PUSH_NONVOL:
        at = context->Rsp;
        if (!read_stack(stack, at, &reg[r]))
            return STATUS_BAD_STACK;
        if (pointers)
            pointers->IntegerContext[r] = (PULONG64)at;
        if (r != REG_RSP)
            context->Rsp = at + 8;
        return STATUS_SUCCESS;
    case UWOP_ALLOC_LARGE:
        context->Rsp += r ? offset : offset * 8u;
        return STATUS_SUCCESS;
    case UWOP_ALLOC_SMALL:
        context->Rsp += r * 8u + 8;
        return STATUS_SUCCESS;
    case UWOP_SET_FPREG:
        context->Rsp = reg[info->frame_register] - info->frame_offset * 16u;
        return STATUS_SUCCESS;
    case UWOP_SAVE_NONVOL:
    case UWOP_SAVE_NONVOL_FAR:
        at = frame + (code_op(info->code[i]) == UWOP_SAVE_NONVOL ? offset * 8u : offset);
        if (!read_stack(stack, at, &reg[r]))
            return STATUS_BAD_STACK;
        if (pointers)
            pointers->IntegerContext[r] = (PULONG64)at;
        return STATUS_SUCCESS;
    case UWOP_SAVE_XMM128:
    case UWOP_SAVE_XMM128_FAR:
        at = frame + (code_op(info->code[i]) == UWOP_SAVE_XMM128 ? offset * 16u : offset);
        if (!stack_readable(stack, at, sizeof(M128A)))
            return STATUS_BAD_STACK;
        __builtin_memcpy(&context->FltSave.XmmRegisters[r], (void *)at, sizeof(M128A));
        if (pointers)
            pointers->FloatingContext[r] = (PM128A)at;
        return STATUS_SUCCESS;
    case UWOP_PUSH_MACHFRAME:
        if (r > 1)
            return STATUS_BAD_FUNCTION_TABLE;
        at = context->Rsp + r * 8u; /* rip cs eflags rsp ss, after an error code if there is one */
        if (!read_stack(stack, at, &context->Rip) || !read_stack(stack, at + 24, &context->Rsp))
            return STATUS_BAD_STACK;
        *machine_frame = true;
        return STATUS_SUCCESS;
    default: /* UWOP_EPILOG tells of an epilog and undoes nothing */
        return STATUS_SUCCESS;
    }
}

/* Undoes what the prolog did up to prolog_offset. */
static NTSTATUS undo_prolog(const struct unwind_info *info, ULONG prolog_offset, ULONG_PTR frame,
                            const struct eh_stack *stack, CONTEXT *context,
                            KNONVOLATILE_CONTEXT_POINTERS *pointers, bool *machine_frame)
{
    unsigned slots;

    for (unsigned i = 0; i < info->count; i += slots) {
        NTSTATUS status;

        slots = code_slots(info, info->code[i]);
        if (slots == 0 || slots > info->count - i)
            return STATUS_BAD_FUNCTION_TABLE;
        if (code_op(info->code[i]) == UWOP_EPILOG || prolog_offset < code_offset(info->code[i]))
            continue;
        status = undo_code(info, i, frame, stack, context, pointers, machine_frame);
        if (status)
            return status;
    }
    return STATUS_SUCCESS;
}

/* Where the fixed part of the frame starts: what save offsets count from, and what language
 * handlers know the frame by. */
static ULONG_PTR establisher_frame(const struct unwind_info *info, ULONG prolog_offset,
                                   CONTEXT *context)
{
    bool established = prolog_offset >= info->prolog_size || info->flags & UNW_FLAG_CHAININFO;
    unsigned slots;

    if (info->frame_register == 0)
        return context->Rsp;
    for (unsigned i = 0; !established && i < info->count; i += slots) {
        slots = code_slots(info, info->code[i]);
        if (slots == 0)
            break;
        if (code_op(info->code[i]) == UWOP_SET_FPREG)
            established = prolog_offset >= code_offset(info->code[i]);
    }
    if (!established)
        return context->Rsp;
    return registers(context)[info->frame_register] - info->frame_offset * 16u;
}

static NTSTATUS unwind_leaf(const struct eh_stack *stack, CONTEXT *context, struct eh_unwound *out)
{
    out->frame = context->Rsp;
    if (!read_stack(stack, context->Rsp, &context->Rip))
        return STATUS_BAD_STACK;
    context->Rsp += 8;
    return STATUS_SUCCESS;
}

NTSTATUS eh_unwind_frame(ULONG handler_type, const struct eh_function *function, ULONG_PTR pc,
                         const struct eh_stack *stack, CONTEXT *context,
                         KNONVOLATILE_CONTEXT_POINTERS *pointers, struct eh_unwound *out)
{
    struct eh_function f = *function;
    const struct unwind_info *info;
    const UCHAR *code = (const UCHAR *)pc, *end;
    ULONG prolog_offset;
    NTSTATUS status;

    *out = (struct eh_unwound){0};
    if (!f.entry)
        return unwind_leaf(stack, context, out);
    info = unwind_info(&f);
    if (!info)
        return STATUS_BAD_FUNCTION_TABLE;
    prolog_offset = (ULONG)(pc - f.base - f.entry->BeginAddress);
    out->frame = establisher_frame(info, prolog_offset, context);

    end = (const UCHAR *)(f.base + f.entry->EndAddress);
    if (prolog_offset >= info->prolog_size && code < end) {
        bool epilog;

        if (info->version == 1)
            epilog = in_epilog_v1(&f, info, code, end, registers(context));
        else
            epilog = in_epilog_v2(&f, info, pc);
        if (epilog)
            return finish_epilog(info, code, end, stack, context, pointers);
    }

    for (int depth = 0;; depth++) {
        status = undo_prolog(info, prolog_offset, out->frame, stack, context, pointers,
                             &out->machine_frame);
        if (status)
            return status;
        if (!(info->flags & UNW_FLAG_CHAININFO))
            break;
        if (depth == CHAIN_LIMIT)
            return STATUS_BAD_FUNCTION_TABLE;
        f.entry = (RUNTIME_FUNCTION *)after_codes(info);
        if (f.entry->UnwindData & RUNTIME_FUNCTION_INDIRECT)
            return STATUS_BAD_FUNCTION_TABLE;
        info = unwind_info(&f);
        if (!info)
            return STATUS_BAD_FUNCTION_TABLE;
        prolog_offset = ~0u; /* its whole prolog has run */
    }
    if (!out->machine_frame) {
        if (!read_stack(stack, context->Rsp, &context->Rip))
            return STATUS_BAD_STACK;
        context->Rsp += 8;
    }

    /* The handler belongs to the primary entry, and is in force once its prolog is through. */
    prolog_offset = (ULONG)(pc - f.base - f.entry->BeginAddress);
    if (prolog_offset >= info->prolog_size && info->flags & handler_type) {
        const ULONG *rva = after_codes(info);

        if (f.image_size && *rva >= f.image_size)
            return STATUS_BAD_FUNCTION_TABLE;
        out->handler = (PEXCEPTION_ROUTINE)(f.base + *rva);
        out->handler_data = (void *)(rva + 1);
    }
    return STATUS_SUCCESS;
}

/* ---- the documented calls -------------------------------------------------------------------- */

static const struct eh_stack any_stack = {0, ~(ULONG_PTR)0};

PEXCEPTION_ROUTINE NTAPI RtlVirtualUnwind(DWORD handler_type, DWORD64 image_base, DWORD64 pc,
                                          PRUNTIME_FUNCTION entry, PCONTEXT context,
                                          PVOID *handler_data, PDWORD64 frame,
                                          PKNONVOLATILE_CONTEXT_POINTERS pointers)
{
    struct eh_function function = {entry, image_base, 0};
    struct eh_unwound out;
    NTSTATUS status = eh_unwind_frame(handler_type, &function, pc, &any_stack, context, pointers,
                                      &out);

    if (status)
        RtlRaiseStatus(status);
    *frame = out.frame;
    if (out.handler)
        *handler_data = out.handler_data;
    return out.handler;
}

LONG NTAPI RtlVirtualUnwind2(ULONG handler_type, ULONG_PTR image_base, ULONG_PTR pc,
                             RUNTIME_FUNCTION *entry, CONTEXT *context,
                             BOOLEAN *machine_frame_unwound, PVOID *handler_data,
                             ULONG_PTR *frame, KNONVOLATILE_CONTEXT_POINTERS *pointers,
                             ULONG_PTR *low_limit, ULONG_PTR *high_limit,
                             PEXCEPTION_ROUTINE *handler, ULONG unwind_flags)
{
    struct eh_function function = {entry, image_base, 0};
    struct eh_stack stack = any_stack;
    struct eh_unwound out;
    NTSTATUS status;

    if (unwind_flags)
        return STATUS_INVALID_PARAMETER;
    if (low_limit && high_limit)
        stack = (struct eh_stack){*low_limit, *high_limit};
    status = eh_unwind_frame(handler_type, &function, pc, &stack, context, pointers, &out);
    if (status)
        return status;
    if (machine_frame_unwound)
        *machine_frame_unwound = out.machine_frame;
    if (handler_data)
        *handler_data = out.handler_data;
    *frame = out.frame;
    if (handler)
        *handler = out.handler;
    return STATUS_SUCCESS;
}
