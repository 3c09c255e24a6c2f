# Reads syscalls/nt/calls.tbl (and decoders.tbl first, for mode "table") and writes what mode says:
#   guest      prototypes for guest code (nt_syscalls.h)
#   stubs      ntdll's entry points for x86-64 (assembly)
#   exports    ntdll's export rows for them
#   handlers   prototypes of the host's handlers (nt_handlers.h)
#   table      the dispatch and trace table (nt_table.c)
#   coverage   the coverage page (Markdown)

function trim(s) { sub(/^[ \t]+/, "", s); sub(/[ \t]+$/, "", s); return s }

# "in*oattr?" -> C type; pointers keep what they point to where both sides know the layout.
function ctype(t,   base, star, cst) {
    sub(/\?$/, "", t); gsub(/\[[^\]]*\]/, "", t); gsub(/\([^)]*\)/, "", t); sub(/\?$/, "", t)
    star = ""; cst = ""
    if (t ~ /^in\*/) { star = " *"; cst = "const "; sub(/^in\*/, "", t) }
    else if (t ~ /^(out|io)\*/) { star = " *"; sub(/^(out|io)\*/, "", t) }
    if (t == "i64" && star != "") t = "time"
    base = (t in C) ? C[t] : (star != "" ? "void" : "ULONG")
    return cst base (star == "" ? " " : star)
}
function argname(a) { sub(/:.*/, "", a); return trim(a) }
function argtype(a) { sub(/^[^:]*:/, "", a); return trim(a) }
function args_of(sig, out,   n, i, depth, c, cur) {
    n = 0; depth = 0; cur = ""
    if (sig == "-") return 0
    for (i = 1; i <= length(sig); i++) {
        c = substr(sig, i, 1)
        if (c == "[" || c == "(") depth++
        if (c == "]" || c == ")") depth--
        if (c == "," && depth == 0) { out[++n] = trim(cur); cur = "" } else cur = cur c
    }
    if (trim(cur) != "") out[++n] = trim(cur)
    return n
}
function esc(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return s }

BEGIN {
    C["handle"] = "HANDLE"; C["access"] = "ACCESS_MASK"; C["u8"] = "UCHAR"; C["bool"] = "BOOLEAN"
    C["u16"] = "USHORT"; C["u32"] = "ULONG"; C["i32"] = "LONG"; C["u64"] = "ULONGLONG"
    C["i64"] = "LONGLONG"; C["size"] = "SIZE_T"; C["ptr"] = "PVOID"; C["status"] = "NTSTATUS"
    C["void"] = "void"; C["oattr"] = "OBJECT_ATTRIBUTES"; C["ustr"] = "UNICODE_STRING"
    C["iosb"] = "IO_STATUS_BLOCK"; C["time"] = "LARGE_INTEGER"; C["clientid"] = "CLIENT_ID"
    C["context"] = "CONTEXT"; C["exrec"] = "EXCEPTION_RECORD"; C["guid"] = "GUID"
    C["luid"] = "LUID"
    FS = "|"
    if (mode == "guest")
        print "/* Generated from syscalls/nt/calls.tbl. */\n#ifndef NT_SYSCALLS_H\n#define NT_SYSCALLS_H\n"
    else if (mode == "handlers")
        print "/* Generated from syscalls/nt/calls.tbl. */\n#ifndef NT_HANDLERS_H\n#define NT_HANDLERS_H\n" \
              "#include \"abi/nt/nt.h\"\nstruct nt_thread;\n"
    else if (mode == "table")
        print "/* Generated from syscalls/nt/calls.tbl and decoders.tbl. */\n#include \"syscalls/nt/nt.h\"\n" \
              "#include \"nt_handlers.h\"\n"
    else if (mode == "stubs")
        print "/* Generated from syscalls/nt/calls.tbl: the first eight bytes are as on NT, because\n" \
              " * programs read the number there; then the gate's address from the TEB. */\n\t.text"
    else if (mode == "coverage")
        print "# NT system calls\n\nGenerated from `syscalls/nt/calls.tbl`. A call at level *none* answers " \
              "`STATUS_NOT_IMPLEMENTED`\nand is reported.\n\n| number | call | group | level | what is missing |\n|---|---|---|---|---|"
}

