#include "base/src.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

struct nr_src nr_src_mem(struct nr_bytes b)
{
	return (struct nr_src){ .mem = b.p, .fd = -1, .size = b.n };
}

enum nr_rc nr_src_fd(int fd, struct nr_src *ret, struct nr_err *reterr)
{
	off_t end = lseek(fd, 0, SEEK_END);

	if (end < 0)
		return nr_fail_errno(reterr, "material", errno, "cannot be read at an offset");
	*ret = (struct nr_src){ .fd = fd, .size = (uint64_t)end };
	return NR_OK;
}

static enum nr_rc read_fd(const struct nr_src *s, uint64_t off, uint8_t *buf, size_t n,
			  size_t *ret_n, struct nr_err *reterr)
{
	size_t got = 0;

	while (got < n) {
		ssize_t k = pread(s->fd, buf + got, n - got, (off_t)(off + got));

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return nr_fail_errno(reterr, "material", errno, "read failed");
		if (k == 0)
			break;
		got += (size_t)k;
	}
	*ret_n = got;
	return NR_OK;
}

static void feed(struct nr_tee *t, uint64_t off, struct nr_bytes b)
{
	uint64_t skip = t->next - off;

	if (off > t->next || skip >= b.n)
		return;
	nr_hash_add(t->hash, (struct nr_bytes){ b.p + skip, b.n - skip });
	t->next = off + b.n;
}

enum nr_rc nr_src_read(const struct nr_src *s, uint64_t off, void *buf, size_t n, size_t *ret_n,
		       struct nr_err *reterr)
{
	if (off >= s->size) {
		*ret_n = 0;
		return NR_OK;
	}
	if (n > s->size - off)
		n = (size_t)(s->size - off);
	if (s->fd >= 0) {
		NR_TRY(read_fd(s, off, buf, n, ret_n, reterr));
	} else {
		if (n)
			memcpy(buf, s->mem + off, n);
		*ret_n = n;
	}
	if (s->tee)
		feed(s->tee, off, (struct nr_bytes){ buf, *ret_n });
	return NR_OK;
}

enum nr_rc nr_src_all(const struct nr_src *s, size_t max, struct nr_arena *a, struct nr_bytes *ret,
		      struct nr_err *reterr)
{
	uint8_t *p;
	size_t n;

	if (s->size > max)
		return nr_fail(reterr, NR_E_LIMIT, "material", max,
			       "%llu bytes, over the limit of %zu", (unsigned long long)s->size,
			       max);
	if (s->fd < 0) {
		*ret = (struct nr_bytes){ s->mem, (size_t)s->size };
		return NR_OK;
	}
	p = NR_NEW_N(a, uint8_t, s->size ? (size_t)s->size : 1);
	if (!p)
		return nr_fail(reterr, NR_E_LIMIT, "memory", 0, "no room for %llu bytes",
			       (unsigned long long)s->size);
	NR_TRY(nr_src_read(s, 0, p, (size_t)s->size, &n, reterr));
	*ret = (struct nr_bytes){ p, n };
	return NR_OK;
}
