#!/bin/sh
# Brings the data files that are too large for the repository into FOLDER (build/share/noroshi):
#   country.mmdb   country of an address, CC0, from the npm package @ip-location-db/geo-whois-asn-country-mmdb
# Fetched once at build through npm, checked by its SHA-256; the program itself never dials out.
# Without npm or network the build goes on: `noroshi` then adds no country counters.
set -eu
folder=${1:-build/share/noroshi}
version=2.3.2026061719
want=c5f7c0e9bd6a6ccb5a2e9634764544a0d08bd0bd8788b8aedfac87bea184c652
have() { [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$want" ]; }
have "$folder/country.mmdb" && exit 0
if ! command -v npm >/dev/null 2>&1; then
	echo "fetch-data: npm is missing: no country database (apt install npm, then make again)" >&2
	exit 0
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
if ! (cd "$tmp" && npm pack --silent "@ip-location-db/geo-whois-asn-country-mmdb@$version" >/dev/null 2>&1); then
	echo "fetch-data: the country database could not be fetched: no country counters until it can" >&2
	exit 0
fi
tar -xzf "$tmp"/*.tgz -C "$tmp" package/geo-whois-asn-country.mmdb
if ! have "$tmp/package/geo-whois-asn-country.mmdb"; then
	echo "fetch-data: the fetched country database is not the one expected; not used" >&2
	exit 1
fi
mkdir -p "$folder"
mv "$tmp/package/geo-whois-asn-country.mmdb" "$folder/country.mmdb"
