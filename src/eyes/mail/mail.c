/* mail/ -- the eye for mail: RFC 5322 and MIME as they really arrive, Japanese mail first.
 *
 * What it is for: one message in, a dossier out: path, senders, parts with digests, links, findings.
 * What it may touch: base/ and model/ only.  Its own reader (docs/decisions/0030): evidence must point
 * at exact bytes.  Text-only lures are "not decidable from text", and say so.
 * How to add a detector: a row in nr_mail_detectors, a function in detect.c (or name.c), a test. */
#include "base/fold.h"
#include "eyes/eye.h"
#include "eyes/mail/msg.h"

enum { SCAN_MAX = 8 << 20, HITS_MAX = 3000 };

static const struct nr_detector detectors[] = {
	{ "mail.link.mismatch", "Link leads elsewhere than it shows", "表示と異なるリンク先",
	  "T1566.002",
	  "The visible text names one domain and the link goes to another. Newsletters count "
	  "clicks this "
	  "way too: look whether the target belongs to the sender." },
	{ "mail.link.raw-ip", "Link to a bare address", "IPアドレス直指定のリンク", "T1566.002",
	  "A link names an address instead of a host; ordinary senders have a name." },
	{ "mail.link.userinfo", "Link with a false name before '@'", "＠の前に偽名を置くリンク",
	  "T1566.002",
	  "The part before '@' looks like a host but is a user name; the browser goes to what "
	  "follows." },
	{ "mail.form", "Form inside the mail", "メール内の入力フォーム", "T1598.003",
	  "The mail itself asks for input and sends it to the named address." },
	{ "mail.sender.mismatch", "Sender is not who it shows", "差出人の表示と実体の不一致",
	  "T1656",
	  "The display name, the From address, Reply-To or Return-Path speak for different "
	  "parties. "
	  "Mailing lists and delivery services differ in Return-Path alone." },
	{ "mail.sender.invalid", "Sender without a valid address", "差出人アドレスの不備", "T1656",
	  "From is missing, empty, or names no address under a registered kind of name; ordinary "
	  "mailers "
	  "never send that." },
	{ "mail.text.disguise", "Letters in disguise", "文字の偽装", "T1027",
	  "Subject or sender is written in mathematical letters, or one word mixes Latin with "
	  "Cyrillic or "
	  "Greek letters, so that filters read something else than people." },
	{ "mail.link.redirector", "Link through a redirector", "転送サービス経由のリンク",
	  "T1566.002",
	  "A link goes through a shortener or an open redirect, so that its target cannot be "
	  "seen." },
	{ "mail.lookalike", "Look-alike domain", "酷似ドメイン", "T1583.001",
	  "A domain is one letter away from the recipient's own or a well-known one, or mixes "
	  "scripts." },
	{ "mail.auth.fail", "Sender authentication failed", "送信ドメイン認証の失敗", "T1656",
	  "The receiving server recorded that SPF, DKIM or DMARC failed. Forwarding breaks SPF for "
	  "honest "
	  "mail too; a DMARC failure weighs more." },
	{ "mail.attachment.name-trick", "Attachment name made to deceive", "添付ファイル名の偽装",
	  "T1036.007",
	  "The name hides its real ending: reversed text, long spaces, a double ending, a "
	  "full-width dot." },
	{ "mail.attachment.executable", "Attachment that runs", "実行形式の添付ファイル",
	  "T1204.002", "The name or the first bytes say that opening it runs a program." },
	{ "mail.attachment.type-mismatch", "Attachment is not what it says",
	  "添付ファイルの種別の不一致", "T1036.008",
	  "The bytes are of another kind than the name says." },
	{ "mail.hop.time", "Impossible times on the way", "配送経路の時刻の矛盾", "T1070.006",
	  "Relays report times that cannot follow each other, or no valid zone. Wrong clocks "
	  "exist." },
	{ "mail.charset.lie", "Charset is not the declared one", "文字コードの申告の不一致", "",
	  "The text reads in another charset than its header declares; common in careless bulk "
	  "mail." },
	{ "mail.indicators", "Reports indicators", "指標の報告", "",
	  "The text names addresses, names or digests spelled so that nobody clicks them: its "
	  "author "
	  "says they are hostile. It says nothing against the mail itself." },
	{ "mail.simplified-han", "Simplified Chinese in a Japanese text", "日本語文中の簡体字", "",
	  "A text in Japanese holds characters that Japanese does not write." },
	{ 0 },
};

