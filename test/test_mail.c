/* The mail eye: what a reader of the mail would check by hand, and what an adversary would try. */
#include "eyes/eye.h"
#include "tap.h"

#include <stdarg.h>

enum { MIB = 1 << 20 };

struct seen {
	struct nr_arena a;
	struct nr_dossier d;
	struct nr_err e;
	enum nr_rc rc;
	struct nr_bytes raw;
};

static void done(struct seen *s)
{
	nr_arena_done(&s->a);
}

static struct seen look(struct nr_bytes raw)
{
	struct seen s = { .a = NR_ARENA_INIT((size_t)768 * MIB), .raw = raw };
	struct nr_eye_in in = { .src = nr_src_mem(raw), .name = NR_STR("t.eml") };

	nr_dossier_init(&s.d, &s.a);
	s.rc = nr_eye_look(nr_eye_find(NR_STR("mail")), &in, &s.d, &s.e);
	s.d.a = NULL; /* the arena moves with the copy returned */
	return s;
}

static struct seen look_text(const char *text)
{
	return look(nr_str_bytes(nr_str_c(text)));
}

static bool has_obs(const struct seen *s, enum nr_obs_kind k, const char *v)
{
	for (size_t i = 0; i < s->d.n_obs; i++)
		if (s->d.obs[i].kind == k && nr_str_eq(s->d.obs[i].value, nr_str_c(v)))
			return true;
	return false;
}

static const struct nr_finding *finding(const struct seen *s, const char *detector)
{
	for (size_t i = 0; i < s->d.n_findings; i++)
		if (strcmp(s->d.findings[i].detector, detector) == 0)
			return &s->d.findings[i];
	return NULL;
}

static bool asserts(const struct seen *s, const struct nr_finding *f, enum nr_obs_kind k,
		    const char *v)
{
	for (unsigned i = 0; f && i < f->n_obs; i++)
		if (s->d.obs[f->obs[i]].kind == k &&
		    nr_str_eq(s->d.obs[f->obs[i]].value, nr_str_c(v)))
			return true;
	return false;
}

static const struct nr_fact *fact(const struct seen *s, const char *name, size_t nth)
{
	for (size_t i = 0; i < s->d.n_facts; i++)
		if (strcmp(s->d.facts[i].name, name) == 0 && nth-- == 0)
			return &s->d.facts[i];
	return NULL;
}

static bool fact_is(const struct seen *s, const char *name, const char *v)
{
	const struct nr_fact *f = fact(s, name, 0);

	if (f && !nr_str_eq(f->value, nr_str_c(v)))
		printf("# %s is '%.*s'\n", name, NR_FMT(f->value));
	return f && nr_str_eq(f->value, nr_str_c(v));
}

/* The raw bytes an evidence pointer names. */
static bool shows(const struct seen *s, struct nr_evidence ev, const char *bytes)
{
	size_t n = strlen(bytes);

	if (ev.offset + ev.length > s->raw.n || ev.length != n)
		return false;
	return memcmp(s->raw.p + ev.offset, bytes, n) == 0;
}

#define HEAD "From: a@kyoei.example\r\nTo: b@akebono.example\r\nMIME-Version: 1.0\r\n"

/* ---- headers ---- */

