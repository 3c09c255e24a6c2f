# esbuild 0.28.2 (Go): bundles byte for byte as its Linux build, watches, serves. See real.sh.
. "$SRC/tests/real/streams.sh"

# 200 modules that import each other in a ring.
make_modules() {
    local i next
    mkdir -p src
    for i in $(seq 200); do
        next=$((i % 200 + 1))
        cat >"src/m$i.ts" <<END
import { f$next as next } from "./m$next";
export interface Shape$i { name: string; size: number }
export const shape$i: Shape$i = { name: "shape ü 世界 $i", size: $i };
export function f$i(depth: number): string {
    if (depth <= 0) return \`end \${shape$i.name}\`;
    const { name, ...rest } = shape$i;
    return [name, JSON.stringify(rest), next?.(depth - 1) ?? "none"].join("/");
}
END
    done
    {
        for i in $(seq 200); do echo "import { f$i } from './m$i';"; done
        echo "console.log([$(for i in $(seq 200); do printf 'f%d(2),' "$i"; done)]);"
    } >src/main.ts
}

# await FILE REGEX: until a line of the file matches; no longer than the limit.
await() {
    local n
    for n in $(seq $((${LIMIT:-30} * 20))); do
        grep -aqE -- "$2" "$1" && return 0
        sleep 0.05
    done
    return 1
}

watching() {
    local pid status
    # The shell has its background jobs ignore SIGINT; timeout hands on only what it does not ignore.
    env --default-signal=INT timeout -k 2 90 "${e[@]}" src/main.ts --bundle --minify --outfile=watched.js --watch=forever >watch.log 2>&1 </dev/null &
    pid=$!
    if await watch.log 'build finished, watching'; then
        echo 'console.log("it has changed")' >>src/main.ts
        if await watch.log 'build started \(change: "src/main.ts"\)' && await watched.js 'it has changed'; then
            pass "esbuild: --watch notices a change"
        else
            fail "esbuild: --watch notices a change" "$(one_line watch.log)"
        fi
    else
        fail "esbuild: --watch" "$(one_line watch.log)"
    fi
    kill -INT $pid 2>/dev/null # timeout hands it on
    wait $pid
    status=$?
    if ((status == 130)); then pass "esbuild: Ctrl-C ends --watch"
    else fail "esbuild: Ctrl-C ends --watch" "status $status: $(one_line watch.log)"; fi
    sed -i '$d' src/main.ts
}

serving() {
    local pid address answer=
    # It serves for as long as its standard input is open.
    mkfifo keep
    limited 90 "${e[@]}" src/main.ts --bundle --minify --outfile=out.js --serve=127.0.0.1:0 <keep >serve.log 2>&1 &
    pid=$!
    exec 7>keep
    if await serve.log '127\.0\.0\.1:[0-9]+'; then
        address=$(grep -aoE '127\.0\.0\.1:[0-9]+' serve.log | head -n 1)
        # In a shell of its own: its redirection may fail.
        limited 20 bash -c 'exec 3<>"/dev/tcp/${1%:*}/${1#*:}"
            printf "GET /out.js HTTP/1.0\r\nHost: %s\r\n\r\n" "$1" >&3; cat <&3' x "$address" >answer 2>serve.err
        if head -n 1 answer | grep -aq '^HTTP/1\.[01] 200'; then pass "esbuild: --serve answers"
        else fail "esbuild: --serve answers" "$(one_line answer)$(one_line serve.err)"; fi
        sed '1,/^\r$/d' answer >served.js
        same "esbuild: what is served" served.js "$1"
    else
        fail "esbuild: --serve" "$(one_line serve.log)"
    fi
    exec 7>&-
    if wait $pid; then pass "esbuild: --serve ends with its standard input"
    else fail "esbuild: --serve ends with its standard input" "status $?: $(one_line serve.log)"; fi
}

esbuild() {
    local exe linux kind e odd
    package @esbuild/win32-x64@0.28.2 sha512-5ebpxr3nWMzrL/rnUI755Jkuee0bHL/Gq0WTF9lvcpv73wAp5eu8MfBUgWK9bhWvZjj7yX8etf/8tI8Ney695g== || return
    exe=$package/package/esbuild.exe
    package @esbuild/linux-x64@0.28.2 sha512-4xTZr1FUmSoQW4XIWmit3tzQrUTZM+N3P0XV8xROKYF50XfI7xeO90+1bZvNwxIufQ9hDQVRJH5YhgPVF8A/HQ== || return
    linux=$package/package/bin/esbuild
    chmod +x "$linux"
    make_modules
    "$linux" src/main.ts --bundle --minify --log-level=error --outfile=wanted.js || return
    for kind in auto sud seccomp; do
        # Twenty in a row: its threads stop each other at any instruction.
        odd=
        for n in $(seq 20); do
            rm -f got.js
            if ! limited 30 "$RUN" --intercept $kind "$exe" src/main.ts --bundle --minify --log-level=error \
                --outfile=got.js >out 2>err </dev/null || [[ -s out || -s err ]] || ! cmp -s got.js wanted.js; then
                odd+="run $n: $(one_line err)"
            fi
        done
        if [[ -z $odd ]]; then pass "esbuild $kind: 200 modules, 20 times the same as its Linux build" 20
        else fail "esbuild $kind: 20 runs" "$odd"; fi
    done
    e=("$RUN" "$exe")
    "$linux" src/main.ts --bundle --sourcemap --format=esm --target=es2017 --outfile=wanted/a.js --log-level=error
    check "esbuild: with a source map" 0 "${e[@]}" src/main.ts --bundle --sourcemap --format=esm --target=es2017 \
        --outfile=got/a.js --log-level=error && same "esbuild: the same bundle" got/a.js wanted/a.js &&
        same "esbuild: the same map" got/a.js.map wanted/a.js.map
    "$linux" --loader=ts --minify <src/m3.ts >wanted.js
    check "esbuild: standard input" 0 bash -c '"$1" "$2" --loader=ts --minify <src/m3.ts' x "${e[@]}" &&
        same "esbuild: what comes out" out wanted.js
    echo 'let a: = 1' >bad.ts
    check "esbuild: an error: 1" 1 "${e[@]}" bad.ts
    says "esbuild: the error" err 'bad\.ts:1:7:'
    watching
    "$linux" src/main.ts --bundle --minify --log-level=error --outfile=wanted.js && serving wanted.js
    streams esbuild 'function f3' "${e[@]}" src/m3.ts
}
esbuild
