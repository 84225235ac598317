"""house.py -- what the check-*.py scripts share: finding sources, hiding comments, the self-test.

A check is a function check(root) -> list of complaints "file:line: text".  Its self-test is a list of
(title, {path: text}, wanted): a small tree, and a part of the complaint it must raise; wanted None means
that the tree is clean.  `check-x.py` exits 1 on complaints, `check-x.py --selftest` when the check is
blind to a planted violation or cries at a clean tree."""
import os
import re
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SKIP = {'node_modules', '.git', 'build', 'run', 'dist'}


def files(root, folders, ends):
    """Paths below root/folder with one of the endings, sorted, relative to root."""
    found = []
    for folder in folders:
        for here, dirs, names in os.walk(os.path.join(root, folder)):
            dirs[:] = sorted(d for d in dirs if d not in SKIP and not d.startswith('build-'))
            found += [os.path.relpath(os.path.join(here, n), root) for n in sorted(names)
                      if n.endswith(tuple(ends))]
    return found


def read(root, path):
    with open(os.path.join(root, path), encoding='utf-8', errors='replace') as f:
        return f.read()


TOKENS = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(text):
    return re.sub(r'[^\n]', ' ', text)


def code_only(text, strings=False):
    """C text with comments (and, unless strings, what is inside literals) blanked; lines stay."""
    def hide(m):
        t = m[0]
        if t[0] == '/':
            return blank(t)
        return t if strings else t[0] + blank(t[1:-1]) + t[-1]
    return TOKENS.sub(hide, text)


def comments(text):
    """(line, comment) pairs of C text."""
    for m in TOKENS.finditer(text):
        if m[0][0] == '/':
            yield text.count('\n', 0, m.start()) + 1, m[0]


def line_of(text, offset):
    return text.count('\n', 0, offset) + 1


def selftest(check, cases):
    bad = 0
    for title, tree, wanted in cases:
        with tempfile.TemporaryDirectory() as root:
            for path, text in tree.items():
                full = os.path.join(root, path)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, 'w', encoding='utf-8') as f:
                    f.write(text)
            got = check(root)
        right = not got if wanted is None else any(wanted in g for g in got)
        print('%sok - %s' % ('' if right else 'not ', title))
        if not right:
            bad += 1
            print('# wanted %r, got %r' % (wanted, got))
    return 1 if bad or not cases else 0


def main(check, cases):
    if sys.argv[1:] == ['--selftest']:
        sys.exit(selftest(check, cases))
    got = check(sys.argv[1] if len(sys.argv) > 1 else ROOT)
    errors = [g for g in got if not g.startswith('warning: ')]
    for g in got:
        print(g)
    sys.exit(1 if errors else 0)
