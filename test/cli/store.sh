#!/bin/bash
# search and ledger on a store that the command line has filled; a second implementation of
# docs/ledger.md checks what ours wrote.
. "$(dirname "$0")/lib.sh"

db=$tmp/n.db
mail()
{
	cat >"$1" <<MAIL
From: sender@evil.example
To: taro@member.example.jp
Subject: notice $2
Date: Wed, 31 Aug 2011 10:00:00 +0900
Message-ID: <$2@evil.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit

資料事前送付について。会議の資料は印刷版を用意しますが、添付ファイルはご確認ください。
http://cdn$2.evil.example/x.exe
MAIL
}
sql() { python3 -c 'import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.close()' "$db" "$1"; }
ask() { python3 -c 'import sqlite3,sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])' "$db" "$1"; }
copy() { rm -rf "$tmp"/c.db*; cp "$db" "$tmp/c.db"; cp -r "$db.blobs" "$tmp/c.db.blobs"; }

for n in 1 2 3; do mail "$tmp/$n.eml" $n; done
t unit add --store "$db" --kind npa --basis test npa
t unit add --store "$db" --kind member --basis test acme
t intake add --store "$db" --unit npa --tlp green "$tmp/1.eml"
is 'a mail is stored' exits 0
t intake add --store "$db" --unit npa --tlp amber "$tmp/2.eml"
t intake add --store "$db" --unit acme --tlp red "$tmp/3.eml"

for word in 添付 資料 添付ファイル 印刷版 送付 添; do
	t search --store "$db" "$word"
	is "$word is found" exits 0
	is "$word is found in all three" [ "$(grep -c '^dossier--' "$tmp/out")" -eq 3 ]
done
t search --store "$db" --json cdn2.evil.example
is 'a host name finds its mail' json items.0.dossier.name 2.eml
is 'and is known as an observable' json observable.kind domain
t search --store "$db" 鯨
is 'nothing found is a negative finding' exits 1
is 'and no output' silent
t search --store "$db" '" AND * NEAR( OR'
is 'query syntax is data' exits 1
t search --store "$db" --unit acme 添付
is 'a member sees its own and what is for all' [ "$(grep -c '^dossier--' "$tmp/out")" -eq 2 ]
t search --store "$db" --unit nobody 添付
is 'an unknown unit is a usage error' exits 2
t search --store "$tmp/none.db" 添付
is 'no store: environment' exits 4
is 'in one line' one_line err

t ledger verify --store "$db"
is 'the record verifies' exits 0
is 'and says what it read' out '^ok [0-9]+ entries, [0-9]+ signed heads, 3 dossiers, 3 blobs$'
t ledger head --store "$db" --json
is 'the head counts the entries' json size "$(ask 'SELECT count(*) FROM ledger')"
cp "$tmp/out" "$tmp/head.json"

# docs/ledger.md in another language: leaves, root, and the signature by openssl.
cat >"$tmp/second.py" <<'PY'
import datetime, hashlib, json, sqlite3, struct, subprocess, sys
db, head, tmp = sys.argv[1:]
h = json.load(open(head))
def text(s):
    b = s.encode()
    return struct.pack('>I', len(b)) + b
leaves = []
for idx, at, kind, actor, unit, obj, digest, detail in sqlite3.connect(db).execute(
        'SELECT idx,at_us,kind,actor,unit,object,digest,detail FROM ledger ORDER BY idx'):
    e = struct.pack('>Bqq', 1, idx, at) + text(kind) + text(actor) + text(unit) + text(obj)
    leaves.append(hashlib.sha256(b'\0' + e + digest + text(detail)).digest())
def root(v):
    if len(v) == 1:
        return v[0]
    k = 1
    while k * 2 < len(v):
        k *= 2
    return hashlib.sha256(b'\1' + root(v[:k]) + root(v[k:])).digest()
r = root(leaves)
assert r.hex() == h['root'], 'root'
t = datetime.datetime.strptime(h['at'], '%Y-%m-%dT%H:%M:%S.%fZ')
at = (t - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)
open(tmp + '/m', 'wb').write(b'noroshi.head/1\n\0' + struct.pack('>qq', h['size'], at) + r)
open(tmp + '/s', 'wb').write(bytes.fromhex(h['signature']))
open(tmp + '/k', 'wb').write(bytes.fromhex('302a300506032b6570032100' + h['public_key']))
subprocess.run(['openssl', 'pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', tmp + '/k',
                '-rawin', '-in', tmp + '/m', '-sigfile', tmp + '/s'], check=True)
PY
is 'another implementation comes to the same root and accepts the signature' \
	python3 "$tmp/second.py" "$db" "$tmp/head.json" "$tmp"

copy
python3 - "$tmp/c.db" <<'PY'
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
b = bytearray(c.execute('SELECT body FROM dossier_body WHERE dossier=2').fetchone()[0])
b[len(b) // 2] ^= 1
c.execute('UPDATE dossier_body SET body=? WHERE dossier=2', (bytes(b),))
c.commit()
PY
entry=$(ask "SELECT max(idx) FROM ledger WHERE kind='dossier' AND idx<(SELECT max(idx) FROM ledger)")
t ledger verify --store "$tmp/c.db"
is 'a flipped byte of a dossier is a negative finding' exits 1
is 'and the entry is named' out "^BAD 1 fault; the first: entry $entry: the body of dossier .* was changed\$"
t ledger verify --store "$tmp/c.db" --json
is 'also in JSON' json entry "$entry"
copy
blob=$(find "$tmp/c.db.blobs" -type f | sort | head -n 1)
printf X | dd of="$blob" conv=notrunc status=none
t ledger verify --store "$tmp/c.db"
is 'a flipped byte of the raw material is found' out 'raw material of dossier .* was changed'
t ledger verify --store "$tmp/c.db" --no-blobs
is 'unless the raw material is left out' exits 0

sql 'PRAGMA user_version=77'
for command in 'ledger verify' 'ledger head' 'search x'; do
	# shellcheck disable=SC2086 # two words
	t $command --store "$db"
	is "$command: a newer store is refused" exits 3
	is "$command: in one line that says so" err 'schema 77, made by a newer Noroshi'
	is "$command: and only one" one_line err
done
t intake add --store "$db" --unit npa "$tmp/1.eml"
is 'nothing is added to a newer store' exits 3
head -c 5000 /dev/urandom >"$tmp/noise"
t ledger verify --store "$tmp/noise"
is 'a file that is no store is refused' exits 3
is 'by name' err 'noise is not a Noroshi store'
finish
