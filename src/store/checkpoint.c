#include "store/checkpoint.h"

#include <pthread.h>

enum {
	PAGES_ASK = 1000,   /* of 8 KiB: from here on the thread is asked       */
	PAGES_SELF = 16000, /* 125 MiB: the writer outruns the thread, and waits */
};

struct nr_checkpoint {
	sqlite3 *writer;
	char *path;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool running, wanted, stop;
};

static void *run(void *ctx)
{
	struct nr_checkpoint *k = ctx;
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(k->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
	    SQLITE_OK)
		(void)sqlite3_exec(db, "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;",
				   NULL, NULL, NULL);
	pthread_mutex_lock(&k->lock);
	for (;;) {
		while (!k->wanted && !k->stop)
			pthread_cond_wait(&k->wake, &k->lock);
		if (k->stop)
			break;
		k->wanted = false;
		pthread_mutex_unlock(&k->lock);
		/* A full disk or a busy reader: the log stays, the next request tries again. */
		(void)sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
		pthread_mutex_lock(&k->lock);
	}
	pthread_mutex_unlock(&k->lock);
	(void)sqlite3_close(db);
	return NULL;
}

static void ask(struct nr_checkpoint *k)
{
	pthread_mutex_lock(&k->lock);
	if (!k->running)
		k->running = pthread_create(&k->thread, NULL, run, k) == 0;
	k->wanted = true;
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
}

/* Called by SQLite after every commit with the length of the log. */
static int committed(void *ctx, sqlite3 *db, const char *name, int pages)
{
	struct nr_checkpoint *k = ctx;

	if (pages >= PAGES_SELF)
		(void)sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	else if (pages >= PAGES_ASK)
		ask(k);
	return SQLITE_OK;
}

struct nr_checkpoint *nr_checkpoint_start(sqlite3 *writer, const char *path)
{
	struct nr_checkpoint *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->writer = writer;
	k->path = strdup(path);
	if (!k->path) {
		free(k);
		return NULL;
	}
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->wake, NULL);
	(void)sqlite3_wal_hook(writer, committed, k);
	return k;
}

void nr_checkpoint_stop(struct nr_checkpoint **p)
{
	struct nr_checkpoint *k = *p;

	*p = NULL;
	if (!k)
		return;
	(void)sqlite3_wal_hook(k->writer, NULL, NULL);
	pthread_mutex_lock(&k->lock);
	k->stop = true;
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
	if (k->running)
		(void)pthread_join(k->thread, NULL);
	pthread_cond_destroy(&k->wake);
	pthread_mutex_destroy(&k->lock);
	free(k->path);
	free(k);
}
