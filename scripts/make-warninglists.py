#!/usr/bin/env python3
"""Compacts the MISP warning lists (CC0) into data/warninglists/*.txt.

usage: make-warninglists.py FOLDER   (a checkout's lists/ folder: FOLDER/<list>/list.json)
Run by hand when the lists are renewed; the result is committed.  data/warninglists/README.md says
what is taken and what is left out, and why."""
import ipaddress
import json
import os
import sys

MAIL = """gmail.com googlemail.com yahoo.com yahoo.co.jp ymail.ne.jp outlook.com outlook.jp hotmail.com
hotmail.co.jp live.com live.jp msn.com icloud.com me.com mac.com aol.com proton.me protonmail.com gmx.com
gmx.de web.de mail.ru yandex.ru yandex.com qq.com 163.com 126.com sina.com naver.com daum.net hanmail.net
docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp ymobile.ne.jp rakuten.jp ocn.ne.jp nifty.com
biglobe.ne.jp so-net.ne.jp plala.or.jp excite.co.jp infoseek.jp goo.jp tutanota.com zoho.com""".split()
RESOLVERS = """1.1.1.1 1.0.0.1 8.8.8.8 8.8.4.4 9.9.9.9 9.9.9.10 149.112.112.112 208.67.222.222 208.67.220.220
64.6.64.6 64.6.65.6 4.2.2.1 4.2.2.2 77.88.8.8 77.88.8.1 114.114.114.114 223.5.5.5 223.6.6.6 119.29.29.29
94.140.14.14 94.140.15.15 185.228.168.9 76.76.19.19 2606:4700:4700::1111 2606:4700:4700::1001
2001:4860:4860::8888 2001:4860:4860::8844 2620:fe::fe 2620:fe::9 2620:119:35::35 2620:119:53::53""".split()
# Exercises, demonstrations and manuals are written with these: they must be able to link.
DOCUMENTATION = [ipaddress.ip_network(n) for n in
                 ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]
OUT = os.path.join(os.path.dirname(__file__), "..", "data", "warninglists")


def load(folder, name):
    with open(os.path.join(folder, name, "list.json"), encoding="utf-8") as f:
        return [x.strip().lower().strip(".") for x in json.load(f)["list"]]


def plain(name):
    return all(c.isalnum() or c in "-." for c in name) and name.isascii() and "." in name


def suffixes(name):
    while "." in name:
        name = name.split(".", 1)[1]
        yield name


def domains(folder):
    rows = {}
    top = set(load(folder, "tranco10k")) & set(load(folder, "cloudflare-top10k"))
    for name in top | set(load(folder, "moz-top500")) | set(load(folder, "microsoft-office365")):
        rows[name] = "popular"
    for name in load(folder, "captive-portals"):
        rows[name] = "popular"
    for name in MAIL:
        rows[name] = "mail"
    for name in load(folder, "url-shortener"):
        rows[name] = "shortener"
    for name in load(folder, "lots-project"):
        rows[name] = "hosting"
    for name in load(folder, "second-level-tlds"):
        if rows.get(name) == "popular" or any(rows.get(s) == "popular" for s in suffixes(name)):
            rows[name] = "hosting"
    for name in ("example.com", "example.net", "example.org", "example"):
        rows.pop(name, None)
    return {k: v for k, v in rows.items() if plain(k)}


def networks(folder):
    rows = {}
    special = ["rfc1918", "rfc5735", "rfc6598", "multicast", "ipv6-linklocal"]
    for name in special:
        for text in load(folder, name):
            rows[ipaddress.ip_network(text)] = "special"
    for text in ("::1/128", "::/128", "fc00::/7", "ff00::/8", "0.0.0.0/8", "240.0.0.0/4"):
        rows[ipaddress.ip_network(text)] = "special"
    for name in ("smtp-sending-ips", "google-gmail-sending-ips"):
        for text in load(folder, name):
            rows[ipaddress.ip_network(text, strict=False)] = "mail"
    for text in RESOLVERS:
        rows[ipaddress.ip_network(text)] = "resolver"
    return {k: v for k, v in rows.items()
            if not any(k.version == d.version and k.subnet_of(d) for d in DOCUMENTATION)}


def hashes(folder):
    rows = {}
    for name in ("common-ioc-false-positive", "empty-hashes"):
        for text in load(folder, name):
            if len(text) in (32, 40, 64) and all(c in "0123456789abcdef" for c in text):
                rows[text] = "common"
    return rows


def write(name, rows, key=None):
    with open(os.path.join(OUT, name), "w", encoding="ascii", newline="\n") as f:
        f.write("# made by scripts/make-warninglists.py; see README.md\n")
        for k in sorted(rows, key=key):
            f.write(f"{k} {rows[k]}\n")


def main():
    folder = sys.argv[1]
    write("domains.txt", domains(folder))
    write("networks.txt", networks(folder), lambda n: (n.version, n))
    write("hashes.txt", hashes(folder))


if __name__ == "__main__":
    main()
