# Programs that make system calls themselves, with the number in the instruction stream as on Windows: each way of
# catching them gives the same results.
. "$SRC/tests/lib.sh"

program=$BUILD/tests/intercept/raw.exe
[[ -f $program ]] || { fail intercept "raw.exe did not build"; exit 0; }
for kind in auto sud seccomp; do
    offers $kind || continue
    check "intercept $kind starts" 0 "$RUN" --intercept $kind "$BUILD/samples/hello.exe"
    if expect "intercept $kind raw calls" 0 "$RUN" --intercept $kind "$program"; then
        n=$(sed -nE 's/^([0-9]+) passed, 0 failed\r?$/\1/p' "$WORK/out")
        if [[ -n $n ]]; then pass "intercept $kind raw calls" "$n"
        else fail "intercept $kind raw calls" "no summary: $(one_line "$WORK/out")"; fi
    fi
    for sample in hello files threads exceptions child; do
        check "intercept $kind $sample" 0 "$RUN" --intercept $kind "$BUILD/samples/$sample.exe"
    done
done
