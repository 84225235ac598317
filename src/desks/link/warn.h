/* warn.h -- observables that prove nothing: shipped warning lists (data/warninglists/README.md). */
#pragma once

#include "model/observable.h"

enum nr_warn {
	NR_WARN_NONE = 0,
	NR_WARN_SPECIAL = 1,   /* private, loopback, multicast */
	NR_WARN_RESOLVER = 2,  /* public DNS resolver */
	NR_WARN_POPULAR = 3,   /* among the most used names of the internet */
	NR_WARN_MAIL = 4,      /* free-mail provider or its sending servers */
	NR_WARN_SHORTENER = 5, /* link shortener: the name, not its links */
	NR_WARN_HOSTING = 6,   /* everybody's hosting: the name, not what stands on it */
	NR_WARN_COMMON = 7,    /* a file found everywhere; a role address (abuse@...) */
};

/* The class of a canonical value; NR_WARN_NONE: not on a list. */
enum nr_warn nr_warn_class(enum nr_obs_kind kind, struct nr_str value);
