#include "store/merkle.h"
#include "store_util.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

/* The eight leaves and roots of the Certificate Transparency reference tests. */
static const struct {
	const char *hex, *root;
} ct[] = {
	{ "", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
	{ "00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
	{ "10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
	{ "2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
	{ "3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
	{ "40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
	{ "5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
	{ "606162636465666768696a6b6c6d6e6f",
	  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
};

static struct nr_sha256 hex32(const char *hex)
{
	struct nr_sha256 h = { { 0 } };

	OK(nr_unhex(nr_str_c(hex), h.b, 32));
	return h;
}

static struct nr_sha256 ct_leaf(size_t i)
{
	uint8_t b[16];
	size_t n = strlen(ct[i].hex) / 2;

	OK(nr_unhex(nr_str_c(ct[i].hex), b, n));
	return nr_merkle_leaf((struct nr_bytes){ b, n });
}

static void test_merkle__reference_roots(void)
{
	struct nr_merkle m = { .size = 0 };
	struct nr_sha256 empty = nr_merkle_root(&m), leaf, root, want;

	want = hex32("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	OK(memcmp(&empty, &want, 32) == 0);
	for (size_t i = 0; i < NR_COUNT(ct); i++) {
		leaf = ct_leaf(i);
		OK(nr_merkle_add(&m, &leaf, NULL, NULL) == NR_OK);
		root = nr_merkle_root(&m);
		want = hex32(ct[i].root);
		OK(memcmp(&root, &want, 32) == 0);
	}
}

static void test_merkle__reference_proofs(void)
{
	struct nr_sha256 leaf0 = ct_leaf(0), leaf5 = ct_leaf(5), root8 = hex32(ct[7].root);
	struct nr_sha256 root6 = hex32(ct[5].root), root1 = hex32(ct[0].root);
	struct nr_sha256 p[3] = {
		hex32("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
		hex32("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
		hex32("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
	};
	struct nr_sha256 q[3] = {
		hex32("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
		hex32("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
		hex32("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
	};
	struct nr_sha256 r[3] = {
		hex32("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
		hex32("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
		hex32("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
	};

	OK(nr_merkle_included(&leaf0, 0, 8, p, 3, &root8));
	OK(!nr_merkle_included(&leaf0, 1, 8, p, 3, &root8));
	OK(!nr_merkle_included(&leaf0, 0, 8, p, 2, &root8));
	OK(nr_merkle_included(&leaf5, 5, 8, q, 3, &root8));
	OK(!nr_merkle_included(&leaf5, 5, 8, p, 3, &root8));
	OK(nr_merkle_consistent(6, &root6, 8, &root8, r, 3));
	OK(!nr_merkle_consistent(5, &root6, 8, &root8, r, 3));
	OK(nr_merkle_consistent(1, &root1, 8, &root8, p, 3));
	OK(!nr_merkle_consistent(1, &root6, 8, &root8, p, 3));
}

/* Six dossiers, one a transaction; entry i vouches for dossier i. */
static bool six(struct tmp_store *t, struct nr_dossier d[6])
{
	char name[16];

	if (!tmp_open(t))
		return false;
	for (unsigned i = 0; i < 6; i++) {
		struct nr_finding *f;
		struct nr_src src;
		struct nr_err e;
		int n = snprintf(name, sizeof(name), "%u.eml", i);

		make_dossier(&d[i], &t->a, (struct nr_str){ name, (size_t)n }, NR_STR("本文"));
		nr_dossier_obs(&d[i], NR_OBS_DOMAIN, NR_STR("evil.example"), "link",
			       nr_ev_bytes(0, 1));
		f = nr_dossier_finding(&d[i], "mail.lure", NR_SEV_HIGH, 80, "T1566");
		nr_finding_obs(f, 0);
		src = nr_src_mem(nr_str_bytes(d[i].material.name));
		if (nr_store_blob_put(t->s, &src, &d[i].material.sha256, &e) != NR_OK ||
		    !put_one(t, &d[i], NULL))
			return false;
	}
	return true;
}

/* Somebody with a database tool, behind the program's back. */
static bool tamper(struct tmp_store *t, const char *sql)
{
	sqlite3 *db = NULL;
	char *msg = NULL;
	bool ok;

	ok = sqlite3_open(t->path, &db) == SQLITE_OK &&
	     sqlite3_exec(db, sql, NULL, NULL, &msg) == SQLITE_OK && sqlite3_changes(db) > 0;
	if (!ok)
		printf("# %s: %s\n", sql, msg ? msg : "no row");
	sqlite3_free(msg);
	(void)sqlite3_close(db);
	return ok;
}

static struct nr_ledger_report verify(struct tmp_store *t)
{
	struct nr_ledger_report r = { .bad = -1 };
	struct nr_err e = { .msg = "" };

	if (nr_ledger_verify(t->s, true, NULL, NULL, &r, &e) != NR_OK)
		printf("# %s\n", e.msg);
	return r;
}

static void test_ledger__verifies_what_was_written(void)
{
	struct nr_ledger_report r;
	struct tmp_store t;
	struct nr_dossier d[6];

	OK(six(&t, d));
	r = verify(&t);
	OK(r.bad == 0 && r.bad_entry == -1);
	OK(r.entries == 6 && r.heads == 6 && r.dossiers == 6 && r.blobs == 6 && r.bare == 0);
	OK(tamper(&t, "UPDATE dossier SET blob=0 WHERE id=2"));
	r = verify(&t);
	OK(r.blobs == 5 && r.bare == 1);
	tmp_close(&t);
}

static void test_ledger__names_what_was_changed(void)
{
	static const struct {
		const char *sql;
		int64_t entry;
		const char *words;
	} cases[] = {
		{ "UPDATE ledger SET detail='x' WHERE idx=2", 2, "entry 2 (dossier" },
		{ "UPDATE ledger SET at_us=at_us+1 WHERE idx=5", 5, "was changed" },
		{ "UPDATE ledger SET actor='someone' WHERE idx=0", 0, "entry 0" },
		{ "UPDATE ledger SET leaf=zeroblob(32) WHERE idx=3", 3, "entry 3" },
		{ "UPDATE ledger_node SET hash=zeroblob(32) WHERE level=2 AND idx=0", 3,
		  "node 2/0" },
		{ "DELETE FROM ledger_node WHERE level=1 AND idx=2", 5, "node 1/2" },
		{ "INSERT INTO ledger_node VALUES(9,9,zeroblob(32))", 6, "belong to no entry" },
		{ "UPDATE ledger_head SET root=zeroblob(32) WHERE size=4", 3,
		  "signature is wrong" },
		{ "UPDATE ledger_head SET at_us=0 WHERE size=4", 3, "signature is wrong" },
		{ "UPDATE ledger_head SET public_key=zeroblob(32) WHERE size=2", 1, "another key" },
		{ "DELETE FROM ledger_head WHERE size=6", 5, "no head was signed" },
		{ "DELETE FROM ledger WHERE idx=5", 5, "entry 5 is missing" },
		{ "DELETE FROM ledger WHERE idx=2", 2, "entry 2 is missing" },
		{ "UPDATE dossier_body SET body=CAST(replace(body,'evil','EVIL') AS BLOB)"
		  " WHERE dossier=3",
		  2, "body of dossier" },
		{ "DELETE FROM dossier_body WHERE dossier=4", 3, "body of dossier" },
		{ "DELETE FROM dossier WHERE id=2", 1, "is missing" },
		{ "INSERT INTO marking VALUES(9,0,'npa','');"
		  "UPDATE dossier SET marking=9 WHERE id=5",
		  4, "marking (TLP)" },
		{ "UPDATE dossier SET name='other' WHERE id=6", 5, "name of dossier" },
		{ "UPDATE dossier SET severity=0 WHERE id=4", 3, "severity of dossier" },
		{ "UPDATE dossier SET at_us=1 WHERE id=4", 3, "at_us of dossier" },
		{ "UPDATE sighting SET severity=0 WHERE dossier=2", 1, "sightings" },
		{ "UPDATE sighting SET marking=9 WHERE dossier=2", 1, "sightings" },
		{ "UPDATE observable SET value='good.example'", 0, "sightings" },
		{ "DELETE FROM finding WHERE dossier=3", 2, "findings" },
		{ "INSERT INTO dossier SELECT 9,zeroblob(16),eye,kind,name,size,sha256,unit,sensor,"
		  "basis,received_us,first_us,last_us,at_us,marking,class,score,severity,"
		  "n_findings,n_observables,0 FROM dossier WHERE id=1",
		  -1, "no entry in the ledger" },
	};

	for (size_t i = 0; i < NR_COUNT(cases); i++) {
		struct nr_ledger_report r;
		struct tmp_store t;
		struct nr_dossier d[6];

		OK(six(&t, d));
		OK(tamper(&t, cases[i].sql));
		r = verify(&t);
		OK(r.bad > 0);
		OK(strstr(r.what, cases[i].words));
		if (!OK(r.bad_entry == cases[i].entry))
			printf("# %s: %lld %s\n", cases[i].sql, (long long)r.bad_entry, r.what);
		tmp_close(&t);
	}
}

static void test_ledger__flipped_or_lost_blob(void)
{
	struct nr_ledger_report r;
	struct tmp_store t;
	struct nr_dossier d[6];
	char path[256], hex[65];
	int fd;

	OK(six(&t, d));
	nr_hex(d[4].material.sha256.b, 32, hex);
	(void)snprintf(path, sizeof(path), "%s.blobs/%.2s/%s", t.path, hex, hex);
	fd = open(path, O_WRONLY);
	OK(fd >= 0 && pwrite(fd, "X", 1, 0) == 1);
	(void)close(fd);
	r = verify(&t);
	OK(r.bad == 1 && r.bad_entry == 4 && strstr(r.what, "raw material"));
	OK(unlink(path) == 0);
	r = verify(&t);
	OK(r.bad == 1 && r.bad_entry == 4 && strstr(r.what, "is missing"));
	OK(nr_ledger_verify(t.s, false, NULL, NULL, &r, NULL) == NR_OK);
	OK(r.bad == 0);
	tmp_close(&t);
}

static void test_ledger__every_proof_checks(void)
{
	struct nr_ledger_entry e = { .kind = "read", .actor = NR_STR("a"), .unit = NR_STR("npa") };
	struct nr_sha256 leaf[20], root[21], *p;
	struct nr_ledger_head h;
	struct tmp_store t;
	struct nr_err err;
	size_t n, good = 0, want = 0;

	OK(tmp_open(&t));
	for (int i = 0; i < 20; i++) {
		OK(nr_store_begin(t.s, &err) == NR_OK);
		OK(nr_ledger_append(t.s, &e, &leaf[i], &err) == NR_OK);
		OK(e.idx == i);
		OK(nr_store_commit(t.s, &err) == NR_OK);
		OK(nr_ledger_head(t.s, &h, &err) == NR_OK && h.size == i + 1);
		root[i + 1] = h.root;
	}
	for (int64_t size = 1; size <= 20; size++)
		for (int64_t i = 0; i < size; i++) {
			want += 3;
			if (nr_ledger_inclusion(t.s, i, size, &t.a, &p, &n, &err) == NR_OK)
				good += nr_merkle_included(&leaf[i], i, size, p, n, &root[size]) +
					!nr_merkle_included(&leaf[i], i, size, p, n,
							    &root[size - 1 ? size - 1 : 20]);
			if (nr_ledger_consistency(t.s, i + 1, size, &t.a, &p, &n, &err) == NR_OK)
				good += nr_merkle_consistent(i + 1, &root[i + 1], size, &root[size],
							     p, n);
		}
	OK(good == want);
	OK(nr_ledger_inclusion(t.s, 20, 20, &t.a, &p, &n, &err) == NR_E_INVAL);
	OK(nr_ledger_consistency(t.s, 3, 21, &t.a, &p, &n, &err) == NR_E_INVAL);
	tmp_close(&t);
}

static void test_ledger__lists_newest_first(void)
{
	struct nr_ledger_entry *e;
	struct tmp_store t;
	struct nr_dossier d[6];
	struct nr_err err;
	size_t n;

	OK(six(&t, d));
	OK(nr_ledger_list(t.s, 0, 4, &t.a, &e, &n, &err) == NR_OK);
	OK(n == 4 && e[0].idx == 5 && e[3].idx == 2 && strcmp(e[0].kind, "dossier") == 0);
	OK(nr_ledger_list(t.s, 2, 4, &t.a, &e, &n, &err) == NR_OK);
	OK(n == 2 && e[0].idx == 1);
	tmp_close(&t);
}

static void test_ledger__key_is_private_and_needed(void)
{
	struct tmp_store t;
	struct nr_dossier d[6];
	struct stat sb;
	struct nr_err e;
	char key[128], away[128];

	OK(six(&t, d));
	nr_store_close(&t.s);
	(void)snprintf(key, sizeof(key), "%s.key", t.path);
	(void)snprintf(away, sizeof(away), "%s.away", t.path);
	OK(stat(key, &sb) == 0 && (sb.st_mode & 0777) == 0600);
	OK(stat(t.path, &sb) == 0 && (sb.st_mode & 0777) == 0600);
	OK(rename(key, away) == 0);
	OK(nr_store_open(nr_str_c(t.path), 0, &t.s, &e) == NR_E_IO);
	OK(strstr(e.msg, "signing key") != NULL);
	OK(nr_store_open(nr_str_c(t.path), NR_STORE_READ_ONLY, &t.s, &e) == NR_OK);
	OK(verify(&t).bad == 0);
	tmp_close(&t);
}

int main(void)
{
	test_merkle__reference_roots();
	test_merkle__reference_proofs();
	test_ledger__verifies_what_was_written();
	test_ledger__names_what_was_changed();
	test_ledger__flipped_or_lost_blob();
	test_ledger__every_proof_checks();
	test_ledger__lists_newest_first();
	test_ledger__key_is_private_and_needed();
	return tap_done();
}
