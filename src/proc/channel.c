#include "proc/spawn.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FDS_MAX = 3 };

enum nr_rc nr_channel_send(int fd, struct nr_bytes msg, const int *fds, unsigned n_fds,
			   struct nr_err *reterr)
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} c = { .room = { 0 } };
	struct iovec v = { .iov_len = msg.n };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	ssize_t k;

	memcpy(&v.iov_base, &msg.p, sizeof(msg.p)); /* sendmsg() does not write through it */
	if (n_fds) {
		m.msg_control = c.room;
		m.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		c.h.cmsg_level = SOL_SOCKET;
		c.h.cmsg_type = SCM_RIGHTS;
		c.h.cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(&c.h), fds, n_fds * sizeof(int));
	}
	do
		k = sendmsg(fd, &m, MSG_NOSIGNAL);
	while (k < 0 && errno == EINTR);
	if (k < 0)
		return nr_fail_errno(reterr, "channel", errno, "cannot send");
	return NR_OK;
}

static void take_fds(struct msghdr *m, int fds[FDS_MAX], unsigned *ret_fds)
{
	*ret_fds = 0;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int f;

			memcpy(&f, CMSG_DATA(h) + i * sizeof(int), sizeof(int));
			if (*ret_fds < FDS_MAX)
				fds[(*ret_fds)++] = f;
			else
				close(f);
		}
	}
}

enum nr_rc nr_channel_recv(int fd, void *buf, size_t cap, size_t *ret_n, int fds[3],
			   unsigned *ret_fds, struct nr_err *reterr)
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} c = { .room = { 0 } };
	struct iovec v = { .iov_base = buf, .iov_len = cap };
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = c.room,
			    .msg_controllen = sizeof(c.room) };
	ssize_t k;

	do
		k = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	while (k < 0 && errno == EINTR);
	*ret_fds = 0;
	if (k < 0)
		return nr_fail_errno(reterr, "channel", errno, "cannot receive");
	take_fds(&m, fds, ret_fds);
	*ret_n = (size_t)k;
	return NR_OK;
}
