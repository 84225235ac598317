#include "hub/hub.h"

#include "base/time.h"
#include "desks/link/link.h"
#include "hub/jobs.h"
#include "hub/server.h"
#include "hub/stream.h"
#include "proc/jail.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	READ_THREADS = 4,
	HASH_THREADS = 2, /* times 19 MiB of argon2id */
	LOOK_THREADS = 4,
	PEM_MAX = 1 << 20,
	DRAIN_S = 10,
};

/* --- connections to the store --- */

static void reader_close(void *p)
{
	struct nr_store *s = p;

	nr_store_close(&s);
}

struct nr_store *nr_hub_reader(struct nr_hub *h, struct nr_err *reterr)
{
	struct nr_store *s = pthread_getspecific(h->reader);

	if (s)
		return s;
	if (nr_store_open(h->cfg->store, 0, &s, reterr) != NR_OK) {
		if (reterr)
			reterr->rc = NR_E_IO; /* whatever it is, it is not the client's fault */
		return NULL;
	}
	pthread_setspecific(h->reader, s);
	return s;
}

struct nr_store *nr_hub_write_lock(struct nr_hub *h)
{
	pthread_mutex_lock(&h->write_lock);
	return h->writer;
}

void nr_hub_write_unlock(struct nr_hub *h)
{
	pthread_mutex_unlock(&h->write_lock);
	nr_stream_ring(h->stream);
}

/* A hash of everything about the units that policy can depend on. */
static uint64_t units_mark(const struct nr_unit *u, size_t n)
{
	uint64_t mark = n;

	for (size_t i = 0; i < n; i++) {
		mark = nr_hash64(nr_str_bytes(u[i].id), mark);
		mark = nr_hash64(nr_str_bytes(u[i].command_parent), mark);
		mark = nr_hash64(nr_str_bytes(u[i].technical_parent), mark);
		mark = mark * 31 + u[i].kind;
	}
	return mark | 1;
}

enum nr_rc nr_hub_tree_refresh(struct nr_hub *h, struct nr_store *s, struct nr_err *reterr)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
	struct nr_tree *fresh = NULL, *old;
	struct nr_unit *units = NULL;
	uint64_t mark;
	size_t n = 0;

	NR_TRY(nr_store_units(s, &a, &units, &n, reterr));
	mark = units_mark(units, n);
	if (mark == h->tree_mark)
		return NR_OK;
	NR_TRY(nr_tree_build(units, n, &fresh, reterr));
	pthread_rwlock_wrlock(&h->tree_lock);
	old = h->tree;
	h->tree = fresh;
	h->tree_mark = mark;
	pthread_rwlock_unlock(&h->tree_lock);
	nr_tree_free(&old);
	return NR_OK;
}

/* --- the listening socket --- */

struct any_address {
	union {
		struct sockaddr sa;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	socklen_t n;
	bool loopback;
};

static enum nr_rc address_of(const struct nr_hub_config *cfg, struct any_address *ret,
			     struct nr_err *reterr)
{
	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, cfg->address, &ret->v4.sin_addr) == 1) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons((uint16_t)cfg->port);
		ret->n = sizeof(ret->v4);
		ret->loopback = (ntohl(ret->v4.sin_addr.s_addr) >> 24) == 127;
		return NR_OK;
	}
	if (inet_pton(AF_INET6, cfg->address, &ret->v6.sin6_addr) == 1) {
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons((uint16_t)cfg->port);
		ret->n = sizeof(ret->v6);
		ret->loopback = IN6_IS_ADDR_LOOPBACK(&ret->v6.sin6_addr);
		return NR_OK;
	}
	return nr_fail(reterr, NR_E_INVAL, "listen", UINT64_MAX,
		       "'%.60s' is not an address; give ADDRESS:PORT with digits, such as "
		       "127.0.0.1:8470",
		       cfg->address);
}

