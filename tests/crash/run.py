#!/usr/bin/env python3
"""Does to a node under load what happens to machines, and checks that it keeps its promises.

Nothing acknowledged is lost, nothing is half done, a refusal names its reason, reads go on where
they can, and the node comes back without help. Faults of the disk need root and a tool that makes
small file systems; without them they are SKIPPED by name.

    run.py --noded build/release/noded [--fault NAME]... [--rounds N] [--seconds S] [--seed N] [--quick]
"""
import argparse
import os
import random
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from typing import Callable

import faults_disk
import faults_files
import faults_process
from disk import Disk
from trial import Trial

HERE = os.path.dirname(os.path.abspath(__file__))
DISK_TOOL = os.path.join(HERE, '..', '..', '..', 'shared', 'tools', 'diskfull.sh')


@dataclass
class Fault:
    name: str
    round: Callable
    rounds: int
    quick: int = 0                # rounds of --quick
    disk: str = ''                # kind of the file system
    size_mib: int = 160
    settings: tuple = ()
    needs: str = ''               # a path that has to be there
    needs_root: bool = False
    texts: int = 100


FAULTS = [
    Fault('kill', faults_process.kill, 10, quick=10),
    Fault('freeze', faults_process.freeze, 2),
    Fault('freeze-shortly', faults_process.freeze_shortly, 1, quick=1),
    Fault('clock', faults_process.clock, 5, quick=1, needs=faults_process.LIBFAKETIME),
    Fault('descriptors', faults_process.descriptors, 3, quick=1),
    Fault('address-space', faults_process.address_space, 5, quick=1),
    Fault('memory', faults_process.memory, 5, needs=faults_process.CGROUPS, needs_root=True),
    Fault('torn-log', faults_files.torn_log, 10, quick=3),
    Fault('flipped-log', faults_files.flipped_log, 10, quick=3),
    Fault('flipped-file', faults_files.flipped_file, 3, quick=1, settings=('storage.write_buffer=1MiB',)),
    Fault('power-cut-ext4', faults_disk.power_cut, 10, disk='ext4', settings=('storage.reserve=1MiB',)),
    Fault('power-cut-xfs', faults_disk.power_cut, 10, disk='xfs', size_mib=320,
          settings=('storage.reserve=1MiB',)),
    Fault('disk-full', faults_disk.disk_full, 5, disk='ext4', settings=('storage.reserve=0',)),
    Fault('disk-full-reserve', faults_disk.disk_full, 5, disk='ext4'),
    Fault('io-error', faults_disk.io_error, 5, disk='ext4', settings=('storage.reserve=1MiB',)),
    Fault('read-only', faults_disk.read_only, 5, disk='ext4', settings=('storage.reserve=1MiB',)),
]


def obstacle(fault, options):
    """Why it cannot be done here; empty when it can."""
    if (fault.disk or fault.needs_root) and os.geteuid() != 0:
        return 'needs root'
    if fault.disk and not os.path.exists(options.disk_tool):
        return f'no {options.disk_tool}'
    if fault.needs and not os.path.exists(fault.needs):
        return f'no {fault.needs}'
    return ''


def make_disk(fault, options):
    if not fault.disk:
        return None
    path = os.path.join(tempfile.mkdtemp(prefix='noded-disk-'), 'disk')
    return Disk(options.disk_tool, path, fault.size_mib, fault.disk)


def run_fault(fault, options):
    """Its rounds on one store; returns the trial, whose problems are what went wrong."""
    rounds = options.rounds or (fault.quick if options.quick else fault.rounds)
    deadline = time.monotonic() + options.seconds if options.seconds else None
    trial = Trial(options.noded, options.clients, f'{options.seed} {fault.name}', make_disk(fault, options),
                  fault.settings, fault.texts)
    done = 0
    try:
        trial.begin()
        while not trial.problems and (deadline or done < rounds):
            if deadline and time.monotonic() > deadline:
                break
            done += 1
            said = fault.round(trial)
            print(f'{fault.name} {done}: {said}, {len(trial.problems)} problems', flush=True)
        if not trial.problems:
            trial.expect(trial.node.stop() == 0, 'the node did not stop cleanly')
    except Exception as problem:  # one fault must not hide the others
        trial.problems.append(f'{type(problem).__name__}: {problem}')
        traceback.print_exc()
    for problem in trial.problems[:20]:
        print(f'    {problem}')
    if trial.problems:
        for line in trial.node.errors()[-20:]:
            print(f'    log: {line}')
        keep = 'store, log and journals are in' if options.keep else '--keep would keep'
        print(f'    {keep} {trial.notes} {trial.disk.path if trial.disk else ""}')
    trial.end(options.keep and bool(trial.problems))
    print(f'{fault.name}: {done} rounds, {trial.acknowledged} writes acknowledged, {trial.refused} refused, '
          f'{trial.reads} reads, {"FAILED" if trial.problems else "all kept"}', flush=True)
    return trial


def parse_arguments():
    names = [fault.name for fault in FAULTS]
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0],
                                     epilog='Faults: ' + ', '.join(names))
    parser.add_argument('--noded', required=True)
    parser.add_argument('--fault', action='append', choices=names, metavar='NAME', help='only this; repeatable')
    parser.add_argument('--rounds', type=int, help='of each fault, instead of its usual number')
    parser.add_argument('--seconds', type=float, help='for each fault, instead of a number of rounds')
    parser.add_argument('--clients', type=int, default=8)
    parser.add_argument('--seed', type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument('--quick', action='store_true', help='about 30 s, without root')
    parser.add_argument('--keep', action='store_true', help='leave stores and journals of failures behind')
    parser.add_argument('--disk-tool', default=os.path.normpath(DISK_TOOL))
    return parser.parse_args()


def main():
    options = parse_arguments()
    print(f'seed {options.seed}', flush=True)
    failed = []
    for fault in FAULTS:
        if options.fault and fault.name not in options.fault:
            continue
        if options.quick and not fault.quick and not options.fault:
            continue
        reason = obstacle(fault, options)
        if reason:
            print(f'{fault.name}: SKIPPED, {reason}')
            continue
        trial = run_fault(fault, options)
        if trial.problems or not trial.acknowledged:
            failed.append(fault.name)
    print(f'seed {options.seed}: ' + (f'FAILED: {", ".join(failed)}' if failed else 'all promises kept'))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
