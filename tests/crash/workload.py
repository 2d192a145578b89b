"""Clients that write and read while a fault happens, and what each of them was told.

Each client owns the rows that it made and writes down, in a file of its own, every write before it
is sent and every 2xx after it came.
"""
import http.client
import json
import random
import threading

from node_process import Client


class Journal:
    """What one client knows of its rows, and the same on disk for whoever reads a failure."""

    def __init__(self, path):
        self.file = open(path, 'a', encoding='utf-8', buffering=1)
        self.rows = {}          # id → fields as acknowledged; None: acknowledged as deleted
        self.history = []       # (id, fields) of each of these, since the last comparison
        self.before = {}        # rows as of the last comparison
        self.pending = None     # (kind, id or None, fields) sent without an answer yet

    def sent(self, kind, row, fields):
        self.pending = (kind, row, fields)
        self.file.write(f'sent {kind} {row} {json.dumps(fields)}\n')

    def acknowledged(self, row, fields):
        self.rows[row] = fields
        self.history.append((row, fields))
        self.pending = None
        self.file.write(f'done {row} {json.dumps(fields)}\n')

    def refused(self, status):
        self.pending = None
        self.file.write(f'refused {status}\n')

    def live(self):
        return [row for row, fields in self.rows.items() if fields is not None]


# A write that was refused for these reasons was not done; after another 503 nobody knows.
CLEAN_REFUSALS = ('full', 'busy', 'damaged')


class Writer(threading.Thread):
    """Creates, updates and deletes posts of its own until it is stopped or the node is gone."""

    def __init__(self, number, address, token, journal, authors, seed, texts, stopping,
                 bears_damage):
        super().__init__(daemon=True, name=f'writer {number}')
        self.number, self.journal, self.authors, self.texts = number, journal, authors, texts
        self.client = Client(address, token)
        self.random = random.Random(seed)
        self.stopping, self.bears_damage = stopping, bears_damage
        self.acknowledged = 0
        self.refusals = {}
        self.problem = None

    def run(self):
        try:
            while not self.stopping.is_set() and not self.journal.pending:
                self.write_once()
        except (OSError, http.client.HTTPException):
            pass  # the node is gone
        except Exception as problem:  # reported by the main thread
            self.problem = problem
        self.client.close()

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
                'title': 'x' * self.random.randrange(2, self.texts),
                'authors_id': self.random.choice(self.authors + [None])}

    def send(self, kind, row, method, path, fields, good):
        self.journal.sent(kind, row, fields)
        status, body = self.client.ask(method, path, fields)
        if self.stopping.is_set():
            return None  # this answer may have come from behind a power cut
        if status == good:
            self.acknowledged += 1
            return body
        if status == 503:
            return self.note_refusal(body['error'])
        if status == 500 and self.bears_damage:
            return self.note_refusal('a damaged block')
        self.journal.refused(status)
        if status != 409:
            raise AssertionError(f'{method} {path}: {status} {body}')
        return None

    def note_refusal(self, reason):
        self.refusals[reason] = self.refusals.get(reason, 0) + 1
        if any(word in reason for word in CLEAN_REFUSALS):
            self.journal.refused(503)
            self.stopping.wait(0.01)

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


class Reader(threading.Thread):
    """Reads what does not change and counts the answers; anything but the right one is a problem."""

    def __init__(self, address, token, authors, stopping):
        super().__init__(daemon=True, name='reader')
        self.client, self.authors, self.stopping = Client(address, token), authors, stopping
        self.answered = 0
        self.problem = None

    def run(self):
        try:
            while not self.stopping.is_set():
                author = self.authors[self.answered % len(self.authors)]
                status, body = self.client.ask('GET', f'/api/data/entity/authors/{author}')
                if status != 200 or body['data']['id'] != author:
                    raise AssertionError(f'author {author}: {status} {body}')
                self.answered += 1
                self.stopping.wait(0.005)
        except (OSError, http.client.HTTPException):
            pass  # the node is gone
        except Exception as problem:
            self.problem = problem
        self.client.close()
