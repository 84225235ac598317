#!/bin/sh
# gen_assets.sh DIST OUT.c WORK -- makes the table of the console's files from DIST/manifest.txt, whose
# lines are "<url path> <file> <media type>".  Files are gzipped (-9, no name, no time, so that the same
# bundle gives the same binary) and taken in with .incbin.  Without a bundle the table is empty.
set -eu
dist=$1 out=$2 work=$3
mkdir -p "$work"
tmp=$out.tmp
n=0
{
	echo '/* Made by gen_assets.sh from web/dist/manifest.txt. */'
	echo '#include "hub/assets.h"'
	echo
} >"$tmp"
rows=$work/rows
: >"$rows"
if [ -f "$dist/manifest.txt" ]; then
	while read -r path file media; do
		case $path in '' | '#'*) continue ;; esac
		gz=$work/asset$n.gz
		if [ -f "$dist/$file.gz" ]; then
			cp "$dist/$file.gz" "$gz"
		else
			gzip -9nc "$dist/$file" >"$gz"
		fi
		# A here-document, not echo: sh may or may not read a backslash in an argument of echo.
		cat >>"$tmp" <<-ASM
		__asm__(".section .rodata,\"a\",@progbits\\n"
			".balign 16\\n"
			"nr_asset_$n:\\n"
			".incbin \"$gz\"\\n"
			"nr_asset_end_$n:\\n"
			".byte 0\\n"
			".previous\\n");
		extern const uint8_t nr_asset_${n}[], nr_asset_end_${n}[];
		ASM
		echo "	{ \"$path\", \"$media\", nr_asset_$n, nr_asset_end_$n }," >>"$rows"
		n=$((n + 1))
	done <"$dist/manifest.txt"
fi
{
	echo
	echo 'const struct nr_asset nr_assets[] = {'
	cat "$rows"
	echo '	{ "", "", NULL, NULL },'
	echo '};'
	echo "const size_t nr_assets_count = $n;"
} >>"$tmp"
mv "$tmp" "$out"
