#!/usr/bin/env python3
"""Kills the node with SIGKILL at random points of schema changes and looks whether they go on.

    tests/crash/schema_change.py --noded build/release/noded [--rounds 20] [--rows 40000] [--seed 1]

A round begins a change that fills three indices, one of them unique, kills the node again and again
while two writers change rows, and starts it until the change is in force. Then the indices are
taken away, by a change that is killed once as well. Every round ends with noded doctor.
Exit code 0 when the doctor found nothing and no acknowledged write is missing.
"""
import argparse
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time

from node_process import Client, Node

EMAIL, PASSWORD = 'admin@example.com', 'administrator'
FIELDS = {'text': {'type': 'text'}, 'n': {'type': 'number'}, 'm': {'type': 'number'}}
INDICES = {
    'one_text': {'entity': 'notes', 'fields': ['text'], 'unique': True},
    'by_n': {'entity': 'notes', 'fields': ['n']},
    'by_m_n': {'entity': 'notes', 'fields': ['m', 'n']},
}
AUTH = {'enabled': True, 'guard': {'enabled': True}, 'roles': {'admin': {'implicit_allow': True}}}


def application(folder, name, indices):
    path = os.path.join(folder, name)
    with open(path, 'w', encoding='utf-8') as file:
        json.dump({'data': {'entities': {'notes': {'fields': FIELDS}}, 'indices': indices},
                   'auth': AUTH}, file)
    return path


class Writer(threading.Thread):
    """Renumbers rows of its own half until the node is gone; keeps what was acknowledged."""

    def __init__(self, number, address, token, rows, known):
        super().__init__(daemon=True)
        self.number, self.rows, self.known = number, rows, known
        self.client = Client(address, token)
        self.problem = None

    def run(self):
        try:
            while True:
                row = 1 + 2 * random.randrange(self.rows // 2) + self.number
                value = random.randrange(1_000_000)
                self.known.pop(row, None)  # not known until it is answered
                status, body = self.client.ask('PATCH', f'/api/data/entity/notes/{row}', {'n': value})
                if status != 200:
                    self.problem = f'{status} {body}'
                    return
                self.known[row] = value
        except (OSError, http.client.HTTPException):
            pass  # the node is gone


class Trial:
    def __init__(self, options, folder):
        self.options = options
        self.plain = application(folder, 'plain.json', {})
        self.indexed = application(folder, 'indexed.json', INDICES)
        self.node = Node(options.noded, folder, os.path.join(folder, 'store'), self.plain)
        self.token = None
        self.known = [{}, {}]
        self.kills = 0

    def fill(self):
        self.node.start()
        self.node.stop()
        self.node.create_administrator(EMAIL, PASSWORD)
        self.node.start()
        self.token = self.node.login(EMAIL, PASSWORD)
        client = Client(self.node.address, self.token)
        for first in range(0, self.options.rows, 1000):
            rows = [{'text': f'text {i}', 'n': i, 'm': i % 10} for i in range(first, first + 1000)]
            status, body = client.ask('POST', '/api/data/entity/notes', rows)
            assert status == 201, (status, body)

    def command(self, *words):
        return subprocess.run(
            [self.options.noded, *words, '--data', self.node.store], check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def begin(self, file):
        """Leaves `noded schema apply` running beside the node."""
        return subprocess.Popen(
            [self.options.noded, 'schema', 'apply', '--app', file, '--data', self.node.store],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def status(self):
        return json.loads(self.command('schema', 'status', '--json').stdout)

    def writers(self):
        threads = [Writer(i, self.node.address, self.token, self.options.rows, self.known[i])
                   for i in (0, 1)]
        for thread in threads:
            thread.start()
        return threads

    def kill(self, threads, starter=None):
        self.node.kill()
        if starter is not None:  # it may be about to run the node itself
            starter.kill()
            starter.communicate()
        self.kills += 1
        for thread in threads:
            thread.join()
            assert thread.problem is None, thread.problem
        self.node.start()

    def change(self, file, done, most_kills):
        """Kills the node at random until the configuration is the one of the file."""
        starter = None
        kills = 0
        threads = self.writers()
        while True:
            if not self.status()['running'] and not done():
                starter = self.begin(file)
            elif done() and not self.status()['running']:
                break
            if kills < most_kills:
                time.sleep(random.uniform(0.0, self.options.pause))
                self.kill(threads, starter)
                threads = self.writers()
                starter = None
                kills += 1
            else:
                if starter is not None:  # nobody kills the node meanwhile
                    said = starter.communicate()[1]
                    assert starter.returncode == 0, said
                    starter = None
                while self.status()['running'] or not done():
                    time.sleep(0.05)
        self.kill(threads)

    def indices(self):
        status, body = Client(self.node.address, self.token).ask('GET', '/api/system/config/data')
        assert status == 200, (status, body)
        return set(body['config']['indices'])

    def compare(self):
        client = Client(self.node.address, self.token)
        for known in self.known:
            for row, value in list(known.items())[:200]:
                status, body = client.ask('GET', f'/api/data/entity/notes/{row}')
                assert status == 200 and body['data']['n'] == value, (row, value, body)
        doctor = self.command('doctor')
        assert doctor.returncode == 0, doctor.stdout

    def round(self):
        self.change(self.indexed, lambda: self.indices() >= set(INDICES), random.randint(1, 4))
        self.compare()
        self.change(self.plain, lambda: not self.indices() & set(INDICES), 1)
        self.compare()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--noded', required=True)
    parser.add_argument('--rounds', type=int, default=20)
    parser.add_argument('--rows', type=int, default=40_000)
    parser.add_argument('--pause', type=float, default=0.8, help='most seconds before a kill')
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    random.seed(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(options, folder)
        try:
            trial.fill()
            for number in range(options.rounds):
                trial.round()
                print(f'round {number + 1}: in order, {trial.kills} kills so far', flush=True)
        finally:
            if trial.node.runs():
                trial.node.kill()
    print(f'{options.rounds} rounds, {trial.kills} kills, nothing lost, doctor found nothing')
    return 0


if __name__ == '__main__':
    sys.exit(main())
