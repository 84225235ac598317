#!/bin/bash
# What leaves as a feed: every format, for whom it may be and for whom not.
. "$(dirname "$0")/lib.sh"
cd "$tmp" || exit 4
"$root/test/cli/material.py" scan clear.pcap 198.51.100.7
"$root/test/cli/material.py" scan amber.pcap 203.0.113.77
"$root/test/cli/material.py" scan red.pcap 203.0.113.99
t unit add member-a --store a.db --name-ja 曙電力 --name-en 'Akebono Power'
t unit add member-b --store a.db --name-ja 疾風鉄道 --name-en 'Hayate Railway'
for label in clear amber red; do
	t intake add --store a.db --unit member-a --basis 'request 1' --tlp $label $label.pcap
	is "TLP:$label goes in" exits 0
done

t share formats --json
is 'the formats list themselves' is_json
formats=$(python3 -c 'import json,sys; print(*[i["format"] if "format" in i else i["name"] for i in json.load(open(sys.argv[1]))["items"]])' "$tmp/out")
is 'there are five' [ "$(wc -w <<<"$formats")" -ge 5 ]
for format in $formats; do
	case $format in hosts) continue ;; esac # a hosts file carries names, no addresses
	t share export --store a.db --format "$format"
	is "$format: what anyone may have" exits 0
	is "$format: has what is TLP:CLEAR" out '198\.51\.100\.7|7\.100\.51\.198'
	is "$format: has nothing that is TLP:AMBER" lacks "203[.]0[.]113[.]77|77[.]113[.]0[.]203"
	cp "$tmp/out" "first.$format"
	t share export --store a.db --format "$format"
	is "$format: the same store gives the same bytes" cmp -s "first.$format" "$tmp/out"
	t share export --store a.db --format "$format" --for member-a
	is "$format: its own unit has the TLP:AMBER too" out '203\.0\.113\.77|77\.113\.0\.203'
	is "$format: TLP:RED never leaves in a feed" lacks "203[.]0[.]113[.]99|99[.]113[.]0[.]203"
	t share export --store a.db --format "$format" --for member-b
	is "$format: another member has it not" lacks "203[.]0[.]113[.]77|77[.]113[.]0[.]203"
done
t share export --store a.db --format hosts
is 'hosts: a feed without addresses' exits 0

t share export --store a.db --format stix
is 'STIX is JSON' json type bundle
is 'with an indicator of the address' grep -q "pattern.*198.51.100.7" "$tmp/out"
t share export --store a.db --format suricata
is 'every Suricata line is a rule or a comment' every '^(#|drop |alert |reject |$)'
t share export --store a.db --format rpz
is 'the zone begins with its SOA' out 'SOA'
t share export --store a.db --format xml
is 'an unknown format is a usage error' exits 2
is 'with the formats there are' err 'stix'
t share export --store a.db --for member-z
is 'an unknown unit is a usage error' exits 2
is 'by its name' err 'member-z'
t share export --store a.db --format csv --out feed.csv
is 'a file is written' [ -s feed.csv ]
is 'the same as on stdout' cmp -s feed.csv first.csv
t share export --store a.db --format csv --out nowhere/feed.csv
is 'where nothing can be written: an environment error' exits 4
is 'and nothing half is left' bash -c '! ls | grep -q "feed.csv[.]"'
t share export --store a.db --format csv --json
is 'a summary and a feed do not share stdout' exits 2
t share export --store a.db --format csv --json --for member-a --out feed.csv
is 'the summary counts' json items 2
is 'and says what was withheld' json withheld.tlp-red 1
is 'its digest is that of the file' json sha256 "$(sha256sum <feed.csv | cut -d' ' -f1)"
t share export --store none.db
is 'no store: an environment error' exits 4
t ledger verify --store a.db
is 'every export is in the record' exits 0
finish
