/* Attachments: names made to deceive, things that run, bytes that are not what the name says. */
#include "eyes/mail/msg.h"

#include "base/fold.h"

static const char *const runs[] = {
	/* opening it runs code */
	"exe",        "scr",         "com",
	"pif",        "bat",         "cmd",
	"cpl",        "lnk",         "hta",
	"js",         "jse",         "vbs",
	"vbe",        "wsf",         "wsh",
	"msi",        "msp",         "ps1",
	"psm1",       "jar",         "chm",
	"reg",        "scf",         "inf",
	"xll",        "iqy",         "slk",
	"iso",        "img",         "vhd",
	"vhdx",       "one",         "appx",
	"msix",       "application", "gadget",
	"dll",        "sct",         "settingcontent-ms",
	"library-ms", "search-ms",   "diagcab",
	"app",        "apk",         "ade",
	"mde",
};
static const char *const macros[] = { /* may run code, or lead to it */
				      "docm", "xlsm", "pptm", "dotm", "xltm",
				      "xlam", "xlsb", "ppam", "url"
};
static const char *const looks_safe[] = {
	/* endings people trust */
	"doc",  "docx", "xls", "xlsx", "ppt", "pptx", "pdf", "txt", "rtf",
	"jpg",  "jpeg", "png", "gif",  "jtd", "xdw",  "xbd", "csv", "htm",
	"html", "zip",  "mp3", "mp4",  "tif", "bmp",  "eml",
};

static bool listed(struct nr_str s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (nr_str_eq(s, nr_str_c(list[i])))
			return true;
	return false;
}

/* What a name holds, read the way a program opens it. */
struct name {
	struct nr_str folded;      /* narrow, lower case, trailing dots and spaces gone */
	struct nr_str ext, before; /* last ending and the one before it; may be empty */
	bool bidi, spaces, wide_dot, tail;
};

static bool is_bidi(uint32_t c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static struct nr_str ending(struct nr_str s, struct nr_str *ret_rest)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == '.') {
			*ret_rest = nr_cut_str(s, 0, i - 1);
			return nr_cut_str(s, i, s.n);
		}
	*ret_rest = nr_cut_str(s, 0, 0);
	return nr_cut_str(s, s.n, 0);
}

