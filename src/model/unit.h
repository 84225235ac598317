/* unit.h -- organisations, their sensors and their people (japan.md section 0.2, section 3 of DESIGN).
 *
 * A unit has two parents: the command line and the technical line. */
#pragma once

#include "base/arena.h"

enum nr_unit_kind {
	NR_UNIT_NPA,        /* 警察庁                                  */
	NR_UNIT_BUREAU,     /* 管区警察局                              */
	NR_UNIT_PREFECTURE, /* 都道府県警察                            */
	NR_UNIT_CENTRE,     /* analysis centre, cyber force centre     */
	NR_UNIT_MEMBER,     /* 参加事業者                              */
	NR_UNIT_VENDOR,     /* security vendor                         */
	NR_UNIT_PARTNER,    /* foreign partner                         */
};

struct nr_unit {
	struct nr_str id; /* slug */
	enum nr_unit_kind kind;
	struct nr_str name_ja;
	struct nr_str name_en;
	struct nr_str command_parent;   /* empty: none */
	struct nr_str technical_parent; /* empty: none */
	unsigned prefecture;            /* JIS X 0401 code 1..47, 0: none */
	struct nr_str sector;           /* members: energy, finance, ...; else empty */
	struct nr_str basis; /* standing legal basis for what it submits; empty: none (G16) */
};

struct nr_sensor {
	struct nr_str id; /* slug */
	struct nr_str unit;
	struct nr_str kind; /* silent | responding | edge */
	struct nr_str name;
	struct nr_str basis;
	struct nr_str purpose;
	struct nr_str darknet; /* comma-separated prefixes it watches; may be empty */
	uint64_t addresses; /* live sensor addresses: the denominator of 件／日・1IPアドレス */
};

enum nr_role {
	NR_ROLE_VIEWER = 1 << 0,
	NR_ROLE_SUBMITTER = 1 << 1,
	NR_ROLE_ANALYST = 1 << 2,
	NR_ROLE_AUDITOR = 1 << 3,
	NR_ROLE_ADMIN = 1 << 4,
};

/* "npa" "bureau" "prefecture" "centre" "member" "vendor" "partner" */
NR_STATIC const char *nr_unit_kind_name(enum nr_unit_kind k);
/* NR_E_MALFORMED for anything else. */
NR_MUSTUSE enum nr_rc nr_unit_kind_parse(struct nr_str s, enum nr_unit_kind *ret,
					 struct nr_err *reterr);
/* Comma-separated role names from a mask, in the arena. */
NR_ARENA struct nr_str nr_roles_format(unsigned roles, struct nr_arena *a);
/* "viewer,analyst" and so on; NR_E_MALFORMED names the unknown word. */
NR_MUSTUSE enum nr_rc nr_roles_parse(struct nr_str s, unsigned *ret, struct nr_err *reterr);
