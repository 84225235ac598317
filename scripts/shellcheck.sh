#!/bin/sh
# Runs shellcheck over every shell script of the tree.
set -eu
cd "$(dirname "$0")/.."
# shellcheck disable=SC2046 # our file names have no blanks
shellcheck -x -e SC1091,SC2046,SC2154,SC2034 $(git ls-files | xargs grep -lE '^#!/bin/(ba)?sh' -- 2>/dev/null)
