# Real programs: what people run, with what they do checked against the program's native build or the data itself.
. "$SRC/tests/lib.sh"
. "$SRC/tests/real/packages.sh"

for script in "$SRC"/tests/real/7za.sh "$SRC"/tests/real/lightningcss.sh; do
    cd "$WORK" || exit
    . "$script"
done
true # a package that is not to be had is skipped, no failure
