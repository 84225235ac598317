#!/usr/bin/env python3
"""run-tests.py [--build DIR] [--suite NAME]... [WORD]... -- runs every test program and counts.

What runs: the tests that meson knows in DIR (unit tests, corpus replays), then the shell programs
test/{cli,http,scripts,browser}/*.sh.  Each is TAP (or one plain exit code), each gets one progress
line, a failing one shows its output, and the last line is "N passed, N failed".  WORD keeps the
programs whose name contains one of the words.  A program that stops early, exits badly, overruns
its time or runs no test at all is a failure; so is a run in which nothing passed.
NR_TALLY=FILE writes "passed failed" there instead of the last line (used by .ci/run)."""
import argparse
import concurrent.futures
import glob
import json
import os
import re
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHELL_SUITES = ('scripts', 'cli', 'http', 'browser')
SHELL_TIMEOUT = {'browser': 900}
SHOW = 12000  # characters of a failing program's output that are shown
RESULT = re.compile(r'^(not )?ok\b(?: +(\d+))?[ -]*([^#]*)(?:#\s*(\w*)(.*))?$')


class Test:
    def __init__(self, suite, name, cmd, env, tap, timeout, workdir):
        self.suite, self.name, self.cmd, self.env = suite, name, cmd, env
        self.tap, self.timeout, self.workdir = tap, timeout, workdir


def meson_tests(build):
    """The tests of a configured build directory, in the order of their definition."""
    text = subprocess.run(['meson', 'introspect', '--tests', build], check=True,
                          capture_output=True, text=True).stdout
    for t in json.loads(text):
        suite = (t['suite'] or ['unit'])[0].split(':')[-1]
        yield Test(suite, t['name'], t['cmd'], t['env'], t['protocol'] == 'tap',
                   t['timeout'], t['workdir'] or build)


def shell_tests():
    for suite in SHELL_SUITES:
        for path in sorted(glob.glob(os.path.join(ROOT, 'test', suite, '*.sh'))):
            name = os.path.basename(path)[:-3]
            if name.startswith('lib') or not os.access(path, os.X_OK):
                continue
            yield Test(suite, name, [path], {}, True, SHELL_TIMEOUT.get(suite, 300), ROOT)


def execute(test, scale, env):
    """Runs one program; returns (exit code or None on overrun, output, seconds)."""
    start = time.monotonic()
    if not os.access(test.cmd[0], os.X_OK):
        return 127, 'not built or not executable: %s' % test.cmd[0], 0.0
    child = subprocess.Popen(test.cmd, cwd=test.workdir, env={**env, **test.env},
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, start_new_session=True)
    try:
        out, _ = child.communicate(timeout=test.timeout * scale)
        code = child.returncode
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        out, _ = child.communicate()
        code = None
    try:  # what the program left running is part of it
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    return code, out.decode('utf-8', 'replace'), time.monotonic() - start


def count_tap(text):
    """(passed, failed, skipped, complaints) of TAP output."""
    passed = failed = skipped = 0
    plan, complaints = None, []
    for line in text.splitlines():
        if line.startswith('Bail out!'):
            complaints.append(line.strip())
        m = re.match(r'^1\.\.(\d+)\s*(#\s*skip.*)?$', line, re.I)
        if m:
            plan = int(m[1])
            if plan == 0 and m[2]:
                skipped += 1
            continue
        m = RESULT.match(line)
        if not m:
            continue
        if (m[4] or '').lower() == 'skip' and not m[1]:
            skipped += 1
        elif m[1]:
            failed += 1
        else:
            passed += 1
    if plan is None:
        complaints.append('no plan: it stopped early')
    elif plan and plan != passed + failed + skipped:
        complaints.append('planned %d, ran %d' % (plan, passed + failed + skipped))
    return passed, failed, skipped, complaints


def judge(test, code, text):
    """(passed, failed, skipped, complaints) of one program."""
    if not test.tap:
        passed, failed, skipped, complaints = (1, 0, 0, []) if code == 0 else (0, 0, 0, [])
        if code == 77:
            return 0, 0, 1, []
    else:
        passed, failed, skipped, complaints = count_tap(text)
    if code is None:
        complaints.append('overran its %d s' % test.timeout)
    elif code < 0:
        complaints.append('killed by ' + signal.Signals(-code).name)
    elif code and not failed:
        complaints.append('exit code %d' % code)
    if passed + failed + skipped == 0 and not complaints:
        complaints.append('ran no test')
    return passed, failed + len(complaints), skipped, complaints


def report(test, code, text, seconds):
    passed, failed, skipped, complaints = judge(test, code, text)
    line = '%-8s %-28s %5d ok' % (test.suite, test.name, passed)
    line += ', %d FAILED' % failed if failed else ''
    line += ', %d skipped' % skipped if skipped else ''
    print('%s  %.1f s' % (line, seconds), flush=True)
    for line in text.splitlines():
        if re.search(r'# *skip', line, re.I):
            print('    ' + line.strip())
    if failed:
        shown = text if len(text) <= SHOW else '[...]\n' + text[-SHOW:]
        print(''.join('    | %s\n' % s for s in shown.splitlines()
                      if not re.match(r'^ok ', s)), end='')
        for c in complaints:
            print('    ! ' + c)
    sys.stdout.flush()
    return passed, failed


def run_all(tests, args, env):
    """Meson's tests two at a time, shell programs one at a time (they start servers)."""
    totals = [0, 0]

    def done(test, result):
        p, f = report(test, *result)
        totals[0] += p
        totals[1] += f

    quick = [t for t in tests if t.suite not in SHELL_SUITES]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        running = {pool.submit(execute, t, args.scale, env): t for t in quick}
        for future in concurrent.futures.as_completed(running):
            done(running[future], future.result())
    for t in tests:
        if t.suite in SHELL_SUITES:
            done(t, execute(t, args.scale, env))
    return totals


def main():
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('--build', default=os.path.join(ROOT, 'build'))
    ap.add_argument('--suite', action='append', help='unit, corpus, scripts, cli, http, browser')
    ap.add_argument('--jobs', type=int, default=2)
    ap.add_argument('--scale', type=float, default=1.0, help='multiplies every time limit')
    ap.add_argument('word', nargs='*')
    args = ap.parse_args()
    build = os.path.abspath(args.build)
    env = {**os.environ, 'NR_SOURCE_ROOT': ROOT, 'NR_BUILD_ROOT': build,
           'NOROSHI': os.path.join(build, 'noroshi'), 'LC_ALL': 'C.UTF-8'}
    env.setdefault('NR_SHARED_DATA', os.path.join(os.path.dirname(ROOT), 'shared', 'data'))
    tests = [t for t in list(meson_tests(build)) + list(shell_tests())
             if (not args.suite or t.suite in args.suite)
             and (not args.word or any(w in t.name for w in args.word))]
    passed, failed = run_all(tests, args, env)
    if os.environ.get('NR_TALLY'):
        with open(os.environ['NR_TALLY'], 'w', encoding='ascii') as f:
            f.write('%d %d\n' % (passed, failed))
    else:
        print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
