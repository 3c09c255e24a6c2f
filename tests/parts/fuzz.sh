# The fuzz target of the loader's parser, for a bounded time.
. "$SRC/tests/lib.sh"

if [[ -z ${CLANG-} ]]; then
    skip fuzz "clang is not installed"
    exit 0
fi
[[ -x $BUILD/tests/fuzz/pe && -x $BUILD/tests/fuzz/pe_seeds ]] || {
    fail fuzz "the fuzz target did not build (libclang-rt-14-dev?)"
    exit 0
}
seconds=${FUZZ_SECONDS:-60}
mkdir "$WORK/seeds" "$WORK/corpus"
"$BUILD/tests/fuzz/pe_seeds" "$WORK/seeds" || fail fuzz "the seeds cannot be written"
cd "$WORK" || exit
if limited $((seconds + 60)) "$BUILD/tests/fuzz/pe" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -max_len=16384 -print_final_stats=1 corpus seeds $(ls -d "$SRC"/tests/fuzz/corpus 2>/dev/null) >log 2>&1; then
    pass "fuzz pe: $(awk '/number_of_executed_units/{print $2}' log) inputs"
else
    fail "fuzz pe" "$(grep -aE 'ERROR|SUMMARY|Test unit' log | head -n 3 | tr '\n' '|'); see $WORK"
fi
