#!/bin/bash
# From a capture to a receipt and back, as somebody at a desk would: a store, a unit, a basis.
. "$(dirname "$0")/lib.sh"
cd "$tmp" || exit 4
make_material() { "$root/test/cli/material.py" "$@"; }
make_material scan scan.pcap 198.51.100.7
make_material scan same-source.pcap 198.51.100.7
make_material scan other.pcap 203.0.113.77
printf 'neither a capture nor a mail' >noise.bin
head -c 300 scan.pcap >cut.pcap
: >empty.pcap

t sense read scan.pcap
is 'looking needs no store and no basis' exits 0
is 'the scan is seen' out 'scan\.horizontal .*198\.51\.100\.7 .*23/tcp'
is 'with the packet that shows it' out 'packet 1, byte 24'
t sense read scan.pcap --json
is 'as a dossier' json schema noroshi.dossier/1
is 'of the very bytes' json material.sha256 "$(sha256sum scan.pcap | cut -d' ' -f1)"
t sense read scan.pcap --json --no-jail
cp out again 2>/dev/null || cp "$tmp/out" again
t sense read scan.pcap --json
is 'the jail changes nothing in it' cmp -s again "$tmp/out"
t sense read cut.pcap
is 'a cut capture is refused' exits 3
is 'in one line' one_line err
is 'that names packet and byte' err 'packet 4: .*\(at byte [0-9]+\)'
is 'and nothing on stdout' silent
t sense read noise.bin
is 'another kind of file is refused' exits 3
t sense read nowhere.pcap
is 'a missing file is an environment error' exits 4
is 'that names it' err 'nowhere\.pcap'

t unit add member-a --store a.db --name-ja 曙電力 --name-en 'Akebono Power' --sector energy
is 'a unit is enrolled' exits 0
t intake add --store a.db --unit member-a scan.pcap
is 'storing without a legal basis is refused' exits 3
is 'with the reason' err 'no legal basis.*--basis'
t search --store a.db scan
is 'and nothing of it is in the store' silent
t intake add --store a.db --unit member-a --basis 'request of 22 Sep' scan.pcap --json
is 'with a basis it is taken in' exits 0
is 'as new' json items.0.duplicate false
is 'of the kind that it is' json items.0.kind capture
id=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["items"][0]["dossier"])' "$tmp/out")
t intake add --store a.db --unit member-a --basis 'request of 22 Sep' scan.pcap --json
is 'the same again is accepted' exits 0
is 'as a duplicate' json items.0.duplicate true
is 'of the same dossier' json items.0.dossier "$id"
t intake add --store a.db --unit member-b --basis x scan.pcap
is 'an unknown unit is refused' exits 3
is 'by its name' err member-b
t intake add --store a.db --unit member-a --basis x --tlp purple other.pcap
is 'an unknown label is refused' [ "$code" -ne 0 ]
is 'by its word' err purple
t intake add --store a.db --unit member-a --basis x noise.bin cut.pcap empty.pcap other.pcap
is 'among bad files the good one goes in' out 'other\.pcap: .*dossier'
is 'and the exit code says that some did not' exits 3
is 'each refusal has its reason' err 'noise\.bin: .*neither a capture'
t ledger verify --store a.db
is 'the record is whole' exits 0
is 'two dossiers are in it' out ' 2 dossiers'

t search --store a.db 198.51.100.7
is 'an address is found' out "$id"
t search --store a.db 探索
is 'a word of two characters is found' out "$id"
t search --store a.db 探
is 'one character is found' out "$id"
t search --store a.db nosuchword
is 'what is not there is not found' silent
t search --store a.db 探索 --json
is 'as JSON' is_json

chmod a-w a.db
if [ "$(id -u)" -eq 0 ]; then
	skip 'root may write anywhere: a read-only store is tested in test_store'
else
	t intake add --store a.db --unit member-a --basis x same-source.pcap
	is 'a read-only store is an environment error' exits 4
fi
chmod u+w a.db
cp a.db newer.db
python3 -c 'import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute("PRAGMA user_version=9999"); c.commit()' newer.db
t search --store newer.db scan
is 'a store of a newer version is not opened' [ "$code" -ne 0 ]
is 'in one line that says so' err 'newer|version'
is 'one line' one_line err
t search --store nowhere/a.db scan
is 'a store that is not there is an environment error' exits 4
printf 'this is not a store at all, not at all' >junk.db
t search --store junk.db scan
is 'another kind of file is not a store' [ "$code" -ne 0 ]
is 'and it is left as it was' grep -q '^this is not a store at all, not at all$' junk.db
finish
