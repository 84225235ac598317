/* out.h -- the JSON shapes that many answers share. */
#pragma once

#include "hub/route.h"

/* "name": before a value, with a comma unless it is the first of its object. */
void nr_out_key(struct nr_wr *w, const char *name);
/* Members: text, number, boolean, instant (0: null), digest. */
void nr_out_str(struct nr_wr *w, const char *name, struct nr_str v);
void nr_out_int(struct nr_wr *w, const char *name, int64_t v);
void nr_out_bool(struct nr_wr *w, const char *name, bool v);
void nr_out_time(struct nr_wr *w, const char *name, int64_t us);
void nr_out_sha256(struct nr_wr *w, const char *name, const struct nr_sha256 *v);
void nr_out_uuid(struct nr_wr *w, const char *name, const struct nr_uuid *v);
/* A comma unless the last byte opened an object or a list. */
void nr_out_comma(struct nr_wr *w);

struct nr_tlps { /* marking row -> TLP name, for the lines of one answer */
	const struct nr_marking_row *rows;
	size_t n;
};
NR_MUSTUSE enum nr_rc nr_out_tlps(struct nr_store *s, struct nr_arena *a, struct nr_tlps *ret,
				  struct nr_err *reterr);
/* A dossier's line, and a finding's, as objects. */
void nr_out_dossier(struct nr_wr *w, const struct nr_dossier_row *d, const struct nr_tlps *t);
void nr_out_finding(struct nr_wr *w, const struct nr_finding_row *f);
/* The person as others see it: {login,name,unit,roles}. */
void nr_out_person(struct nr_wr *w, const struct nr_person *p);
void nr_out_roles(struct nr_wr *w, const char *name, unsigned roles);
void nr_out_unit(struct nr_wr *w, const struct nr_unit *u);
