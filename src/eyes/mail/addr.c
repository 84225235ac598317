/* Address lists and dates of RFC 5322, as mailers really write them. */
#include "eyes/mail/msg.h"

struct nr_str nr_addr_domain(struct nr_str addr)
{
	for (size_t i = addr.n; i > 0; i--)
		if (addr.p[i - 1] == '@')
			return nr_cut_str(addr, i, addr.n);
	return nr_cut_str(addr, addr.n, 0);
}

static struct nr_bytes trim(struct nr_bytes b)
{
	while (b.n && nr_wsp(b.p[0]))
		b = nr_cut(b, 1, b.n);
	while (b.n && nr_wsp(b.p[b.n - 1]))
		b.n--;
	return b;
}

/* Without the quotes and backslashes of a quoted display name. */
static struct nr_bytes unquote(struct nr_mail *m, struct nr_bytes b)
{
	uint8_t *p;
	size_t n = 0;

	b = trim(b);
	if (b.n < 2 || b.p[0] != '"')
		return b;
	p = nr_arena_zalloc(m->a, b.n, 1);
	for (size_t i = 1; p && i < b.n && b.p[i] != '"'; i++) {
		if (b.p[i] == '\\' && i + 1 < b.n)
			i++;
		p[n++] = b.p[i];
	}
	return (struct nr_bytes){ p, n };
}

/* ISO-2022-JP bytes hold '<' and ',' inside characters: positions between ESC $ and ESC ( are text. */
struct cursor {
	bool quoted, two_byte;
	unsigned comment;
};

/* True when the byte at i is structure and not inside quotes, a comment or a two-byte character. */
static bool structural(struct cursor *c, struct nr_bytes b, size_t i)
{
	if (b.p[i] == 0x1b && i + 1 < b.n)
		c->two_byte = b.p[i + 1] == '$';
	if (c->two_byte)
		return false;
	if (b.p[i] == '"' && (i == 0 || b.p[i - 1] != '\\') && c->comment == 0)
		c->quoted = !c->quoted;
	if (!c->quoted && b.p[i] == '(')
		c->comment++;
	if (!c->quoted && b.p[i] == ')' && c->comment)
		c->comment--;
	return !c->quoted && c->comment == 0;
}

/* Where the parts of one mailbox stand; b.n: absent. */
struct mailbox_marks {
	size_t lt, gt, paren;
};

static struct mailbox_marks marks_of(struct nr_bytes b)
{
	struct mailbox_marks k = { b.n, b.n, b.n };
	struct cursor c = { 0 };

	for (size_t i = 0; i < b.n; i++) {
		bool s = structural(&c, b, i);

		if (s && b.p[i] == '<')
			k.lt = i;
		if (s && b.p[i] == '>' && k.lt < i)
			k.gt = i;
		if (k.paren == b.n && b.p[i] == '(' && !c.quoted && c.comment == 1)
			k.paren = i;
	}
	return k;
}

/* One mailbox: "name <addr>", "addr (name)", "addr". */
static struct nr_addr mailbox(struct nr_mail *m, struct nr_bytes b)
{
	struct mailbox_marks k = marks_of(b);
	struct nr_addr r = { { "", 0 }, { "", 0 } };

	if (k.lt < b.n) {
		r.addr = nr_mail_words(m, trim(nr_cut(b, k.lt + 1, k.gt - k.lt - 1)), NULL);
		r.name = nr_mail_words(m, unquote(m, nr_cut(b, 0, k.lt)), NULL);
	} else {
		r.addr = nr_mail_words(m, trim(nr_cut(b, 0, k.paren)), NULL);
		if (k.paren < b.n) {
			struct nr_bytes n = nr_cut(b, k.paren + 1, b.n);

			while (n.n && n.p[n.n - 1] != ')')
				n.n--;
			r.name = nr_mail_words(m, nr_cut(n, 0, n.n ? n.n - 1 : 0), NULL);
		}
	}
	if (r.addr.n >= 2 && r.addr.p[0] == '"' && r.addr.p[r.addr.n - 1] == '"' &&
	    memchr(r.addr.p, '@', r.addr.n)) /* "addr" in quotes */
		r.addr = nr_cut_str(r.addr, 1, r.addr.n - 2);
	return r;
}

/* What the byte at i does to a list of addresses. */
enum list_step { LIST_TEXT, LIST_END, LIST_GROUP };

static enum list_step list_step(struct cursor *c, bool *angle, struct nr_bytes v, size_t i)
{
	if (i == v.n)
		return LIST_END;
	if (!structural(c, v, i))
		return LIST_TEXT;
	if (v.p[i] == '<' || v.p[i] == '>')
		*angle = v.p[i] == '<';
	if (*angle)
		return LIST_TEXT;
	if (v.p[i] == ':')
		return LIST_GROUP; /* what stands before it is the group's name */
	return v.p[i] == ',' || v.p[i] == ';' ? LIST_END : LIST_TEXT;
}