static struct nr_str trim_right(struct nr_str s)
{
	while (s.n && nr_wsp((unsigned char)s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Direction marks, long spaces and the last unusual dot of the name as it came. */
static size_t study_raw(struct nr_str raw, struct name *r)
{
	size_t run = 0, wide = raw.n;

	for (size_t i = 0; i < raw.n;) {
		size_t at = i;
		uint32_t c = nr_utf8_next(raw, &i);

		r->bidi = r->bidi || is_bidi(c);
		run = c == ' ' || c == 0x3000 || c == 0xa0 || c == '_' ? run + 1 : 0;
		r->spaces = r->spaces || run >= 5;
		if (c == 0xff0e || c == 0x2024 || c == 0xff61)
			wide = at;
	}
	return wide;
}

static struct name study(struct nr_mail *m, struct nr_str raw)
{
	struct name r = { 0 };
	size_t wide = study_raw(raw, &r);
	struct nr_str rest;

	r.folded = trim_right(nr_fold(raw, m->a));
	while (r.folded.n && strchr(". ", r.folded.p[r.folded.n - 1])) {
		r.folded.n--;
		r.tail = true;
	}
	r.ext = ending(r.folded, &rest);
	r.before = trim_right(ending(trim_right(rest), &rest));
	r.wide_dot = wide < raw.n && r.ext.n && r.ext.n <= 4 && raw.n - wide <= r.ext.n * 3 + 6;
	return r;
}

/* ---- first bytes ---- */

struct magic {
	const char *kind;
	const char *bytes;
	size_t n;
	bool runs;
};

static const struct magic magics[] = {
	{ "a Windows program", "MZ", 2, true },
	{ "a Windows shortcut", "L\0\0\0\x01\x14\x02\0", 8, true },
	{ "an ELF program",
	  "\x7f"
	  "ELF",
	  4, true },
	{ "a Mach-O program", "\xcf\xfa\xed\xfe", 4, true },
	{ "a shell script", "#!/", 3, true },
	{ "a help file", "ITSF", 4, true },
	{ "PDF", "%PDF-", 5, false },
	{ "ZIP", "PK\x03\x04", 4, false },
	{ "OLE", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, false },
	{ "RTF", "{\\rt", 4, false },
	{ "PNG", "\x89PNG", 4, false },
	{ "JPEG", "\xff\xd8\xff", 3, false },
	{ "GIF", "GIF8", 4, false },
	{ "7z", "7z\xbc\xaf\x27\x1c", 6, false },
	{ "RAR", "Rar!", 4, false },
	{ "CAB", "MSCF", 4, false },
};

static const struct magic *magic_of(struct nr_bytes b)
{
	for (size_t i = 0; i < NR_COUNT(magics); i++)
		if (b.n >= magics[i].n && memcmp(b.p, magics[i].bytes, magics[i].n) == 0 &&
		    (i != 0 || b.n >= 64))
			return &magics[i];
	return NULL;
}

/* Which magics a name's ending allows; an ending not listed allows anything. */
static bool fits(struct nr_str ext, const char *kind)
{
	static const struct {
		const char *ext, *kinds;
	} rows[] = {
		{ "pdf", "PDF" },
		{ "docx", "ZIP OLE" },
		{ "xlsx", "ZIP OLE" },
		{ "pptx", "ZIP OLE" },
		{ "zip", "ZIP" },
		{ "png", "PNG JPEG GIF" },
		{ "jpg", "JPEG PNG GIF" },
		{ "jpeg", "JPEG PNG GIF" },
		{ "gif", "GIF PNG JPEG" },
		{ "doc", "OLE RTF ZIP PDF" },
		{ "xls", "OLE ZIP" },
		{ "ppt", "OLE ZIP" },
		{ "rtf", "RTF OLE" },
		{ "7z", "7z" },
		{ "rar", "RAR" },
		{ "cab", "CAB" },
		{ "txt", "" },
		{ "csv", "" },
		{ "jtd", "OLE" },
		{ "html", "" },
		{ "htm", "" },
	};

	for (size_t i = 0; i < NR_COUNT(rows); i++)
		if (nr_str_eq(ext, nr_str_c(rows[i].ext)))
			return strstr(rows[i].kinds, kind) != NULL;
	return true;
}

static void assert_file(struct nr_mail *m, struct nr_finding *f, const struct nr_entity *e)
{
	char hex[65];

	nr_hex(e->digests.sha256, 32, hex);
	nr_finding_obs(f, nr_mail_obs(m, NR_OBS_SHA256, nr_str_c(hex), "attachment",
				      nr_ev_part(e->id, e->off, e->len)));
	nr_finding_obs(f, nr_mail_obs(m, NR_OBS_FILE_NAME, e->name, "attachment", e->name_ev));
	nr_finding_ev(f, e->name_ev);
	nr_finding_ev(f, nr_ev_part(e->id, e->off, e->len));
	nr_finding_param(f, "name", nr_cut_str(e->name, 0, 400));
	f->at_us = m->date_us;
}

static const char *trick_of(const struct name *n, bool run)
{
	if (n->bidi)
		return "its letters are put in another order by a direction mark";
	if (n->spaces)
		return "many spaces push its ending out of sight";
	if (run && n->before.n && listed(n->before, looks_safe, NR_COUNT(looks_safe)))
		return "a harmless ending stands before the real one";
	if (run && n->wide_dot)
		return "its ending follows a full-width dot";
	if (run && n->tail)
		return "dots or spaces follow its ending";
	return NULL;
}

static void tricks(struct nr_mail *m, const struct nr_entity *e, const struct name *n, bool run)
{
	const char *trick = trick_of(n, run);
	struct nr_finding *f;

	if (!trick)
		return;
	f = nr_dossier_finding(m->d, "mail.attachment.name-trick",
			       run ? NR_SEV_CRITICAL : NR_SEV_HIGH, run ? 95 : 80, "T1036.007");
	f->summary = nr_arena_fmt(m->a, "The attachment's name deceives: %s.", trick);
	nr_finding_param(f, "trick", nr_str_c(trick));
	assert_file(m, f, e);
}

static void executable(struct nr_mail *m, const struct nr_entity *e, const struct name *n,
		       const struct magic *mg, bool run)
{
	bool by_bytes = mg && mg->runs;
	struct nr_finding *f;

	if (!run && !listed(n->ext, macros, NR_COUNT(macros)))
		return;
	f = nr_dossier_finding(m->d, "mail.attachment.executable",
			       run ? NR_SEV_HIGH : NR_SEV_MEDIUM, run ? 85 : 50, "T1204.002");
	f->summary = nr_arena_fmt(m->a, "Opening the attachment runs code: %s%.*s.",
				  by_bytes ? "its bytes are " : "its ending is .",
				  NR_FMT(by_bytes ? nr_str_c(mg->kind) : n->ext));
	assert_file(m, f, e);
}

static void one(struct nr_mail *m, const struct nr_entity *e)
{
	struct name n = study(m, e->name);
	const struct magic *mg = magic_of(e->body);
	bool runs_by_bytes = mg && mg->runs;
	bool run = runs_by_bytes || listed(n.ext, runs, NR_COUNT(runs));
	struct nr_finding *f;

	tricks(m, e, &n, run);
	executable(m, e, &n, mg, run);
	if (!mg || n.ext.n == 0 || fits(n.ext, mg->kind))
		return;
	f = nr_dossier_finding(m->d, "mail.attachment.type-mismatch",
			       runs_by_bytes ? NR_SEV_CRITICAL : NR_SEV_MEDIUM,
			       runs_by_bytes ? 95 : 60, "T1036.008");
	f->summary = nr_arena_fmt(m->a, "The name ends in .%.*s but the bytes are %s.",
				  NR_FMT(n.ext), mg->kind);
	assert_file(m, f, e);
}

void nr_mail_detect_names(struct nr_mail *m)
{
	for (size_t i = 0; i < m->n_parts && m->d->n_findings < 500; i++) {
		const struct nr_entity *e = &m->parts[i];

		if (!e->leaf || !e->attachment)
			continue;
		one(m, e);
		if (e->other_name.n) {
			struct name a = study(m, e->name), b = study(m, e->other_name);

			if (!nr_str_eq(a.ext, b.ext)) {
				struct nr_finding *f =
					nr_dossier_finding(m->d, "mail.attachment.name-trick",
							   NR_SEV_HIGH, 80, "T1036.007");

				f->summary =
					nr_arena_fmt(m->a,
						     "The mail gives the attachment two names with "
						     "different endings, .%.*s and .%.*s.",
						     NR_FMT(a.ext), NR_FMT(b.ext));
				assert_file(m, f, e);
			}
		}
	}
}
