/* What the mail's own words contradict, and the verdict.  Every finding names the bytes. */
#include "eyes/mail/known.h"
#include "eyes/mail/msg.h"

#include "base/fold.h"

enum { FINDINGS_A_DETECTOR = 20 };

/* ---- links ---- */

struct target {
	struct nr_str url, host;
	enum nr_obs_kind kind;
	uint32_t url_obs, host_obs;
};

static bool same_party(struct nr_str a, struct nr_str b)
{
	return nr_str_eq(nr_known_registrable(a), nr_known_registrable(b));
}

static bool to_target(struct nr_mail *m, const struct nr_link *l, struct nr_evidence ev,
		      struct target *ret)
{
	if (nr_obs_canon(NR_OBS_URL, nr_cut_str(l->href, 0, 8192), m->a, &ret->url, NULL) !=
		    NR_OK ||
	    !nr_obs_url_host(ret->url, &ret->kind, &ret->host))
		return false;
	if (!(ret->url.n > 5 && memcmp(ret->url.p, "http", 4) == 0))
		return false;
	ret->url_obs = nr_dossier_obs(m->d, NR_OBS_URL, ret->url, "link", ev);
	ret->host_obs = nr_dossier_obs(m->d, ret->kind, ret->host, "link", ev);
	nr_dossier_rel(m->d, ret->url_obs, ret->host_obs, "hosted-at");
	return true;
}

static struct nr_finding *link_finding(struct nr_mail *m, const char *detector,
				       enum nr_severity sev, unsigned conf, const struct target *t,
				       struct nr_evidence ev)
{
	struct nr_finding *f = nr_dossier_finding(m->d, detector, sev, conf, "T1566.002");

	f->at_us = m->date_us;
	nr_finding_obs(f, t->url_obs);
	nr_finding_obs(f, t->host_obs);
	nr_finding_ev(f, ev);
	nr_finding_param(f, "target", t->host);
	return f;
}

static bool first_hit(void *ctx, const struct nr_obs_hit *hit)
{
	struct nr_obs_hit *last = ctx;

	*last = *hit;
	return hit->kind == NR_OBS_URL; /* its host follows */
}

/* The domain that the visible words name, when they are little else than a name. */
static bool shown_domain(struct nr_mail *m, struct nr_str text, struct nr_str *ret)
{
	struct nr_obs_hit hit = { .kind = NR_OBS_MD5 };

	if (text.n < 4 || text.n > 300 || nr_obs_scan(text, 2, m->a, first_hit, &hit) == 0)
		return false;
	if (hit.kind != NR_OBS_DOMAIN || hit.length * 10 < text.n * 3)
		return false;
	*ret = hit.value;
	return true;
}

static void link_mismatch(struct nr_mail *m, const struct nr_link *l, const struct target *t,
			  struct nr_evidence ev)
{
	struct nr_str shown;
	struct nr_finding *f;
	bool own;

	if (l->text.n == 0 || !shown_domain(m, l->text, &shown) || same_party(shown, t->host))
		return;
	/* A click counter of the sender's own or of its delivery service is the usual innocent reason;
	 * a service that fails the recorded checks is not believed. */
	own = same_party(t->host, nr_addr_domain(m->from.addr)) ||
	      (same_party(t->host, nr_addr_domain(m->return_path.addr)) &&
	       !memmem(m->auth.p, m->auth.n, "fail", 4));
	f = link_finding(m, "mail.link.mismatch", own ? NR_SEV_INFO : NR_SEV_MEDIUM, own ? 20 : 70,
			 t, ev);
	f->summary = nr_arena_fmt(m->a, "A link that reads %.*s goes to %.*s.", NR_FMT(shown),
				  NR_FMT(t->host));
	nr_finding_param(f, "shown", shown);
}

/* The bootstring decoder of RFC 3492 section 6.2, one code point at a time. */
struct puny {
	struct nr_str in;
	size_t at;
	uint32_t n, i, bias, out_n;
};

