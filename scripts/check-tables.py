#!/usr/bin/env python3
"""check-tables.py -- every row of a table has what its table asks for.

An eye (src/eyes/eyes.def): limits above zero, a selftest, a fuzz target with a corpus, a test, a page in
docs/eyes/.  A command (src/cli/cmds.def): a row and a place in docs/commands.md.  A route: a place in
docs/api/README.md.  A feed format (src/desks/share/): limits, selftest, fuzz target, a page.  A bench, a fuzz target: its file; a bench: named
in docs/benchmarks.md.  A migration: numbered without a gap.  A decision: a number of its
own and a row in docs/decisions/README.md.  test/test_tables.c walks the same tables
at run time."""
import os
import re

import house


def text(root, path):
    full = os.path.join(root, path)
    return house.read(root, path) if os.path.isfile(full) else ''


def listed(root, path):
    return re.findall(r"^  '([a-z0-9_]+)',", text(root, path), re.M)


def row(root, folder, symbol, kind):
    """(path, code) of the table row `const struct <kind> <symbol> = {...};`."""
    for path in house.files(root, [folder], ['.c']):
        code = house.code_only(text(root, path), strings=True)
        m = re.search(r'const struct %s %s = \{(.*?)^\};' % (kind, symbol), code, re.S | re.M)
        if m:
            return path, m[1]
    return None, ''


def check_eyes(root):
    found = []
    for name in re.findall(r'^NR_EYE\((\w+)\)', text(root, 'src/eyes/eyes.def'), re.M):
        path, code = row(root, 'src/eyes/' + name, 'nr_eye_' + name, 'nr_eye')
        at = path or 'src/eyes/eyes.def'
        if not path:
            found.append('%s: eye %s has no row nr_eye_%s in src/eyes/%s/' % (at, name, name, name))
            continue
        for limit in ('max_input', 'max_memory', 'max_cpu_s'):
            if not re.search(r'\.%s = (?!0\b)' % limit, code):
                found.append('%s: eye %s has no limit %s' % (at, name, limit))
        for field in ('selftest', 'probe', 'look', 'warm_up', 'detectors'):
            if not re.search(r'\.%s = (?!NULL|0\b)' % field, code):
                found.append('%s: eye %s has no %s' % (at, name, field))
        fuzz = (re.search(r'\.fuzz = "(\w+)"', code) or [None, 'fuzz_' + name])[1]
        if fuzz[5:] not in listed(root, 'fuzz/meson.build'):
            found.append('%s: eye %s: %s is not in fuzz/meson.build' % (at, name, fuzz))
        doc = (re.search(r'\.doc = "([^"]+)"', code) or [None, 'docs/eyes/%s.md' % name])[1]
        if len(text(root, doc)) < 200:
            found.append('%s: eye %s has no page %s' % (at, name, doc))
        if not [t for t in listed(root, 'test/meson.build') if t.startswith(name)]:
            found.append('%s: eye %s has no test/test_%s*.c' % (at, name, name))
    return found


def check_commands(root):
    found = []
    paper = text(root, 'docs/commands.md')
    for symbol in re.findall(r'^NR_CMD\((\w+)\)', text(root, 'src/cli/cmds.def'), re.M):
        path, code = row(root, 'src/cli', 'nr_cmd_' + symbol, 'nr_cmd')
        if not path:
            found.append('src/cli/cmds.def: command %s has no row nr_cmd_%s' % (symbol, symbol))
            continue
        if 'NR_CMD_HIDDEN' in code:
            continue
        words = [re.search(r'\.%s = "([^"]+)"' % f, code) for f in ('area', 'verb')]
        name = ' '.join(w[1] for w in words if w)
        if not re.search(r'\.summary = "[^"]', code):
            found.append('%s: command %s has no summary' % (path, name))
        if '\n## %s\n' % name not in paper:
            found.append('%s: command %s is not in docs/commands.md: make docs' % (path, name))
    return found


def check_lists(root):
    found = []
    for name in listed(root, 'fuzz/meson.build'):
        corpus = os.path.join(root, 'fuzz/corpus/fuzz_' + name)
        if not os.path.isfile(os.path.join(root, 'fuzz/fuzz_%s.c' % name)):
            found.append('fuzz/meson.build: fuzz/fuzz_%s.c is missing' % name)
        if not os.path.isdir(corpus) or not [n for n in os.listdir(corpus) if n[0] != '.']:
            found.append('fuzz/meson.build: fuzz/corpus/fuzz_%s/ is empty' % name)
    for name in listed(root, 'bench/meson.build'):
        if not os.path.isfile(os.path.join(root, 'bench/bench_%s.c' % name)):
            found.append('bench/meson.build: bench/bench_%s.c is missing' % name)
        if '`%s`' % name not in text(root, 'docs/benchmarks.md'):
            found.append('bench/meson.build: bench %s is not in docs/benchmarks.md' % name)
    for kind in ('test', 'fuzz', 'bench'):
        for path in house.files(root, [kind], ['.c']):
            m = re.fullmatch(r'%s/%s_(\w+)\.c' % (kind, kind), path)
            if m and m[1] not in listed(root, kind + '/meson.build') and m[1] != 'replay':
                found.append('%s:1: is not in %s/meson.build' % (path, kind))
    return found


def check_numbers(root):
    folder = os.path.join(root, 'src/store/migrations')
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    numbers = [int(n[:4]) for n in names if re.match(r'\d{4}\.sql$', n)]
    if numbers != list(range(1, len(numbers) + 1)):
        yield 'src/store/migrations/: numbered %s; no gap and no double' % numbers
    folder = os.path.join(root, 'docs/decisions')
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    names = [n for n in names if re.match(r'\d{4}-', n)]
    index = text(root, 'docs/decisions/README.md')
    for n in names:
        if len([m for m in names if m[:4] == n[:4]]) > 1:
            yield 'docs/decisions/%s: its number is taken twice' % n
        if '(%s)' % n not in index:
            yield 'docs/decisions/%s: is not in docs/decisions/README.md' % n


