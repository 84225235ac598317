/* Who says to have sent it, and which way it came: facts and observables. */
#include "eyes/mail/msg.h"

uint32_t nr_mail_obs(struct nr_mail *m, enum nr_obs_kind kind, struct nr_str raw, const char *role,
		     struct nr_evidence ev)
{
	if (raw.n == 0)
		return UINT32_MAX;
	return nr_dossier_obs_raw(m->d, kind, raw, role, ev);
}

static void fact(struct nr_mail *m, const char *name, struct nr_str v, const struct nr_field *f)
{
	nr_dossier_fact(m->d, name, nr_cut_str(v, 0, 2000), 0, nr_mail_ev(f));
}

static struct nr_str shown(struct nr_mail *m, struct nr_addr a)
{
	if (a.name.n == 0)
		return a.addr;
	return nr_arena_fmt(m->a, "%.*s <%.*s>", NR_FMT(a.name), NR_FMT(a.addr));
}

/* One sender field: fact, address and domain; *ret stays empty when the field is absent. */
static struct nr_evidence sender(struct nr_mail *m, const char *field, const char *role,
				 struct nr_addr *ret)
{
	const struct nr_entity *top = &m->parts[0];
	const struct nr_field *f = nr_mail_field(top, field, 0);
	struct nr_addr all[8];
	size_t n = nr_mail_addrs(m, f, all, NR_COUNT(all));
	uint32_t addr, domain;

	*ret = (struct nr_addr){ { "", 0 }, { "", 0 } };
	if (!f)
		return (struct nr_evidence){ .kind = NR_EV_NONE };
	if (nr_mail_field(top, field, 1))
		fact(m, "header.duplicate", nr_str_c(field), nr_mail_field(top, field, 1));
	fact(m, role, n ? shown(m, all[0]) : nr_mail_text(m, f), f);
	if (n == 0)
		return nr_mail_ev(f);
	*ret = all[0];
	addr = nr_mail_obs(m, NR_OBS_EMAIL, all[0].addr, role, nr_mail_ev(f));
	domain = nr_mail_obs(m, NR_OBS_DOMAIN, nr_addr_domain(all[0].addr), role, nr_mail_ev(f));
	nr_dossier_rel(m->d, addr, domain, "at");
	return nr_mail_ev(f);
}

static void recipients(struct nr_mail *m)
{
	static const char *const fields[] = { "To", "Cc", "Delivered-To", "X-Original-To" };

	for (size_t i = 0; i < NR_COUNT(fields); i++) {
		const struct nr_field *f = nr_mail_field(&m->parts[0], fields[i], 0);

		m->n_to += nr_mail_addrs(m, f, m->to + m->n_to, NR_MAIL_ADDRS - m->n_to);
		if (f && i < 2)
			fact(m, i ? "cc" : "to", nr_mail_text(m, f), f);
	}
}

/* ---- Received ---- */

static bool is_public(struct nr_str ip)
{
	static const char *const inner[] = { "10.", "127.", "0.",  "192.168.", "169.254.",
					     "fe8", "fe9",  "fea", "feb",      "fc",
					     "fd",  "::",   "ff" };
	unsigned a = 0, b = 0;

	for (size_t i = 0; i < NR_COUNT(inner); i++)
		if (ip.n >= strlen(inner[i]) && memcmp(ip.p, inner[i], strlen(inner[i])) == 0)
			return false;
	if (memchr(ip.p, ':', ip.n))
		return true;
	for (size_t i = 0, dot = 0; i < ip.n && dot < 2; i++)
		if (ip.p[i] == '.')
			dot++;
		else if (dot == 0)
			a = a * 10 + (unsigned)(ip.p[i] - '0');
		else
			b = b * 10 + (unsigned)(ip.p[i] - '0');
	return !(a == 172 && b >= 16 && b < 32) && !(a == 100 && b >= 64 && b < 128) && a < 224;
}

