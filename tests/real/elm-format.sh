# elm-format 0.8.8 (Haskell, GHC): the same output as its Linux build. See real.sh.
. "$SRC/tests/real/streams.sh"

elm_format() {
    local exe linux want i
    package @avh4/elm-format-win32-x64@0.8.8-1 sha512-qGYZM2oJFSVQ80Tayk1v15ba7PWCU3B89EkA3Fy4YQasvtA+UrYYR5Bv7MRF4kn6Zp7oSDk4FhknURFsZWZ7kg== || return
    exe=$package/package/elm-format.exe
    linux=
    if package @avh4/elm-format-linux-x64@0.8.8-1 sha512-IvtmUTDw/V5mBeglLgtQMzWZPc0QvmqUmoJ+vipxYii3DJ/1KV2drtpvlLuFdBlFrehUivtrh4HhOTsdGXxyXQ==; then
        linux=$package/package/elm-format
        chmod +x "$linux"
    fi
    {
        echo 'module Main exposing (..)'
        echo 'import   Html exposing (Html,text,  div)'
        for i in $(seq 300); do
            printf 'f%d : Int -> { a : Int, b : String } -> List (Maybe Int)\n' "$i"
            printf 'f%d x r = let y = x+%d  in if y > 3 then [Just y, Nothing] else case r.b of\n    "ü 世" -> []\n    _ -> List.map Just [ 1,2, y ]\n\n' "$i" "$i"
        done
    } >Main.elm
    printf 'module Bad exposing (..\nx = = 1\n' >Bad.elm
    LIMIT=120 check "elm-format: a file of 1,200 lines" 0 "$RUN" "$exe" Main.elm --output Out.elm
    check "elm-format: it is as it should be then" 0 "$RUN" "$exe" --validate Out.elm
    check "elm-format: it was not before: 1" 1 "$RUN" "$exe" --validate Main.elm
    LIMIT=60 check "elm-format: from standard input" 0 bash -c '"$1" "$2" --stdin <Main.elm' x "$RUN" "$exe"
    tr -d '\r' <out >got
    check "elm-format: bad Elm: 1" 1 "$RUN" "$exe" Bad.elm --yes
    cat out err >both; says "elm-format: bad Elm: said" both 'Bad.elm'
    check "elm-format: a missing file: 1" 1 "$RUN" "$exe" none.elm --yes
    if [[ -n $linux ]]; then
        "$linux" Main.elm --output wanted.elm >/dev/null && same "elm-format: as its Linux build" Out.elm wanted.elm
        "$linux" --stdin <Main.elm >wanted && same "elm-format: standard output, too" got wanted
    fi
    mkdir -p 'elm földer 世界/src'
    for i in $(seq 20); do sed "s/^module Main/module M$i/" Main.elm | head -60 >"elm földer 世界/src/M$i.elm"; done
    cp "$exe" 'elm földer 世界/elm format.exe'
    LIMIT=120 check "elm-format: a folder, in a folder with blanks and other letters" 0 \
        "$RUN" 'elm földer 世界/elm format.exe' --yes 'elm földer 世界/src'
    if [[ -n $linux ]]; then
        check "elm-format: its Linux build finds nothing to do there" 0 "$linux" --validate 'elm földer 世界/src'
    fi
    streams "elm-format --help" 'Usage: elm-format' "$RUN" "$exe" --help
}
elm_format
