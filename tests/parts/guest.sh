# The guest tests on compatrun.
. "$SRC/tests/lib.sh"
. "$SRC/tests/guests.sh"
cd "$WORK" || exit
mkdir tmp
export TMP="$WORK/tmp" TEMP="$WORK/tmp" TMPDIR="$WORK/tmp"

STRICT=1 guests guest "$SRC/tests/nt/known-failures.txt" "$RUN"
left=$(ls -A tmp)
if [[ -n $left ]]; then fail "guest leftovers" "${left//$'\n'/ }"; else pass "guest leftovers"; fi