static enum nr_rc bind_fd(int fd, const struct nr_hub_config *cfg, const struct any_address *at,
			  struct nr_err *reterr)
{
	int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &at->sa, at->n) == 0 && listen(fd, 511) == 0)
		return NR_OK;
	if (errno == EADDRINUSE)
		return nr_fail(reterr, NR_E_IO, "listen", UINT64_MAX,
			       "port %u on %s is in use by another program; stop it or choose "
			       "another with --listen",
			       cfg->port, cfg->address);
	return nr_fail_errno(reterr, "listen", errno, "cannot listen");
}

enum nr_rc nr_hub_listen(const struct nr_hub_config *cfg, int *ret_fd, unsigned *ret_port,
			 struct nr_err *reterr)
{
	struct any_address at;
	socklen_t n = sizeof(at.v6);
	enum nr_rc rc;
	int fd;

	NR_TRY(address_of(cfg, &at, reterr));
	if (!cfg->tls_cert != !cfg->tls_key)
		return nr_fail(reterr, NR_E_INVAL, "tls", UINT64_MAX,
			       "--tls-cert and --tls-key belong together");
	if (!at.loopback && !cfg->tls_cert)
		return nr_fail(reterr, NR_E_INVAL, "listen", UINT64_MAX,
			       "%s can be reached from outside: give --tls-cert and --tls-key, or "
			       "listen on 127.0.0.1",
			       cfg->address);
	fd = socket(at.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return nr_fail_errno(reterr, "listen", errno, "no socket");
	rc = bind_fd(fd, cfg, &at, reterr);
	if (rc == NR_OK && getsockname(fd, &at.sa, &n) != 0)
		rc = nr_fail_errno(reterr, "listen", errno, "no port");
	if (rc != NR_OK) {
		close(fd);
		return rc;
	}
	*ret_port = ntohs(at.sa.sa_family == AF_INET ? at.v4.sin_port : at.v6.sin6_port);
	*ret_fd = fd;
	return NR_OK;
}

/* --- TLS files --- */

static char *slurp(const char *path, const char *what, struct nr_err *reterr)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *buf = NULL;
	struct stat st;
	ssize_t n = -1;

	if (fd < 0) {
		(void)nr_fail_errno(reterr, what, errno, path);
		return NULL;
	}
	if (fstat(fd, &st) == 0 && st.st_size > 0 && st.st_size <= PEM_MAX) {
		buf = malloc((size_t)st.st_size + 1);
		n = buf ? read(fd, buf, (size_t)st.st_size) : -1;
	}
	close(fd);
	if (n <= 0) {
		free(buf);
		(void)nr_fail(reterr, NR_E_IO, what, UINT64_MAX, "%.150s: not a PEM file", path);
		return NULL;
	}
	buf[n] = 0;
	return buf;
}

/* Says in plain words what is wrong with a pair before the TLS library does in its own. */
static enum nr_rc pair_check(const char *cert, const char *key, struct nr_err *reterr)
{
	BIO *cb = BIO_new_mem_buf(cert, -1), *kb = BIO_new_mem_buf(key, -1);
	X509 *x = cb ? PEM_read_bio_X509(cb, NULL, NULL, NULL) : NULL;
	EVP_PKEY *k = kb ? PEM_read_bio_PrivateKey(kb, NULL, NULL, (void *)(uintptr_t) "") : NULL;
	enum nr_rc rc = NR_OK;

	if (!x)
		rc = nr_fail(reterr, NR_E_IO, "tls-cert", UINT64_MAX,
			     "no certificate in the file; PEM is wanted");
	else if (!k)
		rc = nr_fail(reterr, NR_E_IO, "tls-key", UINT64_MAX,
			     "no private key in the file; PEM without a passphrase is wanted");
	else if (X509_check_private_key(x, k) != 1)
		rc = nr_fail(reterr, NR_E_IO, "tls-key", UINT64_MAX,
			     "the key does not belong to the certificate");
	else if (X509_cmp_current_time(X509_get0_notAfter(x)) < 0)
		rc = nr_fail(reterr, NR_E_IO, "tls-cert", UINT64_MAX,
			     "the certificate has expired");
	X509_free(x);
	EVP_PKEY_free(k);
	BIO_free(cb);
	BIO_free(kb);
	return rc;
}