/* Length of the field name at i with its ':', 0 when the line starts with none. */
static size_t field_at(struct nr_bytes head, size_t i)
{
	size_t k = i;

	while (k < head.n && head.p[k] > 32 && head.p[k] < 127 && head.p[k] != ':')
		k++;
	return k > i && k < head.n && (head.p[k] == ':' || head.p[k] == ' ') ? k + 1 - i : 0;
}

static bool known_field(struct nr_bytes head, size_t i)
{
	static const char *const names[] = { "received:",    "from:",         "date:",
					     "subject:",     "to:",           "message-id:",
					     "return-path:", "mime-version:", "delivered-to:",
					     "x-",           "content-type:", "reply-to:" };

	for (size_t w = 0; w < NR_COUNT(names); w++) {
		size_t n = strlen(names[w]), c = 0;

		while (c < n && i + c < head.n && nr_low((char)head.p[i + c]) == names[w][c])
			c++;
		if (c == n)
			return true;
	}
	return false;
}

static size_t next_line(struct nr_bytes head, size_t i)
{
	while (i < head.n && head.p[i] != '\n')
		i++;
	return i + 1;
}

static unsigned probe(struct nr_bytes head)
{
	unsigned known = 0, fields = 0;
	size_t i = 0;

	if (head.n > 5 && memcmp(head.p, "From ", 5) == 0)
		i = next_line(head, 0);
	for (; i < head.n && head.p[i] != '\n' && head.p[i] != '\r' && fields < 40;
	     i = next_line(head, i)) {
		if (head.p[i] == ' ' || head.p[i] == '\t')
			continue;
		if (field_at(head, i) == 0)
			break;
		fields++;
		known += known_field(head, i);
	}
	return known >= 3 ? 90 : known == 2 ? 60 : known == 1 ? 30 : 0;
}

/* ---- bodies ---- */

struct mention {
	struct nr_mail *m;
	const struct nr_entity *part;
	struct nr_str text;
	bool links; /* URLs are clickable here: plain text */
};

static bool mention(void *ctx, const struct nr_obs_hit *hit)
{
	struct mention *c = ctx;
	struct nr_str raw = nr_cut_str(c->text, hit->offset, hit->length);
	struct nr_evidence ev;
	uint32_t obs;
	bool digest;

	if (hit->kind == NR_OBS_URL && c->links && !hit->defanged) {
		nr_mail_link(
			c->m,
			(struct nr_link){ .href = hit->value, .text = { "", 0 }, .part = c->part });
		return true;
	}
	ev = nr_mail_where(c->m, c->part, raw);
	obs = nr_dossier_obs(c->m->d, hit->kind, hit->value, "mentioned", ev);
	digest = hit->kind == NR_OBS_SHA256 || hit->kind == NR_OBS_SHA1 || hit->kind == NR_OBS_MD5;
	if ((hit->defanged || digest) && c->m->n_reported < NR_MAIL_REPORTED) {
		c->m->n_defanged += hit->defanged && hit->kind != NR_OBS_EMAIL;
		c->m->reported_ev[c->m->n_reported] = ev;
		c->m->reported[c->m->n_reported++] = obs;
	}
	return true;
}

