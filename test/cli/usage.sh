#!/bin/bash
# The command line as a stranger meets it: help, version, hints, exit codes.
. "$(dirname "$0")/lib.sh"

t --version
is 'a version' exits 0
is 'is printed as "noroshi N.N.N"' out '^noroshi [0-9]+\.[0-9]+\.[0-9]+$'
t --help
is 'help goes to stdout' exits 0
is 'help names the exit codes' out 'Exit codes: 0 ok'
t
is 'no command is a usage error' exits 2
is 'and shows the commands on stderr' err '^  doctor '
is 'and nothing on stdout' silent
t doktor
is 'a misspelled command is a usage error' exits 2
is 'with a hint' err "did you mean 'doctor'"
t ledger verfy
is 'a misspelled verb is a usage error' exits 2
is 'with a hint of its own' err "did you mean 'verify'"
t ledger
is 'an area without its verb is a usage error' exits 2
is 'that lists the verbs' err 'head verify'

t docs commands --json
is 'the command table prints itself' exits 0
is 'as JSON' is_json
cp "$tmp/out" "$tmp/table"
python3 - "$tmp/table" >"$tmp/names" <<'PY'
import json, sys
for c in json.load(open(sys.argv[1]))['items']:
    print(c['area'], c['verb'])
PY
while read -r area verb; do
	name="$area${verb:+ $verb}"
	# shellcheck disable=SC2086 # two words, or one
	t $name --help
	is "$name --help: exit 0" exits 0
	is "$name --help: says how" out "^usage: noroshi $name "
	# shellcheck disable=SC2086
	t $name --hlep
	is "$name with an unknown option: exit 2" exits 2
	is "$name with an unknown option: the word and where to look" err "'--hlep'.*--help"
	is "$name with an unknown option: nothing on stdout" silent
done <"$tmp/names"
is 'there are commands' [ -s "$tmp/names" ]

t doctor
is 'doctor works without a store' exits 0
t doctor --json
is 'doctor in JSON' is_json
t selftest
is 'the self tests pass' exits 0
t search
is 'a missing argument is a usage error' exits 2
is 'that names it' err QUERY
"$noroshi" docs commands >/dev/full 2>"$tmp/err"
code=$?
is 'a full disk behind stdout is an error' exits 4
is 'and says so' err 'could not be written'
finish
