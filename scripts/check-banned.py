#!/usr/bin/env python3
"""check-banned.py -- calls and words that the house does not use.

The calls of src/base/banned.h everywhere (also where that header is not included), and by room: no exit
outside cli/ and proc/, no abort outside these, base/ and model/, stdout only in cli/.  Comments: no //, no
marks of unfinished work.  Types: no typedef but of a function, no cast of bytes to a struct in an eye."""
import os
import re

import house

EVERYWHERE = ['system', 'popen', 'tmpnam', 'tempnam', 'setjmp', 'longjmp',
              'vfork', 'scanf', 'stpcpy', 'bcopy', 'bzero', 'inet_addr', 'inet_ntoa',
              'gethostbyname', 'wcscpy', 'wcscat', 'getwd']
BY_ROOM = [
    (['exit', '_exit', 'quick_exit'], ('cli', 'proc'), 'only cli/ and proc/ end a process'),
    (['rand', 'srand', 'random'], (), 'chance comes from the system or from a seed that is an argument'),
    (['sscanf', 'fscanf'], (), 'read with struct nr_rd or nr_number_parse()'),
    (['signal'], (), 'use sigaction: it says what happens to the second one'),
    (['abort'], ('cli', 'proc', 'base', 'model'), 'only cli/, proc/, base/ and model/ may panic'),
    (['printf', 'puts', 'putchar', 'perror'], ('cli',), 'stdout belongs to cli/'),
]
UNFINISHED = re.compile(r'\b(TODO|FIXME|XXX|HACK|TBD)\b|\b(stub(bed)?|not (yet )?implemented|unimplemented|'
                        r'placeholder|work in progress|for now|in a later issue)\b')


def banned_calls(root):
    path = os.path.join(root, 'src/base/banned.h')
    names = re.findall(r'^#define (\w+)\(\.\.\.\)', house.read(root, path), re.M) \
        if os.path.exists(path) else []
    return set(names) | set(EVERYWHERE)


def calls(code, names):
    pattern = r'(?<![\w.>])(%s)\s*\(' % '|'.join(sorted(names))
    for m in re.finditer(pattern, code):
        before = code[:m.start()].rstrip()
        if not before.endswith(('#define', '#undef', '->', '.')):
            yield house.line_of(code, m.start()), m[1]


def check_file(root, path, banned):
    found = []
    text = house.read(root, path)
    code = house.code_only(text)
    room = path.split('/')[1] if path.startswith('src/') else None
    for line, name in calls(code, banned):
        found.append('%s:%d: %s() is a banned call' % (path, line, name))
    if room:
        for names, rooms, why in BY_ROOM:
            if room in rooms:
                continue
            for line, name in calls(code, names):
                found.append('%s:%d: %s(): %s' % (path, line, name, why))
    for line, comment in house.comments(text):
        if comment.startswith('//'):
            found.append('%s:%d: a // comment; the house writes /* */' % (path, line))
        m = UNFINISHED.search(comment)
        if m:
            found.append('%s:%d: unfinished work: "%s"' % (path, line, m[0]))
    for m in re.finditer(r'^[ \t]*typedef\b([^;]*);', code, re.M):
        if not re.search(r'\w\s*\(.*\)\s*$|\(\s*\*\s*\w+\s*\)', m[1], re.S) or '{' in m[1]:
            found.append('%s:%d: typedef of something that is no function'
                         % (path, house.line_of(code, m.start())))
    if room == 'eyes':
        for m in re.finditer(r'\(\s*(const\s+)?struct \w+ \*\s*\)\s*(?!\((?:const )?void \*\))[\w&(]', code):
            found.append('%s:%d: a cast to a struct pointer in an eye: read fields with struct nr_rd'
                         % (path, house.line_of(code, m.start())))
    return found


def check(root):
    banned = banned_calls(root)
    found = []
    for path in house.files(root, ['src', 'test', 'fuzz', 'bench'], ['.c', '.h']):
        if path != 'src/base/banned.h':
            found += check_file(root, path, banned)
    for path in house.files(root, ['web', 'scripts', 'test', '.ci'], ['.ts', '.tsx', '.sh', 'run']):
        for i, line in enumerate(house.read(root, path).splitlines(), 1):
            if re.search(r'\b(TODO|FIXME|XXX)\b', line):
                found.append('%s:%d: unfinished work' % (path, i))
    for path in house.files(root, ['src', 'test', 'fuzz', 'bench', 'docs', 'scripts', 'web'], ['']):
        for m in re.finditer(r'^(<{7}|>{7}) .', house.read(root, path), re.M):
            found.append('%s: half a merge' % path)
    return found


BANNED_H = {'src/base/banned.h': '#define strcpy(...) NR_BANNED(strcpy)\n'}
CASES = [
    ('a clean tree', {**BANNED_H, 'src/eyes/a/a.c': '/* why */\nint f(void) { return o->free(x); }\n'}, None),
    ('a call of banned.h', {**BANNED_H, 'test/a.c': 'void f(void) { strcpy(a, b); }\n'}, 'strcpy()'),
    ('a call in a string or comment', {**BANNED_H, 'src/cli/a.c': '/* strcpy(a) */ f("strcpy(a)");\n'}, None),
    ('system', {'src/cli/a.c': 'void f(void) { system(x); }\n'}, 'system()'),
    ('exit in the store', {'src/store/a.c': 'void f(void) { exit(1); }\n'}, 'end a process'),
    ('printf in a desk', {'src/desks/a/a.c': 'void f(void) { printf("x"); }\n'}, 'stdout'),
    ('a line comment', {'src/base/a.c': 'int a; // b\n'}, '// comment'),
    ('an address in a string', {'src/base/a.c': 'f("https://a.example");\n'}, None),
    ('a mark of unfinished work', {'src/base/a.c': '/* TO' 'DO: more */\n'}, 'unfinished'),
    ('half a merge', {'docs/a.md': '<' * 7 + ' HEAD\n'}, 'half a merge'),
    ('a stub', {'src/base/a.h': '/* a stub */\n'}, 'unfinished'),
    ('a typedef of a struct', {'src/base/a.h': 'typedef struct x x_t;\n'}, 'typedef'),
    ('a typedef of a function', {'src/base/a.h': 'typedef int fn(void *a,\n\tint b);\n'}, None),
    ('a cast in an eye', {'src/eyes/a/a.c': 'h = (const struct ip *)p;\n'}, 'cast to a struct'),
]

if __name__ == '__main__':
    house.main(check, CASES)
