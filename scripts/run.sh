#!/bin/sh
# run.sh -- what `make run` does after the build: makes the demonstration world when there is no
# store in run/ yet, then serves it.  LISTEN=address:port moves it, STORE=DIR puts it elsewhere.
set -eu
cd "$(dirname "$0")/.."
listen=${LISTEN:-127.0.0.1:8470}
dir=${STORE:-run}
if [ ! -f "$dir/noroshi.db" ]; then
	echo "run: building the demonstration world from data/demo (once; \`rm -r $dir\` starts over)" >&2
	# Built aside and moved into place, so that an interrupted build is never taken for a store.
	rm -rf "$dir.new"
	mkdir -p "$dir.new"
	build/noroshi demo build --store "sqlite:$dir.new/noroshi.db" --data data/demo
	if [ -d "$dir" ]; then
		mv "$dir.new"/* "$dir"/
		rmdir "$dir.new"
	else
		mv "$dir.new" "$dir"
	fi
fi
exec build/noroshi serve --store "sqlite:$dir/noroshi.db" --listen "$listen" --sign-in-link demo
