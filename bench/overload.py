#!/usr/bin/env python3
"""What a login storm and a crowd of idle connections do to a node and to everybody else on it.

    bench/overload.py [--noded build/release/noded] [--storm 1000] [--idle 19000] [--seconds 5]

Storm: readers of one record and of /livez at a steady pace, first alone, then while that many logins
are under way at once; the 99th percentile of the one stands beside that of the other. More logins come
one by one all the while: how long their refusals take is the node's own, without the crowd's turns.
Idle: memory of the node for each keep-alive connection that has had one answer.
"""
import argparse
import asyncio
import json
import multiprocessing
import os
import re
import resource
import socket
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'tests', 'crash'))
from node_process import Client, Node  # noqa: E402

EMAIL, PASSWORD = 'admin@example.com', 'administrator'
PER_SOURCE = 9000  # ports of one source address


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


async def ask_at_pace(port, raw, pause, until, answers):
    streams = await asyncio.open_connection('127.0.0.1', port)
    while not until.is_set():
        answers.append(await ask(streams, raw))
        await asyncio.sleep(pause)
    streams[1].close()


def watch(port, read, until, out):
    """A process of its own and ahead of all others, so that neither the crowd's turns nor the wait
    for a processor behind the crowd and the hashes are measured with the answers. It takes root."""
    if os.geteuid() == 0:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    async def run():
        reads, lives = [], []
        tasks = [ask_at_pace(port, read, 0.004, until, reads) for _ in range(8)]
        await asyncio.gather(
            ask_at_pace(port, request('GET', '/livez'), 0.02, until, lives), *tasks)
        out.put((reads, lives))
    asyncio.run(run())


async def ask_once(port, raw, answers):
    streams = await asyncio.open_connection('127.0.0.1', port)
    answers.append(await ask(streams, raw))
    streams[1].close()


async def storm(port, login, crowd):
    streams = [await asyncio.open_connection('127.0.0.1', port) for _ in range(crowd)]
    return await asyncio.gather(*(ask(stream, login) for stream in streams))


async def probe(port, login, crowd):
    """How those fare who come one by one while a crowd waits."""
    waiting = asyncio.create_task(storm(port, login, crowd))
    await asyncio.sleep(0.5)  # until the crowd is refused or waits
    probes, tasks = [], []
    while len(tasks) < 300:
        tasks.append(asyncio.create_task(ask_once(port, login, probes)))
        await asyncio.sleep(0.003)
    await asyncio.gather(waiting, *tasks)
    return probes


def tell(name, answers):
    if not answers:
        return print(f'  {name:24} none')
    times = sorted(seconds * 1000 for _, seconds in answers)
    statuses = {}
    for status, _ in answers:
        statuses[status] = statuses.get(status, 0) + 1
    at = [times[min(len(times) - 1, int(len(times) * share))] for share in (0.5, 0.99)]
    counted = ', '.join(f'{count} x {status}' for status, count in sorted(statuses.items()))
    print(f'  {name:24} p50 {at[0]:8.2f}  p99 {at[1]:8.2f}  max {times[-1]:8.2f} ms   {counted}')
    return at[1]


def phase(port, read, login, seconds, crowd):
    """The 99th percentile of the reads."""
    until, out = multiprocessing.Event(), multiprocessing.Queue()
    watcher = multiprocessing.Process(target=watch, args=(port, read, until, out))
    watcher.start()
    logins = []
    if crowd:
        logins = asyncio.run(storm(port, login, crowd))
    else:
        time.sleep(seconds)
    until.set()
    reads, lives = out.get()
    watcher.join()
    slow = tell('reads', reads)
    tell('/livez', lives)
    if crowd:
        tell('logins done', [answer for answer in logins if answer[0] == 200])
        tell('logins refused', [answer for answer in logins if answer[0] == 503])
    return slow


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
    parser.add_argument('--idle', type=int, default=19000)
    parser.add_argument('--seconds', type=float, default=5)
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
        print(f'alone, {arguments.seconds:g} s')
        calm = phase(port, read, login, arguments.seconds, 0)
        print(f'{arguments.storm} logins at once')
        busy = phase(port, read, login, arguments.seconds, arguments.storm)
        print(f'  p99 of reads: {busy / calm:.2f} times that of the calm')
        probes = asyncio.run(probe(port, login, arguments.storm))
        tell('refused one by one', [answer for answer in probes if answer[0] == 503])
        if arguments.idle:
            idle_connections(node, min(arguments.idle, hard - 200))
        node.stop()


if __name__ == '__main__':
    main()
