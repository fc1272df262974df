# SPDX-License-Identifier: GPL-3.0-or-later
"""An agent installs a release from a web server: seconds, bytes to the disk and memory, against the same release through a pipe of
programs that do nothing else."""

import os
import pathlib
import shutil
import subprocess
import threading
import time

import meters
import proc
import release
from rows import Row
from signed import Keys, Release
import web
import whole

ROUNDS = 3
PROCESSES = 2
POLL_S = 0.003
# Download, hash, extraction and a sync of one file system: no check of members, no journal, no swap.
PIPE = """set -o pipefail
"$CURL" --silent --fail "$URL" | tee >(openssl dgst -sha256 >/dev/null) | "$BSDTAR" -x -f - -C "$INTO"
sync -f "$INTO"
"""
COPY = """sha256sum "$ZIP" >/dev/null
cp -r "$TREE" "$INTO"
sync -f "$INTO"
"""

ROWS = (
    Row("install_ratio", "install over curl | openssl | bsdtar, sync", "×", 1.0),
    Row("written_ratio", "bytes to the disk over the tree's", "×", 1.1, steady=True),
    Row("memory_mb", "memory of the agent over idle", "MB", 16, steady=True),
)
NOTES = (
    ("install_s", "order to exchanged folders", "s"),
    ("fetch_s", "of that, download, extraction, hash of each file", "s"),
    ("stage_s", "of that, check of all files", "s"),
    ("swap_s", "of that, hold and exchange", "s"),
    ("result_s", "order to result, with the processes' proof", "s"),
    ("pipe_s", "curl | openssl | bsdtar, sync", "s"),
    ("copy_s", "sha256sum, cp -r, sync", "s"),
    ("zip_mb", "the zip", "MB"),
    ("tree_mb", "the tree", "MB"),
)


class States(threading.Thread):
    """When an update entered which state, by its journal."""

    def __init__(self, device):
        super().__init__(daemon=True)
        self.device = device
        self.entered = {}
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(POLL_S):
            state = self.device.journal_state()
            if state:
                self.entered.setdefault(state, time.monotonic())

    def stop(self):
        self.ended.set()
        self.join()


def install(rig, panel, command):
    """Sends the order; returns the states' times, with those of order and result."""
    states = States(rig.device)
    states.start()
    began = time.monotonic()
    panel.order(command)
    result = panel.result(command["command_no"])
    states.stop()
    if not result["success"]:
        raise RuntimeError(f"the device does not install it: {result}")
    whole.wait_for(lambda: not rig.device.journal_state(), whole.ONLINE_WITHIN_S, "the end of the update")
    return {**states.entered, "order": began, "result": time.monotonic()}


def spans(times):
    """Seconds of each part."""
    ends = {"fetch_s": ("order", "staging"), "stage_s": ("staging", "waiting"),
            "swap_s": ("waiting", "confirming"), "install_s": ("order", "confirming"), "result_s": ("order", "result")}
    return {name: times[end] - times[begin] for name, (begin, end) in ends.items() if begin in times and end in times}


def measured_install(rig, panel, command):
    """Figures of one install."""
    agent = rig.device.agent()
    pids = [agent, *rig.device.main]
    os.sync()
    proc.forget_peak(agent)
    idle_mb, before = proc.resident_mb(agent), proc.written_bytes(pids)
    times = install(rig, panel, command)
    return {**spans(times), "memory_mb": proc.peak_mb(agent) - idle_mb, "written_mb": (proc.written_bytes(pids) - before) / proc.MB}


def timed_script(text, peers, into, **variables):
    """Seconds of a shell script that writes into an empty folder."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir()
    os.sync()
    began = time.monotonic()
    named = {name: str(value) for name, value in {**variables, "INTO": into}.items()}
    subprocess.run(("bash", "-c", text), check=True, env={**peers.environment(), **named}, stdin=subprocess.DEVNULL)
    return time.monotonic() - began


def floor_figures(peers, url, zip_path, tree, into):
    figures = {"copy_s": timed_script(COPY, peers, into, ZIP=zip_path, TREE=tree), "pipe_s": None}
    curl, bsdtar = peers.program("curl"), peers.program("bsdtar")
    if curl and bsdtar:
        figures["pipe_s"] = timed_script(PIPE, peers, into, URL=url, CURL=curl, BSDTAR=bsdtar)
    return figures


def best(rounds):
    return {name: None if rounds[0][name] is None else min(each[name] for each in rounds) for name in rounds[0]}


def measure(peers, programs, count, folder, rounds=ROUNDS):
    keys = Keys(programs, meters.make_folder(pathlib.Path(f"{folder}-keys")))
    with whole.Whole(programs, folder, PROCESSES, allow_http=True, release_keys=[keys.public]) as rig:
        served = meters.make_folder(folder / "web")
        server = web.Web(served)
        panel = rig.panel()
        measured = []
        for number in range(1, rounds + 1):
            # Nothing of it is installed already.
            wanted = Release(rig, keys, served, f"release{number}", count, number + 1, lambda _, version=number: version)
            tree = release.write_tree(folder / f"tree{number}", wanted.content)
            ours = measured_install(rig, panel, wanted.order(rig, server, number))
            measured.append({**ours, **floor_figures(peers, server.url(wanted.zip.name), wanted.zip, tree, folder / "into")})
            shutil.rmtree(tree)
        panel.close()
        server.close()
    figures = best(measured)
    figures["memory_mb"] = max(each["memory_mb"] for each in measured)
    figures["zip_mb"], figures["tree_mb"] = wanted.zip.stat().st_size / proc.MB, release.tree_bytes(wanted.content) / proc.MB
    figures["install_ratio"] = figures["install_s"] / figures["pipe_s"] if figures["pipe_s"] else None
    figures["written_ratio"] = figures["written_mb"] / figures["tree_mb"]
    return figures
