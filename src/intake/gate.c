#include "intake/gate.h"

static const char *const secret_marks[] = { "特定秘密", "特別防衛秘密", "重要経済安保情報" };
/* 特定秘密保護法, 特定秘密の保護に関する法律, 重要経済安保情報保護活用法: talk about the law. */
static const char *const statutes[] = { "保護法", "の保護", "保護活用法", "の指定及び" };

enum { BASIS_MAX = 4096 };

/* Bytes of a space at p: ASCII, U+3000, U+200B..U+200D, U+FEFF; 0: none. */
static size_t space_at(const char *p, size_t n)
{
	static const char *const wide[] = { "\u3000", "\u200b", "\u200c", "\u200d", "\ufeff" };

	if (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
		return 1;
	for (size_t i = 0; i < NR_COUNT(wide); i++)
		if (n >= 3 && memcmp(p, wide[i], 3) == 0)
			return 3;
	return 0;
}

/* Where word ends when it stands at the beginning of t, spaces inside ignored; 0: it does not. */
static size_t match(struct nr_str t, const char *word)
{
	size_t at = 0, k = strlen(word), i = 0;

	while (i < k && at < t.n) {
		size_t skip = i ? space_at(t.p + at, t.n - at) : 0;

		if (skip) {
			at += skip;
			continue;
		}
		if (t.p[at] != word[i])
			return 0;
		at++;
		i++;
	}
	return i == k ? at : 0;
}

static bool is_statute(struct nr_str t)
{
	while (t.n) {
		size_t skip = space_at(t.p, t.n);

		if (!skip)
			break;
		t.p += skip;
		t.n -= skip;
	}
	for (size_t i = 0; i < NR_COUNT(statutes); i++)
		if (match(t, statutes[i]))
			return true;
	return false;
}

const char *nr_gate_secret(struct nr_str text)
{
	for (size_t i = 0; i < text.n; i++)
		for (size_t m = 0; m < NR_COUNT(secret_marks); m++) {
			struct nr_str t = { text.p + i, text.n - i };
			size_t end = match(t, secret_marks[m]);

			if (end && !is_statute((struct nr_str){ t.p + end, t.n - end }))
				return secret_marks[m];
		}
	return NULL;
}

static enum nr_rc refuse_secret(struct nr_str text, const char *where, struct nr_err *reterr)
{
	const char *mark = nr_gate_secret(text);

	if (!mark)
		return NR_OK;
	return nr_fail(reterr, NR_E_DENIED, where, UINT64_MAX,
		       "carries the mark %s in its %s: such material must not enter this system "
		       "(G19); hand it to the security officer",
		       mark, where);
}

static enum nr_rc check_secrets(const struct nr_submit *sub, const struct nr_dossier *d,
				struct nr_err *reterr)
{
	NR_TRY(refuse_secret(d->material.name, "name", reterr));
	NR_TRY(refuse_secret(sub->basis, "basis", reterr));
	for (size_t i = 0; i < d->n_obs; i++) {
		if (d->obs[i].kind == NR_OBS_SUBJECT)
			NR_TRY(refuse_secret(d->obs[i].value, "subject", reterr));
		if (d->obs[i].kind == NR_OBS_FILE_NAME)
			NR_TRY(refuse_secret(d->obs[i].value, "file name", reterr));
	}
	for (size_t i = 0; i < d->n_parts; i++)
		NR_TRY(refuse_secret(d->parts[i].name, "attachment name", reterr));
	for (size_t i = 0; i < d->n_facts; i++)
		if (strcasecmp(d->facts[i].name, "subject") == 0)
			NR_TRY(refuse_secret(d->facts[i].value, "subject", reterr));
	return NR_OK;
}

static enum nr_rc find_unit(struct nr_store *s, struct nr_str id, const char *what,
			    struct nr_arena *a, struct nr_unit *ret, struct nr_err *reterr)
{
	enum nr_rc rc = NR_E_NOTFOUND;

	if (nr_slug_ok(id))
		rc = nr_store_unit_get(s, id, a, ret, reterr);
	if (rc == NR_E_NOTFOUND)
		return nr_fail(reterr, rc, what, UINT64_MAX,
			       "%s '%.*s' is not enrolled: see 'noroshi unit list'", what,
			       (int)(id.n > NR_SLUG_MAX ? NR_SLUG_MAX : id.n), id.p ? id.p : "");
	return rc;
}

static enum nr_rc find_sensor(struct nr_store *s, const struct nr_submit *sub, struct nr_arena *a,
			      struct nr_sensor *ret, struct nr_err *reterr)
{
	enum nr_rc rc = NR_E_NOTFOUND;

	if (nr_slug_ok(sub->sensor))
		rc = nr_store_sensor_get(s, sub->sensor, a, ret, reterr);
	if (rc == NR_E_NOTFOUND)
		return nr_fail(reterr, rc, "sensor", UINT64_MAX,
			       "sensor '%.*s' is not enrolled: see 'noroshi sensor list'",
			       (int)(sub->sensor.n > NR_SLUG_MAX ? NR_SLUG_MAX : sub->sensor.n),
			       sub->sensor.p);
	if (rc == NR_OK && !nr_str_eq(ret->unit, sub->unit))
		return nr_fail(reterr, NR_E_INVAL, "sensor", UINT64_MAX,
			       "sensor '%.*s' does not belong to unit '%.*s'", NR_FMT(sub->sensor),
			       NR_FMT(sub->unit));
	return rc;
}

static enum nr_rc no_basis(const struct nr_submit *sub, struct nr_err *reterr)
{
	return nr_fail(reterr, NR_E_DENIED, "basis", UINT64_MAX,
		       "no legal basis: none was given, and neither %s%.*s%sunit '%.*s' has a "
		       "standing one (G16); give one with --basis TEXT",
		       sub->sensor.n ? "sensor '" : "", NR_FMT(sub->sensor),
		       sub->sensor.n ? "' nor " : "", NR_FMT(sub->unit));
}

static int cmp_str(const void *a, const void *b)
{
	const struct nr_str *x = a, *y = b;
	int c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return c ? c : (x->n > y->n) - (x->n < y->n);
}

/* The marking as it is stored: origin filled in, releases sorted and single, all of them enrolled. */
static enum nr_rc set_marking(struct nr_store *s, const struct nr_submit *sub, struct nr_dossier *d,
			      struct nr_err *reterr)
{
	const struct nr_marking *m = &sub->marking;
	struct nr_str *rel, origin = m->origin.n ? m->origin : sub->unit;
	struct nr_unit u;
	size_t n = 0;

	if ((unsigned)m->tlp >= NR_TLP_COUNT)
		return nr_fail(reterr, NR_E_INVAL, "tlp", UINT64_MAX, "no such TLP level");
	if (m->n_release > NR_RELEASE_MAX)
		return nr_fail(reterr, NR_E_LIMIT, "release", UINT64_MAX,
			       "%zu units named, at most %d", m->n_release, NR_RELEASE_MAX);
	if (m->origin.n)
		NR_TRY(find_unit(s, m->origin, "origin", d->a, &u, reterr));
	rel = NR_NEW_N(d->a, struct nr_str, m->n_release + 1);
	if (!rel)
		return nr_fail(reterr, NR_E_LIMIT, "memory", UINT64_MAX, "the dossier is full");
	for (size_t i = 0; i < m->n_release; i++) {
		NR_TRY(find_unit(s, m->release[i], "release unit", d->a, &u, reterr));
		rel[i] = nr_arena_str(d->a, m->release[i]);
	}
	if (m->n_release)
		qsort(rel, m->n_release, sizeof(*rel), cmp_str);
	for (size_t i = 0; i < m->n_release; i++)
		if (n == 0 || !nr_str_eq(rel[n - 1], rel[i]))
			rel[n++] = rel[i];
	d->marking = (struct nr_marking){
		.tlp = m->tlp, .origin = nr_arena_str(d->a, origin), .release = rel, .n_release = n
	};
	return NR_OK;
}

enum nr_rc nr_gate_check(struct nr_store *s, const struct nr_submit *sub, struct nr_dossier *d,
			 struct nr_err *reterr)
{
	struct nr_str basis = sub->basis;
	struct nr_sensor v = { .unit = sub->unit };
	struct nr_unit u;

	NR_TRY(find_unit(s, sub->unit, "unit", d->a, &u, reterr));
	if (sub->sensor.n)
		NR_TRY(find_sensor(s, sub, d->a, &v, reterr));
	if (basis.n == 0)
		basis = v.basis;
	if (basis.n == 0)
		basis = u.basis;
	if (basis.n == 0)
		return no_basis(sub, reterr);
	if (basis.n > BASIS_MAX)
		return nr_fail(reterr, NR_E_LIMIT, "basis", UINT64_MAX, "over %d bytes", BASIS_MAX);
	NR_TRY(check_secrets(sub, d, reterr));
	NR_TRY(set_marking(s, sub, d, reterr));
	d->submission = (struct nr_submission){ .unit = nr_arena_str(d->a, sub->unit),
						.sensor = nr_arena_str(d->a, sub->sensor),
						.basis = nr_arena_str(d->a, basis),
						.received_us = sub->now_us };
	d->id = nr_dossier_id(sub->unit, sub->sensor, d->eye, &d->material.sha256);
	if (d->a->exhausted)
		return nr_fail(reterr, NR_E_LIMIT, "memory", UINT64_MAX, "the dossier is full");
	return NR_OK;
}
