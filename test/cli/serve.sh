#!/bin/bash
# serve as an operator starts it: link, health, sign-in needed, port in use, stop.
. "$(dirname "$0")/lib.sh"
cd "$tmp" || exit 4
t unit add member-a --store a.db --name-ja 曙電力 --name-en 'Akebono Power'
t person add --store a.db --unit member-a --name '明野 次郎' --login akebono
is 'a person is added' exits 0

# start OPTION... -- serves a.db in the background on a free port; sets pid and base.
start()
{
	"$noroshi" serve --store a.db --listen 127.0.0.1:0 "$@" >serve.out 2>serve.err </dev/null &
	pid=$!
	base=
	for _ in $(seq 100); do
		base=$(grep -hoE 'https?://127\.0\.0\.1:[0-9]+' serve.out serve.err | head -n 1)
		[ -n "$base" ] && break
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
}
# get PATH [CURL OPTION...] -- status in $status, body in $tmp/out.
get()
{
	local path=$1
	shift
	last="GET $path"
	status=$(curl -s -o "$tmp/out" -D "$tmp/headers" -w '%{http_code}' "$@" "$base$path")
	code=$status
}

start --sign-in-link akebono
is 'it says where it listens' [ -n "$base" ]
link=$(grep -hoE 'https?://[^ ]*#link=[A-Za-z0-9_-]+' serve.out serve.err | head -n 1)
is 'and prints a one-time link' [ -n "$link" ]
get /healthz
is 'health is public' [ "$status" = 200 ]
is 'and says ok' json status ok
get /api/v1/dossiers
is 'an API call needs a sign-in' [ "$status" = 401 ]
is 'and is told so in JSON' json error.code unauthenticated
get /
is 'a page leads to the sign-in page' [ "$status" = 303 ]
get /sign-in
is 'which is public' [ "$status" = 200 ]
is 'under a policy without inline script' grep -qiE "^content-security-policy:.*script-src 'self'" "$tmp/headers"
token=${link##*#link=}
get /api/v1/session/link -X POST -H 'Content-Type: application/json' -c jar --data "{\"token\":\"$token\"}"
is 'the link signs in' [ "$status" = 200 ]
is 'as that person' json person.login akebono
get /api/v1/session -b jar
is 'the session holds' [ "$status" = 200 ]
get /api/v1/session/link -X POST -H 'Content-Type: application/json' --data "{\"token\":\"$token\"}"
is 'a link works once' [ "$status" = 401 ]
t token add --store a.db --name feeds akebono
is 'a token is made' exits 0
token=$(grep -oE 'nrt_[A-Za-z0-9_-]+' "$tmp/out" | head -n 1)
get /api/v1/feeds/stix -H "Authorization: Bearer $token"
is 'and fetches a feed' [ "$status" = 200 ]
etag=$(grep -i '^etag:' "$tmp/headers" | cut -d' ' -f2 | tr -d '\r')
get /api/v1/feeds/stix -H "Authorization: Bearer $token" -H "If-None-Match: $etag"
is 'that is not sent twice' [ "$status" = 304 ]

port=${base##*:}
t serve --store a.db --listen "127.0.0.1:$port"
is 'a port in use is an environment error' exits 4
is 'in one line' [ "$(grep -c . "$tmp/err")" -eq 1 ]
is 'that names it' err "$port"
kill -TERM "$pid"
wait "$pid"
stopped=$?
is 'it stops when asked' [ "$stopped" -eq 0 ]
t serve --store nowhere/a.db --listen 127.0.0.1:0
is 'no store to serve: an environment error' exits 4
t serve --store a.db --listen nonsense
is 'a listening address that is none' [ "$code" -ne 0 ]
is 'is named' err 'ADDRESS:PORT'
t ledger verify --store a.db
is 'the record is whole' exits 0
finish