static void test_mail__subject_words_are_joined_before_decoding(void)
{
	static const struct {
		const char *raw, *want;
	} rows[] = {
		/* cut in the middle of an ISO-2022-JP shift */
		{ "=?ISO-2022-JP?B?GyRCO3FO?=\r\n =?ISO-2022-JP?B?QUF3SVUbKEI=?=", "資料送付" },
		/* cut in the middle of a UTF-8 character */
		{ "=?UTF-8?B?6LOH5g==?=\r\n\t=?utf-8?B?lpk=?=", "資料" },
		{ "=?Shift_JIS?Q?=87@=87=8A?=", "①㈱" },
		{ "a =?utf-8?Q?b_c?= d", "a b c d" },
		{ "=?utf-8?Q?a?= =?iso-8859-1?Q?=E9?=", "aé" },
		{ "=?utf-8*ja?B?6LOH5paZ?=", "資料" },
		{ "=?utf-8?X?abc?=", "=?utf-8?X?abc?=" },
		{ "=?utf-8?B?6LOH5paZ", "=?utf-8?B?6LOH5paZ" },
		{ "\x8e\x91\x97\xbf\x82\xf0\x91\x97\x95t", "資料を送付" }, /* raw CP932 */
		{ "\x1b$B;qNA\x1b(B", "資料" },                            /* raw ISO-2022-JP */
		{ "plain\r\n folded", "plain folded" },
	};

	for (size_t i = 0; i < NR_COUNT(rows); i++) {
		char text[512];
		struct seen s;

		snprintf(text, sizeof(text), HEAD "Subject: %s\r\n\r\nx\r\n", rows[i].raw);
		s = look_text(text);
		if (!OK(s.rc == NR_OK && fact_is(&s, "subject", rows[i].want)))
			printf("# row %zu\n", i);
		done(&s);
	}
}

static void test_mail__senders_and_path(void)
{
	struct seen s = look_text(
		"Return-Path: <bounce@delivery.example>\r\n"
		"Received: from mx.kyoei.example (mx.kyoei.example [203.0.113.9])\r\n"
		"\tby mail.akebono.example with ESMTP; Fri, 26 Aug 2011 21:30:05 +0900 (JST)\r\n"
		"Received: from pc (unknown [192.168.1.5]) by mx.kyoei.example;\r\n"
		" Fri, 26 Aug 2011 21:30:00 +0900\r\n"
		"From: \"Sato, =?utf-8?B?6LOH5paZ?=\" <Sato@Kyoei.example>\r\n"
		"Reply-To: =?utf-8?B?6LOH5paZ?= <sato.kyoei@yahoo.co.jp>\r\n"
		"To: b@akebono.example\r\nDate: Fri, 26 Aug 2011 21:29:58 +0900\r\n"
		"Message-ID: <x.1@Kyoei.example>\r\nSubject: Re: test\r\n\r\nhello\r\n");

	OK(s.rc == NR_OK);
	OK(has_obs(&s, NR_OBS_EMAIL, "Sato@kyoei.example"));
	OK(has_obs(&s, NR_OBS_EMAIL, "bounce@delivery.example"));
	OK(has_obs(&s, NR_OBS_IPV4, "203.0.113.9"));
	OK(!has_obs(&s, NR_OBS_IPV4, "192.168.1.5"));
	OK(has_obs(&s, NR_OBS_MESSAGE_ID, "x.1@kyoei.example"));
	OK(has_obs(&s, NR_OBS_SUBJECT, "test"));
	OK(fact_is(&s, "from", "Sato, 資料 <Sato@Kyoei.example>"));
	OK(fact(&s, "hop", 1) != NULL && fact(&s, "hop", 0)->at_us == 1314361805000000);
	OK(s.d.material.first_us == 1314361798000000);
	OK(finding(&s, "mail.sender.mismatch") != NULL);
	OK(s.d.verdict.cls != NR_CLASS_BENIGN);
	done(&s);
}

/* ---- parts ---- */

#define ATTACHED(ct, cd)                                                                           \
	HEAD "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n"                        \
	     "Content-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: " ct "\r\n"            \
	     "Content-Disposition: " cd                                                            \
	     "\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n"                           \
	     "--b--\r\n"

