#!/bin/sh
# run-tests.py counts what happened: a failure, a crash, an early stop, an overrun and a run without
# tests are all failures, and the last line says so.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
n=0
ok() { n=$((n + 1)); if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# | /' "$t/out"; fi; }
mkdir -p "$t/scripts" "$t/test/cli" "$t/bin"
cp "$root/scripts/run-tests.py" "$t/scripts/"
printf '#!/bin/sh\necho "[]"\n' >"$t/bin/meson"; chmod +x "$t/bin/meson"
program() { printf '#!/bin/sh\n%s\n' "$2" >"$t/test/cli/$1.sh"; chmod +x "$t/test/cli/$1.sh"; }
run() { env -u NR_TALLY PATH="$t/bin:$PATH" "$t/scripts/run-tests.py" "$@" >"$t/out" 2>&1; }
last() { [ "$(tail -n 1 "$t/out")" = "$1" ]; }

run; [ $? -eq 1 ] && last '0 passed, 0 failed'; ok $? 'nothing to run is not a success'
program good 'echo "ok 1 - a"; echo "ok 2 - b # SKIP no kernel"; echo "ok 3"; echo 1..3'
run && last '2 passed, 0 failed'; ok $? 'skipped tests count neither way'
grep -q 'SKIP no kernel' "$t/out"; ok $? 'and are shown with their reason'
program bad 'echo "ok 1"; echo "not ok 2 - sum"; echo "# it was 5"; echo 1..2; exit 1'
run; [ $? -eq 1 ] && last '3 passed, 1 failed'; ok $? 'a failing test'
grep -q '# it was 5' "$t/out"; ok $? 'its output is shown'
run good && last '2 passed, 0 failed'; ok $? 'a word picks programs'
program bad 'echo "ok 1"; kill -SEGV $$'
run bad; last '1 passed, 2 failed'; ok $? 'a crash, and the plan it did not reach'
program bad 'echo "ok 1"; exit 0'
run bad; last '1 passed, 1 failed'; ok $? 'an early stop with a clean exit'
program bad 'echo "ok 1"; echo 1..2'
run bad; last '1 passed, 1 failed'; ok $? 'fewer tests than planned'
program bad 'echo "ok 1"; echo 1..1; exit 3'
run bad; last '1 passed, 1 failed'; ok $? 'a bad exit after good tests'
program bad 'exec sleep 100'
run --scale 0.003 bad; last '0 passed, 2 failed'; ok $? 'an overrun is cut off'
NR_TALLY=$t/tally PATH="$t/bin:$PATH" "$t/scripts/run-tests.py" good >"$t/out" 2>&1
[ "$(cat "$t/tally")" = '2 0' ] && ! grep -q ' passed, ' "$t/out"; ok $? 'NR_TALLY takes the counts instead'
echo "1..$n"
