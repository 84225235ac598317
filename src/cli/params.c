#include "cli/params.h"

#include "model/observable.h"

#include <errno.h>
#include <pwd.h>
#include <unistd.h>

enum { LINES_MAX = 100000, LINE_BYTES = 8192 };

/* What an eye can look for in traffic. */
static bool in_traffic(enum nr_obs_kind k)
{
	return k == NR_OBS_IPV4 || k == NR_OBS_IPV6 || k == NR_OBS_DOMAIN || k == NR_OBS_URL;
}

static enum nr_rc one_line(struct nr_str line, unsigned number, struct nr_wr *w,
			   struct nr_err *reterr)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 20);
	enum nr_obs_kind kind;
	struct nr_str value;

	if (nr_obs_guess(line, &a, &kind, &value, NULL) != NR_OK || !in_traffic(kind))
		return nr_fail(reterr, NR_E_MALFORMED, "indicators", UINT64_MAX,
			       "line %u is not an address, a domain or a URL: '%.*s'", number,
			       (int)(line.n > 80 ? 80 : line.n), line.p);
	nr_wr_fmt(w, "indicator=%s:", nr_obs_kind_name(kind));
	nr_wr_str(w, value);
	nr_wr_u8(w, '\n');
	return w->rc == NR_OK ? NR_OK
			      : nr_fail(reterr, w->rc, "indicators", UINT64_MAX, "too many");
}

enum nr_rc nr_params_indicators(const char *path, struct nr_wr *w, struct nr_err *reterr)
{
	FILE *f = fopen(path, "re");
	char line[LINE_BYTES];
	enum nr_rc rc = NR_OK;
	unsigned number = 0;

	if (!f)
		return nr_fail_errno(reterr, "indicators", errno, path);
	while (rc == NR_OK && fgets(line, sizeof(line), f)) {
		size_t n = strcspn(line, "\r\n");
		struct nr_str s;

		if (++number > LINES_MAX)
			rc = nr_fail(reterr, NR_E_LIMIT, "indicators", UINT64_MAX, "over %d lines",
				     LINES_MAX);
		else if (n == 0 || line[0] == '#')
			continue;
		else
			rc = nr_str_check((struct nr_bytes){ (uint8_t *)line, n }, &s, reterr);
		if (rc == NR_OK)
			rc = one_line(s, number, w, reterr);
	}
	(void)fclose(f);
	return rc;
}

const char *nr_params_actor(void)
{
	static char name[64];
	const struct passwd *p = getpwuid(getuid());

	if (p)
		(void)snprintf(name, sizeof(name), "cli:%.50s", p->pw_name);
	else
		(void)snprintf(name, sizeof(name), "cli:%u", (unsigned)getuid());
	return name;
}
