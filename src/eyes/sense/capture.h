/* capture.h -- packet records out of a pcap or pcapng capture, through one window of fixed size.
 *
 * pcap: both byte orders, microsecond and nanosecond magic, the modified header 0xa1b2cd34.
 * pcapng: any number of sections (byte order by section) and up to NR_CAP_IFACES interfaces a
 * section; enhanced, simple and obsolete packet blocks; every other block is stepped over.
 * Memory: the window, whatever the capture says.  A record is refused, never trusted: its length is
 * checked against NR_CAP_RECORD and against what is left before a byte of it is read. */
#pragma once

#include "base/peek.h"
#include "base/src.h"

enum {
	NR_CAP_RECORD = 262144, /* longest packet: libpcap's own maximum snapshot length */
	NR_CAP_WINDOW_MIN = 512 << 10,
	NR_CAP_WINDOW_MAX = 64 << 20,
	NR_CAP_IFACES = 1024,
};

/* One packet as captured.  The bytes are NR_BORROWED from the window: they stay as long as every
 * nr_capture_next() since was made while nr_capture_ready() was true. */
struct nr_cap_rec {
	struct nr_bytes data;
	int64_t at_us;     /* 0: the record carries no usable time */
	uint64_t number;   /* 1-based packet number                */
	uint64_t offset;   /* of the record (header included)      */
	uint32_t length;   /* of the record in the file            */
	uint32_t head;     /* bytes of the record before data      */
	uint32_t wire_len; /* length on the wire                   */
	uint32_t link;     /* LINKTYPE_ value                      */
};

struct nr_cap_iface {
	uint32_t link;
	uint32_t snaplen;
	uint64_t units; /* time units a second */
	int64_t offset_s;
};

struct nr_capture {
	const struct nr_src *src;
	uint8_t *buf; /* arena */
	size_t window;
	size_t n;           /* bytes in buf                       */
	uint64_t base;      /* offset of buf[0] in the material   */
	uint64_t pos;       /* offset of the next record          */
	uint64_t number;    /* packets returned                   */
	uint64_t bad_times; /* records whose time is outside 1970..9999 */
	uint64_t skipped;   /* pcapng blocks that hold no packet */
	bool ng, swapped, nano, modified;
	uint32_t link;               /* pcap, or of the first packet */
	struct nr_cap_iface *ifaces; /* NR_CAP_IFACES of them, pcapng only; arena */
	uint32_t n_ifaces;
};

/* 0..100: how sure these first bytes are of a capture. */
unsigned nr_capture_probe(struct nr_bytes head);
/* Opens over src (borrowed) with a window of that many bytes (clamped to the limits above and the size) in the
 * arena.  NR_E_UNSUPPORTED, NR_E_TRUNCATED, NR_E_LIMIT (arena).  Nothing to release. */
NR_MUSTUSE enum nr_rc nr_capture_open(struct nr_capture *c, const struct nr_src *src, size_t window,
				      struct nr_arena *a, struct nr_err *reterr);
/* The next packet; *ret_more false at the end.  Errors name the packet and the offset.
 * Views of earlier records stay valid when nr_capture_ready() was true before the call. */
NR_MUSTUSE enum nr_rc nr_capture_next(struct nr_capture *c, struct nr_cap_rec *ret, bool *ret_more,
				      struct nr_err *reterr);
/* True when the next record lies whole in the window: the coming call reads nothing. */
bool nr_capture_ready(const struct nr_capture *c);
