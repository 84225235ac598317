/* known.h -- names the detectors know: free-mail services, and parties that lures pretend to be. */
#pragma once

#include "base/view.h"

/* The domain offers addresses to anyone (japan.md section 5.7). */
bool nr_known_freemail(struct nr_str domain);
/* A well-known party named in a display name or subject that domain does not belong to: its name, or
 * NULL.  Both lower case or folded. */
NR_STATIC const char *nr_known_pretended(struct nr_str folded_text, struct nr_str domain);
/* A well-known domain one edit away from this one, or NULL. */
NR_STATIC const char *nr_known_near(struct nr_str domain);
/* The registrable part: two labels, three below second levels such as co.jp. */
struct nr_str nr_known_registrable(struct nr_str domain);
/* The labels before the public ending differ by one edit (insert, drop, change, swap). */
bool nr_known_one_edit(struct nr_str a, struct nr_str b);
/* A service that forwards to a place its link does not show: shorteners, open redirects by path.
 * url is canonical. */
bool nr_known_redirector(struct nr_str host, struct nr_str url);
/* A well-known party whose name is part of a domain that is not its own, or NULL. */
NR_STATIC const char *nr_known_inside(struct nr_str domain);
