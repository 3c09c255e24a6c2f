# biome 2.5.15 (Rust with the MSVC runtime's DLLs): 500 files with all cores, as its Linux build. See real.sh.

make_scripts() {
    local i
    mkdir -p "$1"
    for i in $(seq 500); do
        printf 'const  x%d = {a:1,\n b :[1,2,3]}\nfunction f%d(p){var q = p==x%d.a ; if(q){return "ü 世"} else {return x%d}\n debugger; }\nexport {f%d}\n' \
            "$i" "$i" "$i" "$i" "$i" >"$1/f$i.js"
    done
}

# What differs from run to run: times, and the order of files, which all cores work on.
summary() { tr -d '\r' | grep -aE '^(Checked|Formatted|Found|Fixed|Skipped)' | sed -E 's/ in [0-9.]+ ?[a-zµ]+//'; }

biome() {
    local exe linux kind command want n odd
    package @biomejs/cli-win32-x64@2.5.15 sha512-yAzh4UqEImV6Hcy0zjUqNfJAsUhoD64FBQCdTG8Md/Z2wQeVP/ZmJ3XRYAs1g8J9fjTFyl2fCtc5FB5til47+g== || return
    exe=$package/package/biome.exe
    package @biomejs/cli-linux-x64@2.5.15 sha512-xE4iEW/3LqlYj9GFgGrFsFSH51dEEpUbYWBfeOv0q87WkUDxK2o/HhreSb7qMJqck70RVM6Lg96hgedcAYcOkA== || return
    linux=$package/package/biome
    chmod +x "$linux"
    for command in "format --write" lint "check --write"; do
        rm -rf ours native
        make_scripts native
        cp -r native ours
        (cd native && limited 120 "$linux" $command . >../native.out 2>../native.err)
        want=$?
        LIMIT=180 check "biome $command: status $want" $want bash -c 'cd ours && exec "$@"' x "$RUN" "$exe" $command . || continue
        if diff -r native ours >diff.log; then pass "biome $command: the same 500 files"
        else fail "biome $command: the same 500 files" "$(one_line diff.log)"; fi
        cat native.out native.err | summary >wanted
        cat out err | summary >got
        same "biome $command: the same summary" got wanted
    done
    for kind in auto sud seccomp; do
        odd=
        for n in $(seq 20); do
            rm -rf ours; mkdir ours; cp native/f1[0-4]*.js ours
            limited 60 "$RUN" --intercept $kind "$exe" format ours >out 2>err </dev/null
            [[ $? == 0 && $(cat out err | summary) == Checked\ 55\ files.* ]] || odd+="run $n: $(one_line err)$(one_line out) "
        done
        if [[ -z $odd ]]; then pass "biome $kind: 20 runs without an odd one" 20
        else fail "biome $kind: 20 runs" "$odd"; fi
    done
}
biome
