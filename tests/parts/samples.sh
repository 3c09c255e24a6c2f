# The samples, with what they print.
. "$SRC/tests/lib.sh"
cd "$WORK" || exit
S=$BUILD/samples

# prints NAME STATUS COMMAND... : output as on standard input, after carriage returns are gone
prints() {
    local name=$1
    cat >"$WORK/wanted"
    expect "$@" || return
    tr -d '\r' <"$WORK/out" >"$WORK/got"
    same "$name" "$WORK/got" "$WORK/wanted"
}

prints "sample hello" 0 "$RUN" "$S/hello.exe" <<'X'
Hello from a Windows program.
X
prints "sample files" 0 "$RUN" "$S/files.exe" <<'X'
read at 7:  world
a read-only file is deleted: no
10 files, 120 bytes, all deleted
X
prints "sample threads" 0 "$RUN" "$S/threads.exe" <<'X'
20000 items through a queue of 16, sum 199990000
X
prints "sample exceptions" 0 "$RUN" "$S/exceptions.exe" <<'X'
read: exception c0000005 at address 0x10
divide: exception c0000094
stack: exception c00000fd
stack: exception c00000fd
raise: exception e0000001
X
prints "sample throw (C++ through a library)" 0 "$RUN" "$S/throw.exe" <<'X'
the library cleans up
21 gives 42
the library cleans up
out_of_range: negative: -5
the library cleans up
string: zero
the library cleans up
exception: too much: 101
the library cleans up
once more
logic_error: negative: -1
X
prints "sample child" 0 "$RUN" "$S/child.exe" <<'X'
LINE 1 FOR THE CHILD
LINE 2 FOR THE CHILD
LINE 3 FOR THE CHILD
the child ended with 42
X
prints "sample libraries" 0 "$RUN" "$S/libraries.exe" <<'X'
0 0.25 north
1 0.50 east
2 0.75 south
3 calls, 3 seen
no such function: not found
still loaded: no
X
prints "sample console, output in a file" 0 "$RUN" "$S/console.exe" <<'X'
input device, output file
X
if expect "sample tour" 0 "$RUN" "$S/tour.exe"; then says "sample tour" "$WORK/out" '^All as it should be'; fi
if grep -q $'\x1b' "$WORK/out"; then fail "sample tour, no colours in a file" "an escape is there"
else pass "sample tour, no colours in a file"; fi

# A terminal of a known size: script makes it, stty sets it.
cat >tty.sh <<X
stty rows 30 cols 100
exec "$RUN" "$S/console.exe"
X
if limited 30 script -qec "bash $WORK/tty.sh" /dev/null </dev/null >"$WORK/tty" 2>&1; then
    says "console: a terminal is one" "$WORK/tty" 'output console'
    says "console: its size" "$WORK/tty" '100 columns, 30 rows'
    says "console: text in other scripts" "$WORK/tty" 'héllo 世界'
    says "console: colours" "$WORK/tty" $'\x1b\\[[0-9;]*m'
else
    fail "sample console on a terminal" "status $?: $(one_line "$WORK/tty")"
fi

# Arguments arrive as they were given, through the rules by which Windows splits a command line.
arguments=('plain' 'with blank' '' 'quote"inside' 'end\' 'back\\slash\\"' '\\server\share\' 'tab	in' '*.none' \
    "it's" 'a""b' 'ünïcödé 世界 😀' '%PATH%' '^caret' '"' '\"' '\\\' '--help' '-v')
{
    i=0
    for a in "${arguments[@]}"; do printf 'main %d: [%s]\n' $((++i)) "$a"; done
    i=0
    for a in "${arguments[@]}"; do printf 'shell %d: [%s]\n' $((++i)) "$a"; done
} >"$WORK/args"
if expect "arguments" 0 "$RUN" "$S/args.exe" "${arguments[@]}"; then
    tr -d '\r' <"$WORK/out" | grep -v '^line 0' >"$WORK/got"
    same "arguments as they were given" "$WORK/got" "$WORK/args" && pass "arguments" $((2 * ${#arguments[@]}))
fi

# Each of them the same from a folder with blanks and other letters, with each way of catching system calls, with its
# output in a pipe, on a terminal, and with no output at all. What they print depends on none of it, save for the console
# sample, which tells what it has, and the tour, which tells where it is.
D='sämple ordner 世界'
mkdir -p "$WORK/$D"
cp "$S"/*.exe "$S"/*.dll "$WORK/$D/"
plain() { tr -d '\r' <"$1" | sed -E 's/\x1b(\[[0-9;?]*[A-Za-z]|\][^\x07\x1b]*(\x07|\x1b\\))//g'; }
for sample in hello args files threads exceptions throw child libraries console tour; do
    if ! expect "$sample in another folder" 0 "$RUN" "$WORK/$D/$sample.exe"; then continue; fi
    pass "$sample in another folder"
    plain "$WORK/out" >"$WORK/wanted"
    for kind in sud seccomp; do
        offers $kind || continue
        expect "$sample, $kind" 0 "$RUN" --intercept $kind "$WORK/$D/$sample.exe" || continue
        plain "$WORK/out" >"$WORK/got"
        case $sample in tour) pass "$sample, $kind" ;; *) same "$sample, $kind" "$WORK/got" "$WORK/wanted" ;; esac
    done
    limited 30 "$RUN" "$WORK/$D/$sample.exe" </dev/null 2>"$WORK/err" | cat >"$WORK/out"
    status=${PIPESTATUS[0]}
    plain "$WORK/out" >"$WORK/got"
    if ((status)); then fail "$sample to a pipe" "status $status: $(one_line "$WORK/err")"
    elif [[ $sample == @(console|tour) ]]; then pass "$sample to a pipe"
    else same "$sample to a pipe" "$WORK/got" "$WORK/wanted"; fi
    printf 'exec %q %q 2>%q' "$RUN" "$WORK/$D/$sample.exe" "$WORK/err" >"$WORK/tty.sh"
    limited 30 script -qec "bash $WORK/tty.sh" /dev/null </dev/null >"$WORK/out" 2>&1
    status=$?
    plain "$WORK/out" >"$WORK/got"
    if ((status)); then fail "$sample on a terminal" "status $status: $(one_line "$WORK/out")"
    elif [[ $sample == @(console|tour) ]]; then pass "$sample on a terminal"
    else same "$sample on a terminal" "$WORK/got" "$WORK/wanted"; fi
    limited 30 "$RUN" "$WORK/$D/$sample.exe" </dev/null >&- 2>"$WORK/err"
    status=$?
    if ((status < 120)); then pass "$sample, output closed"
    else fail "$sample, output closed" "status $status: $(one_line "$WORK/err")"; fi
done