static void test_mail__attachment_names(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ ATTACHED("application/pdf",
			   "attachment; filename=\"=?ISO-2022-JP?B?GyRCO3FOQRsoQi5wZGY=?=\""),
		  "資料.pdf" },
		{ ATTACHED("application/pdf",
			   "attachment; filename*=iso-2022-jp'ja'%1B%24B%3BqNA%1B%28B.pdf"),
		  "資料.pdf" },
		{ ATTACHED("application/pdf", "attachment;\r\n filename*0*=utf-8''%E8%B3%87;\r\n "
					      "filename*1*=%E6%96%99;\r\n"
					      " filename*2=.pdf"),
		  "資料.pdf" },
		{ ATTACHED("application/pdf; name=\"=?utf-8?B?6LOH5paZ?=\"", "attachment"),
		  "資料" },
		{ ATTACHED("application/pdf", "attachment; filename=\"\x8e\x91\x97\xbf.pdf\""),
		  "資料.pdf" },
		{ ATTACHED("application/pdf", "attachment; filename=a b.pdf"), "a b.pdf" },
		{ ATTACHED("application/pdf", "attachment; filename=\"a\\\"b.pdf\""), "a\"b.pdf" },
	};

	for (size_t i = 0; i < NR_COUNT(rows); i++) {
		struct seen s = look_text(rows[i].text);

		if (!OK(s.rc == NR_OK && s.d.n_parts == 2 && s.d.parts[1].attachment &&
			nr_str_eq(s.d.parts[1].name, nr_str_c(rows[i].want))))
			printf("# row %zu: %zu parts, '%.*s'\n", i, s.d.n_parts,
			       NR_FMT(s.d.n_parts > 1 ? s.d.parts[1].name : NR_STR("")));
		OK(has_obs(&s, NR_OBS_SHA256,
			   "054edec1d0211f624fed0cbca9d4f9400b0e491c43742af2c5b0abebf0c990d8"));
		OK(s.d.n_parts == 2 &&
		   shows(&s, nr_ev_bytes(s.d.parts[1].offset, s.d.parts[1].length), "AAECAw=="));
		done(&s);
	}
}

static void test_mail__two_names_that_differ_are_told(void)
{
	struct seen s = look_text(ATTACHED("application/octet-stream; name=\"report.pdf\"",
					   "attachment; filename=\"report.exe\""));
	const struct nr_finding *f = finding(&s, "mail.attachment.name-trick");

	OK(fact_is(&s, "part.name-conflict", "report.pdf"));
	OK(f && asserts(&s, f, NR_OBS_FILE_NAME, "report.exe"));
	OK(finding(&s, "mail.attachment.executable") != NULL);
	OK(s.d.verdict.cls == NR_CLASS_MALICIOUS);
	done(&s);
}

static void test_mail__boundary_prefix_is_no_boundary(void)
{
	struct seen s = look_text(
		HEAD
		"Content-Type: multipart/mixed; boundary=ab\r\n\r\n--ab\r\n"
		"Content-Type: multipart/alternative; boundary=abc\r\n\r\n"
		"--abc\r\n\r\none\r\n--abc\r\nContent-Type: text/html\r\n\r\ntwo\r\n--abc--\r\n"
		"--ab \r\nContent-Type: text/plain; name=x.txt\r\n\r\nthree\r\n--ab--\r\nepilogue");

	OK(s.rc == NR_OK && s.d.n_parts == 3);
	OK(nr_str_eq(s.d.parts[0].id, NR_STR("1.1.1")) && s.d.parts[0].size == 3);
	OK(nr_str_eq(s.d.parts[2].id, NR_STR("1.2")) && s.d.parts[2].size == 5);
	done(&s);
}

static void test_mail__message_inside(void)
{
	struct seen s = look_text(HEAD "Content-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\n"
				       "Content-Type: application/zip; name=a.zip\r\n\r\nPK");

	OK(s.rc == NR_OK && s.d.n_parts == 2);
	OK(nr_str_eq(s.d.parts[1].id, NR_STR("1.1")) &&
	   nr_str_eq(s.d.parts[1].name, NR_STR("a.zip")));
	done(&s);
}

static void test_mail__uuencoded_file_in_text(void)
{
	struct seen s =
		look_text(HEAD "\r\nSee:\r\n\r\nbegin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n");

	OK(s.d.n_parts == 2 && nr_str_eq(s.d.parts[1].name, NR_STR("cat.txt")) &&
	   s.d.parts[1].size == 3);
	OK(has_obs(&s, NR_OBS_MD5, "fa3ebd6742c360b2d9652b7f78d9bd7d"));
	done(&s);
}

