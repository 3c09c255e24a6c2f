# recheck 4.5.0 (Scala, made into a program by GraalVM): the same answers as its Linux build. See real.sh.
. "$SRC/tests/real/streams.sh"

recheck_test() {
    local exe linux want n=0 pattern
    package recheck-windows-x64@4.5.0 sha512-ekBKwAp0oKkMULn5zgmHEYLwSJfkfb95AbTtbDkQazNkqYw9PRD/mVyFUR6Ff2IeRyZI0gxy+N2AKBISWydhug== || return
    exe=$package/package/recheck.exe
    linux=
    if package recheck-linux-x64@4.5.0 sha512-52kXsR/v+IbGIKYYFZfSZcgse/Ci9IA2HnuzrtvRRcfODkcUGe4n72ESQ8nOPwrdHFg9i4j9/YyPh1HWWgpJ6A==; then
        linux=$package/package/recheck
        chmod +x "$linux"
    fi
    for pattern in '/^[a-z]+$/' '/^(a|a)*$/' '/(x+x+)+y/' '/^([a-zA-Z0-9_\.\-])+@(([a-zA-Z0-9\-])+\.)+([a-zA-Z0-9]{2,4})+$/' '/(ab|a)*c?$/'; do
        n=$((n + 1))
        want=0
        if [[ -n $linux ]]; then "$linux" --checker automaton "$pattern" >wanted 2>&1; want=$?; fi
        LIMIT=120 check "recheck $n: $pattern: status $want" "$want" "$RUN" "$exe" --checker automaton "$pattern"
        cat out err | tr -d '\r' >got
        if [[ -n $linux ]]; then same "recheck $n: as its Linux build" got wanted; fi
    done
    check "recheck: no pattern: 2" 2 "$RUN" "$exe"
    mkdir -p 'graal földer 世界' && cp "$exe" 'graal földer 世界/re check.exe'
    LIMIT=120 check "recheck: from a folder with blanks and other letters" 0 "$RUN" 'graal földer 世界/re check.exe' --checker automaton '/^[a-z]+$/'
    streams "recheck" 'safe' "$RUN" "$exe" --checker automaton '/^[a-z]+$/'
}
recheck_test
