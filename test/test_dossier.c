/* The wire form: what goes out comes back, and what a hostile worker might say does not come in. */
#include "model/dossier_json.h"
#include "tap.h"

static const struct nr_str release[] = { { .p = "npa", .n = 3 } };

static void fill(struct nr_dossier *d, struct nr_arena *a)
{
	struct nr_part part = { .id = NR_STR("1.2"),
				.name = NR_STR("資料\"送付\".pdf"),
				.media_type = NR_STR("application/pdf"),
				.offset = 10,
				.length = 20,
				.size = 15,
				.attachment = true };
	struct nr_finding *f;
	uint32_t x, y;

	nr_dossier_init(d, a);
	d->eye = NR_STR("mail");
	d->eye_version = 3;
	d->material = (struct nr_material){ .kind = NR_STR("mail"),
					    .name = NR_STR("x\ny.eml"),
					    .media_type = NR_STR("message/rfc822"),
					    .size = 100,
					    .first_us = 1314362400000000,
					    .last_us = 1314362400000001 };
	d->submission = (struct nr_submission){ NR_STR("pref-13"), NR_STR(""), NR_STR("basis"),
						1795391520123456 };
	d->marking = (struct nr_marking){ .tlp = NR_TLP_AMBER_STRICT,
					  .origin = NR_STR("pref-13"),
					  .release = release,
					  .n_release = 1 };
	x = nr_dossier_obs(d, NR_OBS_IPV4, NR_STR("192.0.2.1"), "source", nr_ev_bytes(1, 2));
	y = nr_dossier_obs(d, NR_OBS_MD5, NR_STR("d41d8cd98f00b204e9800998ecf8427e"), "attachment",
			   nr_ev_part(NR_STR("1.2"), 10, 20));
	OK(nr_dossier_obs(d, NR_OBS_IPV4, NR_STR("192.0.2.1"), "other", nr_ev_bytes(5, 2)) == x);
	nr_dossier_rel(d, x, y, "sent");
	f = nr_dossier_finding(d, "mail.link.mismatch", NR_SEV_HIGH, 80, "T1566.002");
	f->summary = NR_STR("text names a.example, the target is b.example");
	nr_finding_obs(f, x);
	nr_finding_ev(f, nr_ev_packet(7, 24, 60));
	nr_finding_param(f, "target", NR_STR("b.example"));
	nr_dossier_counter(d, "port", NR_STR("23/tcp"), 5, 2);
	nr_dossier_part(d, &part);
	nr_dossier_fact(d, "subject", NR_STR("添付\t資料"), 0, nr_ev_bytes(0, 9));
	d->verdict.cls = NR_CLASS_DECEPTIVE;
	d->verdict.score = 70;
	nr_dossier_reason(d, "because of %d", 1);
	d->text = NR_STR("添付資料");
}

static void test_dossier__round_trip_is_exact(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 24);
	NR_CLEANUP(nr_wr_done) struct nr_wr w1 = NR_WR_INIT(1 << 20);
	NR_CLEANUP(nr_wr_done) struct nr_wr w2 = NR_WR_INIT(1 << 20);
	struct nr_dossier d, back;
	struct nr_err e = { .rc = NR_OK };

	fill(&d, &a);
	nr_dossier_write(&d, &w1);
	OK(w1.rc == NR_OK);
	if (!OK(nr_dossier_read(nr_wr_view(&w1), &a, &back, &e) == NR_OK))
		printf("# %s\n", e.msg);
	nr_dossier_write(&back, &w2);
	OK(nr_bytes_eq(nr_wr_view(&w1), nr_wr_view(&w2)));
	OK(back.obs[0].count == 2);
	OK(nr_str_eq(back.parts[0].name, NR_STR("資料\"送付\".pdf")));
}

/* Replaces one piece of a good dossier's text and says how reading it ends. */
static enum nr_rc with(const char *from, const char *to, struct nr_err *e)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 24);
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(1 << 20);
	NR_CLEANUP(nr_wr_done) struct nr_wr x = NR_WR_INIT(1 << 20);
	struct nr_dossier d, back;
	const char *at;

	fill(&d, &a);
	nr_dossier_write(&d, &w);
	nr_wr_u8(&w, 0);
	at = strstr((const char *)w.p, from);
	if (!OK(at != NULL))
		return NR_E_BUG;
	nr_wr_bytes(&x, w.p, (size_t)(at - (const char *)w.p));
	nr_wr_cstr(&x, to);
	nr_wr_cstr(&x, at + strlen(from));
	return nr_dossier_read(nr_wr_view(&x), &a, &back, e);
}

static void test_dossier__a_lying_worker_is_refused(void)
{
	struct nr_err e;

	OK(with("\"192.0.2.1\"", "\"192.000.2.1\"", &e) == NR_E_MALFORMED);
	OK(with("\"from\":0", "\"from\":9", &e) == NR_E_MALFORMED);
	OK(with("\"size\":100", "\"size\":5", &e) == NR_E_MALFORMED);
	OK(strstr(e.msg, "outside the material") != NULL);
	OK(with("\"confidence\":80", "\"confidence\":101", &e) == NR_E_MALFORMED);
	OK(with("\"confidence\":80", "\"confidence\":-1", &e) == NR_E_MALFORMED);
	OK(with("mail.link.mismatch", "<script>", &e) == NR_E_MALFORMED);
	OK(with("\"eye\":{", "\"extra\":1,\"eye\":{", &e) == NR_E_MALFORMED);
	OK(with("\"eye\":{", "\"text\":\"twice\",\"eye\":{", &e) == NR_E_MALFORMED);
	OK(with("deceptive", "harmless", &e) == NR_E_MALFORMED);
	OK(with("noroshi.dossier/1", "noroshi.dossier/2", &e) == NR_E_MALFORMED);
	OK(with("\"verdict\":{", "\"verdict\":[{", &e) == NR_E_MALFORMED);
}

static void test_dossier__same_material_from_two_units_is_two_dossiers(void)
{
	struct nr_sha256 h = { { 1 } };
	struct nr_uuid a = nr_dossier_id(NR_STR("pref-13"), NR_STR(""), NR_STR("mail"), &h);
	struct nr_uuid b = nr_dossier_id(NR_STR("pref-27"), NR_STR(""), NR_STR("mail"), &h);
	struct nr_uuid c = nr_dossier_id(NR_STR("pref-13"), NR_STR(""), NR_STR("mail"), &h);

	OK(memcmp(&a, &b, sizeof(a)) != 0);
	OK(memcmp(&a, &c, sizeof(a)) == 0);
}

static void test_dossier__limits_latch(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
	struct nr_dossier d;

	nr_dossier_init(&d, &a);
	for (int i = 0; i < NR_DOSSIER_FACTS; i++)
		nr_dossier_fact(&d, "f", NR_STR("v"), 0, nr_ev_bytes(0, 0));
	OK(d.rc == NR_OK);
	nr_dossier_fact(&d, "f", NR_STR("v"), 0, nr_ev_bytes(0, 0));
	OK(d.rc == NR_E_LIMIT);
	OK(d.n_facts == NR_DOSSIER_FACTS);
}

int main(void)
{
	test_dossier__round_trip_is_exact();
	test_dossier__a_lying_worker_is_refused();
	test_dossier__same_material_from_two_units_is_two_dossiers();
	test_dossier__limits_latch();
	return tap_done();
}
