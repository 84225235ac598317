#include "model/observable.h"

#include <arpa/inet.h>

static const char *const names[NR_OBS_KINDS] = {
	[NR_OBS_IPV4] = "ipv4",
	[NR_OBS_IPV6] = "ipv6",
	[NR_OBS_DOMAIN] = "domain",
	[NR_OBS_URL] = "url",
	[NR_OBS_EMAIL] = "email",
	[NR_OBS_SHA256] = "sha256",
	[NR_OBS_SHA1] = "sha1",
	[NR_OBS_MD5] = "md5",
	[NR_OBS_FILE_NAME] = "file-name",
	[NR_OBS_SUBJECT] = "subject",
	[NR_OBS_MESSAGE_ID] = "message-id",
	[NR_OBS_JA3] = "ja3",
	[NR_OBS_USER_AGENT] = "user-agent",
	[NR_OBS_TEXT_HASH] = "text-hash",
};

const char *nr_obs_kind_name(enum nr_obs_kind k)
{
	return (unsigned)k < NR_OBS_KINDS && names[k] ? names[k] : "unknown";
}

enum nr_rc nr_obs_kind_parse(struct nr_str s, enum nr_obs_kind *ret, struct nr_err *reterr)
{
	for (unsigned i = 1; i < NR_OBS_KINDS; i++)
		if (nr_str_eq(nr_str_c(names[i]), s)) {
			*ret = (enum nr_obs_kind)i;
			return NR_OK;
		}
	return nr_fail(reterr, NR_E_MALFORMED, "observable-kind", 0,
		       "unknown kind of observable '%.*s'", s.n > 40 ? 40 : (int)s.n, s.p);
}
