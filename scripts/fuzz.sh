#!/bin/sh
# fuzz.sh [BUILD [TARGET...]] -- runs each libFuzzer target of a -Dfuzz=true build for FUZZ_SECONDS
# (30) on its corpus and, where there is one, its dictionary fuzz/corpus/<target>.dict.  One line a
# target; exit 1 and the path of the input when one crashes, hangs or eats its memory.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build-fuzz}
[ $# -gt 0 ] && shift
seconds=${FUZZ_SECONDS:-30}
artefacts=$build/crashes
mkdir -p "$artefacts"
[ $# -gt 0 ] || set -- $(sed -n "s/^  '\([a-z0-9_]*\)',.*/fuzz_\1/p" fuzz/meson.build)
[ $# -gt 0 ] || { echo 'fuzz: no target in fuzz/meson.build' >&2; exit 1; }
passed=0 failed=0
log=$(mktemp)
work=$(mktemp -d)
trap 'rm -rf "$log" "$work"' EXIT
for target; do
	dict=
	[ -f "fuzz/corpus/$target.dict" ] && dict=-dict=fuzz/corpus/$target.dict
	mkdir -p "$work/$target"
	if "$build/fuzz/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
		-max_len=65536 -print_final_stats=1 -artifact_prefix="$artefacts/$target-" \
		${dict:+"$dict"} "$work/$target" "fuzz/corpus/$target" >"$log" 2>&1 </dev/null; then
		passed=$((passed + 1))
		verdict=ok
	else
		failed=$((failed + 1))
		verdict=FAILED
	fi
	awk -v t="$target" -v v="$verdict" '
		/^stat::number_of_executed_units:/ { runs = $2 }
		/^stat::average_exec_per_sec:/ { rate = $2 }
		/cov: / { for (i = 1; i < NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "corp:") corp = $(i + 1) } }
		/Test unit written to/ { where = $NF }
		END { printf "fuzz     %-28s %s  %d runs, %d a second, %d edges%s\n", t, v, runs, rate, cov,
		      where ? ", input kept in " where : "" }' "$log"
	[ "$verdict" = ok ] || tail -n 40 "$log" | sed 's/^/    | /'
	rm -rf "${work:?}/$target"
done
[ -n "${NR_TALLY:-}" ] && echo "$passed $failed" >"$NR_TALLY"
[ "$failed" -eq 0 ]
