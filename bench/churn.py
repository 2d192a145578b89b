#!/usr/bin/env python3
"""Whether a store stays as small and as fast as it was while its rows are rewritten again and again.

    bench/churn.py [--noded build/release/noded] [--minutes 3] [--rows 10000] [--feed 16MiB]

Writers change random rows, or delete the oldest row and create another one, so that the number of
rows stays. A line every ten seconds: what was written, live bytes as the store estimates them, bytes
on the disk, the change feed, resident memory. Reads alone before, halfway and after; the last two
walk over what was deleted. Fails when live bytes, disk, memory or a read's median at the end is more
than twice what it was halfway, which takes three minutes to mean something, or the feed is too long.
"""
import argparse
import asyncio
import collections
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'tests', 'crash'))
from node_process import Node  # noqa: E402

APP = {
    'data': {
        'entities': {'notes': {'fields': {
            'title': {'type': 'text'}, 'rank': {'type': 'number'}}}},
        'indices': {'ranks': {'entity': 'notes', 'fields': ['rank']}},
    },
    'auth': {'enabled': False},
}
READS = {
    'one row': lambda ids: f'/{random.choice(ids)}',
    'newest 20': lambda ids: '?limit=20&sort=-id',
    'first 20': lambda ids: '?limit=20&sort=id',
    'lowest 20 ranks': lambda ids: '?limit=20&sort=rank',
}


class Connection:
    async def open(self, port):
        self.reader, self.writer = await asyncio.open_connection('127.0.0.1', port)
        return self

    async def ask(self, method, path, body=None):
        payload = b'' if body is None else json.dumps(body).encode()
        head = (f'{method} /api/data/entity/notes{path} HTTP/1.1\r\nHost: localhost\r\n'
                f'Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n')
        self.writer.write(head.encode() + payload)
        answer = await self.reader.readuntil(b'\r\n\r\n')
        length = int(re.search(rb'(?i)content-length: *(\d+)', answer).group(1))
        text = await self.reader.readexactly(length)
        if answer[9:10] != b'2':
            raise RuntimeError(f'{method} {path}: {answer[9:12].decode()} {text[:200]}')
        return text


def row():
    return {'title': f'{random.getrandbits(800):0200x}', 'rank': random.randrange(1_000_000)}


async def create(connection, ids, count=1):
    body = row() if count == 1 else [row() for _ in range(count)]
    made = json.loads(await connection.ask('POST', '', body))['data']
    ids.extend(each['id'] for each in (made if isinstance(made, list) else [made]))


async def churn(connection, ids, until, counts):
    while time.monotonic() < until:
        if random.random() < 0.5:
            await connection.ask('PATCH', f'/{ids[random.randrange(len(ids) // 2, len(ids))]}', row())
            counts['changed'] += 1
        else:
            await connection.ask('DELETE', f'/{ids.popleft()}')
            await create(connection, ids)
            counts['replaced'] += 1


async def medians(connection, ids):
    """Milliseconds of each kind of read, median of 300."""
    out = {}
    for name, path in READS.items():
        taken = []
        for _ in range(300):
            began = time.perf_counter()
            await connection.ask('GET', path(ids))
            taken.append((time.perf_counter() - began) * 1000)
        out[name] = statistics.median(taken)
    return out


def measure(node, program):
    text = subprocess.run([program, 'status', '--json', '--data', node.store],
                          check=True, capture_output=True).stdout
    status = json.loads(text)
    disk = sum(os.path.getsize(os.path.join(folder, name))
               for folder, _, names in os.walk(os.path.join(node.store, 'store')) for name in names)
    return {'live': status['store']['stored_bytes'], 'disk': disk,
            'feed': status['feed']['bytes'], 'limit': status['feed']['max_bytes'],
            'memory': status['resident_bytes']}


async def run(node, options):
    port = int(node.address.rsplit(':', 1)[1])
    connections = [await Connection().open(port) for _ in range(16)]
    ids = collections.deque()
    while len(ids) < options.rows:
        await create(connections[0], ids, min(1000, options.rows - len(ids)))
    reads = [await medians(connections[0], ids)]
    counts = collections.Counter()
    print(f'{"s":>5} {"changed":>9} {"replaced":>9} {"live MiB":>9} {"disk MiB":>9} {"feed MiB":>9} '
          f'{"memory MiB":>10}')
    seen = []
    began = time.monotonic()
    turns = max(2, round(options.minutes * 6))
    for turn in range(turns):
        until = time.monotonic() + 10
        await asyncio.gather(*(churn(each, ids, until, counts) for each in connections))
        seen.append(measure(node, options.noded))
        figures = ' '.join(f'{seen[-1][name] / 2**20:9.1f}' for name in ('live', 'disk', 'feed'))
        print(f'{time.monotonic() - began:5.0f} {counts["changed"]:9} {counts["replaced"]:9} {figures} '
              f'{seen[-1]["memory"] / 2**20:10.1f}', flush=True)
        if turn == turns // 2 - 1:
            reads.append(await medians(connections[0], ids))
    reads.append(await medians(connections[0], ids))
    return seen, reads


def judge(seen, reads):
    half = len(seen) // 2
    faults = []
    for name in ('live', 'disk', 'memory'):
        early, late = (max(each[name] for each in part) for part in (seen[:half], seen[half:]))
        if late > 2 * early:
            faults.append(f'{name}: {late / 2**20:.1f} MiB after {early / 2**20:.1f} MiB')
    if seen[-1]['feed'] > 1.5 * seen[-1]['limit']:
        faults.append(f'feed: {seen[-1]["feed"] / 2**20:.1f} MiB, more than it may have')
    for name in READS:
        print(f'{name:16} p50 ms: ' + ', '.join(f'{each[name]:.3f}' for each in reads))
        if reads[2][name] > 2 * reads[1][name]:
            faults.append(f'reading {name} became slower')
    return faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--noded', default='build/release/noded')
    parser.add_argument('--minutes', type=float, default=3)
    parser.add_argument('--rows', type=int, default=10_000)
    parser.add_argument('--feed', default='16MiB', help='feed.max_bytes')
    parser.add_argument('--set', action='append', default=[], help='further options, KEY=VALUE')
    options = parser.parse_args()
    options.noded = os.path.abspath(options.noded)
    with tempfile.TemporaryDirectory() as folder:
        app = os.path.join(folder, 'app.json')
        with open(app, 'w', encoding='utf-8') as file:
            json.dump(APP, file)
        node = Node(options.noded, folder, os.path.join(folder, 'data'), app,
                    [f'feed.max_bytes={options.feed}', 'http.access_log=false',
                     'http.requests_per_connection=1000000000', *options.set])
        node.start()
        try:
            faults = judge(*asyncio.run(run(node, options)))
        finally:
            node.stop()
        trims = node.said().count('"change feed trimmed"')
    print(f'the feed was trimmed {trims} times')
    for fault in faults:
        print(f'! {fault}')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
