# Go's own standard-library tests, built by Debian's Go for Windows, against tests/go.list, and for FreeBSD and NetBSD,
# against tests/go-unix.list. GO_SYSTEMS="freebsd" runs some of the systems, GO_PACKAGES="os os/exec" some of the packages; GO_CACHE keeps what the compiler made (tests/cache of the build tree).
. "$SRC/tests/lib.sh"
cd "$WORK" || exit
packages=$(awk '$1 == "package" { print $2 }' "$SRC/tests/go.list" "$SRC/tests/go-unix.list")
export GOCACHE=${GO_CACHE:-${TEST_CACHE:-$BUILD/tests/cache}/go-build} GOFLAGS= GOENV=off GOTOOLCHAIN=local GOPROXY=off

if ! command -v go >/dev/null; then
    skip "go" "go is not installed" "$(wc -w <<<"$packages")"
    exit 0
fi

# results FILE: "RESULT NAME" for each test and subtest, from what -test.v says; the last one that began and has no
# result is "BROKE".
results() {
    tr -d '\r' <"$1" | awk '
        /^=== RUN / { last = $3; begun[last] = 1 }
        /--- (PASS|FAIL|SKIP): / {
            match($0, /--- (PASS|FAIL|SKIP): /)
            split(substr($0, RSTART), w, /[: ]+/)
            print w[2], w[3]
            done[w[3]] = 1
            delete begun[w[3]]
        }
        END {
            sub(/\/.*/, "", last)
            if (last in begun) print "BROKE", last
        }'
}

# run_package NAME FLAGS...: its tests, until each has a result: one that takes the process with it, or hangs, is
# followed by a run of those that are left.
run_package() {
    local name=$1 program=$WORK/${1//\//_}.exe folder=$2 round status left broke
    shift 2
    : >results
    rm -f "${name//\//_}".[0-9]*
    (cd "$folder" && limited 60 "$RUN" "$program" -test.list .) 2>err </dev/null | tr -d '\r' |
        grep -E '^(Test|Example|Fuzz)' | sort >tests
    if [[ ! -s tests ]]; then
        fail "$label $name" "it lists no tests: $(one_line err)"
        return
    fi
    set -- -test.short -test.v "$@"
    for round in {1..10}; do
        left=$(paste -sd '|' <(cut -d' ' -f2 results | sort -u | comm -13 - tests))
        [[ -n $left ]] || break
        (cd "$folder" && limited "${LIMIT:-180}" "$RUN" "$program" "$@" "-test.run=^($left)\$") \
            >"${name//\//_}.$round" 2>&1 </dev/null
        status=$?
        results "${name//\//_}.$round" >new
        cat new >>results
        broke=$(awk '$1 == "BROKE" { print $2 }' new)
        # A panic in a test is told as its failure, and takes the process with it.
        [[ -n $broke ]] || ((status == 2)) && [[ -s new ]] && continue
        ((status == 0 || status == 1)) ||
            fail "$label $name" "status $status, and no test to blame: $(tail -n 5 "${name//\//_}.$round" | tr '\r\n' ' |')"
        break
    done
    judge "$name"
}

# The leaves of what failed, against the list.
judge() {
    local name=$1 test cause kind passed
    awk -v package="$name" '
        FNR == NR {
            if ($1 == "package") here = $2
            if ($1 == "fails" && here == package) {
                test = $2
                cause = $0
                sub(/^[^|]*\| */, "", cause)
                known[test] = cause
            }
            next
        }
        $1 == "PASS" { passed[$2] = 1 }
        $1 == "FAIL" || $1 == "BROKE" { failed[$2] = $1 }
        END {
            for (t in failed)
                for (p = t; sub(/\/[^\/]*$/, "", p);) above[p] = 1
            for (t in failed) {
                if (t in above && failed[t] == "FAIL") { if (t in known) used[t] = 1; continue }
                cause = ""
                p = t
                do if (p in known) { cause = known[p]; used[p] = 1; break } while (sub(/\/[^\/]*$/, "", p))
                print cause == "" ? failed[t] : "known", t, cause
            }
            for (t in known) if (!(t in used)) print "unused", t, t in passed ? "passes" : "does not run"
            n = 0
            for (t in passed) if (t !~ /\//) n++
            print "passed", n
        }' "$list" results >judged
    while read -r kind test cause; do
        case $kind in
        passed) ((test)) && pass "$label $name" "$test" ;;
        known) skip "$label $name $test" "$cause" ;;
        unused) fail "$label $name $test" "listed in ${list##*/} as failing, but it $cause" ;;
        BROKE) fail "$label $name $test" "the process ended, or hung, in it: $(said "$name" "$test")" ;;
        *) fail "$label $name $test" "$(said "$name" "$test")" ;;
        esac
    done < <(sort judged)
}

# said PACKAGE TEST: a line or two of what it said.
said() {
    cat "${1//\//_}".[0-9]* | tr -d '\r' |
        awk -v test="${2%%/*}" '$1 == "===" && $2 == "RUN" { on = index($3 "/", test "/") == 1 } on' |
        grep -vE '^ *(===|---) ' | head -n 4 | cut -c 1-200 | tr '\n' '|'
}

# run_system SYSTEM LIST
run_system() {
    local system=$1 list=$SRC/tests/$2 label="go $1" keyword name flags folder
    [[ $system != windows ]] || label=go
    [[ -z ${GO_SYSTEMS-} || " $GO_SYSTEMS " == *" $system "* ]] || return 0
    while read -r keyword name flags; do
        [[ $keyword == package ]] || continue
        [[ -z ${GO_PACKAGES-} || " $GO_PACKAGES " == *" $name "* ]] || continue
        folder=$(go list -f '{{.Dir}}' "$name" 2>err)
        if [[ -z $folder ]]; then
            fail "$label $name" "no such package: $(one_line err)"
        elif ! GOOS=$system GOARCH=amd64 CGO_ENABLED=0 limited 600 go test -c -vet=off -o "${name//\//_}.exe" "$name" >err 2>&1 ||
            [[ ! -f ${name//\//_}.exe ]]; then
            fail "$label $name" "it does not build: $(one_line err)"
        else
            # shellcheck disable=SC2086 # words
            run_package "$name" "$folder" $flags
        fi
    done <"$list"
}

run_system windows go.list
run_system freebsd go-unix.list
run_system netbsd go-unix.list
