/* msg.h -- inside of the mail eye: one message in memory, its entities and their headers.
 *
 * Everything is a view into the raw bytes or lives in the dossier's arena.  Offsets are offsets in the
 * raw material, so that evidence can point at the very bytes.  A limit that is reached refuses the
 * mail with NR_E_LIMIT and the offset; anything merely broken is kept as a fact. */
#pragma once

#include "base/jp.h"
#include "base/time.h"
#include "model/dossier.h"

enum {
	NR_MAIL_DEPTH = 32,        /* nesting of multiparts and messages     */
	NR_MAIL_PARTS = 10000,     /* entities of one mail                   */
	NR_MAIL_HEADERS = 4000,    /* fields of one header block             */
	NR_MAIL_FIELD = 256 << 10, /* bytes of one field that are looked at */
	NR_MAIL_PARAMS = 64,       /* parameters of one field                */
	NR_MAIL_TEXT = 4 << 20,    /* decoded bytes of a text part looked at */
	NR_MAIL_LINKS = 2000,      /* links of one mail that are looked at   */
	NR_MAIL_ADDRS = 200,       /* addresses of one field                 */
	NR_MAIL_HOPS = 100,
	NR_MAIL_REPORTED = 160, /* indicators a report asserts */
};

struct nr_field {
	struct nr_bytes name;  /* as written           */
	struct nr_bytes value; /* with folds, no colon */
	size_t off, len;       /* the whole field      */
};

struct nr_param_raw {
	struct nr_str name;    /* lower case, without section and '*' */
	struct nr_bytes value; /* unquoted                            */
	unsigned section;
	bool sectioned; /* a number was given */
	bool ext;       /* RFC 2231: charset'lang'percent */
};

enum nr_cte { NR_CTE_PLAIN, NR_CTE_BASE64, NR_CTE_QP, NR_CTE_UU };

struct nr_entity {
	struct nr_str id; /* "1.2" */
	unsigned depth;
	size_t off, len; /* encoded body in the material */
	const struct nr_field *fields;
	size_t n_fields;
	struct nr_str type;       /* "text/html", lower case */
	struct nr_str charset;    /* as declared */
	struct nr_str name;       /* decoded; empty: none */
	struct nr_str other_name; /* a second, different name (Content-Type against
				     Content-Disposition, or RFC 2231 against the plain form) */
	struct nr_evidence name_ev;
	enum nr_cte cte;
	bool leaf, attachment, disposition;
	struct nr_bytes body; /* decoded; leaves only */
	struct nr_digests digests;
	struct nr_jp text; /* decoded text of a text part */
};

struct nr_addr {
	struct nr_str name; /* decoded display name */
	struct nr_str addr; /* local@domain as written, narrowed */
};

struct nr_link {
	struct nr_str href; /* as written, entities undone */
	struct nr_str text; /* what the reader sees; empty in plain text */
	const struct nr_entity *part;
	bool form; /* the target of a form */
};

struct nr_hop {
	struct nr_str by, from, helo, ip;
	int64_t at_us;
	int zone_min;
	bool timed, zone_bad;
	struct nr_evidence ev;
};

struct nr_mail {
	struct nr_dossier *d;
	struct nr_arena *a;
	struct nr_bytes raw;
	struct nr_entity *parts;
	size_t n_parts, cap_parts;
	size_t *dashes; /* offsets of all lines that begin with "--", ascending */
	size_t n_dashes;
	uint64_t fuel; /* of these lines left to look at, over all levels */
	struct nr_link *links;
	size_t n_links;
	struct nr_hop hops[NR_MAIL_HOPS]; /* newest first, as written */
	size_t n_hops;
	struct nr_addr from, reply_to, sender, return_path;
	struct nr_addr to[NR_MAIL_ADDRS];
	size_t n_to;
	struct nr_str subject;
	struct nr_str body; /* the text a person reads first */
	const struct nr_entity *body_part;
	struct nr_str auth; /* all recorded results, decoded */
	struct nr_evidence auth_ev, from_ev, reply_ev, return_ev, subject_ev;
	int64_t date_us;
	bool dated;
	uint32_t reported[NR_MAIL_REPORTED]; /* observables written so that nobody clicks them */
	struct nr_evidence reported_ev[NR_MAIL_REPORTED];
	size_t n_reported, n_defanged;
	unsigned searches; /* for exact places; bounded */
};

