# Unit tests of host code (Criterion).
. "$SRC/tests/lib.sh"
cd "$BUILD" || exit

if [[ -z ${HAVE_CRITERION-} ]]; then
    skip unit "configure found no Criterion (libcriterion-dev)"
    exit 0
fi
# Hostile calls ask for files as large as the disk: no more than 5 GB, and an error instead of a signal.
trap '' XFSZ
ulimit -f 5000000
while read -r name; do
    program=$BUILD/tests/unit/$name
    [[ -x $program ]] || { fail "unit $name" "it did not build"; continue; }
    # Criterion talks to its children through a socket in TMPDIR, whose path must be short.
    limited 120 "$program" --jobs 2 --timeout 60 --verbose=0 >"$WORK/out" 2>&1 </dev/null
    status=$?
    counts=$(grep -aoE 'Tested: .*' "$WORK/out" | sed 's/\x1b\[[0-9;]*m//g')
    if [[ $counts =~ Tested:\ *([0-9]+)\ *\|\ *Passing:\ *([0-9]+)\ *\|\ *Failing:\ *([0-9]+)\ *\|\ *Crashing:\ *([0-9]+) ]]; then
        ((BASH_REMATCH[2])) && pass "unit $name" "${BASH_REMATCH[2]}"
        if ((BASH_REMATCH[2] != BASH_REMATCH[1])); then
            fail "unit $name" "$((BASH_REMATCH[1] - BASH_REMATCH[2])) of ${BASH_REMATCH[1]} fail"
            grep -a '\[----\]\|\[FAIL\]\|\[ERR' "$WORK/out" | head -n 20
        elif ((status != 0)); then
            fail "unit $name" "all pass, yet its status is $status"
        fi
    else
        fail "unit $name" "no result (status $status): $(one_line "$WORK/out")"
    fi
done <"$BUILD/tests/units.list"