/* One generalised variable-length integer added to i; false at the end or when it is none. */
static bool puny_delta(struct puny *p)
{
	for (uint32_t w = 1, k = 36;; k += 36) {
		uint32_t t = k <= p->bias ? 1 : k >= p->bias + 26 ? 26 : k - p->bias, d;
		char c;

		if (p->at >= p->in.n || w > 1u << 25)
			return false;
		c = p->in.p[p->at++];
		d = c >= 'a' && c <= 'z' ? (uint32_t)(c - 'a') : (uint32_t)(c - '0') + 26;
		if (d > 35 || d > (UINT32_MAX - p->i) / w)
			return false;
		p->i += d * w;
		if (d < t)
			return true;
		w *= 36 - t;
	}
}

static bool puny_next(struct puny *p, uint32_t *ret)
{
	uint32_t old = p->i, delta;

	if (!puny_delta(p))
		return false;
	p->out_n++;
	delta = (p->i - old) / (old == 0 ? 700 : 2);
	delta += delta / p->out_n;
	for (p->bias = 0; delta > 455; p->bias += 36)
		delta /= 35;
	p->bias += 36 * delta / (delta + 38);
	p->n += p->i / p->out_n;
	p->i = p->i % p->out_n + 1;
	*ret = p->n;
	return true;
}

/* An A-label that holds Latin letters beside Greek or Cyrillic ones. */
static bool mixes_scripts(struct nr_str label)
{
	struct puny p = { .in = label, .at = 4, .n = 128, .bias = 72 };
	bool latin = false, twin = false;
	uint32_t c;

	for (size_t k = 4; k < label.n; k++)
		if (label.p[k] == '-') {
			p.out_n = (uint32_t)(k - 4);
			p.at = k + 1;
		}
	for (size_t k = 4; k < 4 + p.out_n; k++)
		latin = latin || (label.p[k] >= 'a' && label.p[k] <= 'z');
	while (puny_next(&p, &c)) {
		twin = twin || (c >= 0x370 && c <= 0x52f);
		latin = latin || c < 0x250;
	}
	return twin && latin;
}

static bool mixed_domain(struct nr_str d)
{
	for (size_t i = 0; i + 4 < d.n; i++) {
		size_t to = i;

		if (i > 0 && d.p[i - 1] != '.')
			continue;
		while (to < d.n && d.p[to] != '.')
			to++;
		if (to - i > 4 && memcmp(d.p + i, "xn--", 4) == 0 &&
		    mixes_scripts(nr_cut_str(d, i, to - i)))
			return true;
	}
	return false;
}

static bool near_recipient(struct nr_mail *m, struct nr_str host, struct nr_str *ret)
{
	struct nr_str reg = nr_known_registrable(host);

	for (size_t i = 0; i < m->n_to; i++) {
		struct nr_str own;

		if (nr_obs_canon(NR_OBS_DOMAIN, nr_addr_domain(m->to[i].addr), m->a, &own, NULL) !=
			    NR_OK ||
		    nr_known_freemail(own))
			continue;
		*ret = nr_known_registrable(own);
		if (nr_known_one_edit(reg, *ret))
			return true;
	}
	return false;
}

static void lookalike(struct nr_mail *m, struct nr_str host, uint32_t obs, struct nr_evidence ev)
{
	struct nr_str own = { "", 0 };
	const char *near = nr_known_near(host), *inside = nr_known_inside(host), *why;
	bool strong = near || mixed_domain(host) || near_recipient(m, host, &own);
	struct nr_finding *f;

	if (!strong && !inside)
		return;
	f = nr_dossier_finding(m->d, "mail.lookalike", strong ? NR_SEV_HIGH : NR_SEV_MEDIUM,
			       own.n ? 75 : 65, "T1583.001");
	f->at_us = m->date_us;
	nr_finding_obs(f, obs);
	nr_finding_ev(f, ev);
	nr_finding_param(f, "domain", host);
	if (own.n) {
		f->summary =
			nr_arena_fmt(m->a, "%.*s is one letter away from the recipient's %.*s.",
				     NR_FMT(host), NR_FMT(own));
		return;
	}
	why = near     ? "is one letter away from a domain of"
	      : strong ? "mixes letters of different scripts"
		       : "carries the name of";
	f->summary =
		nr_arena_fmt(m->a, "%.*s %s%s%s.", NR_FMT(host), why, near || !strong ? " " : "",
			     near     ? near
			     : strong ? ""
				      : inside);
}

