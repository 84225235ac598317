#!/usr/bin/env python3
"""check-size.py -- limits on functions and files; there is no allow list.

A function: at most 80 lines (a warning from 60), 4 levels of nesting, cyclomatic complexity 15 (pmccabe,
a switch counts one), 9 parameters besides reterr (a warning from 7).  A file: at most 800 lines."""
import os
import re
import subprocess

import house

LINES, WARN, NEST, COMPLEX, PARAMS, PARAMS_WARN, FILE = 80, 60, 4, 15, 9, 6, 800
FOLDERS = ['src', 'test', 'fuzz', 'bench']


def functions(root, paths):
    """(path, name, first line, last line, signature) of every function that ctags sees."""
    if not paths:
        return
    out = subprocess.run(['ctags', '--languages=C', '--langmap=C:.c.h', '--kinds-C=f', '--fields=+neS',
                          '-o', '-', '--sort=no', '-I', 'NR_MUSTUSE,NR_OWNED,NR_BORROWED,NR_ARENA,NR_STATIC',
                          *paths], cwd=root, check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        if line.startswith('!'):
            continue
        fields = line.split('\t')
        extra = dict(f.split(':', 1) for f in fields[3:] if ':' in f)
        if 'end' in extra:
            yield fields[1], fields[0], int(extra['line']), int(extra['end']), extra.get('signature', '')


def parameters(signature):
    depth, count = 0, 1
    inner = signature[1:-1].strip()
    if inner in ('', 'void'):
        return 0
    for ch in inner:
        depth += ch in '(['
        depth -= ch in ')]'
        count += ch == ',' and depth == 0
    return count - ('reterr' in inner)


def opens_statement(before):
    """Whether a brace after this text opens a block and not an initialiser or a compound literal."""
    before = before.rstrip()
    if not before or re.search(r'([;{}:]|\b(else|do))$', before):
        return True
    if not before.endswith(')'):
        return False
    depth, i = 0, len(before)
    while i > 0:
        i -= 1
        depth += (before[i] == ')') - (before[i] == '(')
        if depth == 0:
            break
    word = re.search(r'(\w+)\s*$', before[:i])
    return bool(word) and word[1] not in ('return', 'sizeof')


def nesting(code):
    """Deepest level of statement braces in a function's text; initialisers do not count."""
    stack, deepest, last = [], 0, 0
    for i, ch in enumerate(code):
        if ch == '{':
            inside = not stack or stack[-1]
            stack.append(inside and opens_statement(code[last:i]))
            deepest = max(deepest, sum(stack) - 1)
        elif ch == '}' and stack:
            stack.pop()
        if ch in '{}':
            last = i
    return deepest


def complexities(root, paths):
    if not paths:
        return
    out = subprocess.run(['pmccabe', *paths], cwd=root, capture_output=True, text=True).stdout
    for line in out.splitlines():
        m = re.match(r'(\d+)\t\d+\t\d+\t(\d+)\t\d+\t([^(]+)\(\d+\): (\S+)', line)
        if m:
            yield m[3], int(m[2]), m[4], int(m[1])


def check(root):
    found = []
    paths = house.files(root, FOLDERS, ['.c', '.h'])
    texts = {p: house.read(root, p) for p in paths}
    for path in paths + house.files(root, ['web', 'scripts'], ['.ts', '.tsx', '.css', '.py', '.sh', '.mjs']):
        n = (texts.get(path) or house.read(root, path)).count('\n')
        if n > FILE:
            found.append('%s:1: %d lines; a file has at most %d' % (path, n, FILE))
    for path, name, first, last, signature in functions(root, paths):
        at, n = '%s:%d: %s()' % (path, first, name), last - first + 1
        if n > LINES:
            found.append('%s has %d lines; at most %d' % (at, n, LINES))
        elif n > WARN:
            found.append('warning: %s has %d lines; aim at %d' % (at, n, WARN))
        deep = nesting(house.code_only('\n'.join(texts[path].splitlines()[first - 1:last])))
        if deep > NEST:
            found.append('%s nests %d deep; at most %d' % (at, deep, NEST))
        if parameters(signature) > PARAMS:
            found.append('%s takes %d parameters; at most %d' % (at, parameters(signature), PARAMS))
        elif parameters(signature) > PARAMS_WARN:
            found.append('warning: %s takes %d parameters; aim at %d'
                         % (at, parameters(signature), PARAMS_WARN))
    for path, line, name, n in complexities(root, paths):
        if n > COMPLEX:
            found.append('%s:%d: %s() has complexity %d; at most %d' % (path, line, name, n, COMPLEX))
    return found


def function(body, params='void'):
    return 'int f(%s)\n{\n%s\treturn 0;\n}\n' % (params, body)


DEEP = ''.join('\t' * i + 'if (a) {\n' for i in range(1, 6)) + '\ta = 1;\n' + '}\n' * 5
CASES = [
    ('a clean function', {'src/base/a.c': function('\tint a[2] = { 1, 2 };\n' * 20)}, None),
    ('81 lines', {'src/base/a.c': function('\tg();\n' * 78)}, 'has 82 lines'),
    ('61 lines', {'src/base/a.c': function('\tg();\n' * 60)}, 'warning:'),
    ('801 lines of file', {'src/base/a.h': '\n' * 801}, '801 lines'),
    ('five levels', {'src/base/a.c': function(DEEP, 'int a')}, 'nests 5'),
    ('initialisers do not nest', {'src/base/a.c': function(
        '\tstruct x y = { { { { { { 1 } } } } } };\n\tz = (struct x){ { { { { 2 } } } } };\n')}, None),
    ('sixteen branches', {'src/base/a.c': function('\tif (a) g();\n' * 16, 'int a')}, 'complexity 17'),
    ('ten parameters', {'src/base/a.c': function('', ', '.join('int a%d' % i for i in range(10)))},
     '10 parameters'),
    ('seven parameters', {'src/base/a.c': function('', ', '.join('int a%d' % i for i in range(7)))},
     'warning:'),
    ('six and reterr', {'src/base/a.c': function('', ', '.join('int a%d' % i for i in range(6))
                                                 + ', struct nr_err *reterr')}, None),
]

if __name__ == '__main__':
    os.environ['LC_ALL'] = 'C.UTF-8'
    house.main(check, CASES)
