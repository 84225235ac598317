/* blob.c -- raw material under PATH.blobs/ab/<sha256>. */
#include "store/store_int.h"

#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { PATH_ROOM = 4200 };

static void shard_path(const struct nr_store *s, const struct nr_sha256 *h, char out[PATH_ROOM])
{
	(void)snprintf(out, PATH_ROOM, "%s/%02x", s->blobs, h->b[0]);
}

static void blob_path(const struct nr_store *s, const struct nr_sha256 *h, char out[PATH_ROOM])
{
	char hex[65];

	nr_hex(h->b, 32, hex);
	(void)snprintf(out, PATH_ROOM, "%s/%02x/%s", s->blobs, h->b[0], hex);
}

bool nr_blob_have(const struct nr_store *s, const struct nr_sha256 *sha256)
{
	char path[PATH_ROOM];

	blob_path(s, sha256, path);
	return access(path, F_OK) == 0;
}

enum nr_rc nr_store_blob_put(struct nr_store *s, const struct nr_src *src,
			     const struct nr_sha256 *sha256, struct nr_err *reterr)
{
	char path[PATH_ROOM];

	if (s->read_only)
		return nr_fail(reterr, NR_E_DENIED, "store", UINT64_MAX,
			       "%.160s is open for reading only: nothing was written", s->path);
	if (nr_blob_have(s, sha256))
		return NR_OK;
	NR_TRY(nr_folder_make(s->blobs, reterr));
	shard_path(s, sha256, path);
	NR_TRY(nr_folder_make(path, reterr));
	blob_path(s, sha256, path);
	return nr_file_copy(path, src, sha256, reterr);
}

enum nr_rc nr_store_blob_open(struct nr_store *s, const struct nr_sha256 *sha256, int *ret_fd,
			      struct nr_err *reterr)
{
	char path[PATH_ROOM];
	int fd;

	blob_path(s, sha256, path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return nr_fail(reterr, NR_E_NOTFOUND, "material", UINT64_MAX,
			       "the raw material is not kept here");
	if (fd < 0)
		return nr_fail_errno(reterr, "material", errno, "cannot be opened");
	*ret_fd = fd;
	return NR_OK;
}

enum nr_rc nr_blob_src(struct nr_store *s, const struct nr_sha256 *sha256, struct nr_src *ret,
		       struct nr_err *reterr)
{
	enum nr_rc rc;
	int fd;

	NR_TRY(nr_store_blob_open(s, sha256, &fd, reterr));
	rc = nr_src_fd(fd, ret, reterr);
	if (rc != NR_OK)
		(void)close(fd);
	return rc;
}
