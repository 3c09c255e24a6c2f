# For the scripts of tests/parts and tests/real: how a result is told, and how a program is run.
#
# A part prints one line for each result:
#   pass N NAME           N checks passed
#   FAIL NAME: reason
#   skip N NAME: reason   N checks were not made, or failed for a reason that is written down
# Other lines are for the reader. tests/run adds up. SRC, BUILD, RUN (the compatrun to test) and WORK (an empty
# folder of the part) come from it.

set -u
ulimit -c 0
export LC_ALL=C.UTF-8

pass() { echo "pass ${2:-1} $1"; }
fail() { echo "FAIL $1: ${*:2}"; }
skip() { echo "skip ${3:-1} $1: $2"; }

# limited SECONDS COMMAND...: as timeout, and what hangs is killed for good. 124: it hung.
limited() { timeout -k 2 "$@"; }

# one_line FILE: what a program said, on one line and not too long.
one_line() { head -c 600 "$1" | tr -d '\0\r' | tr '\n' '|'; }

# expect NAME STATUS COMMAND...: the command's status; its output is kept in $WORK/out and $WORK/err.
expect() {
    local name=$1 want=$2 got
    shift 2
    limited "${LIMIT:-30}" "$@" >"$WORK/out" 2>"$WORK/err" </dev/null
    got=$?
    if ((got == 124 || got == 137)); then
        fail "$name" "no end within ${LIMIT:-30} s"
    elif ((got != want)); then
        fail "$name" "status $got, not $want: $(one_line "$WORK/err")$(one_line "$WORK/out")"
    else
        return 0
    fi
    return 1
}

# check NAME STATUS COMMAND...: expect, and a line.
check() { if expect "$@"; then pass "$1"; fi; }

# same NAME GOT WANTED: two files are equal.
same() {
    local difference
    if difference=$(diff -a -u "$3" "$2" 2>&1 | head -n 8); then
        [[ -z $difference ]] && { pass "$1"; return 0; }
    fi
    fail "$1" "differs: ${difference//$'\n'/|}"
    return 1
}

# says NAME FILE REGEX: a line of the file matches.
says() {
    if grep -aqE -- "$3" "$2"; then pass "$1"; else fail "$1" "no /$3/ in: $(one_line "$2")"; fi
}

# offers KIND: can this host catch system calls that way? If not, says so once as skipped.
not_offered=
offers() {
    [[ $not_offered == *" $1 "* ]] && return 1
    "$RUN" --intercept "$1" "$BUILD/samples/hello.exe" >/dev/null 2>"$WORK/offers" </dev/null && return 0
    grep -q 'this kernel refuses' "$WORK/offers" || return 0 # its own test says what is wrong
    not_offered+=" $1 "
    skip "--intercept $1" "$(one_line "$WORK/offers")"
    return 1
}
