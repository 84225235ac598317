#!/usr/bin/env python3
"""demo-captures.py [DIR] -- writes the captures of the demonstration day into DIR (data/demo/captures).

One fictional day, 2026-11-21 in Japan, at five watched ranges and one network edge.  Same bytes every
time.  Destinations are documentation addresses; the sources of scans are drawn at random and all end in
.0 (see data/demo/README.md).  Prints the entries for data/demo/manifest.json."""
import json
import os
import random
import struct
import sys

DAY = 1795186800  # 2026-11-21 00:00 JST
SYN, RST, ACK, PSH = 2, 4, 16, 8
SENSORS = [  # id, unit, first address, prefix, kind
    ('sensor-13-a', 'pref-13', '192.0.2.0', '192.0.2.0/26', 'dark'),
    ('sensor-27-a', 'pref-27', '192.0.2.64', '192.0.2.64/26', 'dark'),
    ('sensor-01-a', 'pref-01', '192.0.2.128', '192.0.2.128/26', 'dark'),
    ('sensor-40-a', 'pref-40', '198.51.100.0', '198.51.100.0/26', 'answers'),
    ('sensor-04-a', 'pref-04', '198.51.100.64', '198.51.100.64/26', 'dark'),
]
VICTIM = '203.0.113.50'
C2_NAME, C2_IP = 'update.kyoei-portal.example', '203.0.113.77'


def ip(text):
    return struct.unpack('>I', bytes(int(x) for x in text.split('.')))[0]


