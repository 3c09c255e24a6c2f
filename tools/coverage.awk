# Counts (mode=count) or lists (mode=list) the exports of one library for the coverage page.
/^[ \t]*(#|$)/ { next }
{
    if ($1 in seen) next
    seen[$1] = 1
    level = ""
    for (i = 2; i <= NF && level == ""; i++)
        if ($i ~ /^(full|partial|untested|missing)$/) level = $i
    if (level == "missing") next
    caveat = ""
    if (match($0, /"[^"]*"/)) caveat = substr($0, RSTART + 1, RLENGTH - 2)
    n++
    count[level]++
    names[level] = names[level] (names[level] == "" ? "" : ", ") "`" $1 "`"
    if (level == "partial") rows = rows "| `" $1 "` | " caveat " |\n"
}
END {
    if (mode == "count")
        printf "| %s.dll | %d | %d | %d | %d |\n", dll, n, count["full"], count["partial"], count["untested"]
    else if (n) {
        printf "\n## %s.dll\n", dll
        if (count["full"]) printf "\nfull: %s\n", names["full"]
        if (count["partial"]) printf "\n| partial | what is missing |\n|---|---|\n%s", rows
        if (count["untested"]) printf "\nuntested: %s\n", names["untested"]
    }
}
