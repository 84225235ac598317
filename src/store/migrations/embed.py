#!/usr/bin/env python3
"""Writes the migrations (NNNN.sql, in order) as one C table: embed.py OUT.c 0001.sql ..."""
import os
import sys


def main():
    out, files = sys.argv[1], sorted(sys.argv[2:])
    with open(out, "w", encoding="ascii") as f:
        f.write('/* made by migrations/embed.py */\n#include "store/migrate.h"\n\n')
        for i, name in enumerate(files):
            if int(os.path.basename(name)[:4]) != i + 1:
                sys.exit("migrations are not numbered 1, 2, 3, ...: " + name)
            data = open(name, "rb").read() + b"PRAGMA user_version=%d;\n\0" % (i + 1)
            f.write("static const unsigned char m%d[] = {\n" % (i + 1))
            for at in range(0, len(data), 16):
                f.write("\t" + " ".join("%d," % b for b in data[at:at + 16]) + "\n")
            f.write("};\n")
        f.write("\nconst char *const nr_migrations[] = {\n")
        for i in range(len(files)):
            f.write("\t(const char *)m%d,\n" % (i + 1))
        f.write("};\nconst int64_t nr_migrations_count = %d;\n" % len(files))


main()
