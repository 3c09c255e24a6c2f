# sass 1.105.0 (Dart, which compiles while it runs): the same output as its Linux build. See real.sh.
. "$SRC/tests/real/streams.sh"

sass_test() {
    local dart linux want i style
    package sass-embedded-win32-x64@1.105.0 sha512-nY9vFO9eM03o00I6bAGE/NkSDfBuIdB3tRuRyzw9jC5syYQunnCZ1GduBNDTOQlYncoNz0JQQNTe79DyjqeChg== || return
    dart=("$RUN" "$package/package/dart-sass/src/dart.exe" "$package/package/dart-sass/src/sass.snapshot")
    linux=()
    if package sass-embedded-linux-x64@1.105.0 sha512-1hsXWE1lxGqk1WHPT019y4+CU6JTrKtyQqTNOrvhsOb8OLZMrcfbViL65aU7qxfSzaYvGxT27d9qsZwQ63CCyA==; then
        linux=("$package/package/dart-sass/src/dart" "$package/package/dart-sass/src/sass.snapshot")
        chmod +x "${linux[0]}"
    fi
    mkdir -p scss/parts && cd scss || return
    {
        for i in $(seq 60); do
            printf '$c%d: rgb(%d, 20, 30); @mixin m%d($x) { width: $x * %d; &:hover { color: lighten($c%d, 10%%); content: "ü 世" } }\n' \
                $i $i $i $i $i >"parts/_p$i.scss"
            printf '@import "parts/p%d"; .k%d { @include m%d(2px); .inner { margin: math.div(%dpx, 3) } }\n' $i $i $i $i
        done
    } >body.scss
    { echo '@use "sass:math";'; cat body.scss; echo '@each $n in 1 2 3 { .e#{$n} { order: $n } }'; } >in.scss
    printf '.a { color: $missing; }\n' >bad.scss
    for style in expanded compressed; do
        LIMIT=180 check "sass: $style" 0 "${dart[@]}" --quiet --style=$style in.scss windows/out.css || continue
        if [[ -n ${linux[*]} ]]; then
            "${linux[@]}" --quiet --style=$style in.scss linux/out.css && same "sass: $style: as its Linux build" windows/out.css linux/out.css
            same "sass: $style: the source map, too" windows/out.css.map linux/out.css.map
        fi
    done
    LIMIT=60 check "sass: from standard input" 0 bash -c 'echo ".a { .b { width: 1px + 2px } }" | "$@" --stdin' x "${dart[@]}"
    says "sass: from standard input: said" "$WORK/out" 'width: 3px'
    LIMIT=60 check "sass: an error: 65" 65 "${dart[@]}" bad.scss
    says "sass: an error: said" "$WORK/err" 'Undefined variable'
    LIMIT=60 check "sass: a missing file: 66" 66 "${dart[@]}" none.scss
    mkdir -p 'ünter ordner' && cp in.scss 'ünter ordner/ein gäbe.scss' && cp -r parts 'ünter ordner'
    LIMIT=120 check "sass: in a folder with blanks and other letters" 0 "${dart[@]}" --quiet --no-source-map --style=compressed \
        'ünter ordner/ein gäbe.scss' 'ünter ordner/aus.css'
    if [[ -f windows/out.css ]]; then
        sed 's,/\*# sourceMappingURL.*,,' windows/out.css | sed -z 's/\n*$/\n/' >wanted.css
        same "sass: the same there" 'ünter ordner/aus.css' wanted.css
    fi
    streams "sass --version" '1\.105\.0' "${dart[@]}" --version
    cd "$WORK" || return
}
sass_test
