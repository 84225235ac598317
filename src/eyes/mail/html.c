/* HTML to the text a person sees, with every link and its visible words.  No tree, no scripts, no
 * style: one pass that cannot be made to nest. */
#include "eyes/mail/msg.h"

#include "base/fold.h"

struct html {
	struct nr_mail *m;
	const struct nr_entity *part;
	struct nr_str in;
	char *out;
	size_t n, room;
	struct nr_str href; /* of the open <a> */
	size_t href_from;   /* where its visible text starts in out */
	bool in_link;
	bool quotes_broken; /* a quote that never closes: from then on '>' ends a tag */
};

static const struct {
	const char *name, *text;
} entities[] = {
	{ "amp", "&" },    { "lt", "<" },     { "gt", ">" },    { "quot", "\"" },
	{ "apos", "'" },   { "nbsp", " " },   { "ensp", " " },  { "emsp", " " },
	{ "thinsp", " " }, { "yen", "¥" },    { "copy", "©" },  { "reg", "®" },
	{ "hellip", "…" }, { "ndash", "–" },  { "mdash", "—" }, { "lsquo", "‘" },
	{ "rsquo", "’" },  { "ldquo", "“" },  { "rdquo", "”" }, { "bull", "•" },
	{ "middot", "·" }, { "eacute", "é" }, { "colon", ":" }, { "period", "." },
	{ "sol", "/" },    { "commat", "@" }, { "zwnj", "" },   { "zwj", "" },
	{ "shy", "" },
};

static void put(struct html *h, const char *p, size_t n)
{
	if (n > h->room - h->n)
		n = 0; /* room is for the input's own length: only hostile entities get here */
	if (n)
		memcpy(h->out + h->n, p, n);
	h->n += n;
}

