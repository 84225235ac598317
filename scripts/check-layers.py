#!/usr/bin/env python3
"""check-layers.py -- includes follow the layers of ARCHITECTURE.md, and each room keeps to its own
trade: SQL in store/ only, no clock, file or network call in eyes/, libraries where they belong."""
import os
import re

import house

KNOWLEDGE = ['base', 'model', 'store', 'policy', 'intake']
MAY = {
    'base': ['base'],
    'proc': ['base', 'proc'],
    'model': ['base', 'model'],
    'eyes': ['base', 'model', 'eyes'],
    'store': ['base', 'model', 'store'],
    'policy': ['base', 'model', 'store', 'policy'],
    'intake': KNOWLEDGE,
    'desks': KNOWLEDGE + ['desks'],
    'hub': KNOWLEDGE + ['desks', 'proc', 'hub'],
    'cli': KNOWLEDGE + ['desks', 'proc', 'hub', 'eyes', 'cli'],
}
SIBLINGS = ('eyes', 'desks')  # folders below them never include each other
# Headers of the world outside, and the only rooms that may include them.
OUTSIDE = [
    (r'sqlite3\.h', ['store', 'cli']),
    (r'microhttpd\.h', ['hub', 'cli']),
    (r'seccomp\.h|linux/(landlock|seccomp|filter)\.h', ['proc']),
    (r'maxminddb\.h', ['intake']),
    (r'sys/socket\.h|netdb\.h|sys/un\.h', ['proc', 'hub', 'cli']),
]
SQL = re.compile(r'"\s*(?:SELECT\s|INSERT\s+INTO\s|INSERT\s+OR\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|'
                 r'CREATE\s+(?:TABLE|INDEX|VIRTUAL)\s|PRAGMA\s|ATTACH\s|DROP\s+TABLE\s)')
IMPURE = re.compile(r'\b(time|clock_gettime|gettimeofday|socket|connect|open|openat|fopen|popen|getenv|'
                    r'rand|random|getrandom|arc4random|getpid|system|fork|pthread_create)\s*\(')


def resolve(root, path, name):
    """Room-relative name of a quoted include: written from src/ or beside the file."""
    beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
    if os.path.exists(os.path.join(root, beside)):
        return os.path.relpath(beside, 'src')
    return name


def check_include(root, path, at, name):
    parts = path.split('/')
    room = parts[1]
    target = resolve(root, path, name).split('/')
    if target[0] not in MAY:
        return []
    if target[0] not in MAY[room]:
        return ['%s: %s/ may not include %s (it may: %s)' % (at, room, name, ' '.join(MAY[room]))]
    if target[0] == room and room in SIBLINGS and len(target) > 2 and len(parts) > 3 \
            and target[1] != parts[2]:
        return ['%s: siblings %s/%s and %s/%s never include each other'
                % (at, room, parts[2], room, target[1])]
    if target[0] == 'store' and target[-1] == 'db.h' and room != 'store':
        return ['%s: store/db.h is for src/store/ only' % at]
    return []


def check_file(root, path):
    found = []
    text = house.code_only(house.read(root, path), strings=True)
    room = path.split('/')[1]
    for m in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', text, re.M):
        at = '%s:%d' % (path, house.line_of(text, m.start()))
        if m[1] == '"':
            found += check_include(root, path, at, m[2])
        for pattern, rooms in OUTSIDE:
            if re.fullmatch(pattern, m[2]) and room not in rooms:
                found.append('%s: <%s> belongs to %s only' % (at, m[2], ' '.join(rooms)))
    if room != 'store':
        for m in SQL.finditer(text):
            found.append('%s:%d: SQL outside src/store/' % (path, house.line_of(text, m.start())))
    if room == 'eyes':
        code = house.code_only(text)
        for m in IMPURE.finditer(code):
            found.append('%s:%d: %s() in an eye: no clock, no files, no network, no environment'
                         % (path, house.line_of(code, m.start()), m[1]))
    return found


def check(root):
    found = []
    for path in house.files(root, ['src'], ['.c', '.h', '.def']):
        if len(path.split('/')) < 3:
            found.append('%s:1: every source lives in a room' % path)
        elif path.split('/')[1] not in MAY:
            found.append('%s:1: unknown room; add it to MAY in scripts/check-layers.py' % path)
        else:
            found += check_file(root, path)
    return found


CASES = [
    ('a clean tree', {'src/eyes/a/a.c': '#include "model/x.h"\n#include "eyes/eye.h"\n',
                      'src/store/s.c': '#include <sqlite3.h>\nq("SELECT 1");\n'}, None),
    ('an eye that includes the store', {'src/eyes/a/a.c': '#include "store/store.h"\n'}, 'may not include'),
    ('a sibling eye', {'src/eyes/a/a.c': '#include "eyes/b/b.h"\n'}, 'siblings'),
    ('a sibling desk, by a relative path', {'src/desks/a/a.c': '#include "../b/b.h"\n',
                                            'src/desks/b/b.h': ''}, 'siblings'),
    ('base that knows the model', {'src/base/a.h': '# include "model/x.h"\n'}, 'may not include'),
    ('SQL in a desk', {'src/desks/a/a.c': 'f("SELECT id FROM dossier");\n'}, 'SQL outside'),
    ('SQL in a comment only', {'src/desks/a/a.c': '/* "SELECT 1 " */\n'}, None),
    ('the engine interface outside the store', {'src/hub/a.c': '#include "store/db.h"\n'}, 'src/store/ only'),
    ('a library in the wrong room', {'src/desks/a/a.c': '#include <sqlite3.h>\n'}, 'belongs to store'),
    ('a clock in an eye', {'src/eyes/a/a.c': 'int f(void){ return time(NULL); }\n'}, 'time() in an eye'),
    ('a new room', {'src/attic/a.c': '\n'}, 'unknown room'),
]

if __name__ == '__main__':
    house.main(check, CASES)
