"""Faults of the disk below the store. Each function is one round, as in faults_process.py."""
import signal

from node_process import NotStarted


def power_cut(trial):
    """What was not synced is gone; the file system is mounted again from its journal."""
    with trial.load() as load:
        load.run_for(trial.chooser.uniform(0.05, 1.5))
        load.stopping.set()  # the file system may still confirm the sync under way
        trial.disk.fail()
        trial.node.kill()
    trial.disk.mount_again()
    restart_s = trial.node.start()
    rows = trial.compare()
    return f'{load.acknowledged()} writes acknowledged, {rows} rows, restarted in {restart_s:.2f} s'


def disk_full(trial):
    """Refused with the reason while it is full, read all the while, written again afterwards."""
    leave_kib = trial.chooser.choice((0, 64, 500, 2000, 8000))
    with trial.load(readers=2) as load:
        load.wait_for(lambda: load.acknowledged() > 50, 'first writes')
        trial.disk.fill(leave_kib)
        # A page that the file system had set aside for the log may last for a while.
        load.wait_for(lambda: load.refusals() or not trial.node.runs(), 'a refusal', limit_s=120)
        if trial.expect(trial.node.runs(), 'the node ended on a full disk'):
            reads = load.reads()
            status, body = trial.ask('GET', '/readyz')
            trial.expect(status == 503 and 'full' in str(body), f'/readyz: {status} {body}')
            load.wait_for(lambda: load.reads() > reads + 50, 'reads on a full disk')
        trial.disk.free()
        before = load.acknowledged()
        load.wait_for(lambda: load.acknowledged() > before + 20 or not trial.node.runs(),
                      'writes, or an end, after there was room again')
    if not trial.node.runs():  # it met the full disk itself; a supervisor would do this
        trial.expect(trial.node.process.returncode == 1 and 'starts anew' in trial.node.said(),
                     f'ended with {trial.node.process.returncode}')
        trial.node.start()
    for reason in load.refusals():
        trial.expect('full' in reason, f'refused because: {reason}')
    trial.wait_for(lambda: trial.ask('GET', '/readyz')[0] == 200, 'ready after there was room again')
    trial.compare()
    trial.node.kill()
    trial.node.start()
    rows = trial.compare()
    return f'{leave_kib} KiB left, {sum(load.refusals().values())} refused, {rows} rows'


def while_stopped(trial, change):
    """A sync that is under way while ext4 is aborted may be confirmed although nothing of it is on
    the disk (seen on Linux 6.18). The node cannot know; so none is under way."""
    trial.node.signal(signal.SIGSTOP)
    trial.wait_for(lambda: set(trial.node.thread_states()) == {'T'}, 'the process stops')
    change()
    trial.node.signal(signal.SIGCONT)


def end_and_return(trial, load, word):
    """The node ends by itself and says why, is refused a start, and starts once the disk is back."""
    code = trial.node.ended()
    trial.expect(code not in (None, 0) and code > 0, f'exit code {code} on a failed disk')
    trial.expect('the store failed' in trial.node.said(), 'the log does not say that the store failed')
    load.stopping.set()
    try:
        trial.node.start(limit_s=20)
        trial.expect(False, 'started on a failed disk')
        trial.node.kill()
    except NotStarted as refused:
        trial.expect(trial.node.store in refused.text and word in refused.text.lower(),
                     f'the refusal does not name directory and reason: {refused.text}')


def io_error(trial):
    """Every read and write of the disk fails: no sync can be trusted any more."""
    with trial.load() as load:
        load.run_for(trial.chooser.uniform(0.05, 1.0))
        while_stopped(trial, trial.disk.fail)
        end_and_return(trial, load, 'error')
    trial.disk.mount_again()
    trial.node.start()
    rows = trial.compare()
    return f'{load.acknowledged()} writes acknowledged, {rows} rows'


def read_only(trial):
    """The kernel takes the right to write away."""
    with trial.load(readers=1) as load:
        load.run_for(trial.chooser.uniform(0.05, 1.0))
        while_stopped(trial, trial.disk.become_read_only)
        end_and_return(trial, load, 'read-only')
    trial.disk.mount_again()
    trial.node.start()
    rows = trial.compare()
    return f'{load.acknowledged()} writes acknowledged, {rows} rows'
