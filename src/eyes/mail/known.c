#include "eyes/mail/known.h"

static const char *const freemail[] = {
	"yahoo.co.jp",  "ymail.ne.jp",    "gmail.com",      "googlemail.com", "hotmail.co.jp",
	"hotmail.com",  "live.jp",        "live.com",       "outlook.jp",     "outlook.com",
	"msn.com",      "excite.co.jp",   "mail.goo.ne.jp", "livedoor.com",   "infoseek.jp",
	"aol.jp",       "aol.com",        "icloud.com",     "me.com",         "mac.com",
	"docomo.ne.jp", "ezweb.ne.jp",    "au.com",         "softbank.ne.jp", "i.softbank.jp",
	"163.com",      "126.com",        "yeah.net",       "qq.com",         "foxmail.com",
	"sina.com",     "sohu.com",       "21cn.com",       "naver.com",      "daum.net",
	"hanmail.net",  "nate.com",       "yahoo.com.tw",   "pchome.com.tw",  "yahoo.com",
	"proton.me",    "protonmail.com", "tuta.io",        "mail.ru",        "yandex.ru",
	"yandex.com",   "gmx.de",         "gmx.com",        "gmx.net",        "zoho.com",
	"bol.com.br",   "uol.com.br",     "terra.com.br",   "web.de",         "mail.com",
};

/* What people are shown, and the domains those parties really write from (suffixes). */
static const struct party {
	const char *word; /* folded; matched as a whole word when ASCII */
	const char *domains;
} parties[] = {
	{ "paypal", "paypal.com paypal.co.uk paypal.de paypal-communication.com" },
	{ "amazon", "amazon.com amazon.co.jp amazon.de amazon.co.uk amazonses.com amazonaws.com "
		    "a2z.com amazon.com.br amazon.es amazon.it amazon.fr" },
	{ "netflix", "netflix.com netflix.net" },
	{ "apple", "apple.com icloud.com me.com" },
	{ "icloud", "apple.com icloud.com me.com" },
	{ "microsoft", "microsoft.com microsoftonline.com office.com outlook.com office365.com "
		       "live.com msn.com windows.com" },
	{ "office365", "microsoft.com microsoftonline.com office.com office365.com" },
	{ "docusign", "docusign.com docusign.net" },
	{ "dhl", "dhl.com dhl.de dhl-news.com" },
	{ "fedex", "fedex.com" },
	{ "usps", "usps.com usps.gov" },
	{ "facebook", "facebook.com facebookmail.com fb.com meta.com" },
	{ "instagram", "instagram.com facebookmail.com" },
	{ "linkedin", "linkedin.com" },
	{ "whatsapp", "whatsapp.com" },
	{ "metamask", "metamask.io" },
	{ "coinbase", "coinbase.com" },
	{ "binance", "binance.com" },
	{ "trustwallet", "trustwallet.com" },
	{ "trust wallet", "trustwallet.com" },
	{ "ledger", "ledger.com" },
	{ "mcafee", "mcafee.com" },
	{ "norton", "norton.com nortonlifelock.com" },
	{ "costco", "costco.com" },
	{ "walmart", "walmart.com" },
	{ "bradesco", "bradesco.com.br" },
	{ "santander", "santander.com santander.com.br gruposantander.com" },
	{ "nubank", "nubank.com.br" },
	{ "banco do brasil", "bb.com.br" },
	{ "mercado livre", "mercadolivre.com.br mercadolivre.com mercadopago.com" },
	{ "wells fargo", "wellsfargo.com" },
	{ "chase", "chase.com jpmorgan.com" },
	{ "american express", "americanexpress.com aexp.com" },
	{ "ebay", "ebay.com ebay.co.uk ebay.de" },
	{ "spotify", "spotify.com" },
	{ "dropbox", "dropbox.com dropboxmail.com" },
	{ "三井住友", "smbc.co.jp smbc-card.com vpass.ne.jp smtb.jp smfg.co.jp" },
	{ "三菱ufj", "mufg.jp bk.mufg.jp mufgcard.com" },
	{ "みずほ銀行", "mizuhobank.co.jp mizuho-bk.co.jp" },
	{ "ゆうちょ", "jp-bank.japanpost.jp japanpost.jp" },
	{ "日本郵便", "japanpost.jp post.japanpost.jp" },
	{ "楽天",
	  "rakuten.co.jp rakuten-card.co.jp rakuten-bank.co.jp rakuten.com rakuten-sec.co.jp" },
	{ "イオンカード", "aeon.co.jp aeonbank.co.jp aeoncredit.co.jp" },
	{ "えきねっと", "eki-net.com jreast.co.jp" },
	{ "etc利用照会", "etc-meisai.jp etc-user.jp" },
	{ "国税庁", "nta.go.jp" },
	{ "e-tax", "nta.go.jp e-tax.nta.go.jp" },
	{ "ヤマト運輸", "kuronekoyamato.co.jp yamato-transport.jp" },
	{ "佐川急便", "sagawa-exp.co.jp" },
	{ "ntt docomo", "nttdocomo.com docomo.ne.jp" },
	{ "警察庁", "npa.go.jp" },
	{ "総務省", "soumu.go.jp" },
	{ "野村證券", "nomura.co.jp nomura.com" },
	{ "sbi証券", "sbisec.co.jp" },
};