FILENAME ~ /decoders\.tbl$/ {
    line = $0; sub(/#.*/, "", line)
    if (line ~ /^[^ \t]/) {
        split(line, w, /[ \t]+/); dec = w[1]; deckind[dec] = w[2]; decs[++ndecs] = dec; next
    }
    line = trim(line)
    if (line == "" || dec == "") next
    split(line, w, /[ \t]+/)
    decrows[dec] = decrows[dec] "    {" w[1] "u, \"" esc(w[2]) "\"},\n"
    next
}

/^[ \t]*(#|$)/ { next }

{
    num = trim($1); name = trim($2); group = trim($3); sig = trim($4); level = trim($5)
    caveat = NF >= 6 ? trim($6) : ""
    delete A
    n = args_of(sig, A)
    rows++
    levels[level]++
    if (mode == "guest") {
        p = ""
        for (i = 1; i <= n; i++) p = p (i > 1 ? ", " : "") ctype(argtype(A[i])) argname(A[i])
        if (n == 0) p = "void"
        print "NTSTATUS NTAPI " name "(" p ");"
    } else if (mode == "stubs") {
        zw = name; sub(/^Nt/, "Zw", zw)
        print "\t.p2align 4\n\t.globl " name ", " zw "\n" name ":\n" zw ":\n" \
              "\t.byte 0x4c, 0x8b, 0xd1\n\tmovl $" num ", %eax\n\tjmpq *%gs:0x100\n\tint3"
    } else if (mode == "exports") {
        zw = name; sub(/^Nt/, "Zw", zw)
        print name " " (level == "none" ? "missing" : (level == "full" ? "full" : "partial \"" caveat "\""))
        print zw " " (level == "none" ? "missing" : (level == "full" ? "full" : "partial \"" caveat "\""))
    } else if (mode == "handlers") {
        if (level == "none") next
        p = "struct nt_thread *t"
        for (i = 1; i <= n; i++) p = p ", " ctype(argtype(A[i])) argname(A[i])
        print "NTSTATUS " name "(" p ");"
    } else if (mode == "table") {
        for (i = 1; i <= n; i++) argtab = ""
        at = ""
        for (i = 1; i <= n; i++) {
            t = argtype(A[i]); d = ""
            if (match(t, /\([a-z0-9_]+\)/)) d = substr(t, RSTART + 1, RLENGTH - 2)
            base = t; gsub(/\([^)]*\)/, "", base)
            at = at "    {\"" argname(A[i]) "\", \"" esc(base) "\", " \
                 (d != "" && (d in deckind) ? "&decoder_" d : "NULL") "},\n"
        }
        if (level != "none") {
            call = "t"
            for (i = 1; i <= n; i++) {
                ct = trim(ctype(argtype(A[i])))
                call = call ", (" ct ")" (ct ~ /\*$/ || ct == "HANDLE" || ct == "PVOID" ? "" : "") "a[" (i - 1) "]"
            }
            thunks = thunks "static NTSTATUS thunk_" name "(struct nt_thread *t, const uint64_t *a)\n{\n" \
                     (n == 0 ? "    (void)a;\n" : "") "    return " name "(" call ");\n}\n\n"
        }
        argarrays = argarrays (n ? "static const struct nt_call_arg args_" name "[] = {\n" at "};\n" : "")
        idx = num
        table = table "    [" num "] = {\"" name "\", \"" group "\", " n ", " \
                (n ? "args_" name : "NULL") ", " (level == "none" ? "NULL" : "thunk_" name) "},\n"
    } else if (mode == "coverage") {
        print "| " num " | " name " | " group " | " level " | " caveat " |"
    }
}

END {
    if (mode == "guest" || mode == "handlers") print "\n#endif"
    else if (mode == "stubs") print "\t.section .drectve,\"yn\"\n"
    else if (mode == "table") {
        for (i = 1; i <= ndecs; i++) {
            d = decs[i]
            print "static const struct nt_decoder_row rows_" d "[] = {\n" decrows[d] "};"
            print "static const struct nt_decoder decoder_" d " __attribute__((unused)) = {\"" d "\", " \
                  (deckind[d] == "flags" ? "true" : "false") \
                  ", rows_" d ", sizeof(rows_" d ") / sizeof(rows_" d "[0])};\n"
        }
        print argarrays "\n" thunks
        print "const struct nt_call nt_calls[] = {\n" table "};\n"
        print "const unsigned nt_call_count = sizeof(nt_calls) / sizeof(nt_calls[0]);"
    } else if (mode == "coverage") {
        printf "\n%d calls: %d full, %d partial, %d none.\n", rows, levels["full"], levels["partial"], levels["none"]
    }
}
