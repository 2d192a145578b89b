#!/usr/bin/env python3
"""What a login storm and a crowd of idle connections do to a node and to everybody else on it.

    bench/overload.py [--noded build/release/noded] [--storm 1000] [--storms 1] [--idle 19000]
                      [--within 0] [--seconds 2] [--nginx nginx]

Storm: readers of one record and of /livez at a steady pace, first alone, then while that many logins
come at once and until the last of them is done and gone; the 99th percentile of the one stands beside
that of the other, of each storm and of all storms together. An answer's time ends where the kernel has
it for the client (SO_TIMESTAMPNS), however late this program reads it. More logins come one by one all
the while: how long their refusals take is the node's own, without the crowd before them.
With --within, the crowd's logins leave spread over that many milliseconds instead of all in one
instant: what a link lets through that the crowd shares.
With --nginx, before each storm: the same crowd, beside the same readers, against its `return 503`; and
with each storm of the node, every other read goes to an nginx that the crowd leaves alone. What the
machine allows a server in the crowd's way, and one beside it.
Idle: memory of the node for each keep-alive connection that has had one answer.
"""
import argparse
import asyncio
import contextlib
import gc
import json
import multiprocessing
import os
import re
import resource
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'tests', 'crash'))
from node_process import Client, Node  # noqa: E402

EMAIL, PASSWORD = 'admin@example.com', 'administrator'
PER_SOURCE = 9000  # ports of one source address
READ_PACE = 0.0005  # seconds between two reads
CROWD_PACE = 0.0005  # seconds between two handfuls of a crowd that is spread
SO_TIMESTAMPNS = 35  # socket(7); Python has no name for it


def request(method, path, body=b'', token=None):
    head = f'{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n'
    if body:
        head += 'Content-Type: application/json\r\n'
    if token:
        head += f'Authorization: Bearer {token}\r\n'
    return head.encode() + b'\r\n' + body


async def ask(streams, raw):
    """(status, seconds) of one request on its connection."""
    reader, writer = streams
    began = time.perf_counter()
    writer.write(raw)
    head = await reader.readuntil(b'\r\n\r\n')
    length = re.search(rb'(?i)content-length: *(\d+)', head)
    await reader.readexactly(int(length.group(1)))
    return int(head[9:12]), time.perf_counter() - began


class Caller:
    """One connection that asks the same again, at most once at a time. A turn that finds it waiting
    counts as a request of that turn: who would have asked then would have waited as long."""

    def __init__(self, port, raw):
        self.raw, self.turns, self.answers = raw, [], []
        self.connection = connect(port)
        while not is_stamped(self.ask()):
            pass
        self.connection.setblocking(False)

    def ask(self):
        self.connection.send(self.raw)
        return self.connection.recvmsg(65536, 1024)[1]

    def turn(self):
        self.take()
        self.turns.append(time.time())
        if len(self.turns) == 1:
            self.connection.send(self.raw)

    def finish(self):
        """Waits for the last answer, so that the slowest is not the one that is not counted."""
        self.connection.setblocking(True)
        if self.turns:
            self.take()

    def take(self):
        try:
            head, ancillary, _, _ = self.connection.recvmsg(65536, 1024)
        except BlockingIOError:
            return
        at = arrival(ancillary)
        self.answers += [(int(head[9:12]), at - began) for began in self.turns if began < at]
        self.turns = []


def watch(addresses, begun, until, out):
    """Reads from each of [(port, request)], and /livez from the first. A process of its own and ahead
    of all others, so that neither the crowd's turns nor the wait for a processor behind the crowd and
    the hashes are measured with the answers. It takes root."""
    gc.disable()
    gc.freeze()
    if os.geteuid() == 0:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    crews = [[Caller(port, read) for _ in range(8)] for port, read in addresses]
    readers = [reader for crew in zip(*crews) for reader in crew]
    alive = Caller(addresses[0][0], request('GET', '/livez'))
    begun.set()
    start, number = time.monotonic(), 0
    while not until.is_set():
        readers[number % len(readers)].turn()
        if number % 40 == 0:
            alive.turn()
        number += 1
        time.sleep(max(0, start + number * READ_PACE - time.monotonic()))
    for caller in (*readers, alive):
        caller.finish()
    out.put(([[answer for reader in crew for answer in reader.answers] for crew in crews],
             alive.answers))


async def ask_once(port, raw, answers):
    streams = await asyncio.open_connection('127.0.0.1', port)
    answers.append(await ask(streams, raw))
    streams[1].close()


def connect(port):
    connection = socket.create_connection(('127.0.0.1', port))
    connection.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    return connection


