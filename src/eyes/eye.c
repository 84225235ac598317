#include "eyes/eye.h"

#define NR_EYE(name) extern const struct nr_eye nr_eye_##name;
#include "eyes/eyes.def"
#undef NR_EYE

const struct nr_eye *const nr_eyes[] = {
#define NR_EYE(name) &nr_eye_##name,
#include "eyes/eyes.def"
#undef NR_EYE
	NULL,
};
const size_t nr_eyes_count = NR_COUNT(nr_eyes) - 1;

enum { HEAD = 4096, PROBE_MIN = 20, HASH_STEP = 1 << 20 };

const struct nr_eye *nr_eye_find(struct nr_str name)
{
	for (size_t i = 0; i < nr_eyes_count; i++)
		if (nr_str_eq(nr_str_c(nr_eyes[i]->name), name))
			return nr_eyes[i];
	return NULL;
}

const struct nr_eye *nr_eye_probe(struct nr_bytes head)
{
	const struct nr_eye *best = NULL;
	unsigned top = PROBE_MIN - 1;

	for (size_t i = 0; i < nr_eyes_count; i++) {
		unsigned p = nr_eyes[i]->probe(head);

		if (p > top) {
			top = p;
			best = nr_eyes[i];
		}
	}
	return best;
}

/* Reads what the eye did not, so that the digest covers every byte. */
static enum nr_rc hash_rest(const struct nr_src *src, struct nr_err *reterr)
{
	uint8_t *buf;
	enum nr_rc rc = NR_OK;
	size_t n = 1;

	if (src->tee->next >= src->size)
		return NR_OK;
	buf = malloc(HASH_STEP);
	if (!buf)
		return nr_fail(reterr, NR_E_NOMEM, "hash", 0, "no memory");
	while (rc == NR_OK && n && src->tee->next < src->size)
		rc = nr_src_read(src, src->tee->next, buf, HASH_STEP, &n, reterr);
	free(buf);
	return rc;
}

static enum nr_rc look_and_hash(const struct nr_eye *eye, const struct nr_eye_in *in,
				struct nr_dossier *d, struct nr_err *reterr)
{
	NR_CLEANUP(nr_hash_free) struct nr_hash *h = nr_hash_open();
	struct nr_tee tee = { .hash = h };
	struct nr_eye_in teed = *in;

	if (!h)
		return nr_fail(reterr, NR_E_NOMEM, "hash", 0, "no memory");
	teed.src.tee = &tee;
	NR_TRY(eye->look(&teed, d, reterr));
	NR_TRY(hash_rest(&teed.src, reterr));
	d->material.sha256 = nr_hash_value(h);
	return NR_OK;
}

enum nr_rc nr_eye_look(const struct nr_eye *eye, const struct nr_eye_in *in, struct nr_dossier *d,
		       struct nr_err *reterr)
{
	uint8_t head[HEAD];
	size_t n = 0;

	NR_TRY(nr_src_read(&in->src, 0, head, sizeof(head), &n, reterr));
	if (n == 0)
		return nr_fail(reterr, NR_E_TRUNCATED, "material", 0, "the material is empty");
	if (!eye)
		eye = nr_eye_probe((struct nr_bytes){ head, n });
	if (!eye)
		return nr_fail(reterr, NR_E_UNSUPPORTED, "kind", 0,
			       "neither a capture (pcap, pcapng) nor a mail (RFC 5322)");
	if (in->src.size > eye->limits.max_input)
		return nr_fail(reterr, NR_E_LIMIT, "material", eye->limits.max_input,
			       "%llu bytes, the %s eye takes at most %llu",
			       (unsigned long long)in->src.size, eye->name,
			       (unsigned long long)eye->limits.max_input);
	d->eye = nr_str_c(eye->name);
	d->eye_version = eye->version;
	d->material.kind = nr_str_c(eye->kind);
	d->material.name = nr_arena_str(d->a, in->name);
	d->material.size = in->src.size;
	NR_TRY(look_and_hash(eye, in, d, reterr));
	if (d->rc != NR_OK || d->a->exhausted)
		return nr_fail(reterr, NR_E_LIMIT, "dossier", 0,
			       "the material asserts more than one dossier may hold");
	return NR_OK;
}
