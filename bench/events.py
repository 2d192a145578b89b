#!/usr/bin/env python3
"""What following changes costs: memory of each open stream, and how long a change takes to all of them.

    bench/events.py [--noded build/release/noded] [--streams 1000] [--writes 50]

A reader process takes what the streams tell, by the kernel's time of arrival (SO_TIMESTAMPNS); the
time of a change begins when its write was answered, so that 0 means: told no later than answered.
"""
import argparse
import os
import re
import resource
import select
import socket
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'tests', 'crash'))
sys.path.insert(0, HERE)
from node_process import Client, Node  # noqa: E402
from overload import EMAIL, PASSWORD, SO_TIMESTAMPNS, arrival, request, resident  # noqa: E402


def open_stream(port, token):
    connection = socket.create_connection(('127.0.0.1', port))
    connection.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    connection.sendall(request('GET', '/api/messages/events?topic=$data/tasks/create/%2B', token=token))
    text = b''
    while b'\n\n' not in text.partition(b'\r\n\r\n')[2]:
        text += connection.recv(65536)
    assert text.startswith(b'HTTP/1.1 200'), text[:200]
    return connection


def tell(name, seconds):
    times = sorted(value * 1000 for value in seconds)
    at = [times[min(len(times) - 1, int(len(times) * share))] for share in (0.5, 0.99)]
    print(f'  {name:26} p50 {at[0]:8.2f}  p99 {at[1]:8.2f}  max {times[-1]:8.2f} ms')


def processor_seconds(pid):
    with open(f'/proc/{pid}/stat', encoding='ascii') as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--noded', default='build/release/noded')
    parser.add_argument('--streams', type=int, default=1000)
    parser.add_argument('--writes', type=int, default=50)
    arguments = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as data:
        app = os.path.join(HERE, '..', 'config', 'examples', 'tasks.json')
        node = Node(os.path.abspath(arguments.noded), data, os.path.join(data, 'store'),
                    os.path.abspath(app),
                    ['http.connections=1000000', 'messages.streams=1000000',
                     'messages.streams_per_principal=10000', 'log.level=error'])
        node.start()
        node.create_administrator(EMAIL, PASSWORD)
        token = node.login(EMAIL, PASSWORD)
        port, pid = int(node.address.rsplit(':', 1)[1]), node.process.pid
        writer = Client(node.address, token)
        assert writer.ask('POST', '/api/data/entity/tasks', {'title': 'warm'})[0] == 201
        before = resident(pid)
        streams = {}
        for _ in range(arguments.streams):
            connection = open_stream(port, token)
            streams[connection.fileno()] = connection
        print(f'{arguments.streams} streams, {(resident(pid) - before) / arguments.streams / 1024:.1f} KiB each')
        idle = processor_seconds(pid)
        time.sleep(5)
        print(f'  idle: {(processor_seconds(pid) - idle) / 5 * 100:.1f} % of a processor')

        poll = select.poll()
        for number in streams:
            poll.register(number, select.POLLIN)
        took, busy = [], processor_seconds(pid)
        for number in range(arguments.writes):
            title = f'write {number}'
            assert writer.ask('POST', '/api/data/entity/tasks', {'title': title})[0] == 201
            answered, left = time.time(), set(streams)
            while left:
                for ready, _ in poll.poll(20_000):
                    text, ancillary, _, _ = streams[ready].recvmsg(65536, 1024)
                    assert text, 'a stream ended'
                    if re.search(rb'"title":"' + title.encode() + rb'"', text):
                        took.append(max(0.0, arrival(ancillary) - answered))
                        left.discard(ready)
        tell('a change until it is told', took)
        each = (processor_seconds(pid) - busy) / arguments.writes / arguments.streams
        print(f'  processor time of one change told to one stream: {each * 1e6:.1f} us')
        for connection in streams.values():
            connection.close()
        node.stop()


if __name__ == '__main__':
    main()