def is_stamped(ancillary):
    """The kernel begins to stamp a little after it was asked to."""
    return any(kind == SO_TIMESTAMPNS for _, kind, _ in ancillary)


def arrival(ancillary):
    """Seconds since 1970 at which the kernel had what recvmsg(2) gave."""
    stamp = next(data for _, kind, data in ancillary if kind == SO_TIMESTAMPNS)
    seconds, nanoseconds = struct.unpack('qq', stamp[:16])
    return seconds + nanoseconds / 1e9


def storm(port, login, crowd, within):
    """[(status, seconds)] of that many logins on connections that are open, sent in one turn or, as
    far as the sender keeps up, evenly within that many seconds."""
    waiting, poll = {}, select.poll()
    for _ in range(crowd):
        connection = connect(port)
        waiting[connection.fileno()] = connection
    time.sleep(0.05)  # until all are accepted
    sent, answers, done = {}, [], []
    begun = time.time()
    for index, (number, connection) in enumerate(waiting.items()):
        if begun + index / crowd * within > time.time():
            time.sleep(CROWD_PACE)
        sent[number] = time.time()
        connection.send(login)
    for number in waiting:
        poll.register(number, select.POLLIN)
    while waiting:
        for number, _ in poll.poll():
            head, ancillary, _, _ = waiting[number].recvmsg(65536, 1024)
            answers.append((int(head[9:12]), arrival(ancillary) - sent[number]))
            poll.unregister(number)
            done.append(waiting.pop(number))  # closing them now would burden both sides
    for connection in done:
        connection.close()
    return answers


