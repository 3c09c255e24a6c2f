# abi/nt/status.h -> a sorted array of values and names, for traces and messages.
BEGIN { print "/* Generated from abi/nt/status.h. */" }
/^#define [A-Z]+_[A-Z0-9_a-z]* \(\(NTSTATUS\)0x/ {
    v = $3; sub(/.*0x/, "0x", v); sub(/\).*/, "", v)
    if (v == last) next # the first name of a value is its usual one
    last = v
    print "{" v "u, \"" $2 "\"},"
}
