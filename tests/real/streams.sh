# streams NAME WANTED-REGEX COMMAND...: a program whose standard output is a pipe, a file, a terminal, closed; in each
# case it must end with 0, and what it says must come out.
streams() {
    local name=$1 regex=$2 status
    shift 2
    limited 60 "$@" </dev/null 2>"$WORK/err" | cat >"$WORK/s.out"
    status=${PIPESTATUS[0]}
    stream_result "$name, output to a pipe"
    limited 60 "$@" </dev/null >"$WORK/s.out" 2>"$WORK/err"
    status=$?
    stream_result "$name, output to a file"
    printf '%q ' exec "$@" >"$WORK/s.sh"
    limited 60 script -qec "bash $WORK/s.sh" /dev/null </dev/null >"$WORK/s.out" 2>"$WORK/err"
    status=$?
    stream_result "$name, output to a terminal"
    limited 60 "$@" </dev/null >&- 2>"$WORK/err"
    status=$?
    # A program may find it an error that it cannot write; it must not hang or die of an exception.
    if ((status < 120)); then pass "$name, output closed"
    else fail "$name, output closed" "status $status: $(one_line "$WORK/err")"; fi
}

stream_result() {
    if ((status != 0)); then fail "$1" "status $status: $(one_line "$WORK/err")"
    elif ! grep -aqE -- "$regex" "$WORK/s.out"; then fail "$1" "no /$regex/ in: $(one_line "$WORK/s.out")"
    else pass "$1"; fi
}
