#include "base/data.h"
#include "desks/link/link.h"
#include "intake/gate.h"
#include "intake/geo.h"
#include "intake/intake.h"
#include "model/dossier_json.h"
#include "store_util.h"
#include "world.h"

static struct nr_intake door(struct tmp_store *t)
{
	return (struct nr_intake){ .store = t->s, .link = nr_link_dossier };
}

/* A store with the tree, a sensor with a basis of its own and one without, and a unit without. */
static bool open_world(struct tmp_store *t)
{
	struct nr_err e = { .msg = "" };
	struct nr_unit bare = { .id = NR_STR("bare-member"),
				.kind = NR_UNIT_MEMBER,
				.name_ja = NR_STR("裸"),
				.name_en = NR_STR("Bare") };
	struct nr_sensor with = { .id = NR_STR("sensor-a"),
				  .unit = NR_STR("bare-member"),
				  .kind = NR_STR("silent"),
				  .name = NR_STR("a"),
				  .basis = NR_STR("own addresses") };
	struct nr_sensor without = with;
	bool ok = tmp_open(t) && world_enrol(t->s, &e) == NR_OK &&
		  nr_store_unit_put(t->s, &bare, &e) == NR_OK &&
		  nr_store_sensor_put(t->s, &with, &e) == NR_OK;

	without.id = NR_STR("sensor-b");
	without.basis = NR_STR("");
	return ok && nr_store_sensor_put(t->s, &without, &e) == NR_OK;
}

static struct nr_submit from(const char *unit, const char *sensor, const char *basis)
{
	return (struct nr_submit){ .unit = nr_str_c(unit),
				   .sensor = nr_str_c(sensor),
				   .basis = nr_str_c(basis),
				   .marking = { .tlp = NR_TLP_GREEN },
				   .actor = NR_STR("cli:test"),
				   .now_us = INT64_C(1785000000000000) };
}

static int64_t ledger_size(struct tmp_store *t)
{
	struct nr_ledger_head h = { .size = -1 };
	struct nr_err e;

	enum nr_rc rc = nr_ledger_head(t->s, &h, &e);

	return rc == NR_OK ? h.size : rc == NR_E_NOTFOUND ? 0 : -1;
}

static int64_t dossiers(struct tmp_store *t)
{
	int64_t n = -1;

	return nr_store_visible_count(t->s, ALL, &n, NULL) == NR_OK ? n : -1;
}

static struct nr_ledger_entry newest(struct tmp_store *t)
{
	struct nr_ledger_entry *v = NULL;
	struct nr_err e;
	size_t n = 0;

	if (nr_ledger_list(t->s, 0, 1, &t->a, &v, &n, &e) != NR_OK || n != 1)
		return (struct nr_ledger_entry){ .kind = "" };
	return v[0];
}

static enum nr_rc give(struct tmp_store *t, struct nr_submit sub, const char *name,
		       struct nr_receipt *r, struct nr_err *e)
{
	struct nr_intake in = door(t);
	struct nr_dossier d;
	struct nr_src src = nr_src_mem(nr_str_bytes(nr_str_c(name)));

	make_dossier(&d, &t->a, nr_str_c(name), NR_STR("本文"));
	d.submission = (struct nr_submission){ .received_us = 0 };
	return nr_intake_add(&in, &sub, &d, &src, r, e);
}

/* G16: import without a basis is refused, the ledger says so, nothing else changes. */
static void test_intake__basis(void)
{
	struct tmp_store t;
	struct nr_receipt r;
	struct nr_err e = { .msg = "" };
	struct nr_ledger_entry l;
	int64_t before;

	OK(open_world(&t));
	before = ledger_size(&t);
	OK(give(&t, from("bare-member", "", ""), "a.pcap", &r, &e) == NR_E_DENIED);
	OK(strcmp(e.what, "basis") == 0 && strstr(e.msg, "bare-member") &&
	   strstr(e.msg, "--basis TEXT"));
	OK(dossiers(&t) == 0);
	OK(ledger_size(&t) == before + 1);
	l = newest(&t);
	OK(strcmp(l.kind, "refused") == 0 && nr_str_eq(l.object, NR_STR("a.pcap")) &&
	   nr_str_eq(l.unit, NR_STR("bare-member")) &&
	   memmem(l.detail.p, l.detail.n, "no legal basis", 14));
	OK(give(&t, from("bare-member", "sensor-b", ""), "a.pcap", &r, &e) == NR_E_DENIED);
	OK(strstr(e.msg, "sensor-b") != NULL);
	OK(give(&t, from("bare-member", "sensor-a", ""), "a.pcap", &r, &e) == NR_OK);
	OK(give(&t, from("bare-member", "", "warrant 12"), "a.pcap", &r, &e) == NR_OK);
	OK(give(&t, from("minato-ginko", "", ""), "a.pcap", &r, &e) == NR_OK); /* standing */
	OK(dossiers(&t) == 3);
	tmp_close(&t);
}