static void test_mail__cut_off_is_told(void)
{
	struct seen s =
		look_text(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhal");

	OK(s.rc == NR_OK && fact_is(&s, "mime.defect", "multipart not closed: cut off?"));
	done(&s);
}

/* ---- findings ---- */

static void test_mail__link_mismatch_points_at_its_bytes(void)
{
	struct seen s = look_text(HEAD "Content-Type: text/html; charset=iso-2022-jp\r\n"
				       "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
				       "<p>=1B$B;qNA=1B(B <a\r\n "
				       "href=3D\"http://update.kyoei-portal.exa=\r\nmple/x?a=3D1\">"
				       "https://www.akebono.example/login</a>\r\n");
	const struct nr_finding *f = finding(&s, "mail.link.mismatch");

	OK(f && asserts(&s, f, NR_OBS_DOMAIN, "update.kyoei-portal.example"));
	OK(f && asserts(&s, f, NR_OBS_URL, "http://update.kyoei-portal.example/x?a=1"));
	OK(f && f->n_ev > 0 &&
	   shows(&s, f->ev[0], "http://update.kyoei-portal.exa=\r\nmple/x?a=3D1"));
	OK(s.d.verdict.cls == NR_CLASS_UNDECIDABLE || s.d.verdict.n_reasons > 0);
	done(&s);
}

static void test_mail__base64_evidence_is_exact(void)
{
	struct seen s = look_text(HEAD "Content-Type: text/plain\r\n"
				       "Content-Transfer-Encoding: base64\r\n\r\n"
				       "eHh4eHggaHR0cDovLzIw\r\nMy4wLjExMy43Ny9hIHl5\r\neXk=\r\n");
	const struct nr_finding *f = finding(&s, "mail.link.raw-ip");

	OK(f && asserts(&s, f, NR_OBS_IPV4, "203.0.113.77"));
	OK(f && shows(&s, f->ev[0], "aHR0cDovLzIw\r\nMy4wLjExMy43Ny9h"));
	done(&s);
}

static void test_mail__attachment_name_tricks(void)
{
	static const struct {
		const char *name, *trick; /* trick NULL: no name trick expected */
		bool runs;
	} rows[] = {
		{ "資料\u202ecod.scr", "direction", true },
		{ "資料\u2067fdp.exe", "direction", true },
		{ "report.doc                                                            .exe",
		  "spaces", true },
		{ "資料　　　　　　　　　　　　　.scr", "spaces", true },
		{ "報告書.pdf.scr", "harmless ending", true },
		{ "見積.xls.lnk", "harmless ending", true },
		{ "資料．exe", "full-width", true },
		{ "資料.exe.", "dots or spaces", true },
		{ "資料.EXE", NULL, true },
		{ "資料.hta", NULL, true },
		{ "資料.tar.gz", NULL, false },
		{ "2026.11.21 議事録.pdf", NULL, false },
		{ "報告書.doc.pdf", NULL, false },
		{ "資料．pdf", NULL, false },
		{ "invoice_v1.2.docx", NULL, false },
	};

	for (size_t i = 0; i < NR_COUNT(rows); i++) {
		char text[1024];
		struct seen s;
		const struct nr_finding *f;

		snprintf(
			text, sizeof(text),
			HEAD
			"Content-Type: application/octet-stream\r\n"
			"Content-Disposition: attachment; filename=\"%s\"\r\n\r\nharmless text\r\n",
			rows[i].name);
		s = look_text(text);
		f = finding(&s, "mail.attachment.name-trick");
		if (!OK(rows[i].trick ? f && memmem(f->summary.p, f->summary.n, rows[i].trick,
						    strlen(rows[i].trick)) != NULL
				      : f == NULL))
			printf("# '%s'\n", rows[i].name);
		OK((finding(&s, "mail.attachment.executable") != NULL) == rows[i].runs);
		OK((s.d.verdict.cls == NR_CLASS_MALICIOUS) == (rows[i].trick != NULL));
		done(&s);
	}
}

static void test_mail__program_under_a_document_name(void)
{
	char body[200], text[1024];
	struct seen s;
	const struct nr_finding *f;

	memset(body, 'A', sizeof(body));
	body[0] = 'M';
	body[1] = 'Z';
	body[sizeof(body) - 1] = 0;
	snprintf(text, sizeof(text),
		 HEAD "Content-Type: application/pdf; name=\"report.pdf\"\r\n\r\n%s", body);
	s = look_text(text);
	f = finding(&s, "mail.attachment.type-mismatch");
	OK(f && f->severity == NR_SEV_CRITICAL);
	OK(s.d.verdict.cls == NR_CLASS_MALICIOUS);
	done(&s);
}

static void test_mail__sender_and_names(void)
{
	static const struct {
		const char *head, *detector, *why;
	} rows[] = {
		{ "From: \"info@akebono.example\" <x@evil.example>\r\n", "mail.sender.mismatch",
		  "display name says" },
		{ "From: PayPal <x@evil.example>\r\n", "mail.sender.mismatch",
		  "calls itself paypal" },
		{ "From: =?utf-8?B?5LiJ5LqV5L2P5Y+L6YqA6KGM?= <x@evil.example>\r\n",
		  "mail.sender.mismatch", "三井住友" },
		{ "From: x@akebomo.example\r\nTo: y@akebono.example\r\n", "mail.lookalike",
		  "one letter away" },
		{ "From: x@xn--pypl-53dc.example\r\n", "mail.lookalike", "mixes letters" },
		{ "From: Kundenservice\r\n", "mail.sender.invalid", "no valid address" },
		{ "From: Detran <x@detran>\r\n", "mail.sender.invalid", "no valid address" },
		{ "From: x@a.example\r\nSubject: 𝐘𝐎𝐔𝐑 prize\r\n", "mail.text.disguise", "subject" },
		{ "From: x@a.example\r\nSubject: your p\u0430ypal\r\n", "mail.text.disguise",
		  "subject" },
		{ "From: x@paypal-secure.example\r\n", "mail.lookalike", "name of paypal" },
		{ "From: x@a.example\r\nAuthentication-Results: mx; spf=pass; dmarc=fail\r\n",
		  "mail.auth.fail", "dmarc=fail" },
		{ "Received: from a by b; Sat, 21 Nov 2026 10:00:00 +0900\r\n"
		  "Received: from c by a; Sat, 21 Nov 2026 13:00:00 +0900\r\nFrom: x@a.example\r\n",
		  "mail.hop.time", "relay" },
	};
	static const char *const quiet[] = {
		"From: PayPal <service@mail.paypal.com>\r\n",
		"From: Taro <x@akebono.example>\r\nTo: y@akebono.example\r\n",
		"From: x@xn--wgv71a119e.jp\r\n",
		"From: x@a.example\r\nSubject: Привет, World: отчёт Q3\r\n",
		"From: x@a.example\r\nAuthentication-Results: mx; spf=pass; dmarc=pass\r\n",
	};

	for (size_t i = 0; i < NR_COUNT(rows); i++) {
		char text[512];
		struct seen s;
		const struct nr_finding *f;

		snprintf(text, sizeof(text), "%s\r\nbody\r\n", rows[i].head);
		s = look_text(text);
		f = finding(&s, rows[i].detector);
		if (!OK(f && memmem(f->summary.p, f->summary.n, rows[i].why, strlen(rows[i].why))))
			printf("# row %zu\n", i);
		done(&s);
	}
	for (size_t i = 0; i < NR_COUNT(quiet); i++) {
		char text[512];
		struct seen s;

		snprintf(text, sizeof(text), "%s\r\nbody\r\n", quiet[i]);
		s = look_text(text);
		OK(s.rc == NR_OK && s.d.n_findings == 0);
		done(&s);
	}
}

static void test_mail__script_and_charset(void)
{
	struct seen s = look_text(
		HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\n"
		     "关于会议的资料を送付いたします。ご確認ください。宜しくお願い致します。\r\n");
	struct seen t = look_text(HEAD "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
				       "会議の資料を送付いたします。ご確認ください。\r\n");

	OK(finding(&s, "mail.simplified-han") != NULL);
	OK(finding(&t, "mail.simplified-han") == NULL);
	OK(finding(&t, "mail.charset.lie") != NULL);
	done(&s);
	done(&t);
}

static void test_mail__polite_text_is_not_decidable(void)
{
	struct seen s = look_text(HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\n関係各位\r\n"
				       "資料を事前に送付いたします。ご確認ください。\r\n");

	OK(s.d.n_findings == 0 && s.d.verdict.cls == NR_CLASS_UNDECIDABLE &&
	   s.d.verdict.score == 0);
	OK(s.d.verdict.n_reasons == 1 && memmem(s.d.verdict.reasons[0].p, s.d.verdict.reasons[0].n,
						"not decidable from text", 23));
	done(&s);
}

static void test_mail__report_asserts_what_it_defangs(void)
{
	struct seen s = look_text(
		HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\n"
		     "通信先 hxxp://evil[.]kyoei.example/ と ２０３．０．１１３．７７\r\n"
		     "MD5 d41d8cd98f00b204e9800998ecf8427e、連絡先 https://www.jp.example/\r\n");
	const struct nr_finding *f = finding(&s, "mail.indicators");

	OK(f && asserts(&s, f, NR_OBS_URL, "http://evil.kyoei.example/"));
	OK(f && asserts(&s, f, NR_OBS_DOMAIN, "evil.kyoei.example"));
	OK(f && asserts(&s, f, NR_OBS_IPV4, "203.0.113.77"));
	OK(f && asserts(&s, f, NR_OBS_MD5, "d41d8cd98f00b204e9800998ecf8427e"));
	OK(f && !asserts(&s, f, NR_OBS_DOMAIN, "www.jp.example"));
	OK(f && shows(&s, f->ev[0], "hxxp://evil[.]kyoei.example/"));
	OK(s.d.verdict.cls == NR_CLASS_INFORMATIONAL);
	done(&s);
}

/* The same words quoted, rewrapped and in another charset carry the same fingerprint. */
static void test_mail__reused_body_has_one_fingerprint(void)
{
	struct seen a = look_text(
		HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\n"
		     "関係各位\r\nお世話になっております。会議の資料を事前に送付いたします。"
		     "ご確認ください。\r\n");
	struct seen b = look_text(HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\n"
				       "> 関係各位\r\n> お世話になっております。会議の資料を\r\n"
				       "> 事前に送付いたします。ご確認ください。\r\n");
	const struct nr_obs *x = NULL, *y = NULL;

	for (size_t i = 0; i < a.d.n_obs; i++)
		if (a.d.obs[i].kind == NR_OBS_TEXT_HASH)
			x = &a.d.obs[i];
	for (size_t i = 0; i < b.d.n_obs; i++)
		if (b.d.obs[i].kind == NR_OBS_TEXT_HASH)
			y = &b.d.obs[i];
	OK(x && y && nr_str_eq(x->value, y->value));
	done(&a);
	done(&b);
}

/* ---- hostile ---- */

struct text {
	char *p;
	size_t n, room;
};

static void add(struct text *t, const char *fmt, ...) NR_PRINTF(2, 3);
static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->p + t->n, t->room - t->n, fmt, ap);
	va_end(ap);
	t->n += n > 0 ? (size_t)n : 0;
}

