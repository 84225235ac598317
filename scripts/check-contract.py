#!/usr/bin/env python3
"""check-contract.py -- every function declared in a header of src/ has a contract comment directly above
it, above the group of lines it stands in, or behind it on the line; one that returns a pointer carries
an ownership word (NR_OWNED, NR_BORROWED, NR_ARENA, NR_STATIC).  Every header opens with a comment that
says what it is for."""
import re

import house

OWNERSHIP = re.compile(r'\bNR_(OWNED|BORROWED|ARENA|STATIC)\b')
DECLARATION = re.compile(r'(?:^|(?<=[;}]))\s*((?:[A-Za-z_][\w \t\n*]*?[\s*])(nr_\w+)\s*\([^;{}]*\)[^;{}]*)([;{])')


def outline(code):
    """Code with preprocessor lines and everything inside braces blanked."""
    code = re.sub(r'^[ \t]*#(?:[^\n\\]|\\\n|\\.)*', lambda m: house.blank(m[0]), code, flags=re.M)
    depth, out = 0, []
    for ch in code:
        if ch == '}':
            depth -= 1
        out.append(ch if depth <= 0 or ch == '\n' else ' ')
        if ch == '{':
            depth += 1
    return ''.join(out)


def inside_braces(code):
    """For every line of code: whether it begins inside a body."""
    depth, out = 0, []
    for line in code.splitlines():
        out.append(depth > 0)
        depth += line.count('{') - line.count('}')
    return out


def described(lines, inside, first, last):
    """Whether a comment stands behind lines first..last (1-based) or above their group."""
    if any('/*' in lines[i] for i in range(first - 1, last)):
        return True
    i = first - 2
    while i >= 0 and (lines[i].strip() or inside[i]):
        if lines[i].rstrip().endswith('*/') and not inside[i]:
            return True
        i -= 1
    return False


def check_header(root, path):
    found = []
    text = house.read(root, path)
    lines = text.splitlines()
    if not text.lstrip().startswith('/*'):
        found.append('%s:1: a header opens with a comment: what it is for' % path)
    inside = inside_braces(house.code_only(text))
    code = outline(house.code_only(text))
    for m in DECLARATION.finditer(code):
        head = m[1][:m.start(2) - m.start(1)]
        if re.search(r'\b(typedef|return|struct\s+\w+\s*$)\b', head) and 'typedef' in head:
            continue
        first, last = house.line_of(code, m.start(1)), house.line_of(code, m.end(1))
        while code.splitlines()[first - 1].strip() == '':
            first += 1
        at = '%s:%d: %s()' % (path, first, m[2])
        if not described(lines, inside, first, last):
            found.append('%s has no contract comment' % at)
        if head.rstrip().endswith('*') and not OWNERSHIP.search(head):
            found.append('%s returns a pointer without an ownership word' % at)
    return found


def check(root):
    found = []
    for path in house.files(root, ['src'], ['.h']):
        found += check_header(root, path)
    return found


TOP = '/* a.h -- what it is for. */\n'
CASES = [
    ('a clean header', {'src/base/a.h': TOP + '\n/* Does. */\nint nr_a(void);\nint nr_b(int x,\n\tint y);\n'
                        '\nNR_OWNED char *nr_c(void); /* a copy */\n'}, None),
    ('no comment', {'src/base/a.h': TOP + '\nint nr_a(void);\n'}, 'nr_a() has no contract'),
    ('a comment with a gap', {'src/base/a.h': TOP + '\n/* Does. */\n\nNR_MUSTUSE enum nr_rc nr_a(int x,\n'
                              '\tint y);\n'}, 'nr_a() has no contract'),
    ('an inline function without comment', {'src/base/a.h': TOP + '\nstatic inline int nr_a(void)\n{\n'
                                            '\treturn nr_b();\n}\n'}, 'nr_a() has no contract'),
    ('a pointer without an owner', {'src/base/a.h': TOP + '\n/* Does. */\nconst char *nr_a(void);\n'},
     'ownership word'),
    ('a function pointer in a table row', {'src/base/a.h': TOP + 'struct nr_x {\n\tint (*nr_f)(int);\n};\n'}, None),
    ('a header without an opening', {'src/base/a.h': '#pragma once\n'}, 'opens with'),
]

if __name__ == '__main__':
    house.main(check, CASES)