/* The word after a keyword that stands alone: "by" in "from a by b". */
static struct nr_str word_after(struct nr_str s, const char *key)
{
	size_t n = strlen(key);

	for (size_t i = 0; i + n < s.n; i++) {
		size_t from, to;
		bool match = (i == 0 || nr_wsp((unsigned char)s.p[i - 1])) &&
			     nr_wsp((unsigned char)s.p[i + n]);

		for (size_t k = 0; match && k < n; k++)
			match = nr_low(s.p[i + k]) == key[k];
		if (!match)
			continue;
		for (from = i + n; from < s.n && nr_wsp((unsigned char)s.p[from]);)
			from++;
		for (to = from; to < s.n && !nr_wsp((unsigned char)s.p[to]) && s.p[to] != ';';)
			to++;
		return nr_cut_str(s, from, to - from);
	}
	return nr_cut_str(s, s.n, 0);
}

/* The address of the sending side: the first one in the "from" clause, brackets and parentheses
 * aside; the words of a mail server around it are many. */
static struct nr_str hop_ip(struct nr_mail *m, struct nr_str from_clause)
{
	struct nr_str best = { "", 0 };

	for (size_t i = 0; i < from_clause.n; i++) {
		size_t to = i;
		struct nr_str t, v;

		while (to < from_clause.n && !strchr(" \t[]();,=", from_clause.p[to]))
			to++;
		t = nr_cut_str(from_clause, i, to - i);
		if (t.n > 5 && nr_low(t.p[0]) == 'i' && t.p[4] == ':')
			t = nr_cut_str(t, 5, t.n); /* IPv6: */
		i = to;
		if (t.n < 3)
			continue;
		if (nr_obs_canon(NR_OBS_IPV4, t, m->a, &v, NULL) != NR_OK &&
		    (!memchr(t.p, ':', t.n) ||
		     nr_obs_canon(NR_OBS_IPV6, t, m->a, &v, NULL) != NR_OK))
			continue;
		if (best.n == 0 || (!is_public(best) && is_public(v)))
			best = v;
	}
	return best;
}

static struct nr_str from_clause_of(struct nr_str s)
{
	for (size_t i = 0; i + 4 < s.n; i++)
		if (nr_wsp((unsigned char)s.p[i]) && nr_low(s.p[i + 1]) == 'b' &&
		    nr_low(s.p[i + 2]) == 'y' && nr_wsp((unsigned char)s.p[i + 3]))
			return nr_cut_str(s, 0, i);
	return s;
}

static void received(struct nr_mail *m, const struct nr_field *f)
{
	struct nr_hop *h = &m->hops[m->n_hops++];
	struct nr_str s = nr_mail_text(m, f);
	size_t semi = s.n;
	uint32_t ip = UINT32_MAX;

	*h = (struct nr_hop){ .ev = nr_mail_ev(f) };
	for (size_t i = s.n; i > 0 && semi == s.n; i--)
		if (s.p[i - 1] == ';')
			semi = i - 1;
	h->timed = semi < s.n && nr_mail_date(nr_cut_str(s, semi + 1, s.n), &h->at_us, &h->zone_min,
					      &h->zone_bad);
	h->by = word_after(s, "by");
	h->from = word_after(s, "from");
	h->ip = h->from.n ? hop_ip(m, from_clause_of(s)) : (struct nr_str){ "", 0 };
	nr_dossier_fact(m->d, "hop",
			nr_arena_fmt(m->a, "from %.*s [%.*s] by %.*s", NR_FMT(h->from),
				     NR_FMT(h->ip), NR_FMT(h->by)),
			h->timed ? h->at_us : 0, h->ev);
	if (h->ip.n && is_public(h->ip))
		ip = nr_mail_obs(m, memchr(h->ip.p, ':', h->ip.n) ? NR_OBS_IPV6 : NR_OBS_IPV4,
				 h->ip, "relay", h->ev);
	if (ip != UINT32_MAX && m->d->material.last_us < h->at_us)
		m->d->material.last_us = h->at_us;
}

