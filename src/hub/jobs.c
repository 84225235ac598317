#include "hub/jobs.h"

#include "hub/priv.h"

enum { THREADS_MAX = 64 };

struct lane {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct nr_req **queue; /* ring */
	unsigned depth, head, n;
	bool closing;
	pthread_t threads[THREADS_MAX];
	unsigned n_threads;
	void (*done)(struct nr_req *q);
};

struct nr_jobs {
	struct lane lane[NR_LANES];
};

static struct nr_req *lane_take(struct lane *l)
{
	struct nr_req *q = NULL;

	pthread_mutex_lock(&l->lock);
	while (l->n == 0 && !l->closing)
		pthread_cond_wait(&l->wake, &l->lock);
	if (l->n) {
		q = l->queue[l->head];
		l->head = (l->head + 1) % l->depth;
		l->n--;
	}
	pthread_mutex_unlock(&l->lock);
	return q;
}

static void *lane_run(void *arg)
{
	struct lane *l = arg;
	struct nr_req *q;

	while ((q = lane_take(l)) != NULL) {
		nr_hub_handle(q);
		l->done(q);
	}
	return NULL;
}

static enum nr_rc lane_open(struct lane *l, unsigned threads, unsigned depth, struct nr_err *reterr)
{
	l->queue = calloc(depth, sizeof(struct nr_req *));
	l->depth = depth;
	if (!l->queue)
		return nr_fail(reterr, NR_E_NOMEM, "lane", UINT64_MAX, "no memory");
	for (unsigned i = 0; i < threads && i < THREADS_MAX; i++) {
		int rc = pthread_create(&l->threads[i], NULL, lane_run, l);

		if (rc != 0)
			return nr_fail_errno(reterr, "lane", rc, "no thread");
		l->n_threads++;
	}
	return NR_OK;
}

enum nr_rc nr_jobs_open(const unsigned threads[NR_LANES], const unsigned depth[NR_LANES],
			void (*done)(struct nr_req *q), struct nr_jobs **ret, struct nr_err *reterr)
{
	struct nr_jobs *j = calloc(1, sizeof(*j));
	enum nr_rc rc = NR_OK;

	if (!j)
		return nr_fail(reterr, NR_E_NOMEM, "lane", UINT64_MAX, "no memory");
	for (int k = 0; k < NR_LANES; k++) {
		pthread_mutex_init(&j->lane[k].lock, NULL);
		pthread_cond_init(&j->lane[k].wake, NULL);
		j->lane[k].done = done;
	}
	for (int k = 0; k < NR_LANES && rc == NR_OK; k++)
		rc = lane_open(&j->lane[k], threads[k], depth[k], reterr);
	if (rc != NR_OK)
		nr_jobs_close(&j);
	else
		*ret = j;
	return rc;
}

bool nr_jobs_push(struct nr_jobs *j, enum nr_lane_kind lane, struct nr_req *q)
{
	struct lane *l = &j->lane[lane];
	bool room;

	pthread_mutex_lock(&l->lock);
	room = !l->closing && l->n < l->depth;
	if (room) {
		l->queue[(l->head + l->n) % l->depth] = q;
		l->n++;
		pthread_cond_signal(&l->wake);
	}
	pthread_mutex_unlock(&l->lock);
	return room;
}

void nr_jobs_stop(struct nr_jobs *j)
{
	if (!j)
		return;
	for (int k = 0; k < NR_LANES; k++) {
		pthread_mutex_lock(&j->lane[k].lock);
		j->lane[k].closing = true;
		pthread_cond_broadcast(&j->lane[k].wake);
		pthread_mutex_unlock(&j->lane[k].lock);
	}
	for (int k = 0; k < NR_LANES; k++) {
		for (unsigned i = 0; i < j->lane[k].n_threads; i++)
			pthread_join(j->lane[k].threads[i], NULL);
		j->lane[k].n_threads = 0;
	}
}

void nr_jobs_close(struct nr_jobs **p)
{
	struct nr_jobs *j = *p;

	*p = NULL;
	nr_jobs_stop(j);
	for (int k = 0; j && k < NR_LANES; k++)
		free(j->lane[k].queue);
	free(j);
}
