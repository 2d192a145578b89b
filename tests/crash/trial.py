"""One node with one store, its clients and what they know: what a fault is tried on."""
import os
import random
import shutil
import tempfile
import threading
import time

from comparison import check, read_posts, rewind
from node_process import Client, Node
from workload import Journal, Reader, Writer

EMAIL, PASSWORD = 'admin@example.com', 'administrator'
APP = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'app.json')


class Trial:
    """Sums up over its rounds; `problems` are those of the round under way."""

    def __init__(self, program, clients, seed, disk=None, settings=(), texts=100):
        self.chooser = random.Random(seed)
        self.notes = tempfile.mkdtemp(prefix='noded-fault-')
        self.disk = disk
        store = os.path.join(disk.path if disk else self.notes, 'store')
        self.node = Node(os.path.abspath(program), self.notes, store, APP, settings)
        self.journals = [Journal(os.path.join(self.notes, f'client-{number}'))
                         for number in range(clients)]
        self.texts = texts  # longest title
        self.acknowledged = self.refused = self.reads = 0
        self.problems = []
        self.token, self.authors = None, []

    def begin(self):
        self.node.start()
        self.node.create_administrator(EMAIL, PASSWORD)
        self.log_in()
        client = self.client()
        self.authors = [client.ask('POST', '/api/data/entity/authors', {'name': f'a{number}'})
                        [1]['data']['id'] for number in range(5)]
        client.close()

    def log_in(self):
        self.token = self.node.login(EMAIL, PASSWORD)

    def client(self, timeout_s=60):
        return Client(self.node.address, self.token, timeout_s)

    def expect(self, is_so, text):
        if not is_so:
            self.problems.append(text)
        return is_so

    def load(self, readers=0, bears_damage=False):
        """`bears_damage`: a write that meets a damaged block is a refusal, no problem."""
        return Load(self, readers, bears_damage)

    def compare(self):
        """Every row, count, index and relation against the journals; returns how many rows."""
        rows, problems = check(self.client(), self.journals, self.chooser)
        self.problems += problems
        return rows

    def rewind(self):
        """For a store that lost its end: what is left has to be an earlier state; writes given up."""
        rows, dropped = read_posts(self.client()), 0
        for number, journal in enumerate(self.journals):
            count = rewind(journal, rows, f'c{number}-')
            if self.expect(count is not None, f'client {number}: the rows are no earlier state'):
                dropped += count
        return dropped

    def ask(self, method, path, body=None, timeout_s=60):
        """One request on a connection of its own."""
        client = self.client(timeout_s)
        try:
            return client.ask(method, path, body)
        finally:
            client.close()

    def wait_for(self, condition, text, limit_s=60):
        """Polls `condition` until it holds; a problem named `text` when it does not."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if condition():
                return True
            time.sleep(0.02)
        return self.expect(False, f'{text}: not within {limit_s} s')

    def end(self, keep):
        if self.node.process and self.node.runs():
            self.node.kill()
        if self.disk and not keep:
            self.disk.destroy()
        if not keep:
            shutil.rmtree(self.notes)


class Load:
    """Writers and readers of one round. `with` starts them; leaving it stops and counts them."""

    def __init__(self, trial, readers, bears_damage):
        self.trial = trial
        self.stopping = threading.Event()
        node, chooser = trial.node, trial.chooser
        self.writers = [Writer(number, node.address, trial.token, journal, trial.authors,
                               chooser.getrandbits(64), trial.texts, self.stopping,
                               bears_damage)
                        for number, journal in enumerate(trial.journals)]
        self.readers = [Reader(node.address, trial.token, trial.authors, self.stopping)
                        for _ in range(readers)]

    def __enter__(self):
        for thread in self.writers + self.readers:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.writers + self.readers:
            thread.join(timeout=120)
        trial = self.trial
        for thread in self.writers + self.readers:
            trial.expect(not thread.is_alive(), f'{thread.name} hangs')
            if thread.problem:
                trial.problems.append(f'{thread.name}: {thread.problem}')
        trial.acknowledged += self.acknowledged()
        trial.refused += sum(self.refusals().values())
        trial.reads += self.reads()

    def acknowledged(self):
        return sum(writer.acknowledged for writer in self.writers)

    def reads(self):
        return sum(reader.answered for reader in self.readers)

    def refusals(self):
        """Reason of a 503 → how often it was given."""
        reasons = {}
        for writer in self.writers:
            for reason, count in list(writer.refusals.items()):
                reasons[reason] = reasons.get(reason, 0) + count
        return reasons

    def wait_for(self, condition, text, limit_s=60):
        """As Trial.wait_for(); a client that met a problem ends the wait."""
        def is_over():
            return condition() or any(thread.problem for thread in self.writers + self.readers)

        return self.trial.wait_for(is_over, text, limit_s)

    def run_for(self, seconds):
        time.sleep(seconds)
