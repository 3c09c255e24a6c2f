# Names that a name server knows: one of our own, on the loopback interface of a network of its own, with a resolv.conf
# of its own.
. "$SRC/tests/lib.sh"
cd "$WORK" || exit

if ! command -v python3 >/dev/null || ! command -v ip >/dev/null; then
    skip "resolver" "python3 or ip is not installed"
    exit 0
fi
if ! unshare -rnm true 2>unshare; then
    skip "resolver" "no network of our own can be made here: $(one_line unshare)"
    exit 0
fi
"${CC64:-x86_64-w64-mingw32-gcc}" -O1 -std=gnu17 -D_WIN32_WINNT=0x0a00 -o ask.exe "$SRC/tests/resolver/ask.c" \
    -lws2_32 -ldnsapi || { fail "resolver" "ask.c does not build"; exit; }
echo 'nameserver 127.0.0.1' >resolv.conf
cat >inside <<'SCRIPT'
ip link set lo up && mount --bind resolv.conf /etc/resolv.conf || exit 99
python3 "$1" >up &
server=$!
while ! grep -q up up && kill -0 $server; do :; done
"$2" ask.exe
status=$?
kill $server
exit $status
SCRIPT
limited 60 unshare -rnm sh inside "$SRC/tests/resolver/server.py" "$RUN" 2>err | tr -d '\r' >got
if cmp -s got "$SRC/tests/resolver/expected"; then
    pass "resolver" "$(wc -l <got)"
else
    fail "resolver" "$(diff got "$SRC/tests/resolver/expected" | tr '\n' '|') $(one_line err)"
fi
