/* report.h -- from the tables to the dossier (sense/ only). */
#pragma once

#include "eyes/eye.h"
#include "eyes/sense/track.h"

enum {
	NR_REPORT_FINDINGS =
		1000, /* of one detector, heaviest first; the rest is counted in a fact */
	NR_REPORT_TALKERS = 20,
	NR_REPORT_SOURCES = 200, /* counter rows */
	NR_REPORT_PORTS = 1000,
	NR_REPORT_TARGETS = 5, /* observables of targets a finding names */
};

/* The title line of a detector; NULL for an unknown name. */
NR_STATIC const struct nr_detector *nr_sense_detector(const char *name);
/* Findings, observables and relations out of the tables. */
void nr_report_findings(struct nr_track *t, struct nr_dossier *d);
/* The series port, source and minute, and the top talkers. */
void nr_report_counters(const struct nr_track *t, struct nr_dossier *d);
/* Verdict and searchable text out of the findings. */
void nr_report_verdict(struct nr_dossier *d);
/* A fact with a number. */
void nr_report_fact(struct nr_dossier *d, const char *name, uint64_t v);
/* The observable of an address. */
uint32_t nr_report_ip(struct nr_dossier *d, struct nr_ip ip, const char *role,
		      struct nr_evidence ev);
