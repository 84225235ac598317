#include "hub/assets.h"

const struct nr_asset *nr_asset_find(struct nr_str path)
{
	for (size_t i = 0; i < nr_assets_count; i++)
		if (nr_str_eq(nr_str_c(nr_assets[i].path), path))
			return &nr_assets[i];
	return NULL;
}

bool nr_asset_public(struct nr_str path)
{
	return nr_str_eq(path, NR_STR("/sign-in")) ||
	       (path.n > 8 && memcmp(path.p, "/public/", 8) == 0);
}

/* name-<at least eight hexadecimal digits>.ext: the bundler's hash of the content. */
bool nr_asset_immutable(const struct nr_asset *a)
{
	const char *dash = strrchr(a->path, '-');
	size_t n = dash ? strspn(dash + 1, "0123456789abcdefABCDEF") : 0;

	return n >= 8 && dash[1 + n] == '.';
}
