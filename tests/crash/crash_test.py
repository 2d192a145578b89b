#!/usr/bin/env python3
"""Kills a node with SIGKILL under concurrent writers, starts it again and compares.

Each client owns the rows that it made and writes down, in a file of its own, every write before it
is sent and every 2xx after it came. After the restart each acknowledged write has to be there; a
write without an answer may be there or not; nothing else may. Then counts, the unique index, the
ordinary index and both directions of a relation have to tell the same as the rows.

    crash_test.py --noded build/release/noded [--rounds 10] [--clients 8] [--seed N] [--keep]
"""
import argparse
import http.client
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time

from node_process import Client, Node

EMAIL, PASSWORD = 'admin@example.com', 'administrator'
HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = 500


class Journal:
    """What one client knows of its rows, and the same on disk for whoever reads a failure."""

    def __init__(self, path):
        self.file = open(path, 'a', encoding='utf-8', buffering=1)
        self.rows = {}          # id → fields as acknowledged; None: acknowledged as deleted
        self.pending = None     # (kind, id or None, fields) sent without an answer yet

    def sent(self, kind, row, fields):
        self.pending = (kind, row, fields)
        self.file.write(f'sent {kind} {row} {json.dumps(fields)}\n')

    def acknowledged(self, row, fields):
        self.rows[row] = fields
        self.pending = None
        self.file.write(f'done {row} {json.dumps(fields)}\n')

    def refused(self, status):
        self.pending = None
        self.file.write(f'refused {status}\n')

    def live(self):
        return [row for row, fields in self.rows.items() if fields is not None]


class Writer(threading.Thread):
    """Creates, updates and deletes posts of its own until the node is gone."""

    def __init__(self, number, address, token, journal, authors, seed):
        super().__init__(daemon=True)
        self.number, self.journal, self.authors = number, journal, authors
        self.client = Client(address, token)
        self.random = random.Random(seed)
        self.acknowledged = 0
        self.problem = None

    def run(self):
        try:
            while True:
                self.write_once()
        except (OSError, http.client.HTTPException):
            pass  # the node was killed
        except Exception as problem:  # reported by the main thread
            self.problem = problem

    def write_once(self):
        live = self.journal.live()
        choice = self.random.random()
        if not live or choice < 0.5:
            self.create()
        elif choice < 0.85:
            self.update(self.random.choice(live))
        else:
            self.delete(self.random.choice(live))

    def fields(self):
        return {'slug': f'c{self.number}-{self.random.getrandbits(64):x}',
                'views': self.random.randrange(100),
                'title': 'x' * self.random.randrange(2, 100),
                'authors_id': self.random.choice(self.authors + [None])}

    def send(self, kind, row, method, path, fields, good):
        self.journal.sent(kind, row, fields)
        status, body = self.client.ask(method, path, fields)
        if status == good:
            self.acknowledged += 1
            return body
        self.journal.refused(status)
        if status not in (409, 503):
            raise AssertionError(f'{method} {path}: {status} {body}')
        return None

    def create(self):
        fields = self.fields()
        body = self.send('create', None, 'POST', '/api/data/entity/posts', fields, 201)
        if body:
            self.journal.acknowledged(body['data']['id'], fields)

    def update(self, row):
        fields = self.fields()
        # One in four tries to take another row's slug, which must be refused.
        taken = None
        if self.random.random() < 0.25:
            others = [other for other in self.journal.live() if other != row]
            taken = self.journal.rows[self.random.choice(others)]['slug'] if others else None
        if taken:
            fields['slug'] = taken
        body = self.send('update', row, 'PATCH', f'/api/data/entity/posts/{row}', fields, 200)
        if body and taken:
            raise AssertionError(f'slug {taken} was given twice')
        if body:
            self.journal.acknowledged(row, fields)

    def delete(self, row):
        if self.send('delete', row, 'DELETE', f'/api/data/entity/posts/{row}', None, 200):
            self.journal.acknowledged(row, None)


def read_all(client, path):
    """All rows of a listing, and the meta of its first page."""
    rows, meta, joint = [], None, '&' if '?' in path else '?'
    while True:
        status, body = client.ask('GET', f'{path}{joint}limit={PAGE}&offset={len(rows)}&sort=id')
        assert status == 200, (status, body)
        meta = meta or body['meta']
        rows += body['data']
        if len(body['data']) < PAGE:
            return rows, meta


def where(condition):
    return 'where=' + ''.join(f'%{byte:02x}' for byte in json.dumps(condition).encode())


def same(row, fields):
    return all(row[name] == value for name, value in fields.items())


