/* Suricata 6+ rules: alert only; whether to drop is the decision of who runs the sensor.
 *
 * Signature ids are a hash of kind and value in a range of our own below 2^31, four to an indicator, so
 * that a rule keeps its id from day to day; a collision moves on to the next slot. */
#include "desks/share/feed.h"

enum {
	SID_BASE = 1200000000,
	SID_SLOTS = 200000000, /* x 4 ids: the range ends below 2,000,000,000 */
	CONTENT_MAX = 255,     /* bytes of one content match */
	MSG_VALUE = 100,
	TABLE_MIN = 1024,
};

struct rule {
	const struct nr_indicator *i;
	uint32_t sid; /* of the indicator's first rule */
	unsigned k;   /* rules written */
};

static bool put_sid(uint32_t *t, size_t cap, uint32_t slot)
{
	size_t at = (size_t)(slot * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (cap - 1);

	while (t[at] && t[at] != slot)
		at = (at + 1) & (cap - 1);
	if (t[at] == slot)
		return false;
	t[at] = slot;
	return true;
}

static bool grow(struct nr_feed *f)
{
	size_t cap = f->cap_sids ? f->cap_sids * 2 : TABLE_MIN;
	uint32_t *t = calloc(cap, sizeof(*t));

	if (!t) {
		f->nomem = true;
		return false;
	}
	for (size_t i = 0; i < f->cap_sids; i++)
		if (f->sids[i])
			(void)put_sid(t, cap, f->sids[i]);
	free(f->sids);
	f->sids = t;
	f->cap_sids = cap;
	return true;
}

/* The first of four free ids; 0 without memory. */
static uint32_t sid_of(struct nr_feed *f, const struct nr_indicator *i)
{
	uint8_t kind = (uint8_t)i->kind;
	struct nr_sha256 h = nr_sha256_2((struct nr_bytes){ &kind, 1 }, nr_str_bytes(i->value));
	uint32_t slot =
		((uint32_t)h.b[0] << 24 | (uint32_t)h.b[1] << 16 | (uint32_t)h.b[2] << 8 | h.b[3]) %
		SID_SLOTS;

	if (f->n_sids * 2 >= f->cap_sids && !grow(f))
		return 0;
	while (!put_sid(f->sids, f->cap_sids, slot + 1))
		slot = (slot + 1) % SID_SLOTS;
	f->n_sids++;
	return SID_BASE + 4 * slot;
}

/* Bytes that stand for themselves in msg and content alike. */
static bool is_safe(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("._-/=&?+~@", c));
}

static void content(struct nr_wr *w, struct nr_str s)
{
	nr_wr_cstr(w, " content:\"");
	for (size_t k = 0; k < s.n; k++) {
		if (is_safe(s.p[k]))
			nr_wr_u8(w, (uint8_t)s.p[k]);
		else
			nr_wr_fmt(w, "|%02X|", (unsigned char)s.p[k]);
	}
	nr_wr_cstr(w, "\";");
}

static void open_rule(struct nr_wr *w, struct rule *r, const char *header, const char *what)
{
	size_t n = r->i->value.n > MSG_VALUE ? MSG_VALUE : r->i->value.n;

	nr_wr_cstr(w, "alert ");
	nr_wr_cstr(w, header);
	nr_wr_cstr(w, " (msg:\"NOROSHI ");
	nr_wr_cstr(w, nr_severity_name(r->i->severity));
	nr_wr_u8(w, ' ');
	nr_wr_cstr(w, what);
	nr_wr_u8(w, ' ');
	for (size_t k = 0; k < n; k++)
		nr_wr_u8(w, is_safe(r->i->value.p[k]) ? (uint8_t)r->i->value.p[k] : '_');
	nr_wr_cstr(w, "\";");
}

