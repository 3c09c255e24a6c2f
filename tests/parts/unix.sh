# Guest tests of FreeBSD and NetBSD, with each way of catching their calls.
. "$SRC/tests/lib.sh"
cd "$WORK" || exit

if [[ -z ${CLANG-} ]]; then
    skip unix "no clang to build programs for FreeBSD and NetBSD with"
    exit 0
fi
while read -r name; do
    program=$BUILD/tests/$name
    [[ -x $program ]] || { fail "unix $name" "it did not build"; continue; }
    for kind in auto patch sud seccomp; do
        limited 60 "$RUN" --intercept $kind "$program" >"$WORK/out" 2>"$WORK/err" </dev/null
        status=$?
        if [[ $kind != auto ]] && grep -q 'this kernel refuses' "$WORK/err"; then
            skip "unix $name $kind" "$(one_line "$WORK/err")"
        elif [[ $(tail -n 1 "$WORK/out") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
            ((BASH_REMATCH[1])) && pass "unix $name $kind" "${BASH_REMATCH[1]}"
            ((BASH_REMATCH[2] == 0 && status == 0)) ||
                fail "unix $name $kind" "status $status: $(one_line "$WORK/out")$(one_line "$WORK/err")"
        else
            fail "unix $name $kind" "no result (status $status): $(one_line "$WORK/err")$(one_line "$WORK/out")"
        fi
    done
done <"$BUILD/tests/unix.list"
