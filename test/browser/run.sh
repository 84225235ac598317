#!/bin/sh
# run.sh -- the console in a real browser: every test/browser/*.mjs against build/noroshi serve on a free
# port with a store of its own.  TAP on stdout.  Needs node, chromium and web/node_modules.
set -eu
cd "$(dirname "$0")/../.."
for need in node chromium; do
	if ! command -v "$need" >/dev/null 2>&1; then
		echo "Bail out! $need is missing: make setup installs it"
		exit 4
	fi
done
if [ ! -d web/node_modules/playwright-core ]; then
	echo 'Bail out! web/node_modules is missing: run scripts/node.sh'
	exit 4
fi
exec node test/browser/console.mjs