/* --- start --- */

/* The folder part of a path, "." when there is none. */
static void folder_of(struct nr_str path, char *out, size_t size)
{
	size_t slash = path.n;

	while (slash > 0 && path.p[slash - 1] != '/')
		slash--;
	if (slash == 0)
		(void)snprintf(out, size, ".");
	else
		(void)snprintf(out, size, "%.*s", (int)slash, path.p);
}

/* Uploads wait in the folder of the store: it has the room, and it is all the jail leaves us. */
static void upload_dir(struct nr_hub *h)
{
	struct nr_str path = h->cfg->store;

	if (path.n > 7 && memcmp(path.p, "sqlite:", 7) == 0)
		path = (struct nr_str){ path.p + 7, path.n - 7 };
	folder_of(path, h->upload_dir, sizeof(h->upload_dir));
}

static enum nr_rc open_rooms(struct nr_hub *h, struct nr_err *reterr)
{
	static const unsigned threads[NR_LANES] = { READ_THREADS, HASH_THREADS, LOOK_THREADS };
	static const unsigned depth[NR_LANES] = { 1024, 32, 32 };

	NR_TRY(nr_people_start(reterr));
	NR_TRY(nr_store_open(h->cfg->store, 0, &h->writer, reterr));
	NR_TRY(nr_hub_tree_refresh(h, h->writer, reterr));
	h->intake = (struct nr_intake){ .store = h->writer,
					.link = nr_link_dossier,
					.geo = h->cfg->geo };
	NR_TRY(nr_pool_open(h->cfg->workers, h->cfg->spawner, &h->pool, reterr));
	return nr_jobs_open(threads, depth, nr_server_done, &h->jobs, reterr);
}

/* Reads the TLS files while the file system is still ours. */
static enum nr_rc read_pair(struct nr_hub *h, char **ret_cert, char **ret_key,
			    struct nr_err *reterr)
{
	if (!h->cfg->tls_cert)
		return NR_OK;
	h->tls = true;
	*ret_cert = slurp(h->cfg->tls_cert, "tls-cert", reterr);
	*ret_key = *ret_cert ? slurp(h->cfg->tls_key, "tls-key", reterr) : NULL;
	return *ret_key ? pair_check(*ret_cert, *ret_key, reterr) : NR_E_IO;
}

static enum nr_rc confine(const struct nr_hub *h, struct nr_err *reterr)
{
	struct nr_jail_report report;
	char geo[512] = "";
	const char *folders[2] = { h->upload_dir, NULL }, *data[2] = { NULL, NULL };

	if (!h->cfg->confine || NR_SANITIZED) /* the leak checker reads /proc when we end */
		return NR_OK;
	if (h->cfg->geo) {
		folder_of(nr_str_c(h->cfg->geo), geo, sizeof(geo));
		data[0] = geo;
	}
	/* The engine's temporary files must lie where we may write. */
	if (setenv("SQLITE_TMPDIR", h->upload_dir, 1) != 0)
		return nr_fail_errno(reterr, "hub", errno, "no memory");
	NR_TRY(nr_jail_role(folders, data, &report, reterr));
	if (!report.landlock)
		fprintf(stderr, "noroshi: hub: this kernel has no Landlock: the file system is "
				"not confined\n");
	return NR_OK;
}

static enum nr_rc open_server(struct nr_hub *h, int fd, const char *cert, const char *key,
			      struct nr_err *reterr)
{
	struct nr_server *server = NULL;

	NR_TRY(nr_stream_open(h, &h->stream, reterr));
	NR_TRY(nr_server_open(h, fd, cert, key, &server, reterr));
	h->server = server;
	return NR_OK;
}