@contextlib.contextmanager
def running_nginx(nginx):
    """The port of an nginx that answers everything by 503."""
    with tempfile.TemporaryDirectory() as folder:
        with socket.create_server(('127.0.0.1', 0)) as free:
            port = free.getsockname()[1]
        kept = ''.join(f'{kind}_temp_path {folder}/{kind};'
                       for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        settings = os.path.join(folder, 'nginx.conf')
        with open(settings, 'w', encoding='ascii') as file:
            file.write(f'daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error;'
                       'events { worker_connections 8192; } '
                       f'http {{ access_log off; {kept} server {{ listen 127.0.0.1:{port} '
                       'backlog=4096; location / { return 503; } } }')
        process = subprocess.Popen([nginx, '-c', settings, '-e', f'{folder}/error'])
        try:
            time.sleep(1)
            yield port
        finally:
            process.terminate()
            process.wait()


async def probe(port, login, crowd):
    """How those fare who come one by one while a crowd waits."""
    waiting = asyncio.create_task(asyncio.to_thread(storm, port, login, crowd, 0))
    await asyncio.sleep(1)  # until the crowd is refused or waits
    probes, tasks = [], []
    while len(tasks) < 300:
        tasks.append(asyncio.create_task(ask_once(port, login, probes)))
        await asyncio.sleep(0.003)
    await asyncio.gather(waiting, *tasks)
    return probes


def percentile(answers, share):
    """Milliseconds within which that share of the answers came."""
    times = sorted(seconds * 1000 for _, seconds in answers)
    return times[min(len(times) - 1, int(len(times) * share))]


def tell(name, answers):
    if not answers:
        print(f'  {name:24} none')
        return
    statuses = {}
    for status, _ in answers:
        statuses[status] = statuses.get(status, 0) + 1
    at = [percentile(answers, share) for share in (0.5, 0.99, 1)]
    counted = ', '.join(f'{count} x {status}' for status, count in sorted(statuses.items()))
    print(f'  {name:24} p50 {at[0]:8.2f}  p99 {at[1]:8.2f}  max {at[2]:8.2f} ms   {counted}')


def phase(addresses, login, seconds, crowd, within=0):
    """Answers to the readers of each address, and to the crowd at the first one."""
    begun, until = multiprocessing.Event(), multiprocessing.Event()
    out = multiprocessing.Queue()
    watcher = multiprocessing.Process(target=watch, args=(addresses, begun, until, out))
    watcher.start()
    begun.wait()
    logins = storm(addresses[0][0], login, crowd, within) if crowd else []
    time.sleep(0.1 if crowd else seconds)  # the node has the crowd's connections to close
    until.set()
    reads, lives = out.get()
    watcher.join()
    for name, answers in zip(('reads', 'reads beside'), reads):
        tell(name, answers)
    tell('/livez', lives)
    if crowd:
        tell('logins done', [answer for answer in logins if answer[0] == 200])
        tell('logins refused', refused_of(logins))
    return reads, logins


def refused_of(logins):
    return [answer for answer in logins if answer[0] == 503]


def storms(port, read, login, arguments, nginx_port):
    node, other = (port, read), (nginx_port, read)
    addresses = [node, other] if nginx_port else [node]
    within = arguments.within / 1000
    crowding = f'within {arguments.within:g} ms' if within else 'at once'
    calm, busy, refused, plain = [], [], [], []
    for number in range(arguments.storms):
        if nginx_port:
            print(f'nginx, {arguments.storm} requests {crowding}')
            plain.append(phase([other], login, 0, arguments.storm, within)[1])
        print(f'alone, {arguments.seconds:g} s')
        calm.append(phase(addresses, login, arguments.seconds, 0)[0])
        print(f'{arguments.storm} logins {crowding}' + f', storm {number + 1}' * (arguments.storms > 1))
        reads, logins = phase(addresses, login, 0, arguments.storm, within)
        busy.append(reads)
        refused.append(refused_of(logins))
    print('99th percentiles of each storm, sorted; of all storms together')
    for which, name in enumerate(('reads', 'reads beside')[:len(addresses)]):
        alone = spread(f'{name} alone, ms', [reads[which] for reads in calm])
        spread(f'{name}, ms', [reads[which] for reads in busy], 2 * alone)
    failed = sum(status != 200 for reads in calm + busy for status, _ in reads[0])
    print(f'  reads not answered 200   {failed}')
    spread('logins refused, ms', refused, 5)
    if plain:
        spread('nginx, return 503, ms', plain, 5)


def spread(name, phases, limit=None):
    """Tells the 99th percentiles; the one of all phases together."""
    values = sorted(percentile(answers, 0.99) for answers in phases)
    every = [answer for answers in phases for answer in answers]
    together = percentile(every, 0.99)
    told = f'  {name:24} {" ".join(f"{value:.2f}" for value in values)}   all {together:.3f}'
    if limit is not None:
        within = sum(value <= limit for value in values)
        share = sum(seconds * 1000 <= limit for _, seconds in every) / len(every)
        told += f'   up to {limit:.2f}: {within} of {len(values)}, {share:.2%} of the answers'
    print(told)
    return together


def resident(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        return int(re.search(r'VmRSS:\s+(\d+)', file.read()).group(1)) * 1024


def idle_connections(node, count):
    port, pid = int(node.address.rsplit(':', 1)[1]), node.process.pid
    before = resident(pid)
    sockets = []
    for index in range(count):
        connection = socket.socket()
        connection.bind((f'127.0.{1 + index // PER_SOURCE}.1', 0))
        connection.connect(('127.0.0.1', port))
        connection.sendall(request('GET', '/livez'))
        connection.recv(4096)
        sockets.append(connection)
    each = (resident(pid) - before) / count
    print(f'idle: {count} connections, {each / 1024:.1f} KiB each')
    for connection in sockets:
        connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--noded', default='build/release/noded')
    parser.add_argument('--storm', type=int, default=1000)
    parser.add_argument('--storms', type=int, default=1)
    parser.add_argument('--within', type=float, default=0, help='milliseconds that a crowd takes to ask')
    parser.add_argument('--idle', type=int, default=19000)
    parser.add_argument('--seconds', type=float, default=2)
    parser.add_argument('--nginx', help='a program to compare the refusals with')
    arguments = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as data:
        app = os.path.join(HERE, '..', 'config', 'examples', 'tasks.json')
        node = Node(os.path.abspath(arguments.noded), data, os.path.join(data, 'store'),
                    os.path.abspath(app), ['http.connections=1000000', 'log.level=error'])
        node.start()
        node.create_administrator(EMAIL, PASSWORD)
        token = node.login(EMAIL, PASSWORD)
        status, made = Client(node.address, token).ask(
            'POST', '/api/data/entity/tasks', {'title': 'one'})
        assert status == 201, made
        port = int(node.address.rsplit(':', 1)[1])
        read = request('GET', f'/api/data/entity/tasks/{made["data"]["id"]}', token=token)
        login = request('POST', '/api/auth/password/login',
                        json.dumps({'email': EMAIL, 'password': PASSWORD}).encode())
        with running_nginx(arguments.nginx) if arguments.nginx else contextlib.nullcontext() as other:
            storms(port, read, login, arguments, other)
        probes = asyncio.run(probe(port, login, arguments.storm))
        tell('refused one by one', refused_of(probes))
        if arguments.idle:
            idle_connections(node, min(arguments.idle, hard - 200))
        node.stop()


if __name__ == '__main__':
    main()
