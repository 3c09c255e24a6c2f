# lightningcss 1.33.0 (Rust, built for MSVC): the same output as its Linux build. See real.sh.
. "$SRC/tests/real/streams.sh"

plain() { sed -E "s/thread 'main' \([0-9]+\)/thread 'main'/; s/src[\\/]main/src main/; s/filename: \"[^\"]*bad.css/filename: \"bad.css/"; }

lightning() {
    local exe linux kind
    package lightningcss-cli-win32-x64-msvc@1.33.0 sha512-sgtNPw2gxnY8OzCCMTKCkHSIiBYb/wfXLpLMmDIJFzcX2OETY+VOnQd7OBHx+hVSlrMU7iWL6oJ5rc+nQwteVA== || return
    exe=$package/package/lightningcss.exe
    linux=
    if package lightningcss-cli-linux-x64-gnu@1.33.0 sha512-9Q4DAglm17bLhA+HZPB+vxjrHXdhR/8U44zyc8MQNA5Rw+tisvcoR/lv4iuBUFn2qreYVRWQq0wP0rgdhTSxyQ==; then
        linux=$package/package/lightningcss
        chmod +x "$linux"
    fi
    {
        for i in $(seq 400); do
            printf '.c%d, .d%d > a:hover::after { color: rgb(%d, 20, 30); margin: 0px 0px %dpx 0px; content: "ü 世"; }\n' \
                $i $i $((i % 256)) $i
            printf '@media (min-width: %dpx) { .m%d { transition: opacity 0.%ds ease-in-out; display: flex } }\n' $i $i $((i % 9 + 1))
        done
    } >in.css
    printf '.broken { color: }}} @@@ \n.x { : ; \n' >bad.css
    for kind in auto sud seccomp; do
        offers $kind || continue
        LIMIT=60 check "lightningcss $kind: minify" 0 "$RUN" --intercept $kind "$exe" --minify in.css -o out.css || continue
        if [[ -n $linux ]]; then
            "$linux" --minify in.css -o wanted.css && same "lightningcss $kind: as its Linux build" out.css wanted.css
        fi
    done
    check "lightningcss: to standard output" 0 "$RUN" "$exe" --minify --targets '>= 0.25%' in.css
    cp out got
    if [[ -n $linux ]]; then
        "$linux" --minify --targets '>= 0.25%' in.css >wanted 2>/dev/null && same "lightningcss: the same on standard output" got wanted
        "$linux" bad.css >wanted 2>wanted.err; want=$?
        check "lightningcss: bad CSS: its status $want" "$want" "$RUN" "$exe" bad.css
        # Numbers of threads and forms of paths differ between the systems; the last line is ours.
        cat out err | tr -d '\r' | grep -v '^compatrun: ' | plain >got.err
        cat wanted wanted.err | plain >wanted.all
        same "lightningcss: bad CSS: its own words" got.err wanted.all
        "$linux" none.css >/dev/null 2>&1; want=$?
        check "lightningcss: a missing file: its status $want" "$want" "$RUN" "$exe" none.css
    fi
    mkdir -p 'css földer 世界'
    cp "$exe" 'css földer 世界/light ning.exe'
    cp in.css 'css földer 世界/ein gäbe.css'
    check "lightningcss: from a folder with blanks and other letters" 0 "$RUN" 'css földer 世界/light ning.exe' \
        --minify 'css földer 世界/ein gäbe.css' -o 'css földer 世界/aus.css'
    [[ -f out.css ]] && same "lightningcss: the same there" 'css földer 世界/aus.css' out.css
    streams lightningcss '\.c400' "$RUN" "$exe" --minify in.css
}
lightning
