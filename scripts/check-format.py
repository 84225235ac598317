#!/usr/bin/env python3
"""check-format.py -- clang-format 14 has nothing to change in any C file of ours."""
import os
import re
import shutil
import subprocess

import house


def check(root):
    paths = house.files(root, ['src', 'test', 'fuzz', 'bench'], ['.c', '.h'])
    style = os.path.join(root, '.clang-format')
    if not os.path.exists(style):
        shutil.copy(os.path.join(house.ROOT, '.clang-format'), style)
    if not paths:
        return []
    done = subprocess.run(['clang-format-14', '--dry-run', '-Werror', '--style=file', *paths], cwd=root,
                          capture_output=True, text=True)
    places = re.findall(r'^(\S+?:\d+):\d+: error: ', done.stderr, re.M)
    found, seen = [], set()
    for place in places:
        path = place.rsplit(':', 1)[0]
        if path not in seen:
            seen.add(path)
            found.append('%s: not formatted: clang-format-14 -i %s' % (place, path))
    if done.returncode and not found:
        found.append('clang-format-14: ' + done.stderr.strip())
    return found


CASES = [
    ('a clean file', {'src/a.c': 'int a(void)\n{\n\treturn 1;\n}\n'}, None),
    ('another house', {'src/a.c': 'int a (void) {\n  return 1;\n}\n'}, 'not formatted'),
]

if __name__ == '__main__':
    house.main(check, CASES)