static void test_intake__what_is_stored(void)
{
	struct tmp_store t;
	struct nr_receipt r;
	struct nr_err e = { .msg = "" };
	struct nr_str rel[] = { NR_STR("tokyo"), NR_STR("npa"), NR_STR("tokyo") };
	struct nr_submit sub = from("minato-ginko", "", "");
	struct nr_bytes json;
	struct nr_dossier back;
	struct nr_ledger_entry l;
	struct nr_sha256 digest;
	char hex[NR_UUID_TEXT];
	int fd = -1;

	OK(open_world(&t));
	sub.marking = (struct nr_marking){ .tlp = NR_TLP_AMBER, .release = rel, .n_release = 3 };
	OK(give(&t, sub, "mail.eml", &r, &e) == NR_OK);
	OK(nr_store_dossier_json(t.s, ALL, &r.id, &t.a, &json, &e) == NR_OK);
	OK(nr_dossier_read(json, &t.a, &back, &e) == NR_OK);
	OK(nr_str_eq(back.submission.basis, NR_STR("member agreement")));
	OK(nr_str_eq(back.marking.origin, NR_STR("minato-ginko")));
	OK(back.marking.n_release == 2 && nr_str_eq(back.marking.release[0], NR_STR("npa")));
	OK(back.submission.received_us == sub.now_us);
	OK(nr_store_blob_open(t.s, &r.sha256, &fd, &e) == NR_OK);
	OK(lseek(fd, 0, SEEK_END) == 8);
	close(fd);
	l = newest(&t);
	digest = nr_sha256(json);
	nr_uuid_format(&r.id, hex);
	OK(strcmp(l.kind, "dossier") == 0 && nr_str_eq(l.object, nr_str_c(hex)));
	OK(memcmp(l.digest.b, digest.b, 32) == 0);
	tmp_close(&t);
}

static void test_intake__duplicate_is_one_dossier(void)
{
	struct tmp_store t;
	struct nr_receipt one, two, other;
	struct nr_err e = { .msg = "" };
	struct nr_sha256 zero = { { 0 } };
	int64_t size;

	OK(open_world(&t));
	OK(give(&t, from("osaka", "", ""), "a.eml", &one, &e) == NR_OK);
	OK(!one.duplicate && memcmp(one.leaf.b, zero.b, 32) != 0);
	size = ledger_size(&t);
	OK(give(&t, from("osaka", "", ""), "a.eml", &two, &e) == NR_OK);
	OK(two.duplicate && memcmp(&one.id, &two.id, 16) == 0 && one.row == two.row);
	OK(memcmp(two.leaf.b, zero.b, 32) == 0);
	OK(ledger_size(&t) == size && dossiers(&t) == 1);
	/* Another unit's copy is no oracle: it is that unit's own dossier. */
	OK(give(&t, from("tokyo", "", ""), "a.eml", &other, &e) == NR_OK);
	OK(!other.duplicate && memcmp(&one.id, &other.id, 16) != 0 && dossiers(&t) == 2);
	tmp_close(&t);
}

