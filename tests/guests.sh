# Runs the guest tests: guests LABEL EXCEPTIONS COMMAND...
#
# A guest test prints a line for each check that fails and "N passed, N failed" at its end. EXCEPTIONS is a file
# of failures that are known: PROGRAM | text in the failure's line | cause; PROGRAM
# is a pattern, and * as text means each of its failures. Each is shown as skipped, with
# its cause; one that does not happen any more is a failure when STRICT is set.

guests() {
    local label=$1 exceptions=$2 name program status summary passed line known
    shift 2
    declare -A used=()
    while read -r name; do
        program=$BUILD/tests/nt/$name.exe
        if [[ ! -f $program ]]; then
            if [[ $name == exception/* && -z ${CLANG-}${LLD_LINK-} ]]; then
                skip "$label $name" "needs clang and lld-link, which are not installed"
            else
                fail "$label $name" "it did not build"
            fi
            continue
        fi
        limited 60 "$@" "$program" >"$WORK/out" 2>"$WORK/err" </dev/null
        status=$?
        tr -d '\r' <"$WORK/out" >"$WORK/text"
        summary=$(grep -aE '^[0-9]+ passed, [0-9]+ failed' "$WORK/text" | tail -n 1)
        passed=0
        [[ $summary =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]] && passed=${BASH_REMATCH[1]}
        grep -aE '^([^ :]*[^ :]+\.(c|h|cpp):[0-9]+: |line [0-9]+: )|is missing$' "$WORK/text" >"$WORK/failures"
        if ((status == 124 || status == 137)); then
            echo "hangs: no end within 60 s" >>"$WORK/failures"
        elif [[ -z $summary ]]; then
            echo "ended before its summary with status $status: $(one_line "$WORK/err")" >>"$WORK/failures"
        elif ((BASH_REMATCH[2] == 0 && status != 0)); then
            echo "all checks pass, yet its status is $status: $(one_line "$WORK/err")" >>"$WORK/failures"
        elif ((BASH_REMATCH[2] != 0)) && [[ ! -s $WORK/failures ]]; then
            echo "$summary" >>"$WORK/failures"
        elif ((BASH_REMATCH[2] == 0 && passed == 0)); then
            echo "no check was made" >>"$WORK/failures"
        fi
        ((passed)) && pass "$label $name" "$passed"
        while IFS= read -r line; do
            known=$(explain "$exceptions" "$name" "$line")
            if [[ -n $known ]]; then
                used[$known]=1
                skip "$label $name" "${line:0:200} -- ${known##*|}"
            else
                fail "$label $name" "${line:0:400}"
            fi
        done <"$WORK/failures"
    done <"$BUILD/tests/guests.list"
    [[ -n ${STRICT-} ]] || return 0
    while IFS= read -r line; do
        [[ -n ${used[$line]-} ]] ||
            fail "$label" "listed in ${exceptions##*/}, but does not happen (any more): $line"
    done < <(grep -vE '^ *(#|$)' "$exceptions")
}

# explain FILE PROGRAM LINE: the row of the file that fits.
explain() {
    local row program text
    while IFS= read -r row; do
        IFS='|' read -r program text _ <<<"$row"
        program=${program// /}
        text=${text# }
        text=${text% }
        if [[ $2 == $program && ($text == '*' || $3 == *"$text"*) ]]; then
            printf '%s' "$row"
            return
        fi
    done < <(grep -vE '^ *(#|$)' "$1")
}
