/* graph.h -- the visible graph in memory; private to link/. */
#pragma once

#include "desks/link/view.h"

struct nr_graph_edge {
	uint32_t a, b; /* indexes of nodes, a came first */
	uint32_t obs;  /* index of df */
	unsigned weight;
	const struct nr_edge *e;
};

struct nr_graph {
	int64_t *rows;  /* dossier rows, ascending: node i is rows[i] */
	uint32_t *root; /* component: the index of its oldest node */
	size_t n;
	struct nr_graph_edge *edges; /* those that hold, newest first */
	size_t n_edges;
	int64_t *df; /* visible dossiers of each observable */
};

/* Loads the links of a scope (of one campaign row, or all: 0), weighs them, drops what is too light,
 * and finds the components. */
NR_MUSTUSE enum nr_rc nr_graph_load(struct nr_store *s, const struct nr_scope *sc, int64_t campaign,
				    struct nr_arena *a, struct nr_graph *ret,
				    struct nr_err *reterr);
/* The node of a dossier row, or UINT32_MAX. */
uint32_t nr_graph_node(const struct nr_graph *g, int64_t row);
