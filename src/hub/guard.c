#include "hub/guard.h"

#include <pthread.h>
#include <sys/socket.h>

struct nr_conn {
	struct nr_conn *prev, *next;
	int fd;
	int64_t deadline_us;
};

struct nr_guard {
	pthread_mutex_t lock;
	struct nr_conn *head;
	size_t n;
};

struct nr_guard *nr_guard_new(void)
{
	struct nr_guard *g = calloc(1, sizeof(*g));

	if (g)
		pthread_mutex_init(&g->lock, NULL);
	return g;
}

void nr_guard_free(struct nr_guard **p)
{
	struct nr_guard *g = *p;

	*p = NULL;
	if (!g)
		return;
	while (g->head) {
		struct nr_conn *c = g->head;

		g->head = c->next;
		free(c);
	}
	pthread_mutex_destroy(&g->lock);
	free(g);
}

struct nr_conn *nr_guard_add(struct nr_guard *g, int fd, int64_t deadline_us)
{
	struct nr_conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->fd = fd;
	c->deadline_us = deadline_us;
	pthread_mutex_lock(&g->lock);
	c->next = g->head;
	if (c->next)
		c->next->prev = c;
	g->head = c;
	g->n++;
	pthread_mutex_unlock(&g->lock);
	return c;
}

void nr_guard_set(struct nr_guard *g, struct nr_conn *c, int64_t deadline_us)
{
	if (!c)
		return;
	pthread_mutex_lock(&g->lock);
	c->deadline_us = deadline_us;
	pthread_mutex_unlock(&g->lock);
}

void nr_guard_drop(struct nr_guard *g, struct nr_conn *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&g->lock);
	if (c->prev)
		c->prev->next = c->next;
	else
		g->head = c->next;
	if (c->next)
		c->next->prev = c->prev;
	g->n--;
	pthread_mutex_unlock(&g->lock);
	free(c);
}

size_t nr_guard_sweep(struct nr_guard *g, int64_t now_us)
{
	size_t n = 0;

	pthread_mutex_lock(&g->lock);
	for (struct nr_conn *c = g->head; c; c = c->next) {
		if (c->deadline_us == 0 || now_us < c->deadline_us)
			continue;
		(void)shutdown(c->fd, SHUT_RDWR);
		c->deadline_us = 0;
		n++;
	}
	pthread_mutex_unlock(&g->lock);
	return n;
}

size_t nr_guard_count(struct nr_guard *g)
{
	size_t n;

	pthread_mutex_lock(&g->lock);
	n = g->n;
	pthread_mutex_unlock(&g->lock);
	return n;
}
