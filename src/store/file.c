#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 256 << 10, PATH_ROOM = 4300 };

static enum nr_rc io_fail(struct nr_err *reterr, const char *path, int e)
{
	if (e == ENOSPC || e == EDQUOT)
		return nr_fail(reterr, NR_E_IO, "store", UINT64_MAX,
			       "the disk is full: %.120s was not written; free some space and try "
			       "again",
			       path);
	return nr_fail_errno(reterr, "store", e, path);
}

static int fsync_parent(const char *path)
{
	char dir[PATH_ROOM];
	const char *slash = strrchr(path, '/');
	int fd, rc, e;

	if (!slash)
		(void)snprintf(dir, sizeof(dir), ".");
	else
		(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash == path ? 1 : slash - path),
			       path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = fsync(fd);
	e = errno;
	(void)close(fd);
	errno = e;
	return rc;
}

static int write_all(int fd, const uint8_t *p, size_t n)
{
	while (n) {
		ssize_t k = write(fd, p, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

/* A name beside path that nobody else uses. */
static int open_tmp(const char *path, unsigned mode, char tmp[PATH_ROOM])
{
	uint32_t r = 0;

	if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
		r = (uint32_t)getpid();
	if ((size_t)snprintf(tmp, PATH_ROOM, "%s.%08x.tmp", path, r) >= PATH_ROOM) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
}

/* Makes the temporary file the real one, durably; closes fd. */
static enum nr_rc settle(int fd, const char *tmp, const char *path, struct nr_err *reterr)
{
	int e = 0;

	if (fsync(fd) != 0)
		e = errno;
	if (close(fd) != 0 && e == 0)
		e = errno;
	if (e == 0 && rename(tmp, path) != 0)
		e = errno;
	if (e != 0) {
		(void)unlink(tmp);
		return io_fail(reterr, path, e);
	}
	return fsync_parent(path) == 0 ? NR_OK : io_fail(reterr, path, errno);
}

static void give_up(int fd, const char *tmp)
{
	(void)close(fd);
	(void)unlink(tmp);
}

enum nr_rc nr_file_put(const char *path, struct nr_bytes b, unsigned mode, struct nr_err *reterr)
{
	char tmp[PATH_ROOM];
	int fd = open_tmp(path, mode, tmp), e;

	if (fd < 0)
		return io_fail(reterr, path, errno);
	if (write_all(fd, b.p, b.n) != 0) {
		e = errno;
		give_up(fd, tmp);
		return io_fail(reterr, path, e);
	}
	return settle(fd, tmp, path, reterr);
}

static enum nr_rc copy_bytes(int fd, const char *path, const struct nr_src *src, struct nr_hash *h,
			     uint8_t *buf, struct nr_err *reterr)
{
	for (uint64_t off = 0; off < src->size;) {
		size_t n;

		NR_TRY(nr_src_read(src, off, buf, CHUNK, &n, reterr));
		if (n == 0)
			return nr_fail(reterr, NR_E_TRUNCATED, "material", off,
				       "became shorter while it was being stored");
		nr_hash_add(h, (struct nr_bytes){ buf, n });
		if (write_all(fd, buf, n) != 0)
			return io_fail(reterr, path, errno);
		off += n;
	}
	return NR_OK;
}

static enum nr_rc copy_checked(int fd, const char *path, const struct nr_src *src,
			       const struct nr_sha256 *sha256, struct nr_err *reterr)
{
	struct nr_hash *h = nr_hash_open();
	uint8_t *buf = malloc(CHUNK);
	struct nr_sha256 got;
	enum nr_rc rc;

	rc = h && buf ? copy_bytes(fd, path, src, h, buf, reterr)
		      : nr_fail(reterr, NR_E_NOMEM, "store", UINT64_MAX, "out of memory");
	if (rc == NR_OK) {
		got = nr_hash_value(h);
		if (memcmp(got.b, sha256->b, 32) != 0)
			rc = nr_fail(reterr, NR_E_MALFORMED, "material", UINT64_MAX,
				     "its SHA-256 is not the one the dossier names: it changed "
				     "while it was being read");
	}
	nr_hash_free(&h);
	free(buf);
	return rc;
}

enum nr_rc nr_file_copy(const char *path, const struct nr_src *src, const struct nr_sha256 *sha256,
			struct nr_err *reterr)
{
	char tmp[PATH_ROOM];
	int fd = open_tmp(path, 0600, tmp);
	enum nr_rc rc;

	if (fd < 0)
		return io_fail(reterr, path, errno);
	rc = copy_checked(fd, path, src, sha256, reterr);
	if (rc != NR_OK) {
		give_up(fd, tmp);
		return rc;
	}
	return settle(fd, tmp, path, reterr);
}

enum nr_rc nr_folder_make(const char *path, struct nr_err *reterr)
{
	if (mkdir(path, 0700) != 0)
		return errno == EEXIST ? NR_OK : io_fail(reterr, path, errno);
	return fsync_parent(path) == 0 ? NR_OK : io_fail(reterr, path, errno);
}
