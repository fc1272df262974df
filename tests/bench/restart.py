# SPDX-License-Identifier: GPL-3.0-or-later
"""From the kill of a process that has worked for a while to the first instruction of the next one, for the watchdog and its peers."""

import itertools
import socket
import statistics
import time

from children import Children
from rows import Row
import supervisors

WORKED_S = 11        # the watchdog starts what has worked for ten seconds again at once
ROUNDS = 3           # kills of the same process; five within minutes are a crash loop
KILLS_A_ROUND = 10
LEAST_KILLS = 9      # of a small size in several devices, one after the other
LIMIT_S = 20
PAUSE_S = 0.1

ROWS = (
    Row("restart_ratio", "kill to first instruction, over a bare loop", "×", 3),
    Row("restart_third_ratio", "the same, third kill within a minute", "×", 3),
    Row("restarts_missing", "processes not started again", "", 0, steady=True, may_grow=True),
)
NOTES = (
    ("restart_ms", "watchdog, median", "ms"),
    ("restart_worst_ms", "watchdog, worst", "ms"),
    ("restart_third_ms", "watchdog, third kill, median", "ms"),
    ("floor_ms", "bare pidfd and posix_spawn in Python, median", "ms"),
    ("runit_ms", "runit, median", "ms"),
    ("s6_ms", "s6, median", "ms"),
    ("supervisord_ms", "supervisord, median", "ms"),
)


def wait_until_worked(running, names, worked_s):
    """Until each has been up for so long."""
    newest = max(supervisor.starts.at_s[name] for supervisor in running for name in names)
    time.sleep(max(0, newest + worked_s - time.time()))


def kill_rounds(running, names, rounds, worked_s):
    """Milliseconds of each kill, by supervisor: a list a round. By turns and with pauses, so that each meets the same machine, and what a
    supervisor does after a restart doesn't delay its next one."""
    took = {supervisor.name: [[] for _ in range(rounds)] for supervisor in running}
    for number in range(rounds):
        wait_until_worked(running, names, worked_s)
        for name, supervisor in itertools.product(names, running):
            time.sleep(PAUSE_S)
            took[supervisor.name][number].append(supervisor.starts.kill(name, LIMIT_S))
    return took


def measure_once(peers, programs, processes, folder, rounds, worked_s=WORKED_S):
    children = Children()
    running = []
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as heartbeats:
            heartbeats.bind(("127.0.0.1", 0))
            running = supervisors.start_all(folder, processes, children, programs, peers, heartbeats.getsockname()[1])
            names = sorted(running[0].starts.pids)[:KILLS_A_ROUND]
            return kill_rounds(running, names, rounds, worked_s)
    finally:
        children.end_all()
        for supervisor in running:
            supervisor.close()


def flat(rounds):
    """Without those that didn't start again in time; they are counted."""
    return [each for one in rounds for each in one if each is not None] or [LIMIT_S * 1000]


def figures_of(took, rounds):
    ours, floor = took["watchdog"], took["floor"]
    figures = {f"{name}_ms": statistics.median(flat(rounds)) for name, rounds in took.items() if name != "watchdog"}
    figures["restart_ms"] = statistics.median(flat(ours))
    figures["restart_worst_ms"] = max(flat(ours))
    figures["restart_third_ms"] = statistics.median(flat(ours[rounds - 1::rounds]))
    figures["restart_ratio"] = figures["restart_ms"] / statistics.median(flat(floor))
    figures["restart_third_ratio"] = figures["restart_third_ms"] / statistics.median(flat(floor))
    figures["restarts_missing"] = sum(each is None for one in ours for each in one)
    return figures


def measure(peers, programs, processes, folder, rounds=ROUNDS, least=LEAST_KILLS, worked_s=WORKED_S):
    took = {}
    for number in range(max(1, least // (rounds * processes))):
        for name, each in measure_once(peers, programs, processes, folder / str(number), rounds, worked_s).items():
            took.setdefault(name, []).extend(each)
    return figures_of(took, rounds)