/* A quoted line's marks and all white space go: what stays names the text. */
static void text_hash(struct nr_mail *m)
{
	struct nr_str folded = nr_fold(nr_cut_str(m->body, 0, 1 << 20), m->a);
	uint8_t *p = nr_arena_zalloc(m->a, folded.n + 1, 1);
	struct nr_sha256 sum;
	char hex[65];
	size_t n = 0;

	for (size_t i = 0; p && i < folded.n; i++)
		if ((unsigned char)folded.p[i] > 0x20 && folded.p[i] != '>')
			p[n++] = (uint8_t)folded.p[i];
	if (n < 60)
		return; /* too short to name anything */
	sum = nr_sha256((struct nr_bytes){ p, n });
	nr_hex(sum.b, 32, hex);
	(void)nr_dossier_obs(m->d, NR_OBS_TEXT_HASH, (struct nr_str){ hex, 64 }, "body",
			     nr_ev_part(m->body_part->id, m->body_part->off, m->body_part->len));
}

struct text_out {
	char *p;
	size_t n, room;
};

static void add_text(struct text_out *t, struct nr_str s)
{
	size_t left = t->room - t->n;

	if (!t->p || s.n == 0 || left < 2)
		return;
	if (s.n > left - 1)
		s.n = left - 1;
	while (s.n > 0 && s.n == left - 1 && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
		s.n--; /* not in the middle of a character */
	memcpy(t->p + t->n, s.p, s.n);
	t->n += s.n;
	t->p[t->n++] = '\n';
}

static void bodies(struct nr_mail *m, struct text_out *t)
{
	size_t left = SCAN_MAX;

	m->body = (struct nr_str){ "", 0 };
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct nr_entity *e = &m->parts[i];
		struct mention c = { .m = m, .part = e };

		if (!e->leaf || !e->text.used || e->text.text.n > left)
			continue;
		left -= e->text.text.n;
		c.links = !nr_str_eq(e->type, NR_STR("text/html"));
		c.text = c.links ? e->text.text : nr_mail_html(m, e, e->text.text);
		add_text(t, c.text);
		if (c.links || m->body.n == 0)
			(void)nr_obs_scan(c.text, HITS_MAX, m->a, mention, &c);
		if (m->body.n == 0 && c.text.n) {
			m->body = c.text;
			m->body_part = e;
		}
	}
	if (m->body_part)
		text_hash(m);
}

/* ---- parts ---- */

static void digest_obs(struct nr_mail *m, const struct nr_entity *e)
{
	struct nr_evidence ev = nr_ev_part(e->id, e->off, e->len);
	char hex[65];
	uint32_t sum, name, from;

	nr_hex(e->digests.sha256, 32, hex);
	sum = nr_dossier_obs(m->d, NR_OBS_SHA256, nr_str_c(hex), "attachment", ev);
	nr_hex(e->digests.sha1, 20, hex);
	(void)nr_dossier_obs(m->d, NR_OBS_SHA1, nr_str_c(hex), "attachment", ev);
	nr_hex(e->digests.md5, 16, hex);
	(void)nr_dossier_obs(m->d, NR_OBS_MD5, nr_str_c(hex), "attachment", ev);
	name = nr_mail_obs(m, NR_OBS_FILE_NAME, e->name, "attachment", e->name_ev);
	from = nr_mail_obs(m, NR_OBS_EMAIL, m->from.addr, "from", m->from_ev);
	nr_dossier_rel(m->d, from, sum, "sent");
	nr_dossier_rel(m->d, sum, name, "named");
}

static void parts(struct nr_mail *m, struct text_out *t)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct nr_entity *e = &m->parts[i];
		struct nr_part p = { .id = e->id,
				     .name = e->name,
				     .media_type = e->type,
				     .offset = e->off,
				     .length = e->len,
				     .size = e->body.n,
				     .attachment = e->attachment };

		if (!e->leaf)
			continue;
		memcpy(p.sha256.b, e->digests.sha256, 32);
		nr_dossier_part(m->d, &p);
		add_text(t, e->name);
		if (e->other_name.n)
			nr_dossier_fact(m->d, "part.name-conflict", e->other_name, 0, e->name_ev);
		if (e->attachment)
			digest_obs(m, e);
		if (e->text.used && (e->text.lied || e->text.lossy))
			nr_dossier_fact(
				m->d, "charset",
				nr_arena_fmt(m->a, "part %.*s declares %.*s, reads as %s, %zu lost",
					     NR_FMT(e->id), NR_FMT(e->charset), e->text.used,
					     e->text.lossy),
				0, nr_ev_part(e->id, e->off, e->len));
	}
}

