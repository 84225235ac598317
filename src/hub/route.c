#include "hub/route.h"

const char *nr_method_name(enum nr_method m)
{
	switch (m) {
	case NR_GET: return "GET";
	case NR_POST: return "POST";
	case NR_DELETE: return "DELETE";
	}
	return "GET";
}

static void allow_add(char *allow, size_t size, const char *name)
{
	size_t n = strlen(allow);

	(void)snprintf(allow + n, size - n, "%s%s", n ? ", " : "", name);
}

struct nr_match nr_route_match(enum nr_method m, struct nr_str path)
{
	struct nr_match r = { .route = NULL };

	for (size_t i = 0; i < nr_routes_count && !r.route; i++) {
		struct nr_str params[NR_PATH_PARAMS] = { { NULL, 0 } };

		if (!nr_path_match(nr_routes[i].path, path, params))
			continue;
		r.path_known = true;
		allow_add(r.allow, sizeof(r.allow), nr_method_name(nr_routes[i].method));
		if (nr_routes[i].method == NR_GET)
			allow_add(r.allow, sizeof(r.allow), "HEAD");
		if (nr_routes[i].method != m)
			continue;
		r.route = &nr_routes[i];
		memcpy(r.params, params, sizeof(params));
	}
	return r;
}
