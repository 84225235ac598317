/* src.h -- hostile material as something that can be read at an offset.
 *
 * A file descriptor or a memory view behind one call, so that a 1 GB capture is read in windows
 * (memory set by the reader, not by the material) and a fuzz input costs nothing.
 * Ownership: borrows fd and memory.  Errors: NR_E_IO. */
#pragma once

#include "base/arena.h"
#include "base/hash.h"
#include "base/view.h"

/* A digest fed by reads that go forward, so that material read once for its content need not be read
 * again for its hash.  Bytes before next are in it; a read that leaves a gap feeds nothing. */
struct nr_tee {
	struct nr_hash *hash;
	uint64_t next;
};

struct nr_src {
	const uint8_t *mem; /* used when fd < 0 */
	int fd;
	uint64_t size;
	struct nr_tee *tee; /* NULL: none */
};

/* A source over bytes in memory; never fails. */
struct nr_src nr_src_mem(struct nr_bytes b);
/* A source over a seekable descriptor.  NR_E_IO when it has no size (pipe, socket). */
NR_MUSTUSE enum nr_rc nr_src_fd(int fd, struct nr_src *ret, struct nr_err *reterr);
/* Reads up to n bytes at off; *ret_n is short only at the end of the material. */
NR_MUSTUSE enum nr_rc nr_src_read(const struct nr_src *s, uint64_t off, void *buf, size_t n,
				  size_t *ret_n, struct nr_err *reterr);
/* The whole material in the arena (or borrowed when already in memory); NR_E_LIMIT above max. */
NR_MUSTUSE enum nr_rc nr_src_all(const struct nr_src *s, size_t max, struct nr_arena *a,
				 struct nr_bytes *ret, struct nr_err *reterr);
