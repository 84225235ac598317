#include "base/data.h"

#include <limits.h>
#include <unistd.h>

static const char *readable(struct nr_arena *a, const char *folder, const char *below,
			    const char *name)
{
	struct nr_str s = nr_arena_fmt(a, "%s%s/%s", folder, below, name);
	const char *path = s.n ? nr_arena_cstr(a, s) : NULL;

	return path && access(path, R_OK) == 0 ? path : NULL;
}

const char *nr_data_path(const char *name, struct nr_arena *a)
{
	const char *env = getenv("NOROSHI_DATA"), *found;
	char exe[PATH_MAX];
	ssize_t n;
	char *slash;

	if (env && env[0])
		return readable(a, env, "", name);
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n <= 0)
		return NULL;
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	found = readable(a, exe, "/../share/noroshi", name);
	return found ? found : readable(a, exe, "/share/noroshi", name);
}
