# A library's *.exports -> its coverage page (-v dll=NAME)
BEGIN {
    print "# " dll ".dll\n\nGenerated from its export lists. *full*: a test calls it; *partial*: see the last column;\n" \
          "*untested*: there, and no test of ours calls it.\n\n| export | level | what is missing |\n|---|---|---|"
}
/^[ \t]*(#|$)/ { next }
{
    name = $1; level = ""; target = ""
    for (i = 2; i <= NF; i++) {
        if ($i ~ /^"/) break
        if ($i ~ /^=/ && level == "") target = substr($i, 2)
        else if ($i ~ /^(full|partial|untested|missing)$/) level = $i
    }
    caveat = ""
    if (match($0, /"[^"]*"/)) caveat = substr($0, RSTART + 1, RLENGTH - 2)
    if (seen[name]++) next
    gsub(/\|/, "\\|", name)
    print "| `" name "`" (target ~ /\./ ? " (in " target ")" : "") " | " level " | " caveat " |"
    n[level]++; all++
}
END { printf "\n%d exports: %d full, %d partial, %d untested.\n", all, n["full"], n["partial"], n["untested"] }
