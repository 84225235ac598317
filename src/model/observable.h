/* observable.h -- canonical values that dossiers share: the joints of the whole system.
 *
 * Two spellings of one thing must become one canonical text here or nothing links.  Raw text is
 * kept by the dossier's evidence pointer, never rewritten. */
#pragma once

#include "base/arena.h"

enum nr_obs_kind {
	NR_OBS_IPV4 = 1,
	NR_OBS_IPV6 = 2,
	NR_OBS_DOMAIN = 3, /* lower case A-labels, no trailing dot              */
	NR_OBS_URL = 4,    /* RFC 3986 section 6.2.2 normal form                */
	NR_OBS_EMAIL = 5,  /* local part as given, domain canonical             */
	NR_OBS_SHA256 = 6, /* of a file or attachment, lower-case hexadecimal   */
	NR_OBS_SHA1 = 7,
	NR_OBS_MD5 = 8,
	NR_OBS_FILE_NAME = 9, /* NFC, as shown                                     */
	NR_OBS_SUBJECT = 10,  /* mail subject, NFKC casefolded                     */
	NR_OBS_MESSAGE_ID = 11,
	NR_OBS_JA3 = 12,
	NR_OBS_USER_AGENT = 13,
	NR_OBS_TEXT_HASH = 14, /* SHA-256 of a normalised body text                 */
};

enum { NR_OBS_KINDS = 15 /* table size: highest kind + 1 */ };

/* "ipv4" "ipv6" "domain" "url" "email" "sha256" "sha1" "md5" "file-name" "subject" "message-id"
 * "ja3" "user-agent" "text-hash" */
NR_STATIC const char *nr_obs_kind_name(enum nr_obs_kind k);
/* NR_E_MALFORMED for an unknown name. */
NR_MUSTUSE enum nr_rc nr_obs_kind_parse(struct nr_str s, enum nr_obs_kind *ret,
					struct nr_err *reterr);
/* The canonical form of raw, in the arena.  Idempotent.  NR_E_MALFORMED when raw is not of the
 * kind, NR_E_LIMIT above 8,192 bytes. */
NR_MUSTUSE enum nr_rc nr_obs_canon(enum nr_obs_kind k, struct nr_str raw, struct nr_arena *a,
				   struct nr_str *ret, struct nr_err *reterr);
/* Guesses the kind of a value a person typed (search box, indicator list) and canonicalises it;
 * understands defanged forms (hxxp, [.], ［．］, japan.md section 5.3).  NR_E_MALFORMED. */
NR_MUSTUSE enum nr_rc nr_obs_guess(struct nr_str raw, struct nr_arena *a,
				   enum nr_obs_kind *ret_kind, struct nr_str *ret,
				   struct nr_err *reterr);

/* One indicator found in running text: canonical value and where the raw spelling stands. */
struct nr_obs_hit {
	enum nr_obs_kind kind;
	struct nr_str value;
	size_t offset; /* byte offset of the raw spelling in the text */
	size_t length;
	bool defanged;
};

/* Finds addresses, domains, URLs, mail addresses and hashes in text, defanged forms included;
 * masked values (○○, [redacted], example.com) are not indicators.  A URL is followed by its host as
 * a hit of its own.  Calls each in order of offset, at most max times; returns the number of calls.  Stops early when each returns false. */
size_t nr_obs_scan(struct nr_str text, size_t max, struct nr_arena *a,
		   bool (*each)(void *ctx, const struct nr_obs_hit *hit), void *ctx);

/* The host of a canonical URL: a canonical domain or address.  false when url is not one. */
bool nr_obs_url_host(struct nr_str url, enum nr_obs_kind *ret_kind, struct nr_str *ret);
