"""Faults of the process and its surroundings. Each function is one round: it takes a running node,
does its worst, compares, leaves a running node behind and returns what it saw in a few words."""
import contextlib
import os
import resource
import signal
import socket

LIBFAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1'
CGROUPS = '/sys/fs/cgroup/memory'


def kill(trial):
    with trial.load() as load:
        load.run_for(trial.chooser.uniform(0.05, 1.5))
        trial.node.kill()
    restart_s = trial.node.start()
    rows = trial.compare()
    return f'{load.acknowledged()} writes acknowledged, {rows} rows, restarted in {restart_s:.2f} s'


def freeze(trial, seconds=20):
    """SIGSTOP, SIGCONT: everything that was waiting is answered, and the node goes on."""
    with trial.load(readers=2) as load:
        load.run_for(0.3)
        trial.node.signal(signal.SIGSTOP)
        load.run_for(0.2)  # what was on its way has arrived
        before = load.acknowledged()
        load.run_for(seconds)
        trial.expect(load.acknowledged() == before, 'a stopped process answered')
        trial.node.signal(signal.SIGCONT)
        load.wait_for(lambda: load.acknowledged() > before + 50, 'writes after SIGCONT')
    trial.expect(trial.ask('GET', '/readyz')[0] == 200, 'not ready after SIGCONT')
    trial.compare()
    return f'{seconds} s stopped'


def freeze_shortly(trial):
    return freeze(trial, 2)


def clock(trial):
    """The wall clock jumps both ways under a running node and between two starts of it."""
    trial.node.stop()
    stamp = os.path.join(trial.notes, 'clock')
    environment = {'LD_PRELOAD': LIBFAKETIME, 'FAKETIME_TIMESTAMP_FILE': stamp,
                   'FAKETIME_NO_CACHE': '1', 'FAKETIME_DONT_FAKE_MONOTONIC': '1'}

    def jump(seconds):
        with open(stamp + '.new', 'w', encoding='utf-8') as file:
            file.write(f'{seconds:+d}\n')
        os.rename(stamp + '.new', stamp)

    jumps = [trial.chooser.choice((-1, 1)) * trial.chooser.randrange(1, 2 * 86400) for _ in range(4)]
    jump(min(*jumps, 0))  # a token is good from the moment on that it was issued
    trial.node.start(environment=environment)
    trial.log_in()
    with trial.load(readers=2) as load:
        for seconds in [*jumps, 0]:
            jump(seconds)
            before = load.acknowledged(), load.reads()
            load.wait_for(lambda: load.acknowledged() > before[0] + 50 and load.reads() > before[1] + 5,
                          f'answers after the clock jumped to {seconds:+d} s')
        jump(jumps[-1])
        trial.node.kill()
    trial.node.start(environment=environment)
    trial.compare()
    trial.node.stop()
    trial.node.start()
    trial.log_in()
    trial.compare()
    return 'jumps to ' + ', '.join(f'{seconds:+d} s' for seconds in jumps)


def descriptors(trial):
    """Idle connections take all descriptors; those who are connected are served on."""
    trial.node.stop()
    most = 160

    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    trial.node.start(prepare=limit)
    host, port = trial.node.address.rsplit(':', 1)
    with trial.load(readers=2) as load:
        load.wait_for(lambda: load.acknowledged() > 20, 'first writes')
        idle = []
        for _ in range(2 * most):
            connection = socket.socket()
            connection.settimeout(0.5)
            idle.append(connection)
            try:
                connection.connect((host, int(port)))
            except OSError:
                break
        before = load.acknowledged(), load.reads()
        load.wait_for(lambda: load.acknowledged() > before[0] + 3000 and load.reads() > before[1] + 50,
                      'answers while descriptors are short')
        for connection in idle:
            connection.close()
    if not trial.expect(trial.node.runs(), 'the node ended'):
        trial.node.start()
    trial.wait_for(lambda: trial.ask('GET', '/readyz')[0] == 200, 'ready again')
    trial.compare()
    trial.node.stop()
    trial.node.start()
    return f'{len(idle)} idle connections against {most} descriptors'


def press(trial, limit, lift):
    """Lowers a limit of memory under load. The node is ended by it or goes on; both are right."""
    trial.texts = 100_000
    with trial.load(readers=2) as load:
        load.run_for(0.3)
        limit()
        ended = trial.node.ended(limit_s=8)
        if ended is not None:
            load.stopping.set()
    lift()
    trial.texts = 100
    if ended is None and not trial.node.runs():
        ended = trial.node.process.returncode
    if ended is not None:
        trial.node.start()
    rows = trial.compare()
    return f'{load.acknowledged()} writes, {rows} rows, ' + (
        'lived through it' if ended is None else f'ended with {ended}')


def address_space(trial):
    process = trial.node.process.pid
    with open(f'/proc/{process}/statm', encoding='utf-8') as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    most = size + trial.chooser.randrange(1, 8) * 1024 * 1024

    def lift():
        with contextlib.suppress(ProcessLookupError):  # it may end at any moment
            resource.prlimit(process, resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)

    return press(trial, lambda: resource.prlimit(process, resource.RLIMIT_AS, (most, resource.RLIM_INFINITY)), lift)


def memory(trial):
    """A control group whose limit is a little above what the node has. Needs root and cgroup v1."""
    group = os.path.join(CGROUPS, f'noded-fault-{os.getpid()}')
    os.makedirs(group, exist_ok=True)

    def put(name, value):
        with open(os.path.join(group, name), 'w', encoding='utf-8') as file:
            file.write(str(value))

    trial.node.stop()
    trial.node.start(prepare=lambda: put('cgroup.procs', os.getpid()))

    def limit():
        with open(os.path.join(group, 'memory.usage_in_bytes'), encoding='utf-8') as file:
            used = int(file.read())
        put('memory.limit_in_bytes', used + trial.chooser.randrange(1, 8) * 1024 * 1024)

    said = press(trial, limit, lambda: put('memory.limit_in_bytes', -1))
    trial.node.stop()
    os.rmdir(group)
    trial.node.start()
    return said