/* ---- the rest of the header ---- */

static void results(struct nr_mail *m)
{
	static const char *const fields[] = { "Authentication-Results", "Received-SPF",
					      "ARC-Authentication-Results" };

	m->auth = (struct nr_str){ "", 0 };
	for (size_t i = 0; i < NR_COUNT(fields); i++) {
		/* The topmost is the one the recipient's own side added last. */
		const struct nr_field *f = nr_mail_field(&m->parts[0], fields[i], 0);
		struct nr_str v = nr_mail_text(m, f);

		if (!f)
			continue;
		fact(m, "auth", v, f);
		if (i < 2 && m->auth.n == 0) {
			m->auth = v;
			m->auth_ev = nr_mail_ev(f);
		}
	}
}

static void message_ids(struct nr_mail *m)
{
	const struct nr_entity *top = &m->parts[0];
	const struct nr_field *f = nr_mail_field(top, "Message-ID", 0);
	struct nr_str v = nr_mail_text(m, f);
	size_t n = 0;

	if (f) {
		fact(m, "message-id", v, f);
		(void)nr_mail_obs(m, NR_OBS_MESSAGE_ID, v, "message", nr_mail_ev(f));
	}
	f = nr_mail_field(top, "In-Reply-To", 0);
	if (!f)
		f = nr_mail_field(top, "References", 0);
	v = nr_mail_text(m, f);
	for (size_t i = 0; i < v.n && n < 10; i++) {
		size_t to = i;

		if (v.p[i] != '<')
			continue;
		while (to < v.n && v.p[to] != '>')
			to++;
		(void)nr_mail_obs(m, NR_OBS_MESSAGE_ID, nr_cut_str(v, i, to + 1 - i), "reference",
				  nr_mail_ev(f));
		n++;
		i = to;
	}
}

static void date_and_subject(struct nr_mail *m)
{
	const struct nr_entity *top = &m->parts[0];
	const struct nr_field *f = nr_mail_field(top, "Date", 0);
	bool bad = false;
	int zone = 0;

	if (f) {
		struct nr_str v = nr_mail_text(m, f);

		m->dated = nr_mail_date(v, &m->date_us, &zone, &bad);
		nr_dossier_fact(m->d, "date", nr_cut_str(v, 0, 200), m->dated ? m->date_us : 0,
				nr_mail_ev(f));
		if (m->dated)
			m->d->material.first_us = m->date_us;
	}
	f = nr_mail_field(top, "Subject", 0);
	m->subject = nr_mail_text(m, f);
	m->subject_ev = nr_mail_ev(f);
	if (f) {
		fact(m, "subject", m->subject, f);
		(void)nr_mail_obs(m, NR_OBS_SUBJECT, m->subject, "subject", m->subject_ev);
	}
	f = nr_mail_field(top, "X-Mailer", 0);
	if (!f)
		f = nr_mail_field(top, "User-Agent", 0);
	if (f)
		fact(m, "mailer", nr_mail_text(m, f), f);
}

void nr_mail_path(struct nr_mail *m)
{
	const struct nr_field *f;

	m->from_ev = sender(m, "From", "from", &m->from);
	m->reply_ev = sender(m, "Reply-To", "reply-to", &m->reply_to);
	(void)sender(m, "Sender", "sender", &m->sender);
	m->return_ev = sender(m, "Return-Path", "return-path", &m->return_path);
	recipients(m);
	date_and_subject(m);
	message_ids(m);
	for (size_t i = 0; m->n_hops < NR_MAIL_HOPS; i++) {
		f = nr_mail_field(&m->parts[0], "Received", i);
		if (!f)
			break;
		received(m, f);
	}
	if (m->d->material.first_us == 0)
		m->d->material.first_us = m->d->material.last_us;
	if (m->d->material.last_us < m->d->material.first_us)
		m->d->material.last_us = m->d->material.first_us;
	results(m);
}