static size_t put_utf8(uint32_t c, char out[4])
{
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		c = 0xfffd;
	if (c < 0x80) {
		out[0] = (char)(c < 0x20 ? ' ' : c);
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* "#1234;" or "#x4d2;" after the '&' at i; the same results as reference(). */
static size_t number_reference(struct nr_str s, size_t i, char out[4], size_t *ret_n)
{
	bool hex = i + 2 < s.n && nr_low(s.p[i + 2]) == 'x';
	size_t from = i + 2 + hex, k = from;
	uint32_t c = 0;

	for (; k < s.n && k - from < 8; k++) {
		char d = nr_low(s.p[k]);

		if (d >= '0' && d <= '9')
			c = c * (hex ? 16 : 10) + (uint32_t)(d - '0');
		else if (hex && d >= 'a' && d <= 'f')
			c = c * 16 + (uint32_t)(d - 'a') + 10;
		else
			break;
	}
	if (k == from)
		return 0;
	*ret_n = put_utf8(c, out);
	return k - i + (k < s.n && s.p[k] == ';');
}

/* A character reference at i: its text in out and its length in the input; 0: none. */
static size_t reference(struct nr_str s, size_t i, char out[4], size_t *ret_n)
{
	size_t k = i + 1;

	if (k < s.n && s.p[k] == '#')
		return number_reference(s, i, out, ret_n);
	while (k < s.n && k - i < 10 && nr_low(s.p[k]) >= 'a' && nr_low(s.p[k]) <= 'z')
		k++;
	for (size_t e = 0; e < NR_COUNT(entities); e++) {
		size_t n = strlen(entities[e].name);

		if (n == k - i - 1 && memcmp(entities[e].name, s.p + i + 1, n) == 0) {
			*ret_n = strlen(entities[e].text);
			memcpy(out, entities[e].text, *ret_n);
			return k - i + (k < s.n && s.p[k] == ';');
		}
	}
	return 0;
}

/* An attribute value with its references undone and its ends trimmed. */
static struct nr_str undo(struct nr_mail *m, struct nr_str v)
{
	char *p = nr_arena_zalloc(m->a, v.n + 4, 1);
	size_t n = 0;

	for (size_t i = 0; p && i < v.n;) {
		char t[4];
		size_t k = 0, len = v.p[i] == '&' ? reference(v, i, t, &k) : 0;

		if (len && n + k <= v.n) {
			memcpy(p + n, t, k);
			n += k;
			i += len;
		} else {
			p[n++] = v.p[i++];
		}
	}
	while (n && nr_wsp((unsigned char)p[n - 1]))
		n--;
	v = (struct nr_str){ p, p ? n : 0 };
	while (v.n && nr_wsp((unsigned char)v.p[0]))
		v = nr_cut_str(v, 1, v.n);
	return v;
}

static bool word_is(struct nr_str s, const char *lit)
{
	if (s.n != strlen(lit))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (nr_low(s.p[i]) != lit[i])
			return false;
	return true;
}

static size_t skip_space(struct nr_str s, size_t i)
{
	while (i < s.n && (nr_wsp((unsigned char)s.p[i]) || s.p[i] == '/'))
		i++;
	return i;
}

/* The value at *i, quoted or bare; *i moves past it. */
static struct nr_str attribute_value(struct nr_str tag, size_t *i)
{
	size_t v = *i;

	if (*i < tag.n && (tag.p[*i] == '"' || tag.p[*i] == '\'')) {
		char q = tag.p[*i];

		for (v = ++*i; *i < tag.n && tag.p[*i] != q;)
			++*i;
	} else {
		while (*i < tag.n && !nr_wsp((unsigned char)tag.p[*i]))
			++*i;
	}
	tag = nr_cut_str(tag, v, *i - v);
	++*i;
	return tag;
}

/* The attribute of a tag's inside; empty when absent. */
static struct nr_str attribute(struct nr_str tag, const char *name)
{
	for (size_t i = skip_space(tag, 0); i < tag.n; i = skip_space(tag, i)) {
		size_t from = i, to;
		struct nr_str v;

		while (i < tag.n && !nr_wsp((unsigned char)tag.p[i]) && tag.p[i] != '=')
			i++;
		to = i;
		while (i < tag.n && nr_wsp((unsigned char)tag.p[i]))
			i++;
		if (i >= tag.n || tag.p[i] != '=')
			continue;
		for (i++; i < tag.n && nr_wsp((unsigned char)tag.p[i]);)
			i++;
		v = attribute_value(tag, &i);
		if (word_is(nr_cut_str(tag, from, to - from), name))
			return v;
	}
	return nr_cut_str(tag, tag.n, 0);
}

void nr_mail_link(struct nr_mail *m, struct nr_link l)
{
	if (!m->links)
		m->links = NR_NEW_N(m->a, struct nr_link, NR_MAIL_LINKS);
	if (m->links && m->n_links < NR_MAIL_LINKS && l.href.n)
		m->links[m->n_links++] = l;
}

static void close_link(struct html *h)
{
	struct nr_str text = { h->out + h->href_from, h->n - h->href_from };

	if (!h->in_link)
		return;
	h->in_link = false;
	nr_mail_link(h->m,
		     (struct nr_link){ .href = h->href,
				       .text = nr_arena_str(h->m->a, nr_cut_str(text, 0, 2048)),
				       .part = h->part });
}

static bool is_block(struct nr_str name)
{
	static const char *const blocks[] = { "p",     "br", "div", "tr", "li",
					      "table", "h1", "h2",  "h3", "h4",
					      "ul",    "ol", "td",  "hr", "blockquote" };

	for (size_t i = 0; i < NR_COUNT(blocks); i++)
		if (word_is(name, blocks[i]))
			return true;
	return false;
}

/* Meaning of one tag; inside is what stands between its name and '>'. */
static void tag(struct html *h, struct nr_str name, struct nr_str inside, bool closing)
{
	if (is_block(name))
		put(h, "\n", 1);
	if (word_is(name, "a") || word_is(name, "area")) {
		close_link(h);
		if (closing)
			return;
		h->href = undo(h->m, attribute(inside, "href"));
		h->in_link = h->href.n > 0;
		h->href_from = h->n;
	}
	if (word_is(name, "form") && !closing)
		nr_mail_link(h->m,
			     (struct nr_link){ .href = undo(h->m, attribute(inside, "action")),
					       .text = { "", 0 },
					       .part = h->part,
					       .form = true });
}

/* Offset past the element whose content nobody sees. */
static size_t skip_element(struct nr_str s, size_t i, const char *close)
{
	size_t n = strlen(close);

	for (; i + n <= s.n; i++) {
		size_t k = 0;

		if (s.p[i] != '<')
			continue;
		while (k < n && nr_low(s.p[i + k]) == close[k])
			k++;
		if (k == n)
			return i;
	}
	return s.n;
}

/* End of the tag that starts at i ('>' inside quotes does not count when the quote closes). */
static size_t tag_end(struct html *h, size_t i)
{
	struct nr_str s = h->in;
	size_t k = i;
	char quote = 0;

	for (; k < s.n && !h->quotes_broken; k++) {
		if (quote ? s.p[k] == quote : s.p[k] == '>') {
			if (!quote)
				return k;
			quote = 0;
		} else if (!quote && k > i && s.p[k - 1] == '=' &&
			   (s.p[k] == '"' || s.p[k] == '\'')) {
			quote = s.p[k];
		}
	}
	h->quotes_broken = true;
	for (k = i; k < s.n && s.p[k] != '>';)
		k++;
	return k;
}

static bool name_byte(char c)
{
	return (nr_low(c) >= 'a' && nr_low(c) <= 'z') || (c >= '0' && c <= '9');
}

/* Where reading goes on after a tag: past the content of elements nobody sees. */
static size_t after_tag(struct nr_str s, struct nr_str name, size_t end)
{
	if (word_is(name, "script"))
		return skip_element(s, end, "</script");
	if (word_is(name, "style"))
		return skip_element(s, end, "</style");
	if (word_is(name, "title"))
		return skip_element(s, end, "</title");
	return end < s.n ? end + 1 : s.n;
}

static size_t markup(struct html *h, size_t i)
{
	struct nr_str s = h->in;
	bool closing = i + 1 < s.n && s.p[i + 1] == '/';
	size_t from = i + 1 + closing, k = from, end;
	struct nr_str name;

	if (s.n - i >= 4 && memcmp(s.p + i, "<!--", 4) == 0) {
		const char *e = memmem(s.p + i + 4, s.n - i - 4, "-->", 3);

		return e ? (size_t)(e - s.p) + 3 : s.n;
	}
	while (k < s.n && name_byte(s.p[k]))
		k++;
	if (k == from && !(from < s.n && (s.p[from] == '!' || s.p[from] == '?'))) {
		put(h, "<", 1);
		return i + 1;
	}
	end = tag_end(h, k);
	name = nr_cut_str(s, from, k - from);
	tag(h, name, nr_cut_str(s, k, end - k), closing);
	return after_tag(s, closing ? nr_cut_str(s, 0, 0) : name, end);
}

struct nr_str nr_mail_html(struct nr_mail *m, const struct nr_entity *e, struct nr_str html)
{
	struct html h = { .m = m, .part = e, .in = html, .room = html.n + 16 };

	h.out = nr_arena_zalloc(m->a, h.room, 1);
	if (!h.out)
		return (struct nr_str){ "", 0 };
	for (size_t i = 0; i < html.n;) {
		char t[4], c = html.p[i];
		size_t k = 0, len;

		if (c == '<') {
			i = markup(&h, i);
			continue;
		}
		len = c == '&' ? reference(html, i, t, &k) : 0;
		if (len) {
			put(&h, t, k);
			i += len;
		} else {
			put(&h, nr_wsp((unsigned char)c) ? " " : &c, 1);
			i++;
		}
	}
	close_link(&h);
	return (struct nr_str){ h.out, h.n };
}
