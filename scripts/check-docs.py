#!/usr/bin/env python3
"""check-docs.py -- the papers tell the truth where a machine can tell: links between files resolve,
`make x` and `noroshi area verb` exist, files named in back quotes exist, every paper is in the index docs/README.md."""
import os
import re

import house

NAMED = re.compile(r'`((?:src|test|fuzz|bench|docs|scripts|data|web|\.ci)/[\w./-]+)`')


def papers(root):
    top = [n for n in sorted(os.listdir(root)) if n.endswith('.md')]
    return top + house.files(root, ['docs', 'data', 'web', 'fuzz'], ['.md'])


def commands(root):
    path = os.path.join(root, 'docs/commands.md')
    names = re.findall(r'^## (.+)$', house.read(root, path), re.M) if os.path.exists(path) else []
    return {n.split()[0] for n in names}, set(names)


def targets(root):
    path = os.path.join(root, 'Makefile')
    return set(re.findall(r'^(\w+):', house.read(root, path), re.M)) if os.path.exists(path) else set()


def check_links(root, path, text):
    for m in re.finditer(r'\]\(([^)#\s]+)(#[^)]*)?\)', text):
        link = m[1]
        if re.match(r'[a-z]+:', link):
            continue
        if not os.path.exists(os.path.join(root, os.path.dirname(path), link)):
            yield '%s:%d: broken link %s' % (path, house.line_of(text, m.start()), link)
    for m in NAMED.finditer(text):
        if 'NNNN' not in m[1] and not os.path.exists(os.path.join(root, m[1])):
            yield '%s:%d: no such file %s' % (path, house.line_of(text, m.start()), m[1])


def spoken(text):
    """Lines of code in a paper: back-quoted words and fenced blocks, with their line."""
    for m in re.finditer(r'^```\w*\n(.*?)^```', text, re.S | re.M):
        for i, line in enumerate(m[1].splitlines()):
            yield house.line_of(text, m.start(1)) + i, re.sub(r'^\$ ', '', line)
    plain = re.sub(r'^```.*?^```', lambda m: house.blank(m[0]), text, flags=re.S | re.M)
    for m in re.finditer(r'`([^`\n]+)`', plain):
        yield house.line_of(text, m.start()), m[1]


def check_words(root, path, text):
    areas, names = commands(root)
    known = targets(root)
    for line, code in spoken(text):
        m = re.match(r'make (\w+)\b(?!=)', code)
        if m and known and m[1] not in known:
            yield '%s:%d: `make %s` does not exist' % (path, line, m[1])
        m = re.match(r'(?:build/)?noroshi ([a-z]+)(?![a-z]*--)(?: ([a-z]+))?', code)
        if m and areas and m[1] not in areas:
            yield '%s:%d: `noroshi %s` does not exist' % (path, line, m[1])
        elif m and areas and m[1] not in names and '%s %s' % (m[1], m[2]) not in names:
            yield '%s:%d: `noroshi %s %s` does not exist' % (path, line, m[1], m[2] or '')


def check(root):
    found = []
    for path in papers(root):
        text = house.read(root, path)
        found += check_links(root, path, text)
        if path != 'docs/commands.md':
            found += check_words(root, path, text)
    index = os.path.join(root, 'docs/README.md')
    if os.path.exists(index):
        listed = house.read(root, index)
        found += ['docs/%s: is not in docs/README.md' % n for n in sorted(os.listdir(os.path.join(root, 'docs')))
                  if n.endswith('.md') and n != 'README.md' and '(%s)' % n not in listed]
    return found


GOOD = {'Makefile': 'run:\n\ttrue\n', 'docs/commands.md': '# C\n\n## sense read\n\n## doctor\n',
        'README.md': 'See [c](docs/commands.md#x), `make run`, `noroshi sense read FILE`, `noroshi doctor`, '
                     '[web](https://noroshi.example/), `docs/commands.md`.\n'}
CASES = [
    ('a clean tree', GOOD, None),
    ('a broken link', {**GOOD, 'docs/a.md': '[x](b.md)\n'}, 'broken link b.md'),
    ('a file that is not there', {**GOOD, 'docs/a.md': 'in `src/attic/a.c`\n'}, 'no such file'),
    ('a target that is not there', {**GOOD, 'docs/a.md': '```\nmake coffee\n```\n'}, 'make coffee'),
    ('a command that is not there', {**GOOD, 'docs/a.md': '`noroshi brew FILE`\n'}, 'noroshi brew'),
    ('a paper outside the index', {**GOOD, 'docs/README.md': '[c](commands.md)\n', 'docs/a.md': ''},
     'docs/a.md: is not in'),
    ('a verb that is not there', {**GOOD, 'docs/a.md': '`noroshi sense brew`\n'}, 'noroshi sense brew'),
]

if __name__ == '__main__':
    house.main(check, CASES)
