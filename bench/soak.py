#!/usr/bin/env python3
"""A long mixed load on one node: does it stay as it was?

    bench/soak.py [--noded build/release/noded] [--minutes 20] [--clients 16]

Clients read, list, filter, create, patch and delete; one logs in again and again; connections are
closed and opened anew. Told each half minute: requests, errors, the 99th percentile, resident memory,
bytes on the disk. Ends with 1 on any answer that is not the expected one, or when resident memory of
the last quarter lies more than a tenth above that of the second.
"""
import argparse
import http.client
import multiprocessing
import os
import queue
import random
import re
import statistics
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'tests', 'crash'))
from node_process import Client, Node  # noqa: E402

EMAIL, PASSWORD = 'admin@example.com', 'administrator'
TASKS = '/api/data/entity/tasks'
ROWS = 20_000
PER_CONNECTION = 500


def step(client, own):
    """(status, expected status) of one request; `own` holds the ids that this client made."""
    dice = random.random()
    if dice < 0.5:
        return client.ask('GET', f'{TASKS}/{random.randint(1, ROWS)}')[0], 200
    if dice < 0.6:
        return client.ask('GET', f'{TASKS}?limit=20&offset={random.randint(0, 200)}')[0], 200
    if dice < 0.65:
        day = f'20{random.randint(10, 25)}-01-01'
        return client.ask('GET', f'{TASKS}?limit=20&sort=due&where=%7B%22due%22%3A%22{day}%22%7D')[0], 200
    if dice < 0.8:
        return client.ask('PATCH', f'{TASKS}/{random.randint(1, ROWS)}', {'done': dice < 0.7})[0], 200
    if dice < 0.9 or not own:
        status, made = client.ask('POST', TASKS, {'title': f'soak {dice}', 'due': '2026-01-01'})
        if status == 201:
            own.append(made['data']['id'])
        return status, 201
    return client.ask('DELETE', f'{TASKS}/{own.pop(random.randrange(len(own)))}')[0], 200


def load(address, token, until, figures):
    random.seed(os.getpid())
    own, client, asked = [], None, 0
    times, errors, told = [], [], time.monotonic()
    while not until.is_set():
        if client is None or asked % PER_CONNECTION == 0:
            client = Client(address, token)
        asked += 1
        began = time.perf_counter()
        try:
            status, expected = step(client, own)
            if status != expected:
                errors.append(f'{status} instead of {expected}')
        except (OSError, http.client.HTTPException) as fault:
            errors.append(repr(fault))
            client = None
        times.append(time.perf_counter() - began)
        if time.monotonic() - told > 5:
            figures.put((times, errors))
            times, errors, told = [], [], time.monotonic()
    figures.put((times, errors))


def log_in(address, until, figures):
    while not until.is_set():
        status, _ = Client(address).ask('POST', '/api/auth/password/login', {'email': EMAIL, 'password': PASSWORD})
        figures.put(([], [] if status == 200 else [f'login: {status}']))
        until.wait(2)


def resident_mib(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        return int(re.search(r'VmRSS:\s+(\d+)', file.read()).group(1)) / 1024


def disk_mib(folder):
    sizes = []
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                sizes.append(os.path.getsize(os.path.join(path, name)))
            except FileNotFoundError:  # compacted away meanwhile
                continue
    return sum(sizes) / 2**20


def drain(figures):
    times, errors = [], []
    while True:
        try:
            some, faults = figures.get(timeout=0.5)
        except queue.Empty:
            return times, errors
        times += some
        errors += faults


def watch(node, store, minutes, figures):
    """Every half minute a line. (resident memory at each, errors)."""
    residents, errors = [], []
    print('| minute | requests/s | p99 ms | errors | resident MiB | disk MiB |\n|---|---|---|---|---|---|', flush=True)
    for half in range(1, int(minutes * 2) + 1):
        time.sleep(30)
        times, faults = drain(figures)
        errors += faults
        times.sort()
        p99_ms = times[int(len(times) * 0.99)] * 1000 if times else 0
        residents.append(resident_mib(node.process.pid))
        print(f'| {half / 2:g} | {len(times) / 30:.0f} | {p99_ms:.1f} | {len(faults)} | {residents[-1]:.1f} | '
              f'{disk_mib(store):.1f} |', flush=True)
    return residents, errors


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--noded', default='build/release/noded')
    parser.add_argument('--minutes', type=float, default=20)
    parser.add_argument('--clients', type=int, default=16)
    parser.add_argument('--set', action='append', default=[], help='an option of the node, as of noded run')
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        store = os.path.join(work, 'store')
        app = os.path.join(HERE, '..', 'config', 'examples', 'tasks.json')
        node = Node(os.path.abspath(arguments.noded), work, store, app, arguments.set)
        node.start()
        node.create_administrator(EMAIL, PASSWORD)
        token = node.login(EMAIL, PASSWORD)
        client = Client(node.address, token)
        for begin in range(0, ROWS, 1000):
            status, _ = client.ask('POST', TASKS, [
                {'title': f'task {n}', 'due': f'20{10 + n % 16}-01-01'} for n in range(begin, begin + 1000)])
            assert status == 201
        until, figures = multiprocessing.Event(), multiprocessing.Queue()
        processes = [multiprocessing.Process(target=load, args=(node.address, token, until, figures))
                     for _ in range(arguments.clients)]
        processes.append(multiprocessing.Process(target=log_in, args=(node.address, until, figures)))
        for process in processes:
            process.start()
        residents, errors = watch(node, store, arguments.minutes, figures)
        until.set()
        errors += drain(figures)[1]
        for process in processes:
            process.join(10)
        code = node.stop()
    quarter = max(1, len(residents) // 4)
    before, after = statistics.mean(residents[quarter:2 * quarter]), statistics.mean(residents[-quarter:])
    print(f'resident memory: {before:.1f} MiB in the second quarter, {after:.1f} in the last; '
          f'{len(errors)} errors; exit code {code}')
    for text in sorted(set(errors))[:10]:
        print(' ', text)
    return 1 if errors or code != 0 or after > before * 1.1 else 0


if __name__ == '__main__':
    sys.exit(main())