static void test_intake__unknown_names(void)
{
	struct tmp_store t;
	struct nr_receipt r;
	struct nr_err e = { .msg = "" };
	struct nr_str rel = NR_STR("nobody");
	struct nr_submit sub;

	OK(open_world(&t));
	OK(give(&t, from("no-such", "", "x"), "a.eml", &r, &e) == NR_E_NOTFOUND);
	OK(strstr(e.msg, "no-such") && strstr(e.msg, "unit list"));
	OK(give(&t, from("Bad Unit", "", "x"), "a.eml", &r, &e) == NR_E_NOTFOUND);
	OK(give(&t, from("\xff\xfe", "", "x"), "a.eml", &r, &e) == NR_E_NOTFOUND);
	OK(newest(&t).unit.n == 0); /* bytes that are no text stay out of the ledger */
	OK(give(&t, from("osaka", "sensor-a", ""), "a.eml", &r, &e) == NR_E_INVAL);
	OK(strstr(e.msg, "does not belong") != NULL);
	OK(give(&t, from("osaka", "sensor-z", ""), "a.eml", &r, &e) == NR_E_NOTFOUND);
	sub = from("osaka", "", "");
	sub.marking.release = &rel;
	sub.marking.n_release = 1;
	OK(give(&t, sub, "a.eml", &r, &e) == NR_E_NOTFOUND && strstr(e.msg, "nobody"));
	OK(dossiers(&t) == 0 && ledger_size(&t) == 6);
	tmp_close(&t);
}

/* G19: state secrets are refused at the door; talk about the statute is not a mark. */
static void test_intake__state_secrets(void)
{
	struct tmp_store t;
	struct nr_receipt r;
	struct nr_err e = { .msg = "" };
	struct nr_ledger_entry l;

	OK(open_world(&t));
	OK(give(&t, from("osaka", "", ""), "【特定秘密】計画.pdf", &r, &e) == NR_E_DENIED);
	OK(strstr(e.msg, "特定秘密") && strstr(e.msg, "G19") && strcmp(e.what, "name") == 0);
	l = newest(&t);
	OK(strcmp(l.kind, "refused") == 0 && nr_str_eq(l.object, NR_STR("(name withheld)")));
	OK(give(&t, from("osaka", "", "特 定　秘密の提供"), "a.pdf", &r, &e) == NR_E_DENIED);
	OK(strcmp(e.what, "basis") == 0);
	OK(give(&t, from("osaka", "", ""), "重要経済安保情報.docx", &r, &e) == NR_E_DENIED);
	OK(dossiers(&t) == 0);
	OK(give(&t, from("osaka", "", "特定秘密保護法の施行に係る照会"), "a.pdf", &r, &e) == NR_OK);
	OK(nr_gate_secret(NR_STR("特定秘密の保護に関する法律")) == NULL);
	OK(nr_gate_secret(NR_STR("重要経済安保情報保護活用法")) == NULL);
	OK(nr_gate_secret(NR_STR("秘密の特定")) == NULL);
	OK(nr_gate_secret(NR_STR("特定秘密 保護法と【特定\u3000秘密】")) != NULL); /* both */
	OK(nr_gate_secret(NR_STR("特定秘")) == NULL && nr_gate_secret(NR_STR("")) == NULL);
	tmp_close(&t);
}

static void test_intake__secret_in_a_subject(void)
{
	struct tmp_store t;
	struct nr_receipt r;
	struct nr_err e = { .msg = "" };
	struct nr_intake in;
	struct nr_submit sub = from("osaka", "", "");
	struct nr_dossier d;

	OK(open_world(&t));
	in = door(&t);
	make_dossier(&d, &t.a, NR_STR("a.eml"),
		     NR_STR("特定秘密 in a body is reporting, not a mark"));
	OK(nr_intake_add(&in, &sub, &d, NULL, &r, &e) == NR_OK);
	make_dossier(&d, &t.a, NR_STR("b.eml"), NR_STR("x"));
	nr_dossier_fact(&d, "subject", NR_STR("Fwd: 特定秘密 別紙"), 0, nr_ev_bytes(0, 1));
	OK(nr_intake_add(&in, &sub, &d, NULL, &r, &e) == NR_E_DENIED);
	OK(strcmp(e.what, "subject") == 0);
	tmp_close(&t);
}

