/* Folding and cutting of text that strangers wrote and of queries: tokens lie in order inside the
 * text, and folding twice is folding once. */
#include "fuzz.h"

#include "base/fold.h"
#include "store/tok.h"

struct span {
	size_t n, last_from, end;
};

static int see(void *ctx, size_t from, size_t to)
{
	struct span *s = ctx;

	if (from >= to || to > s->end || (s->n && from <= s->last_from))
		abort();
	s->n++;
	s->last_from = from;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
	struct nr_str raw = { (const char *)data, n }, text, folded;
	struct span doc = { .end = n }, query = { .end = n };

	/* The tokenizer also meets bytes of a damaged store. */
	(void)nr_tokens(raw, false, see, &doc);
	(void)nr_tokens(raw, true, see, &query);
	if (query.n > doc.n)
		abort();
	if (nr_str_check((struct nr_bytes){ data, n }, &text, NULL) != NR_OK)
		return 0;
	folded = nr_fold(text, &a);
	if (a.exhausted)
		return 0;
	if (nr_str_check(nr_str_bytes(folded), &text, NULL) != NR_OK ||
	    !nr_str_eq(nr_fold(folded, &a), folded))
		abort();
	return 0;
}
