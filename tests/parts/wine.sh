# The same guest tests under Wine, where it is installed: what they expect is not only our own belief.
. "$SRC/tests/lib.sh"
. "$SRC/tests/guests.sh"

wine=
for w in wine wine64 /usr/lib/wine/wine64; do
    command -v "$w" >/dev/null && { wine=$w; break; }
done
if [[ -z $wine ]]; then
    skip wine "Wine is not installed (wine64)"
    exit 0
fi
export WINEDEBUG=-all WINEPREFIX=$WORK/prefix WINEDLLOVERRIDES="mscoree,mshtml,winemenubuilder.exe="
unset DISPLAY
server=$(command -v wineserver || echo /usr/lib/wine/wineserver)
trap '"$server" -k 2>/dev/null' EXIT
if ! limited 180 "$wine" wineboot -i >"$WORK/boot" 2>&1; then
    skip wine "Wine cannot make a prefix here: $(one_line "$WORK/boot")"
    exit 0
fi
cd "$WORK" || exit
guests wine "$SRC/tests/nt/wine-differences.txt" "$wine"
