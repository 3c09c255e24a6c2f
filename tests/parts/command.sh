# The command line: options, exit statuses, messages, where things are written.
. "$SRC/tests/lib.sh"
cd "$WORK" || exit
S=$BUILD/samples

check "--help" 0 "$RUN" --help && says "--help shows the usage" out '^Usage: compatrun'
check "--version" 0 "$RUN" --version && says "--version" out '^compatrun [0-9]'
check "no program: 125" 125 "$RUN" && says "no program: said" err 'no program'
check "unknown option: 125" 125 "$RUN" --nonsense x && says "unknown option: named" err -- '--nonsense'
check "wrong --intercept: 125" 125 "$RUN" --intercept magic "$S/hello.exe"
check "not found: 127" 127 "$RUN" ./nothing.exe && says "not found: named" err 'nothing.exe'
check "not found in a folder that is none: 127" 127 "$RUN" "$S/hello.exe/x.exe"

# What cannot be executed, and why.
refused() { check "$1: 126" 126 "$RUN" "$2" && says "$1: said" err "$3"; }
printf '#!/bin/sh\n' >script.exe
refused "a script" script.exe 'script'
: >empty.exe
refused "an empty file" empty.exe 'empty'
head -c 100 "$S/hello.exe" >short.exe
refused "a truncated program" short.exe '.'
echo 'only text, nothing else' >text.exe
refused "text" text.exe '.'
refused "a library" "$S/callbacks.dll" '[Ll]ibrary|DLL'
refused "a program of this Linux" /bin/true 'Linux|ELF'
mkdir folder.exe
refused "a folder" folder.exe '[Dd]irectory|folder'
# The machine field is 4 bytes behind the PE header's address.
pe=$(od -An -tu4 -j60 -N4 "$S/hello.exe" | tr -d ' ')
cp "$S/hello.exe" arm.exe
printf '\x64\xaa' | dd of=arm.exe bs=1 seek=$((pe + 4)) conv=notrunc status=none
refused "a program for ARM64" arm.exe 'ARM64|[Aa]arch64'
cp "$S/hello.exe" unreadable.exe
chmod 0 unreadable.exe
if [[ $(id -u) -ne 0 ]]; then refused "no permission" unreadable.exe 'ermission'
else skip "no permission" "root may read all"; fi

# Exit statuses: cut to 8 bits, and a failure stays one.
cat >exit.c <<'X'
#include <stdlib.h>
#include <windows.h>
int main(int argc, char **argv)
{
    ExitProcess(argc > 1 ? strtoul(argv[1], NULL, 0) : 0);
}
X
if ${CC64} -O1 -o exit.exe exit.c 2>log; then
    for pair in 0:0 1:1 42:42 255:255 256:1 300:44 0x1000000:1 0xffffffff:255; do
        check "exit ${pair%:*} is ${pair#*:}" "${pair#*:}" "$RUN" exit.exe "${pair%:*}"
    done
else
    fail "exit statuses" "exit.exe did not build: $(one_line log)"
fi
ends() {
    check "dies of $1: $2" "$2" "$RUN" "$S/exceptions.exe" "$1" &&
        says "dies of $1: the exception, its place" err "$3.*0x.*exceptions\.exe\+0x|$3.*kernelbase"
    if [[ $(wc -l <err) -eq 1 ]]; then pass "dies of $1: one line"; else fail "dies of $1: one line" "$(one_line err)"; fi
}
ends read 139 STATUS_ACCESS_VIOLATION
ends divide 136 STATUS_INTEGER_DIVIDE_BY_ZERO
ends stack 139 STATUS_STACK_OVERFLOW
ends raise 134 0xE0000001