/* The view of n bytes at off, never outside b. */
static inline struct nr_bytes nr_cut(struct nr_bytes b, size_t off, size_t n)
{
	if (off > b.n)
		off = b.n;
	if (n > b.n - off)
		n = b.n - off;
	return (struct nr_bytes){ b.n ? b.p + off : b.p, n };
}
static inline struct nr_str nr_cut_str(struct nr_str s, size_t off, size_t n)
{
	struct nr_bytes b = nr_cut(nr_str_bytes(s), off, n);

	return (struct nr_str){ (const char *)b.p, b.n };
}
static inline char nr_low(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
static inline bool nr_wsp(unsigned c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* ---- header.c ---- */

/* Reads the header block at off; *ret_body is the offset of the body.  Broken lines end it. */
NR_MUSTUSE enum nr_rc nr_mail_headers(struct nr_mail *m, size_t off, size_t end,
				      struct nr_entity *e, size_t *ret_body, struct nr_err *reterr);
/* The i-th field of that name (ASCII case ignored) or NULL. */
NR_BORROWED const struct nr_field *nr_mail_field(const struct nr_entity *e, const char *name,
						 size_t i);
/* The value without folds, in the arena. */
NR_ARENA struct nr_bytes nr_mail_unfold(const struct nr_mail *m, const struct nr_field *f);
/* Text of header bytes: RFC 2047 words (adjacent ones joined before decoding), raw 8-bit. */
NR_ARENA struct nr_str nr_mail_words(struct nr_mail *m, struct nr_bytes raw, bool *ret_lied);
/* The same for a field; empty for NULL. */
NR_ARENA struct nr_str nr_mail_text(struct nr_mail *m, const struct nr_field *f);
/* Splits "value; name=v; name*0*=..."; returns the number of parameters (at most NR_MAIL_PARAMS). */
size_t nr_mail_params(struct nr_mail *m, struct nr_bytes value, struct nr_str *ret_head,
		      struct nr_param_raw *out);
/* The text of one parameter; *ret_other is another reading of it that differs (plain against
 * RFC 2231, duplicates), or empty. */
NR_ARENA struct nr_str nr_mail_param(struct nr_mail *m, const struct nr_param_raw *p, size_t n,
				     const char *name, struct nr_str *ret_other);
/* Evidence of a field. */
struct nr_evidence nr_mail_ev(const struct nr_field *f);

/* ---- code.c ---- */

/* Undoes a transfer encoding into the arena; junk bytes are skipped. */
NR_ARENA struct nr_bytes nr_mail_decode(struct nr_arena *a, enum nr_cte cte, struct nr_bytes in);
/* "Q" of RFC 2047. */
NR_ARENA struct nr_bytes nr_mail_decode_q(struct nr_arena *a, struct nr_bytes in);
/* Where decoded bytes [off, off + len) stand in the encoded body. */
void nr_mail_place(enum nr_cte cte, struct nr_bytes in, size_t off, size_t len, size_t *ret_off,
		   size_t *ret_len);

/* ---- mime.c ---- */

/* Reads the whole message into m->parts. */
NR_MUSTUSE enum nr_rc nr_mail_read(struct nr_mail *m, struct nr_err *reterr);
/* Evidence for text that stands in a part: its very bytes when they can be found, else the part. */
struct nr_evidence nr_mail_where(struct nr_mail *m, const struct nr_entity *e, struct nr_str text);

/* ---- addr.c ---- */

/* Addresses of a field; returns how many (at most max). */
size_t nr_mail_addrs(struct nr_mail *m, const struct nr_field *f, struct nr_addr *out, size_t max);
/* Domain of local@domain, as written. */
struct nr_str nr_addr_domain(struct nr_str addr);
/* RFC 5322 date, with its obsolete zones.  *ret_zone_bad: no or impossible zone (read as UTC). */
bool nr_mail_date(struct nr_str s, int64_t *ret_us, int *ret_zone_min, bool *ret_zone_bad);

/* ---- html.c ---- */

/* Visible text of HTML; appends its links to m. */
NR_ARENA struct nr_str nr_mail_html(struct nr_mail *m, const struct nr_entity *e,
				    struct nr_str html);
/* Appends a link; silently full at NR_MAIL_LINKS. */
void nr_mail_link(struct nr_mail *m, struct nr_link l);

/* ---- path.c ---- */

/* Received lines, Authentication-Results, sender fields: facts and observables. */
void nr_mail_path(struct nr_mail *m);

/* ---- detect.c, name.c ---- */

/* All detectors, then the verdict. */
void nr_mail_detect(struct nr_mail *m);
/* Tricks in attachment names, executable content, types that lie. */
void nr_mail_detect_names(struct nr_mail *m);
/* The index of an observable of a link's host or URL; UINT32_MAX when it has none. */
uint32_t nr_mail_obs(struct nr_mail *m, enum nr_obs_kind kind, struct nr_str raw, const char *role,
		     struct nr_evidence ev);