size_t nr_mail_addrs(struct nr_mail *m, const struct nr_field *f, struct nr_addr *out, size_t max)
{
	struct cursor c = { 0 };
	struct nr_bytes v;
	size_t from = 0, n = 0;
	bool angle = false;

	if (!f)
		return 0;
	v = nr_mail_unfold(m, f);
	for (size_t i = 0; i <= v.n && n < max; i++) {
		enum list_step step = list_step(&c, &angle, v, i);

		if (step == LIST_TEXT)
			continue;
		if (step == LIST_END && trim(nr_cut(v, from, i - from)).n)
			out[n++] = mailbox(m, nr_cut(v, from, i - from));
		from = i + 1;
	}
	return n;
}

/* ---- dates ---- */

struct tokens {
	struct nr_str t[12];
	size_t n;
};

/* Words and numbers; comments dropped; "Fri," loses its comma. */
static struct tokens tokenise(struct nr_str s)
{
	struct tokens r = { .n = 0 };
	unsigned comment = 0;
	size_t from = 0;

	for (size_t i = 0; i <= s.n && r.n < NR_COUNT(r.t); i++) {
		char c = i < s.n ? s.p[i] : ' ';
		bool stop = nr_wsp((unsigned char)c) || c == ',' || c == '(' || c == ')' || comment;

		if (c == '(')
			comment++;
		if (!stop)
			continue;
		if (i > from && comment <= (c == '('))
			r.t[r.n++] = nr_cut_str(s, from, i - from);
		if (c == ')' && comment)
			comment--;
		from = i + 1;
	}
	return r;
}

static bool number(struct nr_str s, unsigned max_digits, int64_t *ret)
{
	int64_t v = 0;

	if (s.n == 0 || s.n > max_digits)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*ret = v;
	return true;
}

static unsigned month_of(struct nr_str s)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (unsigned i = 0; s.n >= 3 && i < 12; i++)
		if (nr_low(s.p[0]) == names[3 * i] && nr_low(s.p[1]) == names[3 * i + 1] &&
		    nr_low(s.p[2]) == names[3 * i + 2])
			return i + 1;
	return 0;
}

static bool clock_of(struct nr_str s, int64_t *ret_s)
{
	int64_t part[3] = { 0 };
	size_t from = 0, n = 0;

	for (size_t i = 0; i <= s.n; i++) {
		if (i < s.n && s.p[i] != ':')
			continue;
		if (n == 3 || !number(nr_cut_str(s, from, i - from), 2, &part[n]))
			return false;
		n++;
		from = i + 1;
	}
	if (n < 2 || part[0] > 24 || part[1] > 59 || part[2] > 60)
		return false;
	*ret_s = part[0] * 3600 + part[1] * 60 + part[2];
	return true;
}

static bool zone_of(struct nr_str s, int *ret_min)
{
	static const struct {
		const char *name;
		int min;
	} zones[] = { { "GMT", 0 },    { "UT", 0 },     { "UTC", 0 },    { "Z", 0 },
		      { "EST", -300 }, { "EDT", -240 }, { "CST", -360 }, { "CDT", -300 },
		      { "MST", -420 }, { "MDT", -360 }, { "PST", -480 }, { "PDT", -420 },
		      { "JST", 540 },  { "CET", 60 },   { "CEST", 120 }, { "BST", 60 },
		      { "KST", 540 } };
	int64_t v;

	if (s.n == 5 && (s.p[0] == '+' || s.p[0] == '-') && number(nr_cut_str(s, 1, 4), 4, &v)) {
		*ret_min = (int)(v / 100 * 60 + v % 100) * (s.p[0] == '-' ? -1 : 1);
		return v % 100 < 60 && v <= 1400;
	}
	for (size_t i = 0; i < NR_COUNT(zones); i++)
		if (nr_str_eq(s, nr_str_c(zones[i].name))) {
			*ret_min = zones[i].min;
			return true;
		}
	return false;
}

static bool day_ok(int64_t year, unsigned month, int64_t day)
{
	static const uint8_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return year >= 1970 && year <= 9999 && day >= 1 && day <= days[month - 1];
}

bool nr_mail_date(struct nr_str s, int64_t *ret_us, int *ret_zone_min, bool *ret_zone_bad)
{
	struct tokens t = tokenise(s);
	int64_t day = 0, year = 0, secs = 0;
	unsigned month = 0;
	size_t i = 0;
	int zone = 0;

	if (i < t.n && !number(t.t[i], 2, &day))
		i++; /* day of the week */
	if (i + 3 >= t.n || !number(t.t[i], 2, &day) || (month = month_of(t.t[i + 1])) == 0 ||
	    !number(t.t[i + 2], 4, &year) || !clock_of(t.t[i + 3], &secs))
		return false;
	if (t.t[i + 2].n == 2)
		year += year < 50 ? 2000 : 1900;
	if (!day_ok(year, month, day))
		return false;
	*ret_zone_bad = i + 4 >= t.n || !zone_of(t.t[i + 4], &zone);
	*ret_zone_min = *ret_zone_bad ? 0 : zone;
	secs += nr_time_days(year, month, (unsigned)day) * 86400 - *ret_zone_min * 60;
	*ret_us = secs * NR_US_PER_S;
	return true;
}
