"""Faults in the files of the store, made while the node is down. Each function is one round, as in
faults_process.py. What is cut off or destroyed cannot be kept: what is left has to be a history
that ended earlier, whole and without holes."""
import os

from node_process import NotStarted


def last_log(trial):
    store = os.path.join(trial.node.store, 'store')
    logs = sorted(name for name in os.listdir(store) if name.endswith('.log'))
    return os.path.join(store, logs[-1])


def sorted_files(trial):
    store = os.path.join(trial.node.store, 'store')
    return sorted(os.path.join(store, name) for name in os.listdir(store) if name.endswith('.sst'))


def flip(path, offset):
    with open(path, 'r+b') as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x41]))


def write_and_kill(trial):
    trial.node.stop()
    trial.node.start()  # a log of its own
    with trial.load() as load:
        load.run_for(trial.chooser.uniform(0.1, 0.6))
        trial.node.kill()
    return load


def torn_log(trial):
    """The last log ends early, as after a power cut of a drive that lied about its cache."""
    load = write_and_kill(trial)
    log = last_log(trial)
    size = os.path.getsize(log)
    left = trial.chooser.randrange(size)
    os.truncate(log, left)
    trial.node.start()
    dropped = trial.rewind()
    rows = trial.compare()
    return f'{left} of {size} bytes left, {dropped} of {load.acknowledged()} writes cut off, {rows} rows'


def flipped_log(trial):
    """One byte of the last log: the start is refused by name until the loss is accepted."""
    load = write_and_kill(trial)
    log = last_log(trial)
    offset = trial.chooser.randrange(os.path.getsize(log))
    flip(log, offset)
    for _ in range(2):
        try:
            trial.node.start()
            trial.node.kill()
            return trial.expect(False, f'started with byte {offset} of {log} flipped') or 'not refused'
        except NotStarted as refused:
            trial.expect(log in refused.text and 'accept_lost_writes' in refused.text,
                         f'the refusal does not name file and way out: {refused.text}')
    if trial.chooser.random() < 0.3:  # the other way out: the file as it was
        flip(log, offset)
        trial.node.start()
        return f'byte {offset} flipped and flipped back, {trial.compare()} rows'
    trial.node.start(settings=['storage.accept_lost_writes=true'])
    dropped = trial.rewind()
    rows = trial.compare()
    trial.node.kill()
    trial.node.start()
    trial.compare()
    return f'byte {offset} flipped, {dropped} of {load.acknowledged()} writes given up, {rows} rows'


def read_each(trial):
    """Every row by its key; how many were answered, and what the others got."""
    good, bad = 0, set()
    for row in [row for journal in trial.journals for row in journal.live()]:
        status, body = trial.ask('GET', f'/api/data/entity/posts/{row}')
        good += status == 200
        if status != 200:
            bad.add(f'{status} {body}')
    return good, bad


def flipped_file(trial):
    """One byte of a sorted file: reads of that block are refused, and the log names the file; all
    others are answered. Writes go on, or are refused by name once a compaction meets the block."""
    trial.texts = 20_000
    with trial.load() as load:
        load.wait_for(lambda: load.acknowledged() > 400, 'writes enough for a sorted file')
    trial.compare()
    trial.node.stop()
    path = max(sorted_files(trial), key=os.path.getsize)
    offset = trial.chooser.randrange(os.path.getsize(path) * 3 // 4)
    flip(path, offset)
    said_before = len(trial.node.said())
    trial.node.start()
    good, bad = read_each(trial)
    trial.expect(good > 0, 'no row can be read')
    for answer in bad:
        trial.expect(answer.startswith('500'), f'the answer for a row that cannot be read: {answer}')
    with trial.load(bears_damage=True) as load:
        load.wait_for(lambda: load.acknowledged() > 600 or sum(load.refusals().values()) > 20,
                      'writes or refusals')
    trial.expect(trial.node.runs(), 'the node ended because of a damaged file')
    named = os.path.basename(path) in trial.node.said(said_before)
    trial.expect(named or not (bad or load.refusals()), 'the log does not name the file')
    for reason in load.refusals():
        trial.expect('damaged' in reason, f'refused because: {reason}')
    trial.node.kill()
    if os.path.exists(path):  # else no compaction needed the damaged block
        flip(path, offset)
    trial.texts = 100
    trial.node.start()
    trial.compare()
    return (f'{good} rows read, others: {sorted(bad)[:1]}; then {load.acknowledged()} writes, '
            f'refused: {[reason[:60] for reason in load.refusals()]}')
