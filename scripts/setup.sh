#!/bin/sh
# setup.sh [--check] GROUP... -- makes sure that the Debian packages of the named groups of
# scripts/packages.txt are installed.  Nothing missing: no call to apt, no output.  --check never
# installs.  Exit 0: all there; 4: something is missing, one line says what and what to do.
# NR_SKIP_SETUP=1: believe the caller (other distributions, images built elsewhere).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
check=
[ "${1:-}" = --check ] && { check=1; shift; }
[ -n "${NR_SKIP_SETUP:-}" ] && exit 0
say() { printf 'setup: %s\n' "$*" >&2; }

list=${NR_PACKAGES:-$here/packages.txt}
for group; do
	awk -v g="$group" '$1 == g { found = 1 } END { exit !found }' "$list" || {
		say "no group \"$group\" in $list"; exit 2; }
done
wanted=$(awk -v groups=" $* " '!/^#/ && NF > 1 && index(groups, " " $1 " ") { print $2 "," $3 }' "$list")

installed=
if command -v dpkg-query >/dev/null 2>&1; then
	# Unknown packages make dpkg-query fail; what it knows is printed all the same.
	installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' 2>/dev/null |
		awk '$2 == "installed" { print $1 }') || true
fi
missing=
count=0
for w in $wanted; do
	package=${w%%,*} command=${w#*,}
	[ -n "$command" ] && command -v "$command" >/dev/null 2>&1 && continue
	printf '%s\n' "$installed" | grep -qxF "$package" && continue
	missing="$missing $package"
	count=$((count + 1))
done
[ "$count" -eq 0 ] && exit 0

if [ -n "$check" ]; then
	say "$count packages are missing; \`make setup\` installs them, or: apt-get install$missing"
	exit 4
fi
if ! command -v apt-get >/dev/null 2>&1; then
	say "this machine has no apt-get; install the counterparts of:$missing (then NR_SKIP_SETUP=1 make ...)"
	exit 4
fi
if [ "$(id -u)" -eq 0 ]; then
	as_root() { "$@"; }
elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
	as_root() { sudo "$@"; }
else
	say "$count packages are missing and this user may not install them; as root: apt-get install$missing"
	exit 4
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# apt TITLE WORD... -- runs apt-get with its output in the log, and a line of ours per package set up.
apt() {
	title=$1; shift
	say "$title"
	{ as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@" 2>&1 </dev/null \
		|| echo 'apt-get failed'; } | tee "$log" |
		awk '/^Fetched / { print "setup:   " $0; fflush() }
		     /^(Unpacking|Setting up) / { n++; if (n % 20 == 0) { print "setup:   " $0; fflush() } }' >&2
	if tail -n 1 "$log" | grep -qx 'apt-get failed'; then
		why=$(grep -E '^(E|Err)[:0-9]' "$log" | head -n 1)
		say "apt-get failed: ${why:-no reason given}; mend it (network? sources?) and run again"
		exit 4
	fi
}
apt "asking apt for its lists" update
# shellcheck disable=SC2086 # a list of package names
apt "installing $count packages:$missing" install -y --no-install-recommends $missing
say "$count packages installed"