static char low(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool same(struct nr_str a, const char *b, size_t n)
{
	if (a.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (low(a.p[i]) != b[i])
			return false;
	return true;
}

static bool below(struct nr_str domain, const char *suffix, size_t n)
{
	if (domain.n < n)
		return false;
	return same((struct nr_str){ domain.p + (domain.n - n), n }, suffix, n) &&
	       (domain.n == n || domain.p[domain.n - n - 1] == '.');
}

bool nr_known_freemail(struct nr_str domain)
{
	for (size_t i = 0; i < NR_COUNT(freemail); i++)
		if (same(domain, freemail[i], strlen(freemail[i])))
			return true;
	return false;
}

static bool belongs(struct nr_str domain, const char *list)
{
	while (*list) {
		size_t n = strcspn(list, " ");

		if (below(domain, list, n))
			return true;
		list += n + (list[n] == ' ');
	}
	return false;
}

static bool letter(char c)
{
	return (low(c) >= 'a' && low(c) <= 'z') || (c >= '0' && c <= '9');
}

static bool holds_word(struct nr_str text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= text.n; i++)
		if (memcmp(text.p + i, word, n) == 0 &&
		    !(letter(word[0]) && i > 0 && letter(text.p[i - 1])) &&
		    !(letter(word[n - 1]) && i + n < text.n && letter(text.p[i + n])))
			return true;
	return false;
}

const char *nr_known_pretended(struct nr_str text, struct nr_str domain)
{
	for (size_t i = 0; i < NR_COUNT(parties); i++)
		if (holds_word(text, parties[i].word) && !belongs(domain, parties[i].domains))
			return parties[i].word;
	return NULL;
}

struct nr_str nr_known_registrable(struct nr_str d)
{
	static const char *const second[] = { "co", "ne", "or",  "ac",  "go",  "ad",  "ed",
					      "gr", "lg", "com", "net", "org", "gov", "edu" };
	size_t dots[3] = { 0 }, n = 0;
	struct nr_str sld;

	for (size_t i = d.n; i > 0 && n < 3; i--)
		if (d.p[i - 1] == '.')
			dots[n++] = i;
	if (n < 2)
		return d;
	sld = (struct nr_str){ d.p + dots[1], dots[0] - 1 - dots[1] };
	for (size_t i = 0; i < NR_COUNT(second) && d.n - dots[0] == 2; i++)
		if (same(sld, second[i], strlen(second[i]))) {
			size_t from = n > 2 ? dots[2] : 0;

			return (struct nr_str){ d.p + from, d.n - from };
		}
	return (struct nr_str){ d.p + dots[1], d.n - dots[1] };
}

static struct nr_str first_label(struct nr_str d)
{
	for (size_t i = 0; i < d.n; i++)
		if (d.p[i] == '.')
			return (struct nr_str){ d.p, i };
	return d;
}

bool nr_known_one_edit(struct nr_str a, struct nr_str b)
{
	struct nr_str x = first_label(a), y = first_label(b);
	size_t i = 0, tail = 0;

	if (x.n > y.n) {
		struct nr_str t = x;

		x = y;
		y = t;
	}
	if (x.n < 5 || y.n - x.n > 1 || nr_str_eq(x, y))
		return false;
	while (i < x.n && x.p[i] == y.p[i])
		i++;
	while (tail < x.n - i && x.p[x.n - 1 - tail] == y.p[y.n - 1 - tail])
		tail++;
	if (x.n != y.n)
		return i + tail == x.n;
	if (i + tail + 1 == x.n)
		return true;
	return i + tail + 2 == x.n && x.p[i] == y.p[i + 1] && x.p[i + 1] == y.p[i];
}

const char *nr_known_near(struct nr_str domain)
{
	struct nr_str reg = nr_known_registrable(domain);

	for (size_t i = 0; i < NR_COUNT(parties); i++) {
		size_t n = strcspn(parties[i].domains, " ");
		struct nr_str d = { parties[i].domains, n };

		if (d.n > 6 && !belongs(domain, parties[i].domains) && nr_known_one_edit(reg, d))
			return parties[i].word;
	}
	return NULL;
}

bool nr_known_redirector(struct nr_str host, struct nr_str url)
{
	static const char *const shorteners[] = {
		"t.co",       "bit.ly", "tinyurl.com", "urlz.fr",  "is.gd",       "cutt.ly",
		"ow.ly",      "goo.gl", "rb.gy",       "t.ly",     "shorturl.at", "buff.ly",
		"lnkd.in",    "x.gd",   "qr.paps.jp",  "u0u1.net", "v.gd",        "tiny.cc",
		"rebrand.ly", "s.id",   "lmy.de",
	};
	static const char *const opens[] = { "/url?", "/amp/", "/ck/a?", "/aclk?", "/link?url=" };
	bool search = below(host, "google.com", 10) || below(host, "bing.com", 8) ||
		      below(host, "google.co.jp", 12) || below(host, "google.co.uk", 12) ||
		      below(host, "googleadservices.com", 20) || below(host, "doubleclick.net", 15);

	for (size_t i = 0; i < NR_COUNT(shorteners); i++)
		if (same(host, shorteners[i], strlen(shorteners[i])))
			return true;
	for (size_t i = 0; search && i < NR_COUNT(opens); i++)
		if (memmem(url.p, url.n, opens[i], strlen(opens[i])))
			return true;
	return false;
}

const char *nr_known_inside(struct nr_str domain)
{
	struct nr_str label = first_label(nr_known_registrable(domain));

	for (size_t i = 0; i < NR_COUNT(parties); i++) {
		size_t n = strlen(parties[i].word);

		if (n >= 6 && letter(parties[i].word[0]) && !belongs(domain, parties[i].domains) &&
		    label.n > n && memmem(label.p, label.n, parties[i].word, n) &&
		    !strchr(parties[i].word, ' '))
			return parties[i].word;
	}
	return NULL;
}
