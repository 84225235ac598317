/* Real mails: the shared corpora against what an unrelated parser says of them, and how many honest and
 * how many deceptive ones the verdict names.  test/data/mail_expect.tsv was written by python's mail
 * parser, which shares no code with ours.  Skips when the corpora are not there. */
#include "eyes/eye.h"
#include "tap.h"

#include <dirent.h>
#include <sys/stat.h>

enum { FILE_MAX = 4 << 20, PATH = 1024 };

static uint8_t buffer[FILE_MAX];

static bool corpus(char out[PATH])
{
	const char *p = getenv("NR_SHARED_DATA"), *root = getenv("NR_SOURCE_ROOT");
	struct stat st;

	if (p)
		snprintf(out, PATH, "%s/mail", p);
	else
		snprintf(out, PATH, "%s/../shared/data/mail", root ? root : ".");
	return stat(out, &st) == 0;
}

static struct nr_bytes slurp(const char *path)
{
	FILE *f = fopen(path, "rbe");
	size_t n = f ? fread(buffer, 1, sizeof(buffer), f) : 0;

	if (f)
		fclose(f);
	return (struct nr_bytes){ buffer, n };
}

static enum nr_rc look(struct nr_bytes raw, struct nr_arena *a, struct nr_dossier *d)
{
	struct nr_eye_in in = { .src = nr_src_mem(raw), .name = NR_STR("t.eml") };

	nr_dossier_init(d, a);
	return nr_eye_look(nr_eye_find(NR_STR("mail")), &in, d, NULL);
}

/* Runs of white space count as one space, as in the expectation. */
static bool same_subject(struct nr_str got, const char *want)
{
	size_t i = 0, k = 0, n = strlen(want);

	while (i < got.n && (got.p[i] == ' ' || got.p[i] == '\t'))
		i++;
	while (i < got.n && k < n) {
		if (got.p[i] != want[k])
			return false;
		k++;
		if (got.p[i++] == ' ')
			while (i < got.n && (got.p[i] == ' ' || got.p[i] == '\t'))
				i++;
	}
	while (i < got.n && got.p[i] == ' ')
		i++;
	return i == got.n && k == n;
}

static struct nr_str subject_of(const struct nr_dossier *d)
{
	for (size_t i = 0; i < d->n_facts; i++)
		if (strcmp(d->facts[i].name, "subject") == 0)
			return d->facts[i].value;
	return NR_STR("");
}

/* One line of the expectation; true when the eye agrees. */
static bool agrees(const char *dir, char *line)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT((size_t)512 << 20);
	char *path = line, *rest = strchr(line, '\t'), *subject, full[PATH + 4096];
	unsigned leaf = 0, attachments = 0, seen = 0;
	struct nr_dossier d;

	if (!rest || sscanf(rest, "\t%u\t%u", &leaf, &attachments) != 2)
		return false;
	*rest = 0;
	subject = strchr(strchr(rest + 1, '\t') + 1, '\t') + 1;
	snprintf(full, sizeof(full), "%s/%s", dir, path);
	if (look(slurp(full), &a, &d) != NR_OK) {
		printf("# %s: refused\n", path);
		return false;
	}
	for (size_t i = 0; i < d.n_parts; i++)
		seen += d.parts[i].attachment;
	if (d.n_parts == leaf && seen == attachments &&
	    (strcmp(subject, "-") == 0 || same_subject(subject_of(&d), subject)))
		return true;
	printf("# %s: %zu parts (%u), %u attachments (%u), '%.*s' ('%s')\n", path, d.n_parts, leaf,
	       seen, attachments, NR_FMT(subject_of(&d)), subject);
	return false;
}

static void test_mail_corpus__agrees_with_an_unrelated_parser(const char *dir)
{
	const char *root = getenv("NR_SOURCE_ROOT");
	char path[PATH], line[4096];
	unsigned lines = 0, bad = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/test/data/mail_expect.tsv", root ? root : ".");
	f = fopen(path, "re");
	if (!OK(f != NULL))
		return;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (line[0] == '#')
			continue;
		lines++;
		bad += !agrees(dir, line);
	}
	fclose(f);
	OK(lines > 300);
	OK(bad == 0);
}

struct tally {
	unsigned n, refused, flagged;
};

static void folder(const char *dir, const char *sub, struct tally *t)
{
	char path[PATH + 64];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s/%s", dir, sub);
	d = opendir(path);
	while (d && (e = readdir(d)) != NULL) {
		NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT((size_t)512 << 20);
		char file[PATH * 2];
		struct nr_dossier dossier;

		if (e->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
		t->n++;
		if (look(slurp(file), &a, &dossier) != NR_OK)
			t->refused++;
		else
			t->flagged += dossier.verdict.cls >= NR_CLASS_SUSPICIOUS;
	}
	if (d)
		closedir(d);
}

/* The figures of docs/eyes/mail.md: honest mail is left alone, much of the deceptive is named. */
static void test_mail_corpus__verdicts(const char *dir)
{
	struct tally ham = { 0 }, phishing = { 0 };

	folder(dir, "spamassassin/easy-ham-1", &ham);
	folder(dir, "spamassassin/easy-ham-2", &ham);
	folder(dir, "spamassassin/hard-ham-1", &ham);
	folder(dir, "phishing", &phishing);
	printf("# ham %u, flagged %u; phishing %u, flagged %u\n", ham.n, ham.flagged, phishing.n,
	       phishing.flagged);
	OK(ham.n > 900 && ham.refused == 0);
	OK(ham.flagged * 100 < ham.n);
	OK(phishing.n > 690 && phishing.refused == 0);
	OK(phishing.flagged * 2 > phishing.n);
}

int main(void)
{
	char dir[PATH];

	if (!corpus(dir)) {
		printf("1..0 # SKIP no mail corpora: set NR_SHARED_DATA\n");
		return 0;
	}
	test_mail_corpus__agrees_with_an_unrelated_parser(dir);
	test_mail_corpus__verdicts(dir);
	return tap_done();
}
