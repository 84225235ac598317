#!/bin/sh
# check-web.sh -- the console's types hold, and the committed bundle web/dist is what its sources make.
set -eu
cd "$(dirname "$0")/../web"
npm run --silent check
before=$(cat dist/* | cksum)
npm run --silent build
[ "$(cat dist/* | cksum)" = "$before" ] || { echo 'web/dist was stale: it is rebuilt now, commit it'; exit 1; }
