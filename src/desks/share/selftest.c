/* What every format's self-test writes: plain values, and values that try to leave their line. */
#include "desks/share/feed.h"

#define T0 INT64_C(1795305600000000) /* 2026-11-22T00:00:00Z */

#define SAMPLE(kind_, value_)                                                                      \
	{                                                                                          \
		.kind = (kind_), .value = { value_, sizeof(value_) - 1 }, .severity = NR_SEV_HIGH, \
		.confidence = 90, .tlp = NR_TLP_GREEN, .first_us = T0, .last_us = T0 + 1,          \
		.sightings = 2,                                                                    \
	}

static const struct nr_indicator samples[] = {
	SAMPLE(NR_OBS_IPV4, "203.0.113.5"),
	SAMPLE(NR_OBS_IPV4, "203.0.113.5] any (sid:1;)\nalert ip any"),
	SAMPLE(NR_OBS_IPV6, "2001:db8::1"),
	SAMPLE(NR_OBS_DOMAIN, "evil.example"),
	SAMPLE(NR_OBS_DOMAIN, "a.example\n@ IN SOA x. y. 9 9 9 9 9"),
	SAMPLE(NR_OBS_DOMAIN, "x;y|z\".example"),
	SAMPLE(NR_OBS_DOMAIN, "32.1.113.0.203.rpz-ip"),
	SAMPLE(NR_OBS_URL, "http://evil.example/a;b|c\"d"),
	SAMPLE(NR_OBS_URL, "http://evil.example/\r\nalert"),
	SAMPLE(NR_OBS_EMAIL, "=cmd|' /c calc'!a@evil.example"),
	SAMPLE(NR_OBS_MD5, "d41d8cd98f00b204e9800998ecf8427e"),
	SAMPLE(NR_OBS_FILE_NAME, "\t=1+1\",\"\r\n資料.lnk"),
	SAMPLE(NR_OBS_JA3, "d41d8cd98f00b204e9800998ecf8427e"),
	SAMPLE(NR_OBS_USER_AGENT, "Mozilla/9 (\";sid:1;)\n\\'|"),
};

enum nr_rc nr_feed_check_lines(struct nr_bytes feed, bool (*ok)(struct nr_str line),
			       struct nr_err *reterr)
{
	size_t from = 0;

	for (size_t i = 0; i < feed.n; i++) {
		struct nr_str line = { (const char *)feed.p + from, i - from };

		if (feed.p[i] != '\n')
			continue;
		if (!ok(line))
			return nr_fail(reterr, NR_E_BUG, "line", from, "not of its shape: %.100s",
				       line.p);
		from = i + 1;
	}
	if (from != feed.n || from == 0)
		return nr_fail(reterr, NR_E_BUG, "line", from, "the last line is open");
	return NR_OK;
}

enum nr_rc nr_feed_selftest(const struct nr_feed_format *fmt, struct nr_err *reterr)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(1 << 20);
	struct nr_unit producer = { .id = NR_STR("noroshi") };
	struct nr_share_req req = { .format = fmt, .producer = &producer };

	NR_TRY(nr_feed_run(&req, samples, NR_COUNT(samples), false, &w, reterr));
	return fmt->check(nr_wr_view(&w), reterr);
}
