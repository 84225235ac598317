#!/usr/bin/env python3
"""Turns data/warninglists/*.txt into sorted C tables (see src/desks/link/warn.h).

usage: embed-warninglists.py FOLDER OUT.c   (run by the build)"""
import ipaddress
import os
import sys

CLASSES = ["none", "special", "resolver", "popular", "mail", "shortener", "hosting", "common"]


def rows(folder, name):
    with open(os.path.join(folder, name), encoding="ascii") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                key, word = line.split()
                yield key, CLASSES.index(word)


def names(out, symbol, items):
    items = sorted(items)
    out.write(f"const struct nr_warn_name nr_warn_{symbol}[] = {{\n")
    for key, cls in items:
        out.write(f'\t{{ "{key}", {cls} }},\n')
    out.write(f"}};\nconst size_t nr_warn_{symbol}_count = {len(items)};\n\n")


def networks(out, items):
    nets = []
    for key, cls in items:
        n = ipaddress.ip_network(key)
        addr = n.network_address.packed
        bits = n.prefixlen
        if n.version == 4:
            addr = bytes(10) + b"\xff\xff" + addr
            bits += 96
        nets.append((bits, addr, cls))
    nets.sort()
    out.write("const struct nr_warn_net nr_warn_networks[] = {\n")
    for bits, addr, cls in nets:
        out.write("\t{ { " + ", ".join(f"0x{b:02x}" for b in addr) + f" }}, {bits}, {cls} }},\n")
    out.write(f"}};\nconst size_t nr_warn_networks_count = {len(nets)};\n\n")
    bits = sorted({n[0] for n in nets}, reverse=True)
    out.write("const uint8_t nr_warn_bits[] = { " + ", ".join(map(str, bits)) + " };\n")
    out.write(f"const size_t nr_warn_bits_count = {len(bits)};\n")


def main():
    folder, target = sys.argv[1], sys.argv[2]
    with open(target, "w", encoding="ascii") as out:
        out.write('/* Made by scripts/embed-warninglists.py from data/warninglists. */\n'
                  '#include "desks/link/warn_table.h"\n\n')
        names(out, "domains", rows(folder, "domains.txt"))
        names(out, "hashes", rows(folder, "hashes.txt"))
        networks(out, rows(folder, "networks.txt"))


if __name__ == "__main__":
    main()
