/* Units and sensors. */
#include "store/store_int.h"

#define UNIT_COLUMNS                                                                               \
	"id,kind,name_ja,name_en,ifnull(command_parent,''),ifnull(technical_parent,''),"           \
	"prefecture,sector,basis"
#define SENSOR_COLUMNS "id,unit,kind,name,basis,purpose,darknet,addresses"

static void str_or_null(struct nr_stmt *q, int n, struct nr_str v)
{
	if (v.n)
		nr_q_str(q, n, v);
	else
		nr_q_null(q, n);
}

enum nr_rc nr_store_unit_put(struct nr_store *s, const struct nr_unit *u, struct nr_err *reterr)
{
	struct nr_stmt *q;

	if (!nr_slug_ok(u->id))
		return nr_fail(reterr, NR_E_INVAL, "unit", UINT64_MAX, "'%.*s' is not a unit id",
			       u->id.n > 64 ? 64 : (int)u->id.n, u->id.p);
	NR_TRY(nr_db_query(
		s->db,
		"INSERT INTO unit(id,kind,name_ja,name_en,command_parent,technical_parent,"
		"prefecture,sector,basis,position) VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,"
		"(SELECT count(*) FROM unit)) ON CONFLICT(id) DO UPDATE SET kind=excluded.kind,"
		"name_ja=excluded.name_ja,name_en=excluded.name_en,"
		"command_parent=excluded.command_parent,technical_parent=excluded.technical_parent,"
		"prefecture=excluded.prefecture,sector=excluded.sector,basis=excluded.basis",
		&q, reterr));
	nr_q_str(q, 1, u->id);
	nr_q_int(q, 2, u->kind);
	nr_q_str(q, 3, u->name_ja);
	nr_q_str(q, 4, u->name_en);
	str_or_null(q, 5, u->command_parent);
	str_or_null(q, 6, u->technical_parent);
	nr_q_int(q, 7, u->prefecture);
	nr_q_str(q, 8, u->sector);
	nr_q_str(q, 9, u->basis);
	return nr_q_run(q, reterr);
}

static void unit_row(struct nr_stmt *q, struct nr_arena *a, struct nr_unit *u)
{
	*u = (struct nr_unit){
		.id = nr_q_text(q, 0, a),
		.kind = (enum nr_unit_kind)nr_q_col_int(q, 1),
		.name_ja = nr_q_text(q, 2, a),
		.name_en = nr_q_text(q, 3, a),
		.command_parent = nr_q_text(q, 4, a),
		.technical_parent = nr_q_text(q, 5, a),
		.prefecture = (unsigned)nr_q_col_int(q, 6),
		.sector = nr_q_text(q, 7, a),
		.basis = nr_q_text(q, 8, a),
	};
}

enum nr_rc nr_store_unit_get(struct nr_store *s, struct nr_str id, struct nr_arena *a,
			     struct nr_unit *ret, struct nr_err *reterr)
{
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_db_query(s->db, "SELECT " UNIT_COLUMNS " FROM unit WHERE id=$1", &q, reterr));
	nr_q_str(q, 1, id);
	NR_TRY(nr_q_step(q, &row, reterr));
	if (!row)
		return nr_fail(reterr, NR_E_NOTFOUND, "unit", UINT64_MAX, "no unit '%.*s'",
			       id.n > 64 ? 64 : (int)id.n, id.p);
	unit_row(q, a, ret);
	nr_q_done(q);
	return a->exhausted ? nr_no_room(reterr) : NR_OK;
}

enum nr_rc nr_store_units(struct nr_store *s, struct nr_arena *a, struct nr_unit **ret,
			  size_t *ret_n, struct nr_err *reterr)
{
	struct nr_rows rows = { .size = sizeof(struct nr_unit) };
	struct nr_unit *u;
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_db_query(s->db, "SELECT " UNIT_COLUMNS " FROM unit ORDER BY position,id", &q,
			   reterr));
	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		u = nr_rows_add(&rows, a);
		if (u)
			unit_row(q, a, u);
		if (a->exhausted) {
			nr_q_done(q);
			return nr_no_room(reterr);
		}
	}
	*ret = rows.p;
	*ret_n = rows.n;
	return NR_OK;
}

enum nr_rc nr_store_sensor_put(struct nr_store *s, const struct nr_sensor *v, struct nr_err *reterr)
{
	struct nr_stmt *q;

	if (!nr_slug_ok(v->id))
		return nr_fail(reterr, NR_E_INVAL, "sensor", UINT64_MAX,
			       "'%.*s' is not a sensor id", v->id.n > 64 ? 64 : (int)v->id.n,
			       v->id.p);
	NR_TRY(nr_db_query(s->db,
			   "INSERT INTO sensor(" SENSOR_COLUMNS ") VALUES($1,$2,$3,$4,$5,$6,$7,$8)"
			   " ON CONFLICT(id) DO UPDATE SET unit=excluded.unit,kind=excluded.kind,"
			   "name=excluded.name,basis=excluded.basis,purpose=excluded.purpose,"
			   "darknet=excluded.darknet,addresses=excluded.addresses",
			   &q, reterr));
	nr_q_str(q, 1, v->id);
	nr_q_str(q, 2, v->unit);
	nr_q_str(q, 3, v->kind);
	nr_q_str(q, 4, v->name);
	nr_q_str(q, 5, v->basis);
	nr_q_str(q, 6, v->purpose);
	nr_q_str(q, 7, v->darknet);
	nr_q_int(q, 8, (int64_t)(v->addresses & INT64_MAX));
	return nr_q_run(q, reterr);
}

static void sensor_row(struct nr_stmt *q, struct nr_arena *a, struct nr_sensor *v)
{
	*v = (struct nr_sensor){
		.id = nr_q_text(q, 0, a),
		.unit = nr_q_text(q, 1, a),
		.kind = nr_q_text(q, 2, a),
		.name = nr_q_text(q, 3, a),
		.basis = nr_q_text(q, 4, a),
		.purpose = nr_q_text(q, 5, a),
		.darknet = nr_q_text(q, 6, a),
		.addresses = (uint64_t)nr_q_col_int(q, 7),
	};
}

enum nr_rc nr_store_sensor_get(struct nr_store *s, struct nr_str id, struct nr_arena *a,
			       struct nr_sensor *ret, struct nr_err *reterr)
{
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_db_query(s->db, "SELECT " SENSOR_COLUMNS " FROM sensor WHERE id=$1", &q, reterr));
	nr_q_str(q, 1, id);
	NR_TRY(nr_q_step(q, &row, reterr));
	if (!row)
		return nr_fail(reterr, NR_E_NOTFOUND, "sensor", UINT64_MAX, "no sensor '%.*s'",
			       id.n > 64 ? 64 : (int)id.n, id.p);
	sensor_row(q, a, ret);
	nr_q_done(q);
	return a->exhausted ? nr_no_room(reterr) : NR_OK;
}

enum nr_rc nr_store_sensors(struct nr_store *s, struct nr_arena *a, struct nr_sensor **ret,
			    size_t *ret_n, struct nr_err *reterr)
{
	struct nr_rows rows = { .size = sizeof(struct nr_sensor) };
	struct nr_sensor *v;
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_db_query(s->db, "SELECT " SENSOR_COLUMNS " FROM sensor ORDER BY id", &q, reterr));
	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		v = nr_rows_add(&rows, a);
		if (v)
			sensor_row(q, a, v);
		if (a->exhausted) {
			nr_q_done(q);
			return nr_no_room(reterr);
		}
	}
	*ret = rows.p;
	*ret_n = rows.n;
	return NR_OK;
}
