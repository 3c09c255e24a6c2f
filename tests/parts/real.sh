# Real programs: what people run, with what they do checked against the program's native build or the data itself.
. "$SRC/tests/lib.sh"
. "$SRC/tests/real/packages.sh"

for script in "$SRC"/tests/real/7za.sh "$SRC"/tests/real/lightningcss.sh "$SRC"/tests/real/ninja.sh \
    "$SRC"/tests/real/elm-format.sh "$SRC"/tests/real/sass.sh "$SRC"/tests/real/recheck.sh "$SRC"/tests/real/tsgo.sh; do
    cd "$WORK" || exit
    . "$script"
done
