/* assets.h -- the console's files, inside the binary, gzipped.
 *
 * gen_assets.sh makes the table from web/dist/manifest.txt at build time; nothing is read from disk
 * while serving. */
#pragma once

#include "base/view.h"

struct nr_asset {
	const char *path;  /* "/assets/app-1A2B3C4D.js" */
	const char *media; /* Content-Type */
	const uint8_t *gz; /* gzipped bytes */
	const uint8_t *gz_end;
};

extern const struct nr_asset nr_assets[];
extern const size_t nr_assets_count;

/* The asset of a URL path, or NULL. */
NR_STATIC const struct nr_asset *nr_asset_find(struct nr_str path);
/* May a stranger have it (sign-in page and /public/)? */
bool nr_asset_public(struct nr_str path);
/* Does its name carry a hash of its content, so that it never changes? */
bool nr_asset_immutable(const struct nr_asset *a);
