#!/bin/bash
# check.sh [PART...] -- what `make check` does, part by part (default: all of them):
#   lint   the house rules: scripts/check-*.py, each after its own self-test, clang-format, shellcheck
#   gcc, clang   a build of everything with warnings as errors (clang: and its unit tests)
#   asan   AddressSanitizer and UndefinedBehaviorSanitizer under the whole test suite
#   fuzz   every libFuzzer target for FUZZ_SECONDS
# Closes with "N passed, N failed", or writes "passed failed" to the file NR_TALLY.
set -u
cd "$(dirname "$0")/.." || exit 4
passed=0 failed=0
tally=$(mktemp)
log=$(mktemp)
trap 'rm -f "$tally" "$log"' EXIT
# gcc's flow warnings cry wolf under sanitizers; the plain builds hold them as errors.
san=('-Db_sanitize=address,undefined' -Db_lundef=false -Dwerror=false)

# step NAME COMMAND... -- one line; the output only when it fails.
step()
{
	local name=$1 start=$SECONDS
	shift
	if "$@" >"$log" 2>&1 </dev/null; then
		passed=$((passed + 1))
		printf 'check    %-28s     ok  %d s\n' "$name" $((SECONDS - start))
		grep -E '^(warning|warn):' "$log" | sed 's/^/    /'
	else
		failed=$((failed + 1))
		printf 'check    %-28s     FAILED  %d s\n' "$name" $((SECONDS - start))
		tail -n "${NR_SHOW:-80}" "$log" | sed 's/^/    | /'
		return 1
	fi
}

# counted COMMAND... -- a runner that shows its own progress and leaves its counts in NR_TALLY.
counted()
{
	local p f
	: >"$tally"
	NR_TALLY=$tally "$@" </dev/null
	if read -r p f <"$tally"; then
		passed=$((passed + p))
		failed=$((failed + f))
	else
		failed=$((failed + 1))
		echo "check: $1 ended without a count"
	fi
}

build()
{
	local dir=$1
	shift
	scripts/configure.sh "$dir" "$@" && ninja -C "$dir"
}

part_lint()
{
	local f
	for f in scripts/check-*.py; do
		step "$(basename "$f" .py) self-test" "$f" --selftest
		step "$(basename "$f" .py)" "$f"
	done
	step shellcheck scripts/shellcheck.sh
	[ -d web/node_modules ] && step 'console: types, bundle' scripts/check-web.sh
	[ -x build/noroshi ] && step 'generated papers' scripts/docs.sh --check
}

part_gcc()
{
	CC=gcc step 'gcc -Werror' build build
}

part_clang()
{
	CC=clang-14 step 'clang -Werror' build build-clang || return
	counted scripts/run-tests.py --build build-clang --suite unit --suite corpus
}

part_asan()
{
	CC=gcc step 'build with ASan and UBSan' build build-asan "${san[@]}" || return
	export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
	export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}
	counted scripts/run-tests.py --build build-asan --scale 5 --suite unit --suite corpus --suite cli --suite http
}

part_fuzz()
{
	CC=clang-14 step 'build of the fuzz targets' build build-fuzz -Dfuzz=true "${san[@]}" || return
	counted scripts/fuzz.sh build-fuzz
}

[ $# -gt 0 ] || set -- gcc lint clang asan fuzz
for part; do
	case $part in
	lint | gcc | clang | asan | fuzz) "part_$part" ;;
	*) echo "check: no part \"$part\"; parts: lint gcc clang asan fuzz" >&2; exit 2 ;;
	esac
done
if [ -n "${NR_TALLY:-}" ]; then
	echo "$passed $failed" >"$NR_TALLY"
else
	echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
