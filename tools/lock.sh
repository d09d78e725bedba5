#!/bin/sh
# Writes requirements.txt (to run) and requirements-dev.txt (to run and to work on it) from pyproject.toml.
# Versions already locked stay; `make lock ARGS=--upgrade` takes the newest, `ARGS="--upgrade-package django"` one.
set -eu
cd "$(dirname "$0")/.."

# The file ends with hashes alone: which index they come from is the reader's own setting.
compile() {
    target=$1
    shift
    .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links --output-file "$target" pyproject.toml "$@"
    if grep -n '://' "$target"; then
        echo "$target names an address (above); a lock holds versions and hashes only." >&2
        exit 1
    fi
    { echo "# Locked by \`make lock\`. Every file that may be installed, by its hash."; cat "$target"; } >"$target.new"
    mv "$target.new" "$target"
}

compile requirements.txt --group build "$@"
compile requirements-dev.txt --group build --group dev --constraint requirements.txt "$@"
