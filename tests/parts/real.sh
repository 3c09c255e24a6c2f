# Real programs: what people run, with what they do checked against the program's native build or the data itself.
. "$SRC/tests/lib.sh"
. "$SRC/tests/real/packages.sh"

top=$WORK
for script in 7za lightningcss esbuild biome ninja elm-format sass recheck tsgo; do
    WORK=$top/$script
    mkdir "$WORK" && cd "$WORK" || exit
    . "$SRC/tests/real/$script.sh"
done
true # a package that is not to be had is skipped, no failure