def checksum(b):
    b += b'\0' * (len(b) % 2)
    s = sum(struct.unpack('>%dH' % (len(b) // 2), b))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def packet(src, dst, proto, body, ttl, ident):
    pseudo = struct.pack('>IIBBH', src, dst, 0, proto, len(body))
    if proto == 6:
        body = body[:16] + struct.pack('>H', checksum(pseudo + body)) + body[18:]
    elif proto == 17:
        body = body[:6] + struct.pack('>H', checksum(pseudo + body) or 0xffff) + body[8:]
    else:
        body = body[:2] + struct.pack('>H', checksum(body)) + body[4:]
    head = struct.pack('>BBHHHBBHII', 0x45, 0, 20 + len(body), ident, 0, ttl, proto, 0, src, dst)
    return head[:10] + struct.pack('>H', checksum(head)) + head[12:] + body


class Tape:
    """Packets of one sensor, written in the order of time."""

    def __init__(self):
        self.rows = []

    def put(self, at, data):
        self.rows.append((int(at * 1000000), len(self.rows), data))

    def tcp(self, at, src, dst, ports, flags, seq, rng, data=b'', ttl=None):
        body = struct.pack('>HHIIBBHHH', ports[0], ports[1], seq, 0 if flags == SYN else 1, 0x50, flags,
                           rng.randrange(1024, 65536), 0, 0) + data
        self.put(at, packet(src, dst, 6, body, ttl or rng.randrange(38, 60), rng.getrandbits(16)))

    def udp(self, at, src, dst, ports, data, rng):
        body = struct.pack('>HHHH', ports[0], ports[1], 8 + len(data), 0) + data
        self.put(at, packet(src, dst, 17, body, rng.randrange(40, 60), rng.getrandbits(16)))

    def ping(self, at, src, dst, rng):
        body = struct.pack('>BBHHH', 8, 0, 0, rng.getrandbits(16), 1)
        self.put(at, packet(src, dst, 1, body, rng.randrange(40, 60), rng.getrandbits(16)))

    def write(self, path, first, last):
        rows = sorted(r for r in self.rows if first <= r[0] // 1000000 < last)
        with open(path, 'wb') as f:
            f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
            for at, _, data in rows:
                f.write(struct.pack('<IIII', at // 1000000, at % 1000000, len(data), len(data)) + data)
        return len(rows)


def somewhere(rng):
    """A source: a public /24 drawn at random, last byte 0: a network, not a machine."""
    while True:
        a, b, c = rng.randrange(1, 224), rng.randrange(256), rng.randrange(256)
        if a in (6, 7, 10, 11, 21, 22, 26, 28, 29, 30, 33, 55, 127, 214, 215):
            continue
        if (a, b) in ((169, 254), (192, 168), (192, 0), (198, 18), (198, 19), (198, 51), (203, 0)):
            continue
        if (a == 172 and 16 <= b < 32) or (a == 100 and 64 <= b < 128):
            continue
        return a << 24 | b << 16 | c << 8


def busy_hour(rng):
    """Seconds into the day; the evening is twice as busy as the morning."""
    while True:
        t = rng.random() * 86400
        if rng.random() < (0.5 if t < 8 * 3600 else 0.75 if t < 16 * 3600 else 1.0):
            return t


def burst(tape, rng, base, src, port, hosts, mirai=False):
    start = DAY + busy_hour(rng)
    for i in rng.sample(range(64), hosts):
        start += rng.expovariate(0.4)
        dst = base + i
        tape.tcp(start, src, dst, (rng.randrange(1024, 65536), port), SYN,
                 dst if mirai else rng.getrandbits(32), rng)


def scanners(tape, rng, base, pool):
    for src in rng.sample(pool['mirai'], 70):
        for _ in range(rng.randrange(1, 4)):
            burst(tape, rng, base, src, 23 if rng.random() < 0.85 else 2323, rng.randrange(6, 24), True)
    for port, name, many in ((445, 'smb', 14), (3389, 'rdp', 12), (22, 'ssh', 14), (8080, 'web', 8),
                             (5555, 'adb', 6), (6379, 'redis', 4), (37215, 'router', 6)):
        for src in rng.sample(pool[name], many):
            burst(tape, rng, base, src, port, rng.randrange(8, 60))
    for src in rng.sample(pool['ping'], 6):
        at = DAY + busy_hour(rng)
        for i in range(0, 64, 2):
            at += rng.random()
            tape.ping(at, src, base + i, rng)
    for src in rng.sample(pool['udp'], 5):
        at = DAY + busy_hour(rng)
        for i in range(64):
            at += rng.random()
            tape.udp(at, src, base + i, (40000, 1900), b'M-SEARCH * HTTP/1.1\r\n\r\n', rng)
    for _ in range(150):  # one knock each: mistakes, strays, slow scanners
        tape.tcp(DAY + busy_hour(rng), somewhere(rng), base + rng.randrange(64),
                 (rng.randrange(1024, 65536), rng.choice((80, 443, 23, 25, 1433, 5900, 8443))), SYN,
                 rng.getrandbits(32), rng)


def attack(tape, rng, base, start, minutes, rate):
    at = DAY + start
    end = at + minutes * 60
    while at < end:
        at += rng.expovariate(rate / 60)
        flags = SYN | ACK if rng.random() < 0.9 else RST | ACK
        tape.tcp(at, ip(VICTIM), base + rng.randrange(64), (443, rng.randrange(1024, 65536)), flags,
                 rng.getrandbits(32), rng, ttl=52)


def vertical(tape, rng, src, dst):
    at = DAY + 10 * 3600 + 1200
    for port in rng.sample(range(1, 1025), 300):
        at += rng.random() * 0.4
        tape.tcp(at, src, dst, (51515, port), SYN, rng.getrandbits(32), rng)


def bait(tape, rng, base):
    """The answering sensor: SYN-ACK on telnet, RST elsewhere."""
    for at, _, data in list(tape.rows):
        src, dst = struct.unpack('>II', data[12:20])
        if data[9] != 6 or data[33] != SYN or not base <= dst < base + 64:
            continue
        sport, dport = struct.unpack('>HH', data[20:24])
        flags = SYN | ACK if dport in (23, 2323) else RST | ACK
        tape.tcp(at / 1000000 + 0.002, dst, src, (dport, sport), flags, rng.getrandbits(32), rng, ttl=64)


def labels(name):
    return b''.join(bytes([len(p)]) + p.encode() for p in name.split('.')) + b'\0'


def lookup(tape, rng, at, client, name, answer):
    server, sport, ident = ip('198.51.100.253'), rng.randrange(1024, 65536), rng.getrandbits(16)
    question = labels(name) + struct.pack('>HH', 1, 1)
    tape.udp(at, client, server, (sport, 53), struct.pack('>HHHHHH', ident, 0x100, 1, 0, 0, 0) + question, rng)
    reply = struct.pack('>HHHHHH', ident, 0x8180, 1, 1, 0, 0) + question
    reply += struct.pack('>HHHIHI', 0xc00c, 1, 1, 300, 4, ip(answer))
    tape.udp(at + 0.004, server, client, (53, sport), reply, rng)


def hello(name):
    sni = struct.pack('>HHBH', 0, len(name) + 5, 0, 0)[:4] + struct.pack('>HBH', len(name) + 3, 0, len(name))
    ext = sni + name.encode()
    body = b'\x03\x03' + bytes(32) + b'\0' + struct.pack('>HHH', 4, 0x1301, 0xc02f) + b'\x01\0'
    body += struct.pack('>H', len(ext)) + ext
    shake = b'\x01' + struct.pack('>I', len(body))[1:] + body
    return b'\x16\x03\x01' + struct.pack('>H', len(shake)) + shake


def session(tape, rng, at, client, server, name):
    sport, seq = rng.randrange(1024, 65536), rng.getrandbits(31)
    tape.tcp(at, client, server, (sport, 443), SYN, seq, rng)
    tape.tcp(at + 0.020, server, client, (443, sport), SYN | ACK, 77, rng)
    tape.tcp(at + 0.021, client, server, (sport, 443), ACK, seq + 1, rng)
    tape.tcp(at + 0.022, client, server, (sport, 443), ACK | PSH, seq + 1, rng, hello(name))
    tape.tcp(at + 0.050, server, client, (443, sport), ACK | PSH, 78, rng, b'\x17\x03\x03\0\x10' + bytes(16))
    tape.tcp(at + 0.090, client, server, (sport, 443), ACK | 1, seq + 99, rng)


def edge(rng):
    tape = Tape()
    staff = [ip('198.51.100.200') + i for i in range(12)]
    sites = [('www.akebono-power.example.jp', '203.0.113.10'), ('mail.hinata-medical.example.jp', '203.0.113.11'),
             ('portal.minato-logistics.example.jp', '203.0.113.12'), ('ntp.example.jp', '203.0.113.13')]
    for _ in range(700):
        at = DAY + 8 * 3600 + rng.random() * 11 * 3600
        client, (name, addr) = rng.choice(staff), rng.choice(sites)
        lookup(tape, rng, at, client, name, addr)
        session(tape, rng, at + 0.01, client, ip(addr), name)
    for client, start in ((staff[3], 9.7), (staff[8], 13.4)):  # the two that opened the attachment
        at = DAY + start * 3600
        while at < DAY + 24 * 3600:
            lookup(tape, rng, at, client, C2_NAME, C2_IP)
            session(tape, rng, at + 0.02, client, ip(C2_IP), C2_NAME)
            at += 600 + rng.uniform(-20, 20)
    return tape


def entry(name, sensor, unit, params):
    tlp = 'CLEAR' if sensor == 'sensor-40-a' else 'GREEN'  # one sensor's observations are published
    return {'file': 'captures/' + name, 'kind': 'capture', 'unit': unit, 'sensor': sensor, 'tlp': tlp,
            'basis': '', 'name': name, 'params': params}


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else 'data/demo/captures'
    os.makedirs(out, exist_ok=True)
    rng = random.Random(20261121)
    pool = {k: [somewhere(rng) for _ in range(n)] for k, n in (
        ('mirai', 160), ('smb', 24), ('rdp', 20), ('ssh', 24), ('web', 14), ('adb', 10), ('redis', 7),
        ('router', 10), ('ping', 12), ('udp', 9))}
    entries = []
    for sensor, unit, first, prefix, kind in SENSORS:
        tape, base = Tape(), ip(first)
        scanners(tape, rng, base, pool)
        if sensor in ('sensor-13-a', 'sensor-27-a', 'sensor-04-a'):
            attack(tape, rng, base, 13.2 * 3600, 30, 45)
        if kind == 'answers':
            vertical(tape, rng, pool['ssh'][0], base + 10)
            bait(tape, rng, base)
        for quarter in range(4):
            name = '%s-20261121-%02d.pcap' % (sensor, quarter * 6)
            tape.write(os.path.join(out, name), DAY + quarter * 21600, DAY + (quarter + 1) * 21600)
            entries.append(entry(name, sensor, unit, {'darknet': prefix}))
    name = 'sensor-13-edge-20261121.pcap'
    edge(rng).write(os.path.join(out, name), DAY, DAY + 86400)
    entries.append(entry(name, 'sensor-13-edge', 'pref-13',
                         {'indicator': ['domain:' + C2_NAME, 'ipv4:' + C2_IP]}))
    print('[\n' + ',\n'.join(json.dumps(e, ensure_ascii=False) for e in entries) + '\n]')


if __name__ == '__main__':
    main()
