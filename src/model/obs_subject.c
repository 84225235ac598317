/* Mail subjects: what stays when spelling, width and reply marks are taken away. */
#include "model/obs_int.h"

static const char *const marks[] = {
	/* NFKC casefolded, longest first where one begins another */
	"fwd", "fw",   "re",   "aw",   "wg",   "sv",   "vs",   "tr",
	"rv",  "転送", "返信", "回复", "答复", "转发", "回覆", "轉寄",
};

static size_t space_at(struct nr_str s, size_t i)
{
	return i < s.n && nr_c_space(s.p[i]) ? 1 : 0;
}

/* Bytes of one reply mark at the front: "re:", "re[2]:", "re^2:", "re(3):", "転送:", "[fwd:"; 0: none.
 * Folding has already made full-width forms narrow. */
static size_t mark_len(struct nr_str s)
{
	size_t i = 0;

	for (size_t m = 0; m < NR_COUNT(marks); m++) {
		if (!nr_has_prefix_ci(s, marks[m]))
			continue;
		i = strlen(marks[m]);
		while (space_at(s, i))
			i++;
		while (i < s.n && (nr_c_digit(s.p[i]) || strchr("[]()^*", s.p[i])))
			i++;
		while (space_at(s, i))
			i++;
		if (i < s.n && s.p[i] == ':')
			return i + 1;
	}
	return 0;
}

static struct nr_str strip_marks(struct nr_str s)
{
	for (;;) {
		size_t n;

		s = nr_obs_trim(s);
		n = mark_len(s);
		if (n == 0)
			return s;
		s = nr_sub(s, n, s.n);
	}
}

/* The dash and wave characters that Japanese charsets confuse (japan.md section 5.1). */
static size_t twin(struct nr_str s, size_t i, char *ret)
{
	static const struct {
		const char *from;
		char to;
	} twins[] = {
		{ "\u301c", '~' }, { "\u2212", '-' }, { "\u2010", '-' }, { "\u2012", '-' },
		{ "\u2013", '-' }, { "\u2014", '-' }, { "\u2015", '-' },
	};

	for (size_t t = 0; t < NR_COUNT(twins); t++)
		if (s.n - i >= 3 && memcmp(s.p + i, twins[t].from, 3) == 0) {
			*ret = twins[t].to;
			return 3;
		}
	return 0;
}

enum nr_rc nr_obs_subject(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
			  struct nr_err *reterr)
{
	struct nr_obuf b;
	struct nr_str s;

	NR_TRY(nr_obs_nfkc_cf(raw, a, &s, reterr));
	b = nr_obuf_new(a, s.n);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		size_t k =
			(unsigned char)c == 0xe2 || (unsigned char)c == 0xe3 ? twin(s, i, &c) : 0;

		i += k ? k - 1 : 0;
		if (nr_c_space(c) || (unsigned char)c < 0x20)
			c = ' ';
		if (c != ' ' || (b.n && b.p[b.n - 1] != ' '))
			nr_obuf_c(&b, c);
	}
	s = strip_marks((struct nr_str){ b.p, b.n });
	if (s.n == 0)
		return nr_fail(reterr, NR_E_MALFORMED, "subject", 0, "nothing but reply marks");
	*ret = s;
	return NR_OK;
}
