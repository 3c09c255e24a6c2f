# Hundreds of damaged programs: none may crash or hang the host.
. "$SRC/tests/lib.sh"

[[ -x $BUILD/tests/damage/make-damaged && -f $BUILD/tests/damage/good.exe ]] || {
    fail damage "its programs did not build"
    exit 0
}
check "damage: the good program runs" 0 "$RUN" "$BUILD/tests/damage/good.exe"
mkdir "$WORK/files"
if ! "$BUILD/tests/damage/make-damaged" "$BUILD/tests/damage/good.exe" "$WORK/files" >"$WORK/log" 2>&1; then
    fail damage "make-damaged: $(one_line "$WORK/log")"
    exit 0
fi
JOBS=${DAMAGE_JOBS:-1} TIMEOUT=10 bash "$SRC/tests/damage/run" "$RUN" "$WORK/files" >"$WORK/result" 2>&1
sed -n 's/^FAIL: /FAIL damage: /p' "$WORK/result"
summary=$(tail -n 1 "$WORK/result")
if [[ $summary =~ ^([0-9]+)\ passed ]]; then
    pass "damaged programs survived" "${BASH_REMATCH[1]}"
else
    fail damage "no summary: $summary"
fi
rm -rf "$WORK/files"