static void test_intake__batch_is_all_or_none(void)
{
	struct tmp_store t;
	struct nr_intake in;
	struct nr_dossier d[3], *ds[3] = { &d[0], &d[1], &d[2] };
	struct nr_submit subs[3];
	struct nr_receipt r[3];
	struct nr_err e = { .msg = "" };

	OK(open_world(&t));
	in = door(&t);
	for (unsigned i = 0; i < 3; i++) {
		make_dossier(&d[i], &t.a, nr_arena_fmt(&t.a, "m%u.eml", i), NR_STR("x"));
		subs[i] = from("osaka", "", "");
	}
	subs[1].unit = NR_STR("no-such");
	OK(nr_intake_batch(&in, subs, ds, NULL, 3, r, &e) == NR_E_NOTFOUND);
	OK(dossiers(&t) == 0 && ledger_size(&t) == 1);
	subs[1].unit = NR_STR("osaka");
	OK(nr_intake_batch(&in, subs, ds, NULL, 3, r, &e) == NR_OK);
	OK(dossiers(&t) == 3 && ledger_size(&t) == 4);
	OK(r[2].row != r[0].row && !r[2].duplicate);
	tmp_close(&t);
}

static void test_intake__refused_by_an_eye(void)
{
	struct tmp_store t;
	struct nr_intake in;
	struct nr_submit sub = from("osaka", "", "");
	struct nr_err why, e = { .msg = "" };
	struct nr_ledger_entry l;

	OK(open_world(&t));
	in = door(&t);
	nr_fail(&why, NR_E_TRUNCATED, "packet header", 24, "ended after 3 of 16 bytes");
	OK(nr_intake_refused(&in, &sub, NR_STR("half.pcap"), &why, &e) == NR_OK);
	l = newest(&t);
	OK(strcmp(l.kind, "refused") == 0 && nr_str_eq(l.object, NR_STR("half.pcap")));
	OK(nr_str_eq(l.detail, NR_STR("truncated: packet header: ended after 3 of 16 bytes (at "
				      "byte 24)")));
	tmp_close(&t);
}

static uint64_t country(const struct nr_dossier *d, const char *key, uint64_t *sources)
{
	for (size_t i = 0; i < d->n_counters; i++)
		if (strcmp(d->counters[i].series, "country") == 0 &&
		    nr_str_eq(d->counters[i].key, nr_str_c(key))) {
			*sources = d->counters[i].sources;
			return d->counters[i].packets;
		}
	*sources = 0;
	return 0;
}

static void test_intake__countries(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 20);
	const char *path = nr_data_path("country.mmdb", &a);
	struct nr_dossier d;
	struct nr_err e = { .msg = "" };
	uint64_t n;

	nr_dossier_init(&d, &a);
	nr_dossier_counter(&d, "source", NR_STR("133.11.0.1"), 3, 1);  /* University of Tokyo */
	nr_dossier_counter(&d, "source", NR_STR("2001:240::1"), 4, 1); /* IIJ, Japan */
	nr_dossier_counter(&d, "source", NR_STR("192.0.2.7"), 5, 1);
	nr_dossier_counter(&d, "source", NR_STR("2001:db8::1"), 2, 1);
	nr_dossier_counter(&d, "source", NR_STR("not an address"), 1, 1);
	OK(nr_geo_enrich(NULL, &d, &e) == NR_OK && d.n_counters == 5);
	OK(nr_geo_enrich("/nonexistent/x.mmdb", &d, &e) == NR_E_IO && strstr(e.msg, "x.mmdb"));
	if (!path) {
		printf("ok %d - countries # SKIP no country.mmdb (share/noroshi)\n", ++tap_n_);
		return;
	}
	OK(nr_geo_enrich(path, &d, &e) == NR_OK);
	OK(country(&d, "JP", &n) == 7 && n == 2);
	OK(country(&d, "ZZ", &n) == 8 && n == 3);
	OK(d.n_counters == 7);
	OK(nr_geo_enrich(path, &d, &e) == NR_OK && d.n_counters == 7); /* once */
}

int main(void)
{
	test_intake__basis();
	test_intake__what_is_stored();
	test_intake__duplicate_is_one_dossier();
	test_intake__unknown_names();
	test_intake__state_secrets();
	test_intake__secret_in_a_subject();
	test_intake__batch_is_all_or_none();
	test_intake__refused_by_an_eye();
	test_intake__countries();
	return tap_done();
}