def check_journal(journal, rows, problems):
    """Compares the rows with what one client was told; settles the write that had no answer."""
    kind, pending_row, pending_fields = journal.pending or (None, None, None)
    for row, fields in list(journal.rows.items()):
        found = rows.get(row)
        open_write = row == pending_row
        if found is None:
            if fields is not None and not (open_write and kind == 'delete'):
                problems.append(f'row {row} was acknowledged and is lost: {fields}')
            journal.rows[row] = None
        elif fields is None:
            problems.append(f'row {row} was deleted and is back: {found}')
        elif open_write and kind == 'update' and same(found, pending_fields):
            journal.rows[row] = pending_fields
        elif not same(found, fields):
            problems.append(f'row {row} is {found}, acknowledged was {fields}')
    if kind == 'create':
        for row, found in rows.items():
            if found['slug'] == pending_fields['slug']:
                journal.rows[row] = pending_fields
    journal.pending = None


def check_indices(client, rows, problems, chooser):
    """Index, unique index and relation against the rows themselves."""
    slugs = [row['slug'] for row in rows.values()]
    if len(slugs) != len(set(slugs)):
        problems.append('two rows hold the same slug')
    for row in chooser.sample(list(rows.values()), min(50, len(rows))):
        found, _ = read_all(client, '/api/data/entity/posts?' + where({'slug': row['slug']}))
        if [entry['id'] for entry in found] != [row['id']]:
            problems.append(f'slug {row["slug"]} leads to {[entry["id"] for entry in found]}')
    for views in chooser.sample(range(100), 10):
        found, meta = read_all(client, '/api/data/entity/posts?' + where({'views': views}))
        expected = sorted(row['id'] for row in rows.values() if row['views'] == views)
        if [entry['id'] for entry in found] != expected or meta['count'] != len(expected):
            problems.append(f'the index of views {views} gives other rows than the table')
    authors, _ = read_all(client, '/api/data/entity/authors')
    for author in authors:
        found, _ = read_all(client, f'/api/data/entity/authors/{author["id"]}/posts')
        expected = sorted(row['id'] for row in rows.values() if row['authors_id'] == author['id'])
        if [entry['id'] for entry in found] != expected:
            problems.append(f'the posts of author {author["id"]} are not those that name it')


def check(node, token, journals, chooser):
    client = Client(node.address, token)
    listed, meta = read_all(client, '/api/data/entity/posts')
    rows = {row['id']: row for row in listed}
    problems = []
    if meta['total'] != len(listed) or meta['count'] != len(listed):
        problems.append(f'counted {meta}, listed {len(listed)}')
    for journal in journals:
        check_journal(journal, rows, problems)
    known = {row for journal in journals for row in journal.live()}
    if set(rows) - known:
        problems.append(f'rows that nobody wrote: {sorted(set(rows) - known)[:10]}')
    check_indices(client, rows, problems, chooser)
    client.close()
    return len(listed), problems


def run_round(node, token, journals, authors, chooser):
    writers = [Writer(number, node.address, token, journal, authors, chooser.getrandbits(64))
               for number, journal in enumerate(journals)]
    for writer in writers:
        writer.start()
    time.sleep(chooser.uniform(0.05, 1.5))
    node.kill()
    for writer in writers:
        writer.join(timeout=60)
    problems = [f'client {writer.number}: {writer.problem}' for writer in writers if writer.problem]
    return sum(writer.acknowledged for writer in writers), problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--noded', required=True)
    parser.add_argument('--rounds', type=int, default=10)
    parser.add_argument('--clients', type=int, default=8)
    parser.add_argument('--seed', type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument('--keep', action='store_true', help='leave store and journals behind')
    options = parser.parse_args()
    print(f'seed {options.seed}', flush=True)

    chooser = random.Random(options.seed)
    folder = tempfile.mkdtemp(prefix='noded-crash-')
    node = Node(os.path.abspath(options.noded), folder, os.path.join(HERE, 'app.json'))
    journals = [Journal(os.path.join(folder, f'client-{number}')) for number in range(options.clients)]
    failed = acknowledged = 0
    node.start()
    try:
        node.create_administrator(EMAIL, PASSWORD)
        token = node.login(EMAIL, PASSWORD)
        setup = Client(node.address, token)
        authors = [setup.ask('POST', '/api/data/entity/authors', {'name': f'a{number}'})[1]['data']['id']
                   for number in range(5)]
        for number in range(options.rounds):
            done, problems = run_round(node, token, journals, authors, chooser)
            restart_s = node.start()
            rows, found = check(node, token, journals, chooser)
            problems += found
            acknowledged += done
            print(f'round {number + 1}: {done} writes acknowledged, {rows} rows, '
                  f'restarted in {restart_s:.2f} s, {len(problems)} problems', flush=True)
            for problem in problems[:20]:
                print(f'    {problem}')
            failed += len(problems)
            if failed:
                break
        if node.stop() != 0:
            print('the node did not stop cleanly')
            failed += 1
    finally:
        if node.process.poll() is None:
            node.kill()
    if failed or options.keep:
        print(f'store, log and journals are in {folder}')
    else:
        shutil.rmtree(folder)
    print(f'{acknowledged} acknowledged writes over {options.rounds} kills: '
          + ('FAILED' if failed or not acknowledged else 'all there'))
    return 1 if failed or not acknowledged else 0


if __name__ == '__main__':
    sys.exit(main())
