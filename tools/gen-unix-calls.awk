# Reads decoders.tbl (of the system and the shared one) and then calls.tbl of a foreign Unix system,
# and writes what mode says, for the system named by -v os=freebsd:
#   handlers   prototypes of the host's handlers (freebsd_handlers.h)
#   table      the dispatch and trace table (freebsd_table.c)
#   coverage   the coverage page (Markdown)

function trim(s) { sub(/^[ \t]+/, "", s); sub(/[ \t]+$/, "", s); return s }
function esc(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return s }
function bare(t) { gsub(/\[[^\]]*\]/, "", t); gsub(/\([^)]*\)/, "", t); sub(/\?$/, "", t); return t }
function ctype(t,   base, star, cst) {
    t = bare(t); star = ""; cst = ""
    if (t == "str") return "const char *"
    if (t ~ /^in\*/) { star = "*"; cst = "const "; sub(/^in\*/, "", t) }
    else if (t ~ /^(out|io)\*/) { star = "*"; sub(/^(out|io)\*/, "", t) }
    base = (t in C) ? C[t] : "void"
    if (star == "" && base == "void") { print "bad type " t " in " name > "/dev/stderr"; exit 1 }
    return cst base " " star
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

BEGIN {
    FS = "|"
    C["i32"] = C["fd"] = C["pid"] = "int32_t"; C["u32"] = C["mode"] = C["uid"] = "uint32_t"
    C["i64"] = C["off"] = "int64_t"; C["u64"] = "uint64_t"; C["size"] = "size_t"
    C["u8"] = "uint8_t"; C["u16"] = "uint16_t"; C["ptr"] = "void *"; C["sig"] = "int32_t"
    C["long"] = "long"; C["void"] = "void"
    C["pad"] = "uint64_t"
    guard = toupper(os) "_HANDLERS_H"
    if (mode == "handlers")
        print "/* Generated from syscalls/" os "/calls.tbl. */\n#ifndef " guard "\n#define " guard \
              "\n#include \"syscalls/unix/unix.h\"\n"
    else if (mode == "table")
        print "/* Generated from syscalls/" os "/calls.tbl and decoders.tbl. */\n#include \"" os \
              "_handlers.h\"\n#include \"syscalls/" os "/" os ".h\"\n"
    else if (mode == "coverage")
        print "# " title " system calls\n\nGenerated from `syscalls/" os "/calls.tbl`. A call at level " \
              "*none* answers `ENOSYS`\nand is reported.\n\n| number | call | group | level | what is missing |\n|---|---|---|---|---|"
}

FILENAME ~ /decoders\.tbl$/ {
    line = $0; sub(/[ \t]*#.*/, "", line)
    if (line ~ /^[^ \t]/) {
        split(line, w, /[ \t]+/); dec = w[1]
        if (!(dec in deckind)) decs[++ndecs] = dec
        deckind[dec] = w[2]; decrows[dec] = ""; next
    }
    line = trim(line)
    if (line == "" || dec == "") next
    split(line, w, /[ \t]+/)
    if (deckind[dec] == "struct") {
        split(w[1], o, ":")
        decrows[dec] = decrows[dec] "    {" o[1] "u, \"" esc(w[2]) "\", \"" o[2] "\"},\n"
    } else
        decrows[dec] = decrows[dec] "    {" w[1] "u, \"" esc(w[2]) "\", NULL},\n"
    next
}

/^[ \t]*(#|$)/ { next }

{
    num = trim($1) + 0; name = trim($2); group = trim($3); sig = trim($4); level = trim($5)
    caveat = NF >= 6 ? trim($6) : ""
    handler = "sys_" name
    if (match(name, /=/)) { handler = substr(name, RSTART + 1); name = substr(name, 1, RSTART - 1) }
    fast = sub(/^\+/, "", handler)
    if (handler == "") handler = "sys_" name
    delete A
    n = args_of(sig, A)
    refuses = handler ~ /^unix_not_/
    rows++; levels[level]++
    if (num in seen) { print "number " num " twice: " seen[num] ", " name > "/dev/stderr"; exit 1 }
    seen[num] = name
    if (num > last) last = num
    if (level != "none" && level != "partial" && level != "full") {
        print "bad level of " name ": " level > "/dev/stderr"; exit 1
    }
    if (level == "partial" && caveat == "") { print name ": partial, but no caveat" > "/dev/stderr"; exit 1 }
    if (mode == "handlers") {
        if (level == "none") next
        p = "struct unix_thread *t"
        for (i = 1; i <= n && !refuses; i++)
            if (bare(argtype(A[i])) != "pad") p = p ", " ctype(argtype(A[i])) argname(A[i])
        if (!(handler in proto)) print "int64_t " handler "(" p ");"
        proto[handler] = 1
    } else if (mode == "table") {
        at = ""
        call = "t"
        for (i = 1; i <= n; i++) {
            t = argtype(A[i]); d = ""
            if (match(t, /\([a-z0-9_]+\)/)) d = substr(t, RSTART + 1, RLENGTH - 2)
            else { s = bare(t); sub(/^(in|out|io)\*/, "", s); if (s in deckind && deckind[s] == "struct") d = s }
            if (d != "" && !(d in deckind)) { print "no decoder " d " (" name ")" > "/dev/stderr"; exit 1 }
            base = t; gsub(/\([^)]*\)/, "", base)
            at = at "    {\"" argname(A[i]) "\", \"" esc(base) "\", " \
                 (d != "" ? "&decoder_" d : "NULL") "},\n"
            if (bare(t) != "pad" && !refuses) call = call ", (" trim(ctype(t)) ")a[" (i - 1) "]"
        }
        if (level != "none")
            thunks = thunks (fast ? "UNIX_FAST " : "") "static int64_t thunk_" num "(struct unix_thread *t, const uint64_t *a)\n{\n" \
                     (n == 0 || refuses ? "    (void)a;\n" : "") "    return " handler "(" call ");\n}\n\n"
        if (fast && level != "none") fasts = fasts "    [" num "] = thunk_" num ",\n"
        if (n) argarrays = argarrays "static const struct unix_call_arg args_" num "[] = {\n" at "};\n"
        table = table "    [" num "] = {\"" name "\", \"" group "\", " n ", " \
                (n ? "args_" num : "NULL") ", " (level == "none" ? "NULL" : "thunk_" num) "},\n"
    } else if (mode == "coverage") {
        print "| " num " | " name " | " group " | " level " | " caveat " |"
    }
}

END {
    if (mode == "handlers") print "\n#define " toupper(os) "_CALL_COUNT " (last + 1) "\n\n#endif"
    else if (mode == "table") {
        for (i = 1; i <= ndecs; i++) {
            d = decs[i]
            print "static const struct unix_decoder_row rows_" d "[] = {\n" decrows[d] "};"
            print "static const struct unix_decoder decoder_" d " __attribute__((unused)) = {\"" d "\", " \
                  "UNIX_DECODE_" toupper(deckind[d]) ", rows_" d ", sizeof(rows_" d ") / sizeof(rows_" d "[0])};\n"
        }
        print argarrays "\n" thunks
        print "unix_thunk *const " os "_fast[" (last + 1) "] = {\n" fasts "};\n"
        print "const struct unix_call " os "_calls[" (last + 1) "] = {\n" table "};"
    } else if (mode == "coverage") {
        printf "\n%d calls: %d full, %d partial, %d none.\n", rows, levels["full"], levels["partial"], levels["none"]
    }
}