static void close_rule(struct nr_wr *w, struct rule *r)
{
	static const unsigned priority[] = { 4, 3, 3, 2, 1 };
	const struct nr_indicator *i = r->i;
	char first[NR_TIME_TEXT], last[NR_TIME_TEXT];

	if (!nr_stix_time(i->first_us, first) || !nr_stix_time(i->last_us, last))
		first[0] = last[0] = 0;
	nr_wr_cstr(w, " priority:");
	nr_feed_uint(w, priority[(unsigned)i->severity < NR_COUNT(priority) ? i->severity : 0]);
	nr_wr_cstr(w, "; metadata:tlp ");
	nr_wr_cstr(w, nr_tlp_name(i->tlp));
	nr_wr_cstr(w, ", severity ");
	nr_wr_cstr(w, nr_severity_name(i->severity));
	nr_wr_cstr(w, ", confidence ");
	nr_feed_uint(w, i->confidence);
	nr_wr_cstr(w, ", first ");
	nr_wr_cstr(w, first);
	nr_wr_cstr(w, ", last ");
	nr_wr_cstr(w, last);
	nr_wr_cstr(w, "; sid:");
	nr_feed_uint(w, r->sid + r->k++);
	nr_wr_cstr(w, "; rev:");
	nr_feed_uint(w, (uint32_t)(i->last_us / NR_US_PER_S));
	nr_wr_cstr(w, ";)\n");
}

static void domain_rules(struct nr_wr *w, struct rule *r)
{
	static const struct {
		const char *header, *what, *buffer;
	} on[] = {
		{ "dns any any -> any any", "dns", " dns.query; dotprefix;" },
		{ "tls any any -> any any", "tls", " tls.sni; dotprefix;" },
		{ "http any any -> any any", "http", " http.host; dotprefix;" },
	};
	char dotted[CONTENT_MAX + 1] = ".";

	memcpy(dotted + 1, r->i->value.p, r->i->value.n); /* nr_feed_is_domain: at most 253 */
	for (size_t k = 0; k < NR_COUNT(on); k++) {
		open_rule(w, r, on[k].header, on[k].what);
		nr_wr_cstr(w, on[k].buffer);
		content(w, (struct nr_str){ dotted, r->i->value.n + 1 });
		nr_wr_cstr(w, " endswith;");
		/* http.host is lower case already, and refuses the word */
		if (k < 2)
			nr_wr_cstr(w, " nocase;");
		close_rule(w, r);
	}
}

static void addr_rule(struct nr_wr *w, struct rule *r)
{
	char header[96];

	(void)snprintf(header, sizeof(header), "ip any any <> [%.*s] any", NR_FMT(r->i->value));
	open_rule(w, r, header, "ip");
	nr_wr_cstr(w, " threshold:type limit, track by_both, count 1, seconds 3600;");
	close_rule(w, r);
}

/* Plain http only: of https nothing but the name is on the wire, and the name may be shared. */
static bool url_rule(struct nr_wr *w, struct rule *r)
{
	struct nr_str u = r->i->value, host = nr_feed_url_host(u), path;
	size_t at, end;

	if (u.n < 8 || memcmp(u.p, "http://", 7) != 0 || host.n == 0 || host.n > CONTENT_MAX ||
	    memchr(u.p, '@', u.n))
		return false;
	for (at = 7; at < u.n && !strchr("/?#", u.p[at]); at++)
		;
	for (end = at; end < u.n && u.p[end] != '#'; end++)
		;
	path = end > at && u.p[at] == '/' ? (struct nr_str){ u.p + at, end - at } : NR_STR("/");
	if (path.n > CONTENT_MAX || (end > at && u.p[at] == '?'))
		return false;
	open_rule(w, r, "http any any -> any any", "url");
	nr_wr_cstr(w, " http.host;");
	content(w, host);
	nr_wr_cstr(w, " startswith; endswith; http.uri.raw;");
	content(w, path);
	nr_wr_cstr(w, " startswith; endswith;");
	close_rule(w, r);
	return true;
}

static void exact_rule(struct nr_wr *w, struct rule *r, const char *header, const char *what,
		       const char *buffer)
{
	open_rule(w, r, header, what);
	nr_wr_cstr(w, buffer);
	content(w, r->i->value);
	nr_wr_cstr(w, " startswith; endswith;");
	close_rule(w, r);
}

