/* store_util.h -- a store in a temporary folder, and dossiers to put in it. */
#pragma once

#include "base/time.h"
#include "model/dossier_json.h"
#include "store/store.h"
#include "tap.h"

#include <ftw.h>
#include <unistd.h>

#define ALL (&(struct nr_scope){ .all = true })

struct tmp_store {
	char dir[64];
	char path[96];
	struct nr_store *s;
	struct nr_arena a;
};

static inline int rm_one(const char *path, const struct stat *sb, int flag, struct FTW *f)
{
	(void)sb;
	(void)flag;
	(void)f;
	return remove(path);
}

static inline bool tmp_open(struct tmp_store *t)
{
	struct nr_unit u = { .id = NR_STR("npa"),
			     .name_ja = NR_STR("警察庁"),
			     .name_en = NR_STR("National Police Agency"),
			     .prefecture = 13 };
	struct nr_err e = { .msg = "" };

	*t = (struct tmp_store){ .dir = "/tmp/nr-store-XXXXXX", .a = NR_ARENA_INIT(256 << 20) };
	if (!mkdtemp(t->dir))
		return false;
	(void)snprintf(t->path, sizeof(t->path), "%s/n.db", t->dir);
	if (nr_store_open(nr_str_c(t->path), NR_STORE_CREATE, &t->s, &e) != NR_OK ||
	    nr_store_unit_put(t->s, &u, &e) != NR_OK) {
		printf("# %s\n", e.msg);
		return false;
	}
	return true;
}

static inline void tmp_close(struct tmp_store *t)
{
	nr_store_close(&t->s);
	nr_arena_done(&t->a);
	(void)nftw(t->dir, rm_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A mail dossier of unit npa whose material is name. */
static inline void make_dossier(struct nr_dossier *d, struct nr_arena *a, struct nr_str name,
				struct nr_str text)
{
	nr_dossier_init(d, a);
	d->eye = NR_STR("mail");
	d->material.kind = NR_STR("mail");
	d->material.name = nr_arena_str(a, name);
	d->material.size = name.n;
	d->material.sha256 = nr_sha256(nr_str_bytes(name));
	d->submission.unit = NR_STR("npa");
	d->submission.basis = NR_STR("test");
	d->submission.received_us = INT64_C(1785000000000000);
	d->marking = (struct nr_marking){ .tlp = NR_TLP_GREEN, .origin = NR_STR("npa") };
	d->text = nr_arena_str(a, text);
	d->id = nr_dossier_id(d->submission.unit, d->submission.sensor, d->eye,
			      &d->material.sha256);
}

/* Puts it with its ledger line inside the open transaction. */
static inline enum nr_rc put_in_txn(struct nr_store *s, const struct nr_dossier *d,
				    struct nr_arena *a, struct nr_put *put, struct nr_err *e)
{
	char uuid[NR_UUID_TEXT];
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(NR_DOSSIER_JSON);
	struct nr_bytes json;
	struct nr_ledger_entry l = { .kind = "dossier",
				     .actor = NR_STR("test"),
				     .unit = d->submission.unit,
				     .at_us = d->submission.received_us };

	nr_uuid_format(&d->id, uuid);
	nr_dossier_write(d, &w);
	json = nr_wr_view(&w);
	NR_TRY(nr_store_dossier_put(s, d, json, a, put, e));
	if (put->duplicate)
		return NR_OK;
	l.object = nr_str_c(uuid);
	l.digest = nr_sha256(json);
	return nr_ledger_append(s, &l, NULL, e);
}

static inline bool put_one(struct tmp_store *t, const struct nr_dossier *d, struct nr_put *put)
{
	struct nr_err e = { .msg = "" };
	struct nr_put p;
	bool ok = nr_store_begin(t->s, &e) == NR_OK &&
		  put_in_txn(t->s, d, &t->a, put ? put : &p, &e) == NR_OK &&
		  nr_store_commit(t->s, &e) == NR_OK;

	if (!ok) {
		printf("# %s: %s\n", e.what ? e.what : "", e.msg);
		nr_store_rollback(t->s);
	}
	return ok;
}
