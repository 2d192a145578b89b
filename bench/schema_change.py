#!/usr/bin/env python3
"""How fast indices are filled, and what readers and writers notice of it.

    bench/schema_change.py [--noded build/release/noded] [--rows 1000000] [--seconds 5]

One reader of single records and one writer of single fields, each at a steady pace on a connection of
its own, first alone, then while `noded schema apply` fills an index, and two at once, over all rows.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'tests', 'crash'))
from node_process import Client, Node  # noqa: E402

EMAIL, PASSWORD = 'admin@example.com', 'administrator'
FIELDS = {'text': {'type': 'text'}, 'n': {'type': 'number'}, 'm': {'type': 'number'}}
STEPS = [('one index', {'by_n': ['n']}),
         ('two more, one unique', {'by_n': ['n'], 'by_m_n': ['m', 'n'], 'one_text': ['text']})]


def application(folder, indices):
    path = os.path.join(folder, f'app{len(indices)}.json')
    entries = {name: {'entity': 'notes', 'fields': fields, 'unique': name.startswith('one_')}
               for name, fields in indices.items()}
    with open(path, 'w', encoding='utf-8') as file:
        json.dump({'data': {'entities': {'notes': {'fields': FIELDS}}, 'indices': entries},
                   'auth': {'enabled': True, 'guard': {'enabled': True},
                            'roles': {'admin': {'implicit_allow': True}}}}, file)
    return path


class Asker(threading.Thread):
    """Asks at a steady pace until it is told to stop; a request that comes late counts from its turn."""

    def __init__(self, address, token, rows, writes, per_second, until):
        super().__init__(daemon=True)
        self.client = Client(address, token)
        self.rows, self.writes, self.pause, self.until = rows, writes, 1 / per_second, until
        self.seconds = []
        self.refused = 0

    def run(self):
        turn = time.perf_counter()
        while not self.until.is_set():
            target = f'/api/data/entity/notes/{random.randint(1, self.rows)}'
            if self.writes:
                status, _ = self.client.ask('PATCH', target, {'m': random.randint(0, 9)})
            else:
                status, _ = self.client.ask('GET', target)
            self.refused += status != 200
            self.seconds.append(time.perf_counter() - turn)
            turn = max(turn + self.pause, time.perf_counter() - 1)
            time.sleep(max(0, turn - time.perf_counter()))

    def share(self, of):
        return sorted(self.seconds)[int(len(self.seconds) * of)] * 1000


def watched(node, token, rows, work):
    """Seconds of `work`, and the two askers beside it."""
    until = threading.Event()
    askers = [Asker(node.address, token, rows, writes, pace, until)
              for writes, pace in ((False, 200), (True, 100))]
    for asker in askers:
        asker.start()
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    until.set()
    for asker in askers:
        asker.join()
    return seconds, askers


def report(name, rows, seconds, askers):
    rate = f'{rows / seconds:8.0f}' if rows else '       –'
    read, write = askers
    print(f'| {name:<22} | {seconds:6.1f} | {rate} | {read.share(0.5):5.2f} | {read.share(0.99):6.2f} '
          f'| {write.share(0.5):5.2f} | {write.share(0.99):6.2f} | {read.refused + write.refused} |',
          flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--noded', default='build/release/noded')
    parser.add_argument('--rows', type=int, default=1_000_000)
    parser.add_argument('--seconds', type=float, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        node = Node(options.noded, folder, os.path.join(folder, 'store'), application(folder, {}))
        node.start()
        node.stop()
        node.create_administrator(EMAIL, PASSWORD)
        node.start()
        try:
            token = node.login(EMAIL, PASSWORD)
            client = Client(node.address, token)
            for first in range(0, options.rows, 1000):
                status, body = client.ask('POST', '/api/data/entity/notes', [
                    {'text': f'text {i}', 'n': i * 7919 % options.rows, 'm': i % 10}
                    for i in range(first, min(first + 1000, options.rows))])
                assert status == 201, (status, body)
            print('| while                  | s      | rows/s   | read p50 ms | p99 | write p50 ms | p99 | not 200 |')
            print('|---|---|---|---|---|---|---|---|')
            seconds, askers = watched(node, token, options.rows,
                                      lambda: time.sleep(options.seconds))
            report('idle', 0, seconds, askers)
            for name, indices in STEPS:
                file = application(folder, indices)
                seconds, askers = watched(node, token, options.rows, lambda: subprocess.run(
                    [options.noded, 'schema', 'apply', '--app', file, '--data', node.store],
                    check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
                report(name, options.rows, seconds, askers)
        finally:
            node.kill()


if __name__ == '__main__':
    main()
