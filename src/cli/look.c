#include "cli/look.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STDIN_MAX = 1 << 30, STEP = 1 << 20 };

static enum nr_rc write_step(int fd, const uint8_t *p, size_t n, struct nr_err *reterr)
{
	while (n) {
		ssize_t k = write(fd, p, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return nr_fail_errno(reterr, "standard input", errno, "cannot be kept");
		p += k;
		n -= (size_t)k;
	}
	return NR_OK;
}

static enum nr_rc copy_stdin(int fd, struct nr_err *reterr)
{
	uint8_t *buf = malloc(STEP);
	enum nr_rc rc =
		buf ? NR_OK : nr_fail(reterr, NR_E_NOMEM, "memory", UINT64_MAX, "none left");
	uint64_t total = 0;

	while (rc == NR_OK) {
		ssize_t k = read(STDIN_FILENO, buf, STEP);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			rc = nr_fail_errno(reterr, "standard input", errno, "cannot be read");
		if (k <= 0)
			break;
		total += (uint64_t)k;
		if (total > STDIN_MAX)
			rc = nr_fail(reterr, NR_E_LIMIT, "standard input", STDIN_MAX,
				     "over 1 GiB: give a file instead");
		else
			rc = write_step(fd, buf, (size_t)k, reterr);
	}
	free(buf);
	return rc;
}

static enum nr_rc open_material(const char *path, int *ret_fd, struct nr_err *reterr)
{
	struct stat st;
	enum nr_rc rc;
	int fd;

	if (strcmp(path, "-") == 0) {
		fd = memfd_create("stdin", MFD_CLOEXEC);
		if (fd < 0)
			return nr_fail_errno(reterr, "standard input", errno, "no memory file");
		rc = copy_stdin(fd, reterr);
		if (rc != NR_OK) {
			close(fd);
			return rc;
		}
		*ret_fd = fd;
		return NR_OK;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return nr_fail_errno(reterr, "file", errno, "cannot be opened");
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return nr_fail(reterr, NR_E_UNSUPPORTED, "file", UINT64_MAX,
			       "not a regular file (pipes: give '-' and standard input)");
	}
	*ret_fd = fd;
	return NR_OK;
}

/* The last component, as text; a name that is not UTF-8 becomes empty (the bytes are evidence, the
 * name is a label). */
static struct nr_str label(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct nr_str all = nr_str_c(slash ? slash + 1 : path), ok;

	if (strcmp(path, "-") == 0)
		return NR_STR("stdin");
	return nr_str_check(nr_str_bytes(all), &ok, NULL) == NR_OK ? ok : NR_STR("");
}

enum nr_rc nr_look_file(struct nr_pool *pool, struct nr_str eye, const char *path,
			struct nr_str params, struct nr_wr *out, int *ret_fd, struct nr_err *reterr)
{
	struct nr_work w = { .eye = eye, .name = label(path), .params = nr_str_bytes(params) };
	struct nr_job job = { .eye = eye, .name = w.name, .params = params, .timeout_s = 600 };
	enum nr_rc rc;
	int fd;

	NR_TRY(open_material(path, &fd, reterr));
	job.fd = fd;
	if (pool) {
		rc = nr_pool_look(pool, &job, out, reterr);
	} else {
		rc = nr_src_fd(fd, &w.src, reterr);
		if (rc == NR_OK)
			rc = nr_look_here(&w, out, reterr);
	}
	if (rc == NR_OK && ret_fd)
		*ret_fd = fd;
	else
		close(fd);
	return rc;
}
