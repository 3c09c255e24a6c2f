# Reads a library's *.exports and writes a module definition:
#   mode=def     for linking the library (-v dll=NAME)
#   mode=import  for import libraries of others (forwarders look like plain exports)
# A line: NAME [@ORDINAL] [=DLL.NAME | =localsymbol] LEVEL [data] ["caveat"]
BEGIN { print "LIBRARY " dll ".dll\nEXPORTS" }
/^[ \t]*(#|$)/ { next }
{
    name = $1; ordinal = ""; target = ""; level = ""; data = ""
    for (i = 2; i <= NF; i++) {
        if ($i ~ /^@[0-9]+$/) ordinal = $i
        else if ($i ~ /^=/ && level == "") target = substr($i, 2)
        else if ($i ~ /^"/) break
        else if ($i == "data") data = " DATA"
        else if (level == "") level = $i
    }
    if (level !~ /^(full|partial|untested|missing)$/) {
        print FILENAME ": " FNR ": no level: " $0 > "/dev/stderr"; bad = 1
    }
    if (name in seen) {
        if (FILENAME ~ /\.pending$/) next # has come since
        if (mode == "def")
            print FILENAME ": " FNR ": " name " is listed twice" > "/dev/stderr"
        next
    }
    seen[name] = 1
    q = name ~ /[?@$]/ ? "\"" : ""
    if (mode == "def")
        print "    " q name q (target != "" ? (target ~ /\./ ? "=" target : "=" target) : "") \
              (ordinal != "" ? " " ordinal : "") data
    else
        print "    " q name q (ordinal != "" ? " " ordinal : "") data
}
END { exit bad }