static bool has_userinfo(struct nr_str url)
{
	const char *at = memchr(url.p, '@', url.n);
	size_t slash = 8;

	while (slash < url.n && url.p[slash] != '/')
		slash++;
	return at && (size_t)(at - url.p) < slash &&
	       memchr(url.p + 8, '.', (size_t)(at - url.p) - 8);
}

static void one_link(struct nr_mail *m, const struct nr_link *l)
{
	struct nr_evidence ev = nr_mail_where(m, l->part, l->href);
	struct target t = { 0 };
	struct nr_finding *f;

	if (!to_target(m, l, ev, &t) || m->d->n_findings > 400)
		return;
	if (l->form) {
		f = link_finding(m, "mail.form", NR_SEV_LOW, 60, &t, ev);
		f->summary = nr_arena_fmt(m->a, "A form in the mail sends what is typed to %.*s.",
					  NR_FMT(t.host));
	}
	if (t.kind != NR_OBS_DOMAIN) {
		f = link_finding(m, "mail.link.raw-ip", NR_SEV_MEDIUM, 75, &t, ev);
		f->summary =
			nr_arena_fmt(m->a, "A link goes to the bare address %.*s.", NR_FMT(t.host));
	}
	if (nr_known_redirector(t.host, t.url)) {
		f = link_finding(m, "mail.link.redirector", NR_SEV_LOW, 60, &t, ev);
		f->summary =
			nr_arena_fmt(m->a, "A link hides its target behind %.*s.", NR_FMT(t.host));
	}
	if (has_userinfo(t.url)) {
		f = link_finding(m, "mail.link.userinfo", NR_SEV_HIGH, 80, &t, ev);
		f->summary = nr_arena_fmt(m->a, "A link shows a name before '@' and goes to %.*s.",
					  NR_FMT(t.host));
	}
	link_mismatch(m, l, &t, ev);
	if (t.kind == NR_OBS_DOMAIN && m->d->obs[t.host_obs].count == 1)
		lookalike(m, t.host, t.host_obs, ev);
}

/* ---- sender ---- */

static struct nr_finding *sender_finding(struct nr_mail *m, enum nr_severity sev, unsigned conf,
					 struct nr_evidence ev)
{
	struct nr_finding *f = nr_dossier_finding(m->d, "mail.sender.mismatch", sev, conf, "T1656");

	f->at_us = m->date_us;
	nr_finding_obs(f, nr_mail_obs(m, NR_OBS_EMAIL, m->from.addr, "from", m->from_ev));
	nr_finding_ev(f, ev);
	return f;
}

/* An address or domain in the display name that is not the sender's. */
static bool display_lies(struct nr_mail *m, struct nr_str from_domain)
{
	struct nr_obs_hit hit = { .kind = NR_OBS_MD5 };
	struct nr_str d;
	struct nr_finding *f;

	if (m->from.name.n == 0 || nr_obs_scan(m->from.name, 1, m->a, first_hit, &hit) == 0)
		return false;
	if (hit.kind != NR_OBS_EMAIL && hit.kind != NR_OBS_DOMAIN)
		return false;
	d = hit.kind == NR_OBS_EMAIL ? nr_addr_domain(hit.value) : hit.value;
	if (same_party(d, from_domain))
		return false;
	/* "news.com Daily" from the publisher's other domain is a habit; a whole address is not. */
	f = sender_finding(m, hit.kind == NR_OBS_EMAIL ? NR_SEV_HIGH : NR_SEV_LOW,
			   hit.kind == NR_OBS_EMAIL ? 75 : 50, m->from_ev);
	f->summary = nr_arena_fmt(m->a, "The display name says %.*s, the address is at %.*s.",
				  NR_FMT(hit.value), NR_FMT(from_domain));
	nr_finding_param(f, "how", NR_STR("display-name"));
	return true;
}

static void pretends(struct nr_mail *m, struct nr_str from_domain)
{
	struct nr_str name = nr_fold(m->from.name, m->a);
	const char *party = nr_known_pretended(name, from_domain);
	struct nr_finding *f;
	bool first;

	if (!party)
		return;
	first = name.n >= strlen(party) && memcmp(name.p, party, strlen(party)) == 0;
	f = sender_finding(m, first ? NR_SEV_HIGH : NR_SEV_MEDIUM, first ? 70 : 50, m->from_ev);
	f->summary = nr_arena_fmt(m->a, "The sender calls itself %s and writes from %.*s.", party,
				  NR_FMT(from_domain));
	nr_finding_param(f, "how", NR_STR("party"));
	nr_finding_param(f, "party", nr_str_c(party));
}

