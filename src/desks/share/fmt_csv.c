/* CSV for spreadsheets: RFC 4180 with a byte order mark, because Excel in Japan reads CP932 without. */
#include "desks/share/feed.h"

/* A cell that a spreadsheet would take for a formula gets an apostrophe in front; in Japanese Excel
 * the full-width signs start one as well. */
static bool is_formula(struct nr_str s)
{
	static const char *const starts[] = { "=",  "+",  "-",  "@",  "\t", "\r",
					      "\n", "＝", "＋", "－", "＠" };

	for (size_t i = 0; i < NR_COUNT(starts); i++)
		if (s.n >= strlen(starts[i]) && memcmp(s.p, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static void cell(struct nr_wr *w, struct nr_str s)
{
	size_t from = 0;

	nr_wr_u8(w, '"');
	if (is_formula(s))
		nr_wr_u8(w, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '"')
			continue;
		nr_wr_bytes(w, s.p + from, i - from);
		nr_wr_u8(w, '"');
		from = i;
	}
	if (from < s.n)
		nr_wr_bytes(w, s.p + from, s.n - from);
	nr_wr_u8(w, '"');
}

static void begin(struct nr_feed *f, struct nr_wr *w)
{
	(void)f;
	nr_wr_cstr(w, "\xef\xbb\xbfkind,value,severity,confidence,tlp,first_seen,last_seen,"
		      "sightings\r\n");
}

static bool item(struct nr_feed *f, const struct nr_indicator *i, struct nr_wr *w)
{
	char first[NR_TIME_TEXT], last[NR_TIME_TEXT];

	(void)f;
	if (!nr_stix_time(i->first_us, first) || !nr_stix_time(i->last_us, last))
		return false;
	nr_wr_cstr(w, nr_obs_kind_name(i->kind));
	nr_wr_u8(w, ',');
	cell(w, i->value);
	nr_wr_u8(w, ',');
	nr_wr_cstr(w, nr_severity_name(i->severity));
	nr_wr_u8(w, ',');
	nr_feed_uint(w, i->confidence);
	nr_wr_u8(w, ',');
	nr_wr_cstr(w, nr_tlp_name(i->tlp));
	nr_wr_u8(w, ',');
	nr_wr_cstr(w, first);
	nr_wr_u8(w, ',');
	nr_wr_cstr(w, last);
	nr_wr_u8(w, ',');
	nr_feed_uint(w, i->sightings > 0 ? (uint64_t)i->sightings : 0);
	nr_wr_cstr(w, "\r\n");
	return true;
}

static void end(struct nr_feed *f, struct nr_wr *w)
{
	(void)f;
	(void)w;
}

/* Walks the quotes: every record must have eight fields and end in CR LF outside quotes. */
static enum nr_rc check(struct nr_bytes feed, struct nr_err *reterr)
{
	size_t commas = 0;
	bool quoted = false;

	for (size_t i = 0; i < feed.n; i++) {
		if (feed.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && feed.p[i] == ',')
			commas++;
		if (quoted || feed.p[i] != '\n')
			continue;
		if (commas != 7 || feed.p[i - 1] != '\r')
			return nr_fail(reterr, NR_E_BUG, "csv", i, "a record of %zu fields",
				       commas + 1);
		commas = 0;
	}
	if (quoted || commas)
		return nr_fail(reterr, NR_E_BUG, "csv", feed.n, "the last record is open");
	return NR_OK;
}

const struct nr_feed_format nr_feed_csv = {
	.name = "csv",
	.media_type = "text/csv; charset=utf-8; header=present",
	.file_suffix = ".csv",
	.title_en = "CSV for spreadsheets",
	.title_ja = "CSV（表計算用）",
	.description_en =
		"One indicator a line with kind, severity, confidence, TLP, first and last "
		"sighting. UTF-8 with byte order mark, RFC 4180, safe from formula injection.",
	.description_ja =
		"1行に1指標（種別・値・重大度・確度・TLP・初回／最終観測）。BOM付きUTF-8、"
		"RFC 4180準拠、数式として実行される値は無害化。",
	.kinds = 0x7ffe,
	.max_items = 5000000,
	.begin = begin,
	.item = item,
	.end = end,
	.check = check,
	.selftest = nr_feed_selftest,
	.fuzz = "fuzz_share",
	.doc = "docs/feeds.md",
};