def check_routes(root):
    paper = text(root, 'docs/api/README.md')
    found = []
    for path in house.files(root, ['src/hub'], ['.c']):
        code = house.code_only(text(root, path), strings=True)
        if 'const struct nr_route nr_routes[]' not in code:
            continue
        for m in re.finditer(r'"(/api/v1/[^"]*)"', code):
            if m[1] not in paper:
                found.append('%s:%d: route %s is not in docs/api/README.md: make docs'
                             % (path, house.line_of(code, m.start()), m[1]))
    return found


def check_feeds(root):
    found = []
    for path in house.files(root, ['src/desks/share'], ['.c']):
        code = house.code_only(text(root, path), strings=True)
        for m in re.finditer(r'const struct nr_feed_format nr_feed_(\w+) = \{(.*?)^\};', code, re.S | re.M):
            at = '%s:%d: feed format %s' % (path, house.line_of(code, m.start()), m[1])
            for field in ('max_items', 'kinds', 'selftest'):
                if not re.search(r'\.%s = (?!NULL|0\b)' % field, m[2]):
                    found.append('%s has no %s' % (at, field))
            doc = (re.search(r'\.doc = "([^"]+)"', m[2]) or [None, 'docs/feeds/%s.md' % m[1]])[1]
            if len(text(root, doc)) < 200:
                found.append('%s has no page %s' % (at, doc))
            fuzz = (re.search(r'\.fuzz = "fuzz_(\w+)"', m[2]) or [None, m[1]])[1]
            if fuzz not in listed(root, 'fuzz/meson.build'):
                found.append('%s: fuzz_%s is not in fuzz/meson.build' % (at, fuzz))
    return found


def check(root):
    return (check_eyes(root) + check_commands(root) + check_lists(root) + list(check_numbers(root))
            + check_routes(root) + check_feeds(root))


EYE = ('const struct nr_eye nr_eye_a = {\n.limits = { .max_input = 1, .max_memory = 2, .max_cpu_s = 3 },\n'
       '.fuzz = "fuzz_a",\n.doc = "docs/eyes/a.md",\n.selftest = t,\n.probe = p,\n.look = l,\n'
       '.warm_up = w,\n.detectors = d,\n};\n')
CMD = 'const struct nr_cmd nr_cmd_x = {\n.area = "a",\n.verb = "b",\n.summary = "s",\n};\n'
GOOD = {
    'src/eyes/eyes.def': 'NR_EYE(a)\n', 'src/eyes/a/a.c': EYE, 'fuzz/meson.build': "[\n  'a',\n]\n",
    'fuzz/fuzz_a.c': '', 'fuzz/corpus/fuzz_a/one': 'x', 'docs/eyes/a.md': 'w' * 300,
    'test/meson.build': "[\n  'a',\n]\n", 'test/test_a.c': '', 'src/cli/cmds.def': 'NR_CMD(x)\n',
    'src/cli/x.c': CMD, 'docs/commands.md': '\n## a b\n', 'src/store/migrations/0001.sql': '',
}


def without(path):
    return {p: t for p, t in GOOD.items() if p != path}


CASES = [
    ('a clean tree', GOOD, None),
    ('an eye without limits', {**GOOD, 'src/eyes/a/a.c': EYE.replace('.max_memory = 2', '.max_memory = 0')},
     'no limit max_memory'),
    ('an eye without selftest', {**GOOD, 'src/eyes/a/a.c': EYE.replace('.selftest = t', '.selftest = NULL')},
     'no selftest'),
    ('an eye without a row', without('src/eyes/a/a.c'), 'has no row'),
    ('an eye without a fuzz target', {**GOOD, 'fuzz/meson.build': '[\n]\n'}, 'not in fuzz/meson.build'),
    ('an empty corpus', without('fuzz/corpus/fuzz_a/one'), 'is empty'),
    ('an eye without a page', without('docs/eyes/a.md'), 'has no page'),
    ('an eye without a test', {**GOOD, 'test/meson.build': '[\n]\n'}, 'has no test'),
    ('a command without a row', without('src/cli/x.c'), 'has no row'),
    ('a command that the paper forgot', {**GOOD, 'docs/commands.md': ''}, 'not in docs/commands.md'),
    ('a test that nobody runs', {**GOOD, 'test/test_b.c': ''}, 'is not in test/meson.build'),
    ('a bench without a word', {**GOOD, 'bench/meson.build': "[\n  'z',\n]\n", 'bench/bench_z.c': ''},
     'not in docs/benchmarks.md'),
    ('a gap in the migrations', {**GOOD, 'src/store/migrations/0003.sql': ''}, 'no gap'),
    ('a decision outside the index', {**GOOD, 'docs/decisions/0007-x.md': ''}, 'is not in docs/decisions'),
    ('a route that the paper forgot', {**GOOD, 'src/hub/r.c':
     'const struct nr_route nr_routes[] = {\n{ "/api/v1/x" },\n};\n'}, 'route /api/v1/x'),
    ('a feed without limits', {**GOOD, 'src/desks/share/f.c':
     'const struct nr_feed_format nr_feed_csv = {\n.max_items = 0,\n};\n'}, 'feed format csv has no max_items'),
    ('a feed without a page', {**GOOD, 'src/desks/share/f.c':
     'const struct nr_feed_format nr_feed_csv = {\n.kinds = 1,\n};\n'}, 'no page docs/feeds/csv.md'),
]

if __name__ == '__main__':
    house.main(check, CASES)
