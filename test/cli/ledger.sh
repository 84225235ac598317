#!/bin/bash
# The ledger against somebody who changes the files behind the program's back.
. "$(dirname "$0")/lib.sh"
cd "$tmp" || exit 4
for i in 1 2 3 4 5; do
	"$root/test/cli/material.py" scan "m$i.pcap" "203.0.113.$i"
done
t unit add member-a --store a.db --name-ja 曙電力 --name-en 'Akebono Power'
t intake add --store a.db --unit member-a --basis 'request 1' m1.pcap m2.pcap m3.pcap m4.pcap m5.pcap
is 'five captures go in' exits 0
t ledger head --store a.db
is 'a signed head is printed' exits 0
cp "$tmp/out" head.txt
t ledger verify --store a.db
is 'the untouched record is whole' exits 0

# sql STATEMENT -- as an intruder with the file in hand would.
sql()
{
	rm -rf b.db*
	cp -r a.db b.db
	cp -r a.db.blobs b.db.blobs
	cp a.db.key b.db.key
	python3 - "$1" <<'PY'
import sqlite3, sys
c = sqlite3.connect('b.db')
c.execute('PRAGMA foreign_keys=OFF')
c.execute(sys.argv[1])
c.commit()
PY
}
sql "UPDATE ledger SET unit='member-b' WHERE idx=2"
t ledger verify --store b.db
is 'a changed entry is a negative finding' exits 1
is 'and is named' grep -qE 'entry 2\b' "$tmp/out" "$tmp/err"
sql 'DELETE FROM ledger WHERE idx=(SELECT max(idx) FROM ledger)'
t ledger verify --store b.db
is 'a dropped last entry is found' exits 1

# One flipped byte in the raw file of a dossier's blob.
rm -rf b.db*
cp -r a.db b.db
cp -r a.db.blobs b.db.blobs
cp a.db.key b.db.key
blob=$(find b.db.blobs -type f | sort | head -n 1)
chmod u+w "$blob"
old=$(dd if="$blob" bs=1 skip=40 count=1 2>/dev/null | od -An -tu1 | tr -d ' ')
printf '%b' "\\0$(printf %o $((old ^ 1)))" | dd of="$blob" bs=1 seek=40 conv=notrunc 2>/dev/null
t ledger verify --store b.db
is 'a flipped byte in the raw material is found' exits 1
is 'and the material is named' grep -qiE 'blob|material|[0-9a-f]{64}|entry' "$tmp/out" "$tmp/err"

# One flipped byte inside the database file, in the text of an entry.
rm -rf b.db*
cp -r a.db b.db
cp -r a.db.blobs b.db.blobs
cp a.db.key b.db.key
at=$(grep -abo 'request 1' b.db | head -n 1 | cut -d: -f1)
is 'the text of an entry is in the file' [ -n "$at" ]
printf R | dd of=b.db bs=1 seek="${at:-0}" conv=notrunc 2>/dev/null
t ledger verify --store b.db
is 'a flipped byte in the database is found' exits 1
is 'and what it hit is named' grep -qiE 'entry|dossier' "$tmp/out" "$tmp/err"
t ledger verify --store a.db
is 'the original is still whole' exits 0

# Somebody who may write the store cuts off its end without a trace: only a head kept elsewhere tells.
t ledger head --store a.db --json
cp "$tmp/out" kept.json
t ledger verify --store a.db --kept kept.json
is 'the record contains the head that was kept' exits 0
sql 'DELETE FROM ledger WHERE idx>0'
python3 - <<'PY'
import sqlite3
c = sqlite3.connect('b.db')
c.execute('DELETE FROM ledger_head WHERE size>1')
for table in ('ledger_node', 'dossier_body', 'sighting', 'finding', 'dossier'):
    c.execute('DELETE FROM ' + table)
c.commit()
PY
t ledger verify --store b.db
is 'a record cut off cleanly is whole in itself' exits 0
t ledger verify --store b.db --kept kept.json
is 'but not beside the kept head' exits 1
is 'and it says why' out 'kept head is of more entries'
"$noroshi" ledger head --store b.db --json | sed 's/"root":"../"root":"00/' >other.json
t ledger verify --store b.db --kept other.json
is 'entries that are not those of the kept head are found' exits 1
"$noroshi" ledger head --store b.db --json | sed 's/"public_key":"../"public_key":"00/' >other.json
t ledger verify --store b.db --kept other.json
is 'and another key' out 'another key'
t ledger verify --store b.db --kept head.txt
is 'a file that is no head is refused' exits 3
finish
