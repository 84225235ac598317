#!/bin/sh
# docs.sh [--check] -- writes the papers that are generated from tables: docs/commands.md from the
# command table, docs/api/openapi.json from the routes table.  --check only compares (exit 1: stale).
set -eu
cd "$(dirname "$0")/.."
noroshi=${NOROSHI:-build/noroshi}
out=docs
if [ "${1:-}" = --check ]; then
	out=$(mktemp -d)
	trap 'rm -rf "$out"' EXIT
fi
mkdir -p "$out/api"
"$noroshi" docs commands >"$out/commands.md"
"$noroshi" docs api >"$out/api/openapi.json"
[ "$out" = docs ] && exit 0
status=0
for f in commands.md api/openapi.json; do
	cmp -s "$out/$f" "docs/$f" || { echo "docs/$f is stale: make docs"; status=1; }
done
exit $status
