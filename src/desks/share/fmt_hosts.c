/* hosts file: the poorest blocker of all, read by home routers and by hand. */
#include "desks/share/feed.h"

static void begin(struct nr_feed *f, struct nr_wr *w)
{
	(void)f;
	nr_wr_cstr(w, "# Noroshi hosts feed: names that must not resolve. Redistribute within the "
		      "TLP of each line only.\n");
}

static bool item(struct nr_feed *f, const struct nr_indicator *i, struct nr_wr *w)
{
	(void)f;
	if (!nr_feed_is_domain(i->value))
		return false;
	nr_wr_cstr(w, "0.0.0.0 ");
	nr_wr_str(w, i->value);
	nr_wr_cstr(w, " # ");
	nr_feed_note(w, i);
	nr_wr_u8(w, '\n');
	return true;
}

static void end(struct nr_feed *f, struct nr_wr *w)
{
	nr_wr_fmt(w, "# end, %llu names\n", (unsigned long long)f->items);
}

static bool line_ok(struct nr_str l)
{
	struct nr_str name = { l.p + 8, 0 };

	if (l.n && l.p[0] == '#')
		return true;
	if (l.n < 12 || memcmp(l.p, "0.0.0.0 ", 8) != 0)
		return false;
	while (name.n < l.n - 8 && name.p[name.n] != ' ')
		name.n++;
	return nr_feed_is_domain(name);
}

static enum nr_rc check(struct nr_bytes feed, struct nr_err *reterr)
{
	return nr_feed_check_lines(feed, line_ok, reterr);
}

const struct nr_feed_format nr_feed_hosts = {
	.name = "hosts",
	.media_type = "text/plain; charset=utf-8",
	.file_suffix = ".txt",
	.title_en = "hosts file",
	.title_ja = "hostsファイル",
	.description_en =
		"Domain names pointed at 0.0.0.0, for machines without a resolver of their own.",
	.description_ja = "ドメイン名を0.0.0.0に向けるhosts形式。専用リゾルバを持たない環境向け。",
	.kinds = 1u << NR_OBS_DOMAIN,
	.max_items = 5000000,
	.begin = begin,
	.item = item,
	.end = end,
	.check = check,
	.selftest = nr_feed_selftest,
	.fuzz = "fuzz_share",
	.doc = "docs/feeds.md",
};
