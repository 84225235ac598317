#!/usr/bin/env python3
"""material.py scan FILE SOURCE | mail FILE -- makes material for the CLI tests, the same bytes each time.

scan: SOURCE tries 23/tcp on 40 silent hosts of 192.0.2.0/24, one SYN each, Ethernet pcap.
mail: a mail with a Japanese subject in ISO-2022-JP, a link and an attachment."""
import base64
import email.header
import ipaddress
import struct
import sys

START = 1_790_000_000


def checksum(data):
    s = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def syn(source, target, sport):
    a, b = ipaddress.IPv4Address(source).packed, ipaddress.IPv4Address(target).packed
    tcp = struct.pack('>HHIIBBHHH', sport, 23, 1000 + sport, 0, 5 << 4, 2, 1024, 0, 0)
    pseudo = a + b + struct.pack('>BBH', 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack('>H', checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(tcp), sport, 0, 64, 6, 0, a, b)
    ip = ip[:10] + struct.pack('>H', checksum(ip)) + ip[12:]
    return b'\2\0\0\0\0\1\2\0\0\0\0\2\x08\0' + ip + tcp


def scan(source):
    out = [struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)]
    for i in range(40):
        frame = syn(source, '192.0.2.%d' % (i + 1), 40000 + i)
        out.append(struct.pack('<IIII', START + i, 0, len(frame), len(frame)) + frame)
    return b''.join(out)


def mail():
    def word(text):
        return email.header.Header(text, 'iso-2022-jp').encode()
    attachment = base64.encodebytes(b'PK\3\4 not really an archive').decode()
    body = base64.b64encode('添付ファイルをご確認ください。\r\nhttp://login.akebono-den.example/kakunin\r\n'
                            .encode('iso-2022-jp')).decode()
    return ('Received: from mx.akebono-den.example (mx.akebono-den.example [203.0.113.9])\r\n'
            '\tby mail.example.jp with ESMTP; Tue, 22 Sep 2026 09:00:00 +0900\r\n'
            'From: %s <info@akebono-den.example>\r\nTo: <hanako@example.jp>\r\n'
            'Subject: %s\r\nDate: Tue, 22 Sep 2026 08:59:58 +0900\r\nMessage-ID: <1@akebono-den.example>\r\n'
            'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b1"\r\n\r\n'
            '--b1\r\nContent-Type: text/plain; charset=ISO-2022-JP\r\nContent-Transfer-Encoding: base64\r\n\r\n'
            '%s\r\n--b1\r\nContent-Type: application/zip; name="%s"\r\n'
            'Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--b1--\r\n'
            % (word('曙電力'), word('ご請求書の添付'), body, word('請求書.zip'), attachment)).encode('ascii')


def main():
    what, path = sys.argv[1:3]
    data = scan(sys.argv[3]) if what == 'scan' else mail()
    with open(path, 'wb') as f:
        f.write(data)


main()