/* Everything from the socket to the first request; on failure close_all() undoes it. */
static enum nr_rc open_all(struct nr_hub *h, struct nr_err *reterr)
{
	char *cert = NULL, *key = NULL;
	int fd = -1;
	enum nr_rc rc = nr_hub_listen(h->cfg, &fd, &h->port, reterr);

	if (rc == NR_OK)
		rc = read_pair(h, &cert, &key, reterr);
	if (rc == NR_OK)
		rc = confine(h, reterr);
	if (rc == NR_OK)
		rc = open_rooms(h, reterr);
	if (rc == NR_OK)
		rc = open_server(h, fd, cert, key, reterr);
	if (key) {
		sodium_memzero(key, strlen(key));
		free(key);
	}
	free(cert);
	if (fd >= 0 && !h->server)
		close(fd);
	return rc;
}

static void wait_for_end(const struct nr_hub_config *cfg)
{
	sigset_t set;
	struct pollfd p[2] = { { .fd = -1, .events = POLLIN },
			       { .fd = cfg->stop_fd, .events = POLLIN } };

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	p[0].fd = signalfd(-1, &set, SFD_CLOEXEC);
	while (poll(p, 2, -1) < 0 && errno == EINTR)
		;
	if (p[0].fd >= 0)
		close(p[0].fd);
}

static void announce(const struct nr_hub *h)
{
	bool six = strchr(h->cfg->address, ':') != NULL;
	char url[128];

	(void)snprintf(url, sizeof(url), "%s://%s%s%s:%u", h->tls ? "https" : "http",
		       six ? "[" : "", h->cfg->address, six ? "]" : "", h->port);
	if (h->cfg->ready)
		h->cfg->ready(h->cfg->ready_ctx, url);
}

static void close_all(struct nr_hub *h)
{
	struct nr_server *server = h->server;

	if (server)
		nr_server_quiesce(server);
	if (h->stream)
		nr_stream_stop(h->stream);
	if (server)
		nr_server_drain(server, DRAIN_S * NR_US_PER_S);
	nr_jobs_stop(h->jobs); /* connections live on until the server is closed, and still ask */
	if (server)
		nr_server_drain(server, NR_US_PER_S);
	h->server = NULL;
	nr_stream_close(&h->stream);
	nr_server_close(&server);
	nr_jobs_close(&h->jobs);
	nr_pool_close(&h->pool);
	nr_store_close(&h->writer);
	nr_tree_free(&h->tree);
}

static struct nr_hub *hub_new(const struct nr_hub_config *cfg)
{
	struct nr_hub *h = calloc(1, sizeof(*h));
	uint64_t seed[2];

	if (!h || sodium_init() < 0) {
		free(h);
		return NULL;
	}
	h->cfg = cfg;
	pthread_key_create(&h->reader, reader_close);
	pthread_mutex_init(&h->write_lock, NULL);
	pthread_rwlock_init(&h->tree_lock, NULL);
	randombytes_buf(h->cursor_key, sizeof(h->cursor_key));
	randombytes_buf(seed, sizeof(seed));
	nr_limiter_init(&h->by_login, 10, 30 * NR_US_PER_S, seed[0]);
	nr_limiter_init(&h->by_address, 30, 10 * NR_US_PER_S, seed[1]);
	(void)snprintf(h->listen_name, sizeof(h->listen_name), "%s", cfg->address);
	h->wildcard = strcmp(cfg->address, "0.0.0.0") == 0 || strcmp(cfg->address, "::") == 0;
	upload_dir(h);
	return h;
}

enum nr_rc nr_hub_run(const struct nr_hub_config *cfg, struct nr_err *reterr)
{
	struct nr_hub *h = hub_new(cfg);
	enum nr_rc rc;
	sigset_t set;

	if (!h)
		return nr_fail(reterr, NR_E_NOMEM, "hub", UINT64_MAX, "no memory");
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL); /* before threads: all of them inherit it */
	rc = open_all(h, reterr);
	if (rc == NR_OK) {
		announce(h);
		wait_for_end(cfg);
	}
	close_all(h);
	pthread_key_delete(h->reader);
	free(h);
	return rc;
}