static void test_mail__bombs_are_refused_with_a_place(void)
{
	struct text t = { .room = (size_t)2 * MIB };
	struct seen s;

	t.p = malloc(t.room);
	if (!OK(t.p != NULL))
		return;
	add(&t, HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
	for (int i = 0; i < 10001; i++)
		add(&t, "--b\r\n\r\nx\r\n");
	s = look((struct nr_bytes){ (uint8_t *)t.p, t.n });
	OK(s.rc == NR_E_LIMIT && strcmp(s.e.what, "parts") == 0 && s.e.offset > 90000);
	done(&s);

	t.n = 0;
	add(&t, HEAD);
	for (int i = 0; i < 40; i++)
		add(&t, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
	s = look((struct nr_bytes){ (uint8_t *)t.p, t.n });
	OK(s.rc == NR_E_LIMIT && strcmp(s.e.what, "nesting") == 0 && s.e.offset > 1000);
	done(&s);

	t.n = 0;
	for (int i = 0; i < 5000; i++)
		add(&t, "X-A: b\r\n");
	s = look((struct nr_bytes){ (uint8_t *)t.p, t.n });
	OK(s.rc == NR_E_LIMIT && strcmp(s.e.what, "header") == 0);
	done(&s);
	free(t.p);
}

static void test_mail__huge_material_is_refused_and_long_lines_are_not(void)
{
	size_t n = (size_t)100 * MIB;
	char *p = malloc(n);
	struct seen s;

	if (!OK(p != NULL))
		return;
	memset(p, 'a', n);
	memcpy(p, HEAD "\r\n", strlen(HEAD) + 2);
	s = look((struct nr_bytes){ (uint8_t *)p, n });
	OK(s.rc == NR_E_LIMIT && strcmp(s.e.what, "material") == 0);
	done(&s);
	s = look((struct nr_bytes){ (uint8_t *)p, (size_t)4 * MIB });
	OK(s.rc == NR_OK && s.d.n_parts == 1);
	done(&s);
	free(p);
}

static void test_mail__several_messages_are_refused(void)
{
	struct seen s =
		look_text("From a@b.example Sat Nov 21 10:00:00 2026\nFrom: a@b.example\n\nx\n\n"
			  "From c@d.example Sat Nov 21 11:00:00 2026\nFrom: c@d.example\n\ny\n");
	struct seen one =
		look_text("From a@b.example Sat Nov 21 10:00:00 2026\nFrom: a@b.example\n\n"
			  "From now on: read\nFrom: what\n");

	OK(s.rc == NR_E_UNSUPPORTED && s.e.offset == 64 && strstr(s.e.msg, "split"));
	OK(one.rc == NR_OK);
	done(&s);
	done(&one);
}

static void test_mail__truncation_anywhere_is_harmless(void)
{
	static const char text[] =
		"Received: from a ([203.0.113.1]) by b; Sat, 21 Nov 2026 10:00:00 "
		"+0900\r\n" ATTACHED(
			"application/pdf; name*0*=utf-8''%E8%B3%87; name*1=.pdf",
			"attachment; filename=\"=?ISO-2022-JP?B?GyRCO3FOQRsoQi5wZGY=?=\"");
	unsigned bad = 0;

	for (size_t n = 1; n < sizeof(text) - 1; n++) {
		uint8_t *copy = malloc(n); /* exact, so that a sanitizer sees one byte too many */
		struct seen s;

		if (!copy)
			return;
		memcpy(copy, text, n);
		s = look((struct nr_bytes){ copy, n });
		if (s.rc != NR_OK && s.rc != NR_E_MALFORMED && bad++ == 0)
			printf("# at %zu: %s %s\n", n, nr_rc_name(s.rc), s.e.msg);
		for (size_t i = 0; i < s.d.n_parts; i++)
			bad += s.d.parts[i].offset + s.d.parts[i].length > n;
		done(&s);
		free(copy);
	}
	OK(bad == 0);
}

int main(void)
{
	test_mail__subject_words_are_joined_before_decoding();
	test_mail__senders_and_path();
	test_mail__attachment_names();
	test_mail__two_names_that_differ_are_told();
	test_mail__boundary_prefix_is_no_boundary();
	test_mail__message_inside();
	test_mail__uuencoded_file_in_text();
	test_mail__cut_off_is_told();
	test_mail__link_mismatch_points_at_its_bytes();
	test_mail__base64_evidence_is_exact();
	test_mail__attachment_name_tricks();
	test_mail__program_under_a_document_name();
	test_mail__sender_and_names();
	test_mail__script_and_charset();
	test_mail__polite_text_is_not_decidable();
	test_mail__report_asserts_what_it_defangs();
	test_mail__reused_body_has_one_fingerprint();
	test_mail__bombs_are_refused_with_a_place();
	test_mail__huge_material_is_refused_and_long_lines_are_not();
	test_mail__several_messages_are_refused();
	test_mail__truncation_anywhere_is_harmless();
	return tap_done();
}