/* From without an address, or one under a name that cannot be. */
static void no_sender(struct nr_mail *m)
{
	struct nr_finding *f =
		nr_dossier_finding(m->d, "mail.sender.invalid", NR_SEV_MEDIUM, 75, "T1656");

	f->at_us = m->date_us;
	f->summary = nr_arena_fmt(m->a, "From names no valid address: '%.*s'.",
				  NR_FMT(nr_cut_str(m->from.addr, 0, 100)));
	nr_finding_ev(f, m->from_ev);
}

static void senders(struct nr_mail *m)
{
	struct nr_str from = nr_addr_domain(m->from.addr);
	struct nr_str reply = nr_addr_domain(m->reply_to.addr);
	struct nr_str ret = nr_addr_domain(m->return_path.addr);
	struct nr_str canon;
	struct nr_finding *f;

	if (nr_obs_canon(NR_OBS_DOMAIN, from, m->a, &canon, NULL) != NR_OK) {
		no_sender(m);
		return;
	}
	if (!display_lies(m, canon))
		pretends(m, canon);
	if (reply.n && !same_party(reply, canon) && nr_known_freemail(reply) &&
	    !nr_known_freemail(canon)) {
		f = sender_finding(m, NR_SEV_MEDIUM, 60, m->reply_ev);
		f->summary =
			nr_arena_fmt(m->a, "Answers go to the free-mail service %.*s, not to %.*s.",
				     NR_FMT(reply), NR_FMT(canon));
		nr_finding_param(f, "how", NR_STR("reply-to"));
	}
	if (reply.n && !same_party(reply, canon) && !nr_known_freemail(reply)) {
		f = sender_finding(m, NR_SEV_LOW, 40, m->reply_ev);
		f->summary = nr_arena_fmt(m->a, "Answers go to %.*s, not to %.*s.", NR_FMT(reply),
					  NR_FMT(canon));
		nr_finding_param(f, "how", NR_STR("reply-to"));
	}
	if (ret.n && !same_party(ret, canon)) {
		f = sender_finding(m, NR_SEV_INFO, 20, m->return_ev);
		f->summary = nr_arena_fmt(m->a, "Returns go to %.*s, not to %.*s.", NR_FMT(ret),
					  NR_FMT(canon));
		nr_finding_param(f, "how", NR_STR("return-path"));
	}
	lookalike(m, canon, nr_mail_obs(m, NR_OBS_DOMAIN, canon, "from", m->from_ev), m->from_ev);
}

/* ---- recorded authentication ---- */

/* The word after "method=", lower case ASCII expected. */
static struct nr_str result_of(struct nr_str auth, const char *method)
{
	size_t n = strlen(method);

	for (size_t i = 0; i + n < auth.n; i++) {
		size_t to = i + n;
		bool hit = i == 0 ||
			   !((nr_low(auth.p[i - 1]) >= 'a' && nr_low(auth.p[i - 1]) <= 'z') ||
			     auth.p[i - 1] == '.' || auth.p[i - 1] == '-');

		for (size_t k = 0; hit && k < n; k++)
			hit = nr_low(auth.p[i + k]) == method[k];
		if (!hit)
			continue;
		while (to < auth.n && nr_low(auth.p[to]) >= 'a' && nr_low(auth.p[to]) <= 'z')
			to++;
		return nr_cut_str(auth, i + n, to - i - n);
	}
	return nr_cut_str(auth, auth.n, 0);
}

static bool is_word(struct nr_str s, const char *lit)
{
	if (s.n != strlen(lit))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (nr_low(s.p[i]) != lit[i])
			return false;
	return true;
}

