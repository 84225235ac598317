# lib.sh -- what the CLI tests share; sourced.  TAP: `t COMMAND...` runs it and keeps code, out, err;
# `is "what" CONDITION...` is one test.  shellcheck shell=bash
set -u
noroshi=${NOROSHI:-$(dirname "${BASH_SOURCE[0]}")/../../build/noroshi}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
data=${NR_SHARED_DATA:-$root/../shared/data}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
number=0 bad=0

# t WORD... -- runs noroshi; never reads the terminal.
t()
{
	last="noroshi $*"
	"$noroshi" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	code=$?
}

# is WHAT COMMAND... -- passes when the command does.
is()
{
	local what=$1
	shift
	number=$((number + 1))
	if "$@" >"$tmp/is" 2>&1; then
		printf 'ok %d - %s\n' "$number" "$what"
	else
		bad=$((bad + 1))
		printf 'not ok %d - %s\n# after: %s (exit %s)\n' "$number" "$what" "$last" "$code"
		sed 's/^/# stdout: /' "$tmp/out" | head -n 20
		sed 's/^/# stderr: /' "$tmp/err" | head -n 20
		sed 's/^/# check: /' "$tmp/is" | head -n 5
	fi
}

skip()
{
	number=$((number + 1))
	printf 'ok %d - # SKIP %s\n' "$number" "$1"
}

exits() { [ "$code" -eq "$1" ]; }
out() { grep -qE -- "$1" "$tmp/out"; }
err() { grep -qE -- "$1" "$tmp/err"; }
lacks() { ! out "$1"; }
every() { ! grep -qvE -- "$1" "$tmp/out"; }
silent() { [ ! -s "$tmp/out" ]; }
one_line() { [ "$(wc -l <"$tmp/$1")" -eq 1 ]; }
# json PATH VALUE -- a member of the JSON on stdout, by a path like a.0.b.
json()
{
	python3 - "$tmp/out" "$1" "$2" <<'PY'
import json, sys
v = json.load(open(sys.argv[1], encoding='utf-8'))
for k in sys.argv[2].split('.'):
    v = v[int(k)] if isinstance(v, list) else v[k]
text = v if isinstance(v, str) else json.dumps(v)
sys.exit(0 if text == sys.argv[3] else '%s is %s' % (sys.argv[2], text))
PY
}
is_json() { python3 -c 'import json,sys; json.load(open(sys.argv[1], encoding="utf-8"))' "$tmp/out"; }
finish()
{
	echo "1..$number"
	[ "$bad" -eq 0 ]
	exit
}
