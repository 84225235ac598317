#!/bin/sh
# bench.sh [NAME...] -- runs the benchmarks (all, or the named ones) from an optimised build; each
# prints one JSON line.  docs/benchmarks.md says what each measures.
set -eu
cd "$(dirname "$0")/.."
scripts/configure.sh build-release --buildtype=release
ninja -C build-release >/dev/null || ninja -C build-release
[ $# -gt 0 ] || set -- $(sed -n "s/^  '\([a-z0-9_]*\)',.*/\1/p" bench/meson.build)
export NR_BUILD_ROOT="$PWD/build-release" NR_SOURCE_ROOT="$PWD"
status=0
for name; do
	build-release/bench/bench_"$name" || { echo "bench: $name failed" >&2; status=1; }
done
exit $status