static void authentication(struct nr_mail *m)
{
	static const struct {
		const char *method, *result;
		enum nr_severity sev;
		unsigned conf;
	} rows[] = {
		{ "dmarc=", "fail", NR_SEV_MEDIUM, 75 },    { "spf=", "fail", NR_SEV_MEDIUM, 55 },
		{ "dkim=", "fail", NR_SEV_LOW, 60 },        { "spf=", "softfail", NR_SEV_LOW, 60 },
		{ "compauth=", "fail", NR_SEV_MEDIUM, 70 }, { "spf=", "none", NR_SEV_LOW, 40 },
	};

	for (size_t i = 0; i < NR_COUNT(rows); i++) {
		struct nr_str got = result_of(m->auth, rows[i].method);
		struct nr_finding *f;

		if (!is_word(got, rows[i].result))
			continue;
		f = nr_dossier_finding(m->d, "mail.auth.fail", rows[i].sev, rows[i].conf, "T1656");
		f->summary = nr_arena_fmt(m->a, "The receiving server recorded %s%s for %.*s.",
					  rows[i].method, rows[i].result,
					  NR_FMT(nr_addr_domain(m->from.addr)));
		f->at_us = m->date_us;
		nr_finding_ev(f, m->auth_ev);
		nr_finding_obs(f, nr_mail_obs(m, NR_OBS_EMAIL, m->from.addr, "from", m->from_ev));
		nr_finding_param(f, "method", nr_str_c(rows[i].method));
	}
}

/* ---- path and text ---- */

static void hop_times(struct nr_mail *m)
{
	const int64_t hour = INT64_C(3600) * NR_US_PER_S;

	for (size_t i = 0; i + 1 < m->n_hops; i++) {
		const struct nr_hop *later = &m->hops[i], *earlier = &m->hops[i + 1];
		struct nr_finding *f;

		if (!later->timed || !earlier->timed || later->zone_bad || earlier->zone_bad ||
		    earlier->at_us - later->at_us < hour)
			continue;
		f = nr_dossier_finding(m->d, "mail.hop.time", NR_SEV_LOW, 40, "T1070.006");
		f->summary = nr_arena_fmt(m->a,
					  "A relay took the mail %lld minutes before the one "
					  "in front of it had it.",
					  (long long)((earlier->at_us - later->at_us) / hour * 60));
		f->at_us = later->at_us;
		nr_finding_ev(f, later->ev);
		nr_finding_ev(f, earlier->ev);
		return;
	}
}

static void scripts(struct nr_mail *m)
{
	struct nr_jp_script s = nr_jp_script(nr_cut_str(m->body, 0, m->body.n));
	struct nr_finding *f;

	if (!m->body_part || s.kana < 10 || s.foreign < 2 || s.foreign * 50 < s.han)
		return;
	f = nr_dossier_finding(m->d, "mail.simplified-han", NR_SEV_MEDIUM, 55, "");
	f->summary = nr_arena_fmt(m->a,
				  "%zu of %zu Han characters in a Japanese text are not written "
				  "in Japan.",
				  s.foreign, s.han);
	f->at_us = m->date_us;
	nr_finding_ev(f, nr_ev_part(m->body_part->id, m->body_part->off, m->body_part->len));
}

static bool latin_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Three mathematical letters, or a word that mixes Latin with Greek or Cyrillic letters. */
static bool in_disguise(struct nr_str s)
{
	unsigned styled = 0;
	bool latin = false, twin = false;

	for (size_t i = 0; i < s.n;) {
		uint32_t c = nr_utf8_next(s, &i);
		bool other = c >= 0x370 && c <= 0x52f;

		styled += c >= 0x1d400 && c <= 0x1d7cb;
		latin = latin_letter(c) || (latin && other);
		twin = other || (twin && latin_letter(c));
		if ((latin && twin) || styled >= 3)
			return true;
	}
	return false;
}

static void disguise(struct nr_mail *m)
{
	bool subject = in_disguise(m->subject);
	struct nr_finding *f;

	if (!subject && !in_disguise(m->from.name) && !in_disguise(m->from.addr))
		return;
	f = nr_dossier_finding(m->d, "mail.text.disguise", NR_SEV_MEDIUM, 75, "T1027");
	f->at_us = m->date_us;
	f->summary =
		nr_arena_fmt(m->a, "The %s is written in letters that only look like Latin ones.",
			     subject ? "subject" : "sender");
	nr_finding_ev(f, subject ? m->subject_ev : m->from_ev);
	if (subject)
		nr_finding_obs(
			f, nr_mail_obs(m, NR_OBS_SUBJECT, m->subject, "subject", m->subject_ev));
}