/* An address goes into the rule header unescaped: it must hold nothing but an address. */
static bool is_addr(struct nr_str s)
{
	for (size_t k = 0; k < s.n; k++)
		if (!strchr("0123456789abcdef:.", s.p[k]) || !s.p[k])
			return false;
	return s.n >= 2 && s.n <= 45;
}

static bool sayable(const struct nr_indicator *i)
{
	switch (i->kind) {
	case NR_OBS_IPV4:
	case NR_OBS_IPV6: return is_addr(i->value);
	case NR_OBS_DOMAIN: return nr_feed_is_domain(i->value);
	case NR_OBS_JA3: return i->value.n == 32;
	case NR_OBS_USER_AGENT: return i->value.n >= 4 && i->value.n <= CONTENT_MAX;
	case NR_OBS_URL: return true;
	default: return false;
	}
}

static bool item(struct nr_feed *f, const struct nr_indicator *i, struct nr_wr *w)
{
	struct rule r = { .i = i };

	if (!sayable(i))
		return false;
	r.sid = sid_of(f, i);
	if (r.sid == 0)
		return false;
	switch (i->kind) {
	case NR_OBS_IPV4:
	case NR_OBS_IPV6: addr_rule(w, &r); return true;
	case NR_OBS_DOMAIN: domain_rules(w, &r); return true;
	case NR_OBS_URL: return url_rule(w, &r);
	case NR_OBS_JA3:
		exact_rule(w, &r, "tls any any -> any any", "ja3", " ja3.hash;");
		return true;
	default:
		exact_rule(w, &r, "http any any -> any any", "agent", " http.user_agent;");
		return true;
	}
}

static void begin(struct nr_feed *f, struct nr_wr *w)
{
	(void)f;
	nr_wr_cstr(w,
		   "# Noroshi rules for Suricata 6 and later, alert only. Redistribute within the "
		   "TLP of each rule only.\n");
}

static void end(struct nr_feed *f, struct nr_wr *w)
{
	nr_wr_fmt(w, "# end, %llu indicators\n", (unsigned long long)f->items);
}

/* One rule: alert ... (...;) with an even number of quotes and all of it printable ASCII. */
static bool line_ok(struct nr_str l)
{
	size_t quotes = 0;

	if (l.n && l.p[0] == '#')
		return true;
	if (l.n < 10 || memcmp(l.p, "alert ", 6) != 0 || memcmp(l.p + l.n - 2, ";)", 2) != 0)
		return false;
	for (size_t k = 0; k < l.n; k++) {
		if ((unsigned char)l.p[k] < 0x20 || (unsigned char)l.p[k] > 0x7e)
			return false;
		quotes += l.p[k] == '"';
	}
	return quotes % 2 == 0;
}

static enum nr_rc check(struct nr_bytes feed, struct nr_err *reterr)
{
	return nr_feed_check_lines(feed, line_ok, reterr);
}

const struct nr_feed_format nr_feed_suricata = {
	.name = "suricata",
	.media_type = "text/plain; charset=utf-8",
	.file_suffix = ".rules",
	.title_en = "Suricata rules",
	.title_ja = "Suricataルール",
	.description_en =
		"Alert rules on DNS, TLS and HTTP names, addresses, plain URLs, JA3 and user "
		"agents, with signature ids that stay the same from day to day.",
	.description_ja =
		"DNS・TLS・HTTPの名前、アドレス、平文URL、JA3、ユーザーエージェントの検知ルール。"
		"シグネチャIDは日を跨いでも不変。",
	.kinds = 1u << NR_OBS_IPV4 | 1u << NR_OBS_IPV6 | 1u << NR_OBS_DOMAIN | 1u << NR_OBS_URL |
		 1u << NR_OBS_JA3 | 1u << NR_OBS_USER_AGENT,
	.max_items = 2000000,
	.begin = begin,
	.item = item,
	.end = end,
	.check = check,
	.selftest = nr_feed_selftest,
	.fuzz = "fuzz_share",
	.doc = "docs/feeds.md",
};
