#!/bin/sh
# node.sh -- installs the console's development packages (browser tests, bundler) exactly as
# web/package-lock.json names them; a no-op when they are there already.
set -eu
cd "$(dirname "$0")/.."
[ -f web/package-lock.json ] || exit 0
stamp=web/node_modules/.noroshi-lock
cmp -s web/package-lock.json "$stamp" && exit 0
echo 'node: npm ci in web/' >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! (cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$log" 2>&1 </dev/null; then
	cat "$log" >&2
	echo "node: npm ci failed (no network, or another registry?); mend it and run again" >&2
	exit 4
fi
cp web/package-lock.json "$stamp"
