/* Every table of the house, row by row, as the program sees it: limits, self-test, fuzz target, page. */
#include "desks/share/share.h"
#include "eyes/eye.h"
#include "hub/route.h"
#include "tap.h"

#include <ctype.h>
#include <unistd.h>

static bool row_ok(bool ok, const char *table, const char *row, const char *what)
{
	printf("%sok %d - %s %s: %s\n", ok ? "" : "not ", ++tap_n_, table, row, what);
	tap_bad_ += !ok;
	return ok;
}

static bool in_tree(const char *folder, const char *name, const char *suffix)
{
	char path[1024];

	if (!name || !name[0])
		return false;
	(void)snprintf(path, sizeof(path), "%.500s/%s%s%s", getenv("NR_SOURCE_ROOT"), folder, name,
		       suffix);
	return access(path, R_OK) == 0;
}

/* "scan.horizontal": two words or more in lower case, joined by dots. */
static bool dotted(const char *s)
{
	bool dot = false;

	for (size_t i = 0; s[i]; i++) {
		if (s[i] == '.')
			dot = i > 0 && s[i + 1];
		else if (!islower((unsigned char)s[i]) && s[i] != '-' &&
			 !isdigit((unsigned char)s[i]))
			return false;
	}
	return dot;
}

/* "" or T1595 or T1595.001 */
static bool technique(const char *s)
{
	size_t n = strlen(s);

	if (n == 0)
		return true;
	if (s[0] != 'T' || strspn(s + 1, "0123456789") != 4)
		return false;
	return n == 5 || (n == 9 && s[5] == '.' && strspn(s + 6, "0123456789") == 3);
}

static void check_detector(const struct nr_eye *e, const struct nr_detector *d)
{
	bool ascii = true, sentence = d->meaning && strlen(d->meaning) > 40 &&
				      strchr(".!", d->meaning[strlen(d->meaning) - 1]);

	row_ok(dotted(d->name), "detector", d->name, "its name is two words with a dot");
	for (const struct nr_detector *o = e->detectors; o < d; o++)
		if (strcmp(o->name, d->name) == 0)
			row_ok(false, "detector", d->name, "its name is its own");
	for (const char *p = d->title_ja ? d->title_ja : ""; *p; p++)
		ascii = ascii && (unsigned char)*p < 0x80;
	row_ok(d->title_en && d->title_en[0] && !ascii, "detector", d->name,
	       "a title in both languages");
	row_ok(d->attack && technique(d->attack), "detector", d->name, "an ATT&CK id or none");
	row_ok(sentence, "detector", d->name, "a sentence that says what it means");
}

static void test_tables__eyes(void)
{
	for (size_t i = 0; i < nr_eyes_count; i++) {
		const struct nr_eye *e = nr_eyes[i];
		struct nr_err err = { .rc = NR_OK };
		bool ok;

		row_ok(e->limits.max_input > 0 && e->limits.max_memory > 0 &&
			       e->limits.max_cpu_s > 0,
		       "eye", e->name, "limits");
		row_ok(nr_eye_find(nr_str_c(e->name)) == e, "eye", e->name, "its name is its own");
		row_ok(e->kind && e->kind[0] && e->version > 0, "eye", e->name, "kind, version");
		row_ok(e->probe((struct nr_bytes){ NULL, 0 }) == 0, "eye", e->name,
		       "does not claim an empty file");
		row_ok(in_tree("fuzz/", e->fuzz, ".c") && in_tree("fuzz/corpus/", e->fuzz, ""),
		       "eye", e->name, "fuzz target and corpus");
		row_ok(in_tree("", e->doc, ""), "eye", e->name, "page");
		e->warm_up();
		ok = e->selftest(&err) == NR_OK;
		if (!row_ok(ok, "eye", e->name, "self-test"))
			printf("# %s\n", err.msg);
		for (const struct nr_detector *d = e->detectors; d->name; d++)
			check_detector(e, d);
	}
	OK(nr_eye_probe((struct nr_bytes){ (const uint8_t *)"\0\1\2\3", 4 }) == NULL);
}

static void test_tables__feed_formats(void)
{
	OK(nr_feed_formats_count > 0);
	for (size_t i = 0; i < nr_feed_formats_count; i++) {
		const struct nr_feed_format *f = nr_feed_formats[i], *found = NULL;
		struct nr_err err = { .rc = NR_OK };
		bool ok;

		row_ok(nr_feed_format_find(nr_str_c(f->name), &found, &err) == NR_OK && found == f,
		       "feed", f->name, "its name is its own");
		row_ok(f->max_items > 0 && f->kinds != 0, "feed", f->name, "limit and kinds");
		row_ok(f->media_type && strchr(f->media_type, '/') && f->file_suffix &&
			       f->file_suffix[0] == '.',
		       "feed", f->name, "media type and suffix");
		row_ok(f->title_en[0] && f->title_ja[0] && f->description_en[0] &&
			       f->description_ja[0],
		       "feed", f->name, "title and description in both languages");
		row_ok(in_tree("fuzz/", f->fuzz, ".c") && in_tree("fuzz/corpus/", f->fuzz, ""),
		       "feed", f->name, "fuzz target and corpus");
		row_ok(in_tree("", f->doc, ""), "feed", f->name, "page");
		ok = f->selftest(f, &err) == NR_OK;
		if (!row_ok(ok, "feed", f->name, "self-test"))
			printf("# %s\n", err.msg);
	}
}

/* The whole text of a file of the tree, or NULL. */
static char *slurp(const char *name)
{
	char path[1024], *text = calloc(1, 1 << 20);
	FILE *f;

	(void)snprintf(path, sizeof(path), "%.500s/%s", getenv("NR_SOURCE_ROOT"), name);
	f = fopen(path, "r");
	if (f && text)
		(void)!fread(text, 1, (1 << 20) - 1, f);
	if (f)
		fclose(f);
	return text;
}

static void check_route(const struct nr_route *r, const char *paper)
{
	bool writes = r->method != NR_GET && !(r->flags & NR_ROUTE_RAW);
	char path[256];
	size_t n = 0;
	struct nr_match m;

	row_ok(r->path[0] == '/' && r->run && r->status >= 200 && r->status < 400, "route", r->path,
	       "path, handler, status");
	for (const char *p = r->path; *p && n < sizeof(path) - 1; p++) {
		path[n++] = *p == '{' ? 'x' : *p; /* "{id}" becomes "x" */
		if (*p == '{')
			p += strcspn(p, "}");
	}
	path[n] = 0;
	m = nr_route_match(r->method, nr_str_c(path));
	row_ok(m.route == r, "route", r->path, "is reached by its own path");
	row_ok(r->summary && strlen(r->summary) > 8, "route", r->path, "a summary");
	if (writes && r->body)
		row_ok(r->body_max > 0 && r->body_max <= 1 << 20, "route", r->path,
		       "the body has a limit");
	if (strncmp(r->path, "/api/", 5) == 0)
		row_ok(paper && strstr(paper, r->path), "route", r->path, "is in docs/api");
}

static void test_tables__routes(void)
{
	char *paper = slurp("docs/api/README.md");
	unsigned open = 0;

	OK(nr_routes_count > 20);
	for (size_t i = 0; i < nr_routes_count; i++) {
		check_route(&nr_routes[i], paper);
		if (nr_routes[i].flags & NR_ROUTE_PUBLIC)
			open++;
	}
	OK(open > 0 && open < 12);
	free(paper);
}

int main(void)
{
	test_tables__eyes();
	test_tables__feed_formats();
	test_tables__routes();
	return tap_done();
}