# A function that is not there is named by who calls it.
cat >missing.c <<'X'
#include <stdio.h>
__declspec(dllimport) int __stdcall NoSuchFunctionAnywhere(int);
int main(int argc, char **argv)
{
    (void)argv;
    puts("before");
    fflush(stdout);
    return argc > 1 ? NoSuchFunctionAnywhere(1) : 0;
}
X
printf 'LIBRARY kernel32.dll\nEXPORTS\nNoSuchFunctionAnywhere\n' >missing.def
if x86_64-w64-mingw32-dlltool -k -d missing.def -l libmissing.a && ${CC64} -O1 -o missing.exe missing.c -L. -lmissing; then
    check "a missing function that is not called" 0 "$RUN" missing.exe
    check "a missing function that is called: 125" 125 "$RUN" missing.exe 1
    says "a missing function: named, with its library" err 'kernel32.dll!NoSuchFunctionAnywhere'
    says "a missing function: what came before" out before
else
    fail "a missing function" "missing.exe did not build"
fi

# The guest's streams are its own.
"$RUN" --trace "$S/hello.exe" >out 2>err </dev/null
printf 'Hello from a Windows program.\n' >wanted
tr -d '\r' <out >got
same "--trace: standard output is the program's" got wanted
says "--trace: calls on standard error" err 'NtWriteFile'
"$RUN" --trace --trace-file trace.txt "$S/hello.exe" >out 2>err </dev/null
tr -d '\r' <out >got
same "--trace-file: standard output" got wanted
if [[ -s err ]]; then fail "--trace-file: standard error is empty" "$(one_line err)"; else pass "--trace-file: standard error is empty"; fi
says "--trace-file: decoded calls" trace.txt 'Nt[A-Z][A-Za-z]+\(.*STATUS_'
"$RUN" --trace=NtWriteFile --trace-file '&7' "$S/hello.exe" >out 2>err 7>seven </dev/null
says "--trace-file &7: the call asked for" seven 'NtWriteFile'
if grep -v NtWriteFile seven | grep -q Nt; then fail "--trace=NAME: nothing else" "$(one_line seven)"; else pass "--trace=NAME: nothing else"; fi
check "--trace=nonsense: 125" 125 "$RUN" --trace=NoSuchCall "$S/hello.exe"

# Streams of every kind.
check "standard output closed" 0 bash -c '"$1" "$2/libraries.exe" >&-' x "$RUN" "$S"
"$RUN" "$S/hello.exe" >/dev/null 2>err </dev/null && pass "standard output /dev/null" || fail "standard output /dev/null" "$(one_line err)"
if [[ $("$RUN" "$S/hello.exe" </dev/null | tr -d '\r') == "$(cat wanted)" ]]; then pass "standard output a pipe"
else fail "standard output a pipe" "other text"; fi
limited 20 bash -c '"$1" "$2/threads.exe" | true' x "$RUN" "$S" && pass "a reader that leaves" || fail "a reader that leaves" "status $?"

# Folders with blanks and letters of other scripts; -C; a program found by name.
mkdir -p 'földer with ブランク'
cp "$S/hello.exe" 'földer with ブランク/Hello Wörld.exe'
check "blanks and other letters in the path" 0 "$RUN" 'földer with ブランク/Hello Wörld.exe'
check "-C" 0 "$RUN" -C 'földer with ブランク' './Hello Wörld.exe'
(cd 'földer with ブランク' && check "a name without a slash" 0 "$RUN" 'Hello Wörld.exe')
check "--" 0 "$RUN" -- "$S/hello.exe"
check "--env" 0 "$RUN" --env A=B "$S/hello.exe"

# A run leaves nothing behind.
mkdir tmp
TMPDIR=$WORK/tmp "$RUN" "$S/tour.exe" >out 2>err </dev/null
if [[ -z $(ls -A tmp) ]]; then pass "nothing left in TMPDIR"; else fail "nothing left in TMPDIR" "$(ls -A tmp | tr '\n' ' ')"; fi

# Many at once do not wait for one another, and all end well.
bad=0
for round in 1 2 3 4; do
    pids=()
    for i in $(seq 25); do "$RUN" "$S/hello.exe" >/dev/null 2>>err </dev/null & pids+=($!); done
    for p in "${pids[@]}"; do wait "$p" || bad=$((bad + 1)); done
done
if ((bad)); then fail "100 runs, 25 side by side" "$bad failed: $(one_line err)"; else pass "100 runs, 25 side by side"; fi
