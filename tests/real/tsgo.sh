# The TypeScript compiler written in Go (a preview of 7.0): the same output as its Linux build. See real.sh.
. "$SRC/tests/real/streams.sh"

tsgo_test() {
    local exe linux want i
    package @typescript/native-preview-win32-x64@7.0.0-dev.20260707.2 sha512-DL4u27stv0fo71sVhOzHSwE+YMZsbBijVI+kg5dLDLilSH79WFTJ8RSQ46vJrCMt+Gjlv/JOZP1PuLJDfioYeQ== || return
    exe=$package/package/lib/tsgo.exe
    linux=
    if package @typescript/native-preview-linux-x64@7.0.0-dev.20260707.2 sha512-du0dzi6y97Po5vDNdPJTyyijHCpaS22JLRnKZEJXBDaO9gCIymOv/5QQokFRuOlQm0bWl3i9PF4OVdGP6uAOQA==; then
        linux=$package/package/lib/tsgo
        chmod +x "$linux"
    fi
    mkdir -p ts/src/übung && cd ts || return
    for i in $(seq 80); do
        printf 'import { f%d } from "./m%d";\nexport interface I%d { a: number; b?: string }\nexport const f%d = (x: I%d): string => `${x.a} ü 世 ${typeof f%d}`;\nexport enum E%d { A = 1, B = A << %d }\n' \
            $((i % 80 + 1)) $((i % 80 + 1)) $i $i $i $((i % 80 + 1)) $i $((i % 30)) >"src/m$i.ts"
    done
    echo 'export { f1 } from "../m1";' >src/übung/wörter.ts
    printf '{ "compilerOptions": { "strict": true, "declaration": true, "sourceMap": true, "target": "es2020", "module": "esnext", "moduleResolution": "bundler", "rootDir": "src", "outDir": "out" }, "include": ["src"] }\n' >tsconfig.json
    LIMIT=180 check "tsgo: 81 files" 0 "$RUN" "$exe" -p . --outDir out
    if [[ -n $linux ]]; then
        "$linux" -p . --outDir wanted >/dev/null
        if diff -r out wanted >diff.log 2>&1; then pass "tsgo: what it writes is as of its Linux build"
        else fail "tsgo: what it writes is as of its Linux build" "$(one_line diff.log)"; fi
        printf 'const x: number = "text";\nexport const y = x.nope();\n' >src/bad.ts
        "$linux" -p . --noEmit --pretty false >wanted.txt; want=$?
        LIMIT=180 check "tsgo: errors: status $want" "$want" "$RUN" "$exe" -p . --noEmit --pretty false
        tr -d '\r' <"$WORK/out" >got.txt
        same "tsgo: errors: as its Linux build" got.txt wanted.txt
    fi
    LIMIT=60 check "tsgo: a missing project: 1" 1 "$RUN" "$exe" -p nowhere
    streams "tsgo --version" 'Version 7' "$RUN" "$exe" --version
    cd "$WORK" || return
}
tsgo_test
