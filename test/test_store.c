#include "store_util.h"

static void test_store__dossier_round_trip(void)
{
	struct tmp_store t;
	struct nr_dossier d;
	struct nr_dossier_row row;
	struct nr_put put, again;
	struct nr_bytes json;
	struct nr_ledger_head head;
	struct nr_finding *f;
	struct nr_finding_row *fr;
	struct nr_err e;
	size_t n;

	OK(tmp_open(&t));
	make_dossier(&d, &t.a, NR_STR("a.eml"), NR_STR("text"));
	nr_dossier_obs(&d, NR_OBS_DOMAIN, NR_STR("evil.example"), "link", nr_ev_bytes(0, 1));
	f = nr_dossier_finding(&d, "mail.lure", NR_SEV_HIGH, 80, "T1566");
	nr_finding_obs(f, 0);
	OK(put_one(&t, &d, &put));
	OK(!put.duplicate && put.row > 0 && put.obs_rows[0] > 0);
	OK(put_one(&t, &d, &again));
	OK(again.duplicate && again.row == put.row);
	nr_store_close(&t.s);
	OK(nr_store_open(nr_str_c(t.path), 0, &t.s, &e) == NR_OK);
	OK(nr_store_dossier_get(t.s, ALL, &d.id, &t.a, &row, &e) == NR_OK);
	OK(row.row == put.row && row.severity == NR_SEV_HIGH && row.n_observables == 1);
	OK(nr_str_eq(row.name, NR_STR("a.eml")));
	OK(nr_store_dossier_json(t.s, ALL, &d.id, &t.a, &json, &e) == NR_OK);
	OK(memmem(json.p, json.n, "evil.example", 12) != NULL);
	OK(nr_store_findings(t.s, ALL, 0, NR_SEV_INFO, 10, &t.a, &fr, &n, &e) == NR_OK);
	OK(n == 1 && nr_str_eq(fr[0].detector, NR_STR("mail.lure")));
	OK(nr_ledger_head(t.s, &head, &e) == NR_OK);
	OK(head.size == 1);
	tmp_close(&t);
}

static void test_store__scope_hides_existence(void)
{
	struct tmp_store t;
	struct nr_dossier d;
	struct nr_dossier_row row, *rows;
	struct nr_marking_row *m;
	struct nr_bytes json;
	struct nr_err e;
	size_t n;
	struct nr_scope none = { .all = false }, one = { .all = false, .n = 1 };

	OK(tmp_open(&t));
	make_dossier(&d, &t.a, NR_STR("a.eml"), NR_STR("text"));
	OK(put_one(&t, &d, NULL));
	OK(nr_store_dossier_get(t.s, &none, &d.id, &t.a, &row, &e) == NR_E_NOTFOUND);
	OK(nr_store_dossier_json(t.s, &none, &d.id, &t.a, &json, &e) == NR_E_NOTFOUND);
	OK(nr_store_markings(t.s, &t.a, &m, &n, &e) == NR_OK);
	OK(n == 1 && m[0].m.tlp == NR_TLP_GREEN && nr_str_eq(m[0].m.origin, NR_STR("npa")));
	one.markings = &m[0].id;
	OK(nr_store_dossier_get(t.s, &one, &d.id, &t.a, &row, &e) == NR_OK);
	OK(nr_store_dossiers(t.s, &one, &(struct nr_dossier_filter){ .limit = 10 }, &t.a, &rows, &n,
			     &e) == NR_OK);
	OK(n == 1);
	OK(nr_store_dossiers(t.s, &none, &(struct nr_dossier_filter){ .limit = 10 }, &t.a, &rows,
			     &n, &e) == NR_OK);
	OK(n == 0);
	tmp_close(&t);
}

static void test_store__rollback_leaves_nothing(void)
{
	struct tmp_store t;
	struct nr_dossier d;
	struct nr_dossier_row row;
	struct nr_ledger_head head;
	struct nr_put put;
	struct nr_err e;

	OK(tmp_open(&t));
	make_dossier(&d, &t.a, NR_STR("a.eml"), NR_STR("text"));
	OK(nr_store_begin(t.s, &e) == NR_OK);
	OK(put_in_txn(t.s, &d, &t.a, &put, &e) == NR_OK);
	nr_store_rollback(t.s);
	OK(nr_store_dossier_get(t.s, ALL, &d.id, &t.a, &row, &e) == NR_E_NOTFOUND);
	OK(nr_ledger_head(t.s, &head, &e) == NR_E_NOTFOUND);
	OK(put_one(&t, &d, &put));
	OK(nr_ledger_head(t.s, &head, &e) == NR_OK);
	OK(head.size == 1);
	tmp_close(&t);
}

int main(void)
{
	test_store__dossier_round_trip();
	test_store__scope_hides_existence();
	test_store__rollback_leaves_nothing();
	return tap_done();
}
