#include "store/tok.h"

#include "base/fold.h"

#include <sqlite3.h>

/* The CJK run that starts at from: pairs, then the closing single character. */
static int cjk_run(struct nr_str s, size_t from, size_t *ret_end, bool query,
		   int (*each)(void *ctx, size_t from, size_t to), void *ctx)
{
	size_t prev = from, pos = from, n = 0;
	int rc = 0;

	while (pos < s.n && rc == 0) {
		size_t at = pos;

		if (!nr_cp_cjk(nr_utf8_next(s, &pos))) {
			pos = at;
			break;
		}
		if (n++ > 0) {
			rc = each(ctx, prev, pos);
			prev = at;
		}
	}
	*ret_end = pos;
	if (rc == 0 && (n == 1 || !query || pos < s.n))
		rc = each(ctx, prev, pos);
	return rc;
}

/* Drops what follows the last token character, so that "last run" means what a person meant. */
static struct nr_str trim(struct nr_str s)
{
	size_t end = 0;

	for (size_t pos = 0; pos < s.n;) {
		uint32_t c = nr_utf8_next(s, &pos);

		if (nr_cp_cjk(c) || nr_cp_word(c))
			end = pos;
	}
	return (struct nr_str){ s.p, end };
}

int nr_tokens(struct nr_str s, bool query, int (*each)(void *ctx, size_t from, size_t to),
	      void *ctx)
{
	size_t pos = 0, word = 0;
	bool in_word = false;
	int rc = 0;

	if (query)
		s = trim(s);
	while (pos < s.n && rc == 0) {
		size_t at = pos;
		uint32_t c = nr_utf8_next(s, &pos);
		bool w = nr_cp_word(c);

		if (w && !in_word)
			word = at;
		if (!w && in_word)
			rc = each(ctx, word, at);
		in_word = w;
		if (rc == 0 && nr_cp_cjk(c))
			rc = cjk_run(s, at, &pos, query, each, ctx);
	}
	if (rc == 0 && in_word)
		rc = each(ctx, word, s.n);
	return rc;
}

struct fts_call {
	const char *text;
	void *ctx;
	int (*token)(void *ctx, int flags, const char *tok, int n, int from, int to);
};

static int fts_each(void *ctx, size_t from, size_t to)
{
	struct fts_call *c = ctx;

	/* A word without spaces of kilobytes (base64, noise) is indexed by its first 64 bytes. */
	return c->token(c->ctx, 0, c->text + from, (int)(to - from > 64 ? 64 : to - from),
			(int)from, (int)to);
}

static int fts_tokenize(Fts5Tokenizer *t, void *ctx, int flags, const char *text, int n,
			int (*token)(void *, int, const char *, int, int, int))
{
	struct fts_call c = { text, ctx, token };

	(void)t;
	if (!text || n <= 0)
		return SQLITE_OK;
	return nr_tokens((struct nr_str){ text, (size_t)n }, flags & FTS5_TOKENIZE_QUERY, fts_each,
			 &c);
}

static int fts_create(void *ctx, const char **args, int n, Fts5Tokenizer **ret)
{
	static int stateless; /* FTS5 wants a handle that is not NULL; ours has nothing in it */

	(void)ctx;
	(void)args;
	(void)n;
	*ret = (Fts5Tokenizer *)&stateless;
	return SQLITE_OK;
}

static void fts_delete(Fts5Tokenizer *t)
{
	(void)t;
}

int nr_tok_register(struct sqlite3 *db)
{
	static fts5_tokenizer t = { fts_create, fts_delete, fts_tokenize };
	fts5_api *api = NULL;
	sqlite3_stmt *q = NULL;
	int code = sqlite3_prepare_v2(db, "SELECT fts5($1)", -1, &q, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_bind_pointer(q, 1, &api, "fts5_api_ptr", NULL);
	if (code == SQLITE_OK && sqlite3_step(q) != SQLITE_ROW)
		code = SQLITE_ERROR;
	(void)sqlite3_finalize(q);
	if (code == SQLITE_OK && !api)
		code = SQLITE_ERROR;
	return code == SQLITE_OK ? api->xCreateTokenizer(api, "noroshi", NULL, &t, NULL) : code;
}
