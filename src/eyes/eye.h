/* eyes/ -- the room where hostile bytes become dossiers.
 *
 * What it is for: one folder an eye (sense/ captures, mail/ messages).  An eye is a pure function:
 * no clock, no network, no store, no global state; same bytes and parameters, same dossier.
 * What it may touch: base/ and model/ only.  Sibling eyes never include each other.
 * How to add one (5 things): 1. src/eyes/<name>/<name>.c exporting `const struct nr_eye
 * nr_eye_<name>`; 2. one line in eyes.def; 3. fuzz/fuzz_<name>.c with fuzz/corpus/fuzz_<name>/;
 * 4. test/test_<name>.c; 5. docs/eyes/<name>.md.  test_tables and scripts/check-tables.py fail
 * when one is missing. */
#pragma once

#include "base/src.h"
#include "model/dossier.h"

struct nr_limits {
	uint64_t max_input; /* bytes; larger material is refused before look() */
	size_t max_memory;  /* arena cap, bytes                                */
	uint32_t max_cpu_s; /* CPU seconds a worker may spend                  */
};

/* A parameter the caller gives to an eye: "darknet" "192.0.2.0/24", "indicator" "domain:x.example".
 * Names repeat freely. */
struct nr_eye_param {
	struct nr_str name;
	struct nr_str value;
};

struct nr_eye_in {
	struct nr_src src;
	struct nr_str name; /* file name as submitted, may be empty */
	const struct nr_eye_param *params;
	size_t n_params;
};

struct nr_detector {
	const char *name; /* "scan.horizontal"                          */
	const char *title_en;
	const char *title_ja;
	const char *attack;  /* ATT&CK id or ""                            */
	const char *meaning; /* one English sentence: what it means and how to tell it from noise */
};

struct nr_eye {
	const char *name; /* folder, command area: "sense"            */
	const char *kind; /* material kind: "capture"                 */
	unsigned version;
	struct nr_limits limits;
	const char *fuzz;                    /* "fuzz_sense"                             */
	const char *doc;                     /* "docs/eyes/sense.md"                     */
	const struct nr_detector *detectors; /* ends with a NULL name  */
	/* 0..100: how sure that the material is of this kind; sees the first 4,096 bytes. */
	unsigned (*probe)(struct nr_bytes head);
	/* Fills the dossier: everything but id, submission, marking, material.kind/name/size/sha256. */
	enum nr_rc (*look)(const struct nr_eye_in *in, struct nr_dossier *d, struct nr_err *reterr);
	enum nr_rc (*selftest)(struct nr_err *reterr);
	/* Loads what the jail will forbid later (gconv modules, normalisation tables); may be a no-op. */
	void (*warm_up)(void);
};

extern const struct nr_eye *const nr_eyes[];
extern const size_t nr_eyes_count;

/* By name or NULL. */
NR_STATIC const struct nr_eye *nr_eye_find(struct nr_str name);
/* The eye with the highest probe (at least 20) or NULL. */
NR_STATIC const struct nr_eye *nr_eye_probe(struct nr_bytes head);
/* Applies the limits, hashes the material, runs one eye.  eye NULL: by probe.  Errors name what and
 * where; NR_E_UNSUPPORTED when no eye knows the material. */
NR_MUSTUSE enum nr_rc nr_eye_look(const struct nr_eye *eye, const struct nr_eye_in *in,
				  struct nr_dossier *d, struct nr_err *reterr);