static enum nr_rc look(const struct nr_eye_in *in, struct nr_dossier *d, struct nr_err *reterr)
{
	struct nr_mail *m = NR_NEW(d->a, struct nr_mail);
	size_t room =
		in->src.size < NR_DOSSIER_TEXT / 4 ? (size_t)in->src.size * 4 : NR_DOSSIER_TEXT;
	struct text_out text = { .p = nr_arena_zalloc(d->a, room, 1), .room = room };

	if (!m || !text.p)
		return nr_fail(reterr, NR_E_NOMEM, "mail", 0, "no memory");
	m->d = d;
	m->a = d->a;
	NR_TRY(nr_src_all(&in->src, 64 << 20, d->a, &m->raw, reterr));
	d->material.media_type = NR_STR("message/rfc822");
	NR_TRY(nr_mail_read(m, reterr));
	nr_mail_path(m);
	add_text(&text, m->subject);
	add_text(&text, m->from.name);
	add_text(&text, m->from.addr);
	add_text(&text, m->reply_to.addr);
	parts(m, &text);
	bodies(m, &text);
	nr_mail_detect(m);
	d->text = (struct nr_str){ text.p, text.n };
	return NR_OK;
}

static enum nr_rc selftest(struct nr_err *reterr)
{
	static const char mail[] =
		"From: =?ISO-2022-JP?B?GyRCO3FOQRsoQg==?= <a@kyoei.example>\r\n"
		"Subject: =?ISO-2022-JP?B?GyRCO3FOQRsoQg==?=\r\n"
		"Date: Sat, 21 Nov 2026 10:00:00 +0900\r\n\r\nhttp://203.0.113.77/\r\n";
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
	struct nr_eye_in in = { .src = nr_src_mem(nr_str_bytes(nr_str_c(mail))) };
	struct nr_dossier d;

	nr_dossier_init(&d, &a);
	NR_TRY(look(&in, &d, reterr));
	for (size_t i = 0; i < d.n_obs; i++)
		if (d.obs[i].kind == NR_OBS_SUBJECT && nr_str_eq(d.obs[i].value, NR_STR("資料")) &&
		    d.n_findings == 1)
			return NR_OK;
	return nr_fail(reterr, NR_E_BUG, "selftest", 0, "the built-in mail reads differently");
}

static void warm_up(void)
{
	static const struct {
		enum nr_obs_kind kind;
		const char *raw;
	} touch[] = { { NR_OBS_SUBJECT, "ＲＥ：資料" },
		      { NR_OBS_FILE_NAME, "資料" },
		      { NR_OBS_DOMAIN, "日本語.jp" } };
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 20);
	struct nr_str v;

	nr_jp_warm_up();
	for (size_t i = 0; i < NR_COUNT(touch); i++)
		if (nr_obs_canon(touch[i].kind, nr_str_c(touch[i].raw), &a, &v, NULL) == NR_OK)
			(void)nr_fold(v, &a);
}

extern const struct nr_eye nr_eye_mail;
const struct nr_eye nr_eye_mail = {
	.name = "mail",
	.kind = "mail",
	.version = 1,
	.limits = { .max_input = 64 << 20, .max_memory = 768 << 20, .max_cpu_s = 60 },
	.fuzz = "fuzz_mail",
	.doc = "docs/eyes/mail.md",
	.detectors = detectors,
	.probe = probe,
	.look = look,
	.selftest = selftest,
	.warm_up = warm_up,
};
