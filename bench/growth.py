#!/usr/bin/env python3
"""How cost grows with rows, connections and loops: one node, one load program (wrk), a table.

    bench/growth.py [--noded build/release/noded] [--seconds 4] [--rows 10000,100000,1000000]
                    [--connections 1,64,512] [--loops 1,2]

Rows vary at 64 connections and one loop; connections and loops vary at the middle count of rows.
`cpu` is the node's processor time for a request. Everything is on: authentication, guard, access log,
metrics, every write on the disk before its answer.
"""
import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'tests', 'crash'))
from node_process import Client, Node  # noqa: E402

EMAIL, PASSWORD = 'admin@example.com', 'administrator'
BATCH = 1000
TICK = os.sysconf('SC_CLK_TCK')
TASKS = '/api/data/entity/tasks'
DAYS = 5000  # different values of the indexed field
LUA = '''
local rows, authorization = %d, "Bearer %s"
wrk.headers["Authorization"] = authorization
wrk.headers["Content-Type"] = "application/json"
local seed = 0
function setup(thread) thread:set("seed", seed); seed = seed + 1 end
function init() math.randomseed(os.time() * 10 + seed) end
local function day()
  local n = math.random(0, %d)
  return string.format("%%04d-%%02d-%%02d", 2000 + math.floor(n / 336), 1 + math.floor(n / 28) %% 12, 1 + n %% 28)
end
function request() %s end
'''
CASES = {
    'get one': 'return wrk.format("GET", "%s/" .. math.random(1, rows))' % TASKS,
    'list 20': 'return wrk.format("GET", "%s?limit=20&offset=" .. math.random(0, 200))' % TASKS,
    'index, 20 of it': 'return wrk.format("GET", "%s?limit=20&sort=due&where=%%7B%%22due%%22%%3A%%7B'
                       '%%22%%24gte%%22%%3A%%22" .. day() .. "%%22%%7D%%7D")' % TASKS,
    'create': 'return wrk.format("POST", "%s", nil, \'{"title":"written","due":"\' .. day() .. \'"}\')' % TASKS,
    'patch': 'return wrk.format("PATCH", "%s/" .. math.random(1, rows), nil, \'{"done":true}\')' % TASKS,
}


def day_of(number):
    number %= DAYS
    return f'{2000 + number // 336:04}-{1 + number // 28 % 12:02}-{1 + number % 28:02}'


def processor_s(pid):
    with open(f'/proc/{pid}/stat', encoding='ascii') as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_mib(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        return int(re.search(r'VmRSS:\s+(\d+)', file.read()).group(1)) / 1024


class Served:
    """A node over a store of its own that holds `rows` tasks."""

    def __init__(self, program, folder, rows):
        app = os.path.join(HERE, '..', 'config', 'examples', 'tasks.json')
        self.folder, self.rows = folder, rows
        self.node = Node(program, folder, os.path.join(folder, 'store'), app,
                         ['http.connections_per_address=100000'])
        self.node.start()
        self.node.create_administrator(EMAIL, PASSWORD)
        self.token = self.node.login(EMAIL, PASSWORD)
        client = Client(self.node.address, self.token)
        for begin in range(0, rows, BATCH):
            batch = [{'title': f'task {number}', 'done': number % 3 == 0, 'due': day_of(number * 7919)}
                     for number in range(begin, min(begin + BATCH, rows))]
            status, answer = client.ask('POST', TASKS, batch)
            assert status == 201, answer
        client.close()

    def restart(self, loops):
        self.node.stop()
        took = self.node.start(settings=[f'runtime.loops={loops}'])
        self.token = self.node.login(EMAIL, PASSWORD)
        return took

    def run(self, case, connections, seconds):
        """(requests a second, p99 in ms, processor µs a request), or raises on any refusal."""
        script = os.path.join(self.folder, 'case.lua')
        with open(script, 'w', encoding='ascii') as file:
            file.write(LUA % (self.rows, self.token, DAYS - 1, CASES[case]))
        before = processor_s(self.node.process.pid)
        said = subprocess.run(
            ['wrk', '-t1', f'-c{connections}', f'-d{seconds}s', '--latency', '-s', script,
             f'http://{self.node.address}'], capture_output=True, text=True, check=True).stdout
        used = processor_s(self.node.process.pid) - before
        if 'Non-2xx' in said or 'Socket errors' in said:
            raise RuntimeError(f'{case}: {said}')
        requests = int(re.search(r'(\d+) requests in', said).group(1))
        rate = float(re.search(r'Requests/sec:\s+([\d.]+)', said).group(1))
        number, unit = re.search(r'99%\s+([\d.]+)(us|ms|s)\b', said).groups()
        p99_ms = float(number) * {'us': 0.001, 'ms': 1, 's': 1000}[unit]
        return rate, p99_ms, used / requests * 1e6


def table(title, served, runs, seconds):
    """`runs`: (name, connections, what to do first)."""
    print(f'\n| {title} | ' + ' | '.join(CASES) + ' |')
    print('|---' * (len(CASES) + 1) + '|', flush=True)
    for name, connections, prepare in runs:
        prepare()
        cells = []
        for case in CASES:
            rate, p99_ms, cpu_us = served().run(case, connections, seconds)
            cells.append(f'{rate:.0f}/s, p99 {p99_ms:.2f} ms, cpu {cpu_us:.1f} µs')
        print(f'| {name} | ' + ' | '.join(cells) + ' |', flush=True)


def numbers(text):
    return [int(part) for part in text.split(',')]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--noded', default='build/release/noded')
    parser.add_argument('--seconds', type=int, default=4)
    parser.add_argument('--rows', type=numbers, default=[10_000, 100_000, 1_000_000])
    parser.add_argument('--connections', type=numbers, default=[1, 64, 512])
    parser.add_argument('--loops', type=numbers, default=[1, 2])
    arguments = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    program = os.path.abspath(arguments.noded)
    stores = {}
    with tempfile.TemporaryDirectory() as work:
        def fill(rows):
            folder = os.path.join(work, str(rows))
            os.mkdir(folder)
            began = time.monotonic()
            stores[rows] = Served(program, folder, rows)
            took = time.monotonic() - began
            stores['now'] = stores[rows]
            start_s = stores[rows].restart(1)
            print(f'{rows} rows: filled in {took:.1f} s, start {start_s * 1000:.0f} ms, '
                  f'resident {resident_mib(stores[rows].node.process.pid):.0f} MiB', file=sys.stderr)

        def use(loops):
            stores['now'].restart(loops)

        def now():
            return stores['now']

        try:
            table('rows', now, [(f'{rows}', 64, lambda rows=rows: fill(rows)) for rows in arguments.rows],
                  arguments.seconds)
            stores['now'] = stores[arguments.rows[len(arguments.rows) // 2]]
            table('connections', now, [(f'{count}', count, lambda: use(1)) for count in arguments.connections],
                  arguments.seconds)
            table('loops', now, [(f'{loops}', 64, lambda loops=loops: use(loops)) for loops in arguments.loops],
                  arguments.seconds)
        finally:
            for served in {id(served): served for served in stores.values()}.values():
                served.node.kill()


if __name__ == '__main__':
    main()
