# 7-Zip 18's command line program (7zip-bin 5.2.0, built with Visual C++), see real.sh.
. "$SRC/tests/real/streams.sh"

make_tree() {
    local d f n=0
    mkdir -p tree/empty 'tree/with blank' 'tree/übung 世界'
    for d in $(seq 40); do
        mkdir -p "tree/d$((d % 7))/e$d"
        for f in $(seq 28); do
            n=$((n + 1))
            # Sizes from nothing to some 40 KB, text that packs and text that does not.
            if ((n % 3)); then yes "line $n of $d" | head -c $((n * 37 % 40000)); else
                openssl enc -aes-128-ctr -K 00112233445566778899aabbccddeeff -iv "$(printf %032d $n)" -in /dev/zero 2>/dev/null |
                    head -c $((n * 53 % 20000))
            fi >"tree/d$((d % 7))/e$d/file $f.dat"
        done
    done
    printf 'x' >'tree/übung 世界/ä 文件.txt'
    : >'tree/with blank/nothing'
}

seven() {
    local kind z exe password
    package 7zip-bin@5.2.0 sha512-ukTPVhqG4jNzMro2qA9HSCSSVJN3aN7tlb+hfqYCt3ER0yWroeA2VR38MNrOHLQ/cVj+DaIMad0kFCtWWowh/A== || return
    exe=$package/package/win/x64/7za.exe
    make_tree
    for kind in auto sud seccomp; do
        offers $kind || continue
        z=("$RUN" --intercept $kind "$exe")
        rm -rf x a.7z
        LIMIT=180 check "7za $kind: pack $(find tree -type f | wc -l) files" 0 "${z[@]}" a -mx1 -mmt2 a.7z tree || continue
        says "7za $kind: says so" out '^Everything is Ok'
        LIMIT=120 check "7za $kind: test" 0 "${z[@]}" t a.7z
        LIMIT=120 check "7za $kind: extract" 0 "${z[@]}" x -ox a.7z
        if diff -r tree x/tree >diff.log 2>&1; then pass "7za $kind: the same tree"
        else fail "7za $kind: the same tree" "$(one_line diff.log)"; fi
    done
    z=("$RUN" "$exe")
    if [[ ! -f a.7z ]]; then
        skip "7za: the rest" "it needs the archive that could not be made" 20
        return
    fi
    find tree -type f -printf '%P %Ts\n' | sort >times.1
    find x/tree -type f -printf '%P %Ts\n' 2>/dev/null | sort >times.2
    same "7za: file times" times.2 times.1
    LIMIT=120 check "7za: a zip" 0 "${z[@]}" a -tzip -mx1 a.zip tree/d1 'tree/übung 世界'
    if command -v python3 >/dev/null; then
        check "7za: the zip, read by another program" 0 python3 -m zipfile -t a.zip
    fi
    LIMIT=120 check "7za: from standard input" 0 bash -c '"$1" "$2" a -si in.7z <"$3"' x "$RUN" "$exe" "$exe"
    LIMIT=120 check "7za: to standard output" 0 "${z[@]}" e -so in.7z && same "7za: what comes out" out "$exe"
    check "7za: list" 0 "${z[@]}" l a.7z
    LIMIT=120 check "7za: pack with a password" 0 "${z[@]}" a -psecret -mhe=on p.7z tree/d2
    check "7za: the password" 0 "${z[@]}" t -psecret p.7z
    check "7za: a wrong password: 2" 2 "${z[@]}" t -pwrong p.7z
    cat out err >both; says "7za: a wrong password: said" both 'Wrong password|Cannot open encrypted'
    check "7za: a missing archive: 2" 2 "${z[@]}" t missing.7z
    cat out err >both; says "7za: a missing archive: said" both 'cannot find the file|No such file|cannot find'
    cp a.7z damaged.7z
    printf 'damage' | dd of=damaged.7z bs=1 seek=5000 conv=notrunc status=none
    check "7za: a damaged archive: 2" 2 "${z[@]}" t damaged.7z
    cat out err >both; says "7za: a damaged archive: said" both 'Data Error|CRC Failed|Headers Error|ERROR'
    head -c 3000 a.7z >short.7z
    check "7za: a truncated archive: 2" 2 "${z[@]}" t short.7z
    check "7za: a wrong command: 7" 7 "${z[@]}" nonsense
    mkdir -p 'to földer 世界'
    LIMIT=120 check "7za: extract to a folder with blanks and other letters" 0 "${z[@]}" x '-oto földer 世界' a.zip
    mkdir -p 'from földer'; cp "$exe" 'from földer/7 ä.exe'
    check "7za: run from such a folder" 0 "$RUN" 'from földer/7 ä.exe' i
    streams "7za l" '[0-9]+ files' "${z[@]}" l a.7z
    LIMIT=120 check "7za: benchmark with 2 threads" 0 "${z[@]}" b 1 -md18 -mmt2 && says "7za: benchmark: a result" out '^Tot:'
}
seven
