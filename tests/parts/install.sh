# make install into a folder, and a run from there.
. "$SRC/tests/lib.sh"
cd "$BUILD" || exit

if ! limited 300 "${MAKE:-make}" -s install DESTDIR="$WORK/root" >"$WORK/log" 2>&1; then
    fail "make install" "$(tail -n 5 "$WORK/log" | tr '\n' '|')"
    exit 0
fi
pass "make install"
bin=$(find "$WORK/root" -type f -name compatrun -perm -u+x)
cp "$BUILD/samples/hello.exe" "$WORK/"
cd / || exit
if check "installed: hello" 0 "$bin" "$WORK/hello.exe"; then
    says "installed: its output" "$WORK/out" '^Hello from a Windows program'
fi
if man=$(find "$WORK/root" -name 'compatrun.1*' | head -n 1) && [[ -n $man ]]; then pass "installed: manual page"
else fail "installed: manual page" "none"; fi
