#!/bin/sh
# docs.sh [--check] -- writes the papers that are printed from tables: docs/commands.md from the
# command table, docs/api/ from the routes table.  --check only compares (exit 1: stale).
set -eu
cd "$(dirname "$0")/.."
noroshi=${NOROSHI:-build/noroshi}
out=docs
if [ "${1:-}" = --check ]; then
	out=$(mktemp -d)
	trap 'rm -rf "$out"' EXIT
fi
papers=commands.md
"$noroshi" docs commands >"$out/commands.md"
if [ -f src/hub/route.h ]; then
	papers="$papers api/README.md api/openapi.json"
	mkdir -p "$out/api"
	"$noroshi" docs api >"$out/api/README.md"
	"$noroshi" docs api --json >"$out/api/openapi.json"
fi
[ "$out" = docs ] && exit 0
status=0
for f in $papers; do
	cmp -s "$out/$f" "docs/$f" || { echo "docs/$f is stale: make docs"; status=1; }
done
exit $status
