#!/bin/bash
# The register, and campaigns as one unit or another sees them.
. "$(dirname "$0")/lib.sh"
cd "$tmp" || exit 4
make_material() { "$root/test/cli/material.py" "$@"; }
make_material scan one.pcap 198.51.100.7
make_material scan three.pcap 203.0.113.77

t unit add npa --store a.db --kind npa --name-ja 警察庁 --basis 'police act'
is 'the top is enrolled' exits 0
t unit add pref --store a.db --kind prefecture --command-parent npa --technical-parent npa --basis act
is 'a prefecture below it' exits 0
for u in member-a member-b; do
	t unit add "$u" --store a.db --technical-parent pref --basis agreement
done
t unit add npa --store a.db --kind npa --command-parent member-a
is 'a cycle is refused' exits 3
is 'by the name of a unit' err "'[a-z-]*' would stand above itself"
t unit add lost --store a.db --command-parent nowhere
is 'an unknown parent is refused' err "'nowhere'.*not enrolled"
t unit list --store a.db --json
is 'the register is JSON' json items.3.id member-b
is 'with parents' json items.1.technical_parent npa
t sensor add s-1 --store a.db --unit pref --darknet 192.0.2.0/26 --darknet 192.0.2.64/26
is 'a sensor is enrolled' exits 0
t sensor add s-2 --store a.db --unit nobody
is 'not without a unit' exits 2
t sensor list --store a.db --json
is 'with its ranges' json items.0.darknet 192.0.2.0/26,192.0.2.64/26

t intake add --store a.db --unit member-a --tlp amber one.pcap --json
is 'one capture of one member' exits 0
is 'with no campaign yet' out '"campaign":null'
first=$(python3 -c 'import json; print(json.load(open("out"))["items"][0]["dossier"])')
t intake add --store a.db --unit member-b --tlp amber three.pcap
t campaign list --store a.db
is 'two that share nothing are no campaign' silent
t intake add --store a.db --unit member-b --tlp amber one.pcap
is 'the same scanner at another unit' exits 0
t campaign list --store a.db --json
is 'is one campaign' json items.0.dossiers 2
is 'of two units' json items.0.units 2
id=$(python3 -c 'import json; print(json.load(open("out"))["items"][0]["id"])')
t campaign list --store a.db --unit pref --json
is 'the unit above sees it' json items.0.id "$id"
t campaign list --store a.db --unit member-a
is 'a member does not see the other one in it' silent
t campaign show "$id" --store a.db --unit member-a
is 'not by its id either' exits 1
t campaign show "$id" --store a.db
is 'it can be shown' exits 0
is 'with its members' out "$first"
is 'and why' out ' 198\.51\.100\.7|sha256'
t campaign show "$id" --store a.db --json
is 'as JSON' json members.0.id "$first"
is 'with TLP' json members.0.tlp TLP:AMBER
t campaign list --store a.db --unit nobody
is 'an unknown unit is a usage error' exits 2
t ledger verify --store a.db
is 'the record is whole' exits 0
finish
