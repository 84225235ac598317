#!/bin/sh
# configure.sh DIR MESON-OPTION... -- configures a build directory once; a second call is a no-op.
# One clear line when a tool or a library is missing.
set -eu
dir=$1; shift
[ -f "$dir/build.ninja" ] && exit 0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! meson setup "$@" "$dir" "$(dirname "$0")/.." >"$log" 2>&1 </dev/null; then
	cat "$log" >&2
	printf 'configure: %s cannot be configured: %s\n' "$dir" \
		"$(grep -m 1 'ERROR' "$log" || echo 'is meson installed? make setup')" >&2
	exit 4
fi