static void charsets(struct nr_mail *m)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct nr_entity *e = &m->parts[i];
		struct nr_finding *f;

		if (!e->leaf || !e->text.lied)
			continue;
		f = nr_dossier_finding(m->d, "mail.charset.lie", NR_SEV_INFO, 40, "");
		f->summary = nr_arena_fmt(m->a, "Part %.*s declares %.*s and reads as %s.",
					  NR_FMT(e->id), NR_FMT(nr_cut_str(e->charset, 0, 60)),
					  e->text.used);
		nr_finding_ev(f, nr_ev_part(e->id, e->off, e->len));
		return;
	}
}

/* A defanged spelling is its author's word that the thing is hostile; digests beside it as well. */
static void reported(struct nr_mail *m)
{
	for (size_t i = 0; m->n_defanged && i < m->n_reported; i += NR_FINDING_OBS) {
		struct nr_finding *f =
			nr_dossier_finding(m->d, "mail.indicators", NR_SEV_MEDIUM, 60, "");

		f->summary = nr_arena_fmt(m->a, "The text reports %zu indicators.", m->n_reported);
		f->at_us = m->date_us;
		for (size_t k = i; k < m->n_reported && k < i + NR_FINDING_OBS; k++) {
			nr_finding_obs(f, m->reported[k]);
			nr_finding_ev(f, m->reported_ev[k]);
		}
	}
}

/* ---- verdict ---- */

static double doubt(const struct nr_finding *f)
{
	static const double weight[] = { 0, .25, .55, .8, .97 };

	return strcmp(f->detector, "mail.indicators") == 0
		       ? 0
		       : weight[f->severity] * f->confidence / 100;
}

/* True for the finding that speaks for its detector: the heaviest, the first of equals. */
static bool speaks(const struct nr_dossier *d, size_t i)
{
	for (size_t k = 0; k < d->n_findings; k++) {
		double a = doubt(&d->findings[k]), b = doubt(&d->findings[i]);

		if (k != i && strcmp(d->findings[k].detector, d->findings[i].detector) == 0 &&
		    (a > b || (!(a < b) && k < i)))
			return false;
	}
	return true;
}

static enum nr_class class_of(unsigned score, bool file)
{
	if (score >= 85 && file)
		return NR_CLASS_MALICIOUS;
	if (score >= 60)
		return NR_CLASS_DECEPTIVE;
	return score >= 40 ? NR_CLASS_SUSPICIOUS : NR_CLASS_UNDECIDABLE;
}

/* Independent doubts add up like chances that all are innocent; the same detector counts once. */
static void judge(struct nr_mail *m)
{
	struct nr_dossier *d = m->d;
	double innocent = 1;
	bool file = false;

	for (size_t i = 0; i < d->n_findings; i++) {
		const struct nr_finding *f = &d->findings[i];

		if (!speaks(d, i) || !(doubt(f) > 0))
			continue;
		innocent *= 1 - doubt(f);
		file = file || (f->severity >= NR_SEV_HIGH &&
				strncmp(f->detector, "mail.attachment", 15) == 0);
		nr_dossier_reason(d, "%.*s", NR_FMT(f->summary));
	}
	d->verdict.score = (unsigned)((1 - innocent) * 100 + .5);
	d->verdict.cls = class_of(d->verdict.score, file);
	if (d->verdict.score == 0 && m->n_defanged) {
		d->verdict.cls = NR_CLASS_INFORMATIONAL;
		nr_dossier_reason(d, "a report: its text names %zu indicators", m->n_reported);
	}
	if (d->verdict.cls == NR_CLASS_UNDECIDABLE)
		nr_dossier_reason(d,
				  "not decidable from text: nothing in the mail contradicts itself "
				  "enough; compare it with mails already known");
}

void nr_mail_detect(struct nr_mail *m)
{
	for (size_t i = 0; i < m->n_links; i++)
		one_link(m, &m->links[i]);
	senders(m);
	authentication(m);
	nr_mail_detect_names(m);
	hop_times(m);
	scripts(m);
	disguise(m);
	charsets(m);
	reported(m);
	judge(m);
}
