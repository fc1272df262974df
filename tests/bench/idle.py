# SPDX-License-Identifier: GPL-3.0-or-later
"""What a device costs while nothing happens but heartbeats: memory and processor of watchdog and agent, and the traffic of the agent's
connection; against supervisors with the same processes."""

import re
import socket
import subprocess
import time

import proc
from rows import Row
import supervisors
import whole

SETTLE_S = 20
MEASURED_S = 720          # a whole period of the agent's ping, see quietSession() in shared/xmpp
SHARE_S = 30              # the processor's time is stated for so long
MINUTES_A_MONTH = 30 * 24 * 60
# Headers that a segment has besides its bytes: TCP with time stamps, and IP.
TCP_HEADER = 32
IP_HEADER = {4: 20, 6: 40}

ROWS = (
    # Their growth is that of other programs with the same libraries.
    Row("watchdog_pss_mb", "memory of the watchdog (PSS)", "MB", 8, steady=True, may_grow=True),
    Row("agent_pss_mb", "memory of the agent (PSS)", "MB", 15, steady=True, may_grow=True),
    Row("watchdog_own_mb", "of that, not of a file, watchdog", "MB", steady=True),
    Row("agent_own_mb", "of that, not of a file, agent", "MB", steady=True),
    Row("watchdog_cpu_ms", "processor, watchdog, in 30 s", "ms", 3, may_grow=True),
    Row("month_mb", "traffic of the agent in a month", "MB", 2),
)
NOTES = (
    ("watchdog_rss_mb", "resident memory of the watchdog", "MB"),
    ("agent_rss_mb", "resident memory of the agent", "MB"),
    ("agent_cpu_ms", "processor, agent, in 30 s", "ms"),
    ("runit_pss_mb", "memory of runit", "MB"),
    ("s6_pss_mb", "memory of s6", "MB"),
    ("supervisord_pss_mb", "memory of supervisord", "MB"),
    ("runit_cpu_ms", "processor, runit, in 30 s", "ms"),
    ("s6_cpu_ms", "processor, s6, in 30 s", "ms"),
    ("supervisord_cpu_ms", "processor, supervisord, in 30 s", "ms"),
)


def connection_bytes(port):
    """Bytes both ways on the one connection to a server's port, headers included."""
    text = subprocess.run(("ss", "--no-header", "--tcp", "--info", "--numeric", "--oneline", "state", "established", f"dport = :{port}"),
                          check=True, stdout=subprocess.PIPE, text=True).stdout
    lines = [line for line in text.splitlines() if "segs_out:" in line]
    if len(lines) != 1:
        raise RuntimeError(f"there are {len(lines)} connections to port {port}, not one")
    counted = {found[1]: int(found[2]) for found in re.finditer(r"(\w+):(\d+)", lines[0])}
    header = TCP_HEADER + IP_HEADER[6 if "[" in lines[0] and "::ffff:" not in lines[0] else 4]
    segments = counted["segs_out"] + counted["segs_in"]
    return counted.get("bytes_sent", 0) + counted.get("bytes_received", 0) + header * segments


class Meter:
    """What the named processes have used since its making."""

    def __init__(self, pids_by_name):
        self.pids = pids_by_name
        self.before = {name: proc.cpu_ms(pids) for name, pids in pids_by_name.items()}
        self.began = time.monotonic()

    def figures(self):
        share = SHARE_S / (time.monotonic() - self.began)
        figures = {f"{name}_cpu_ms": (proc.cpu_ms(pids) - self.before[name]) * share for name, pids in self.pids.items()}
        figures |= {f"{name}_pss_mb": proc.pss_mb(pids) for name, pids in self.pids.items()}
        figures |= {f"{name}_own_mb": proc.own_mb(pids) for name, pids in self.pids.items()}
        figures |= {f"{name}_rss_mb": sum(map(proc.resident_mb, pids)) for name, pids in self.pids.items()}
        return figures


def measure_running(device, others, settle_s, measured_s):
    time.sleep(settle_s)
    meter = Meter({"watchdog": device.main, "agent": [device.agent()], **{other.name: other.main for other in others}})
    before = connection_bytes(device.facts["port"])
    time.sleep(measured_s)
    traffic = connection_bytes(device.facts["port"]) - before
    return {**meter.figures(), "month_mb": traffic / (measured_s / 60) * MINUTES_A_MONTH / 1e6}


def measure(peers, programs, processes, folder, settle_s=SETTLE_S, measured_s=MEASURED_S):
    with whole.Whole(programs, folder, processes) as rig, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as heartbeats:
        heartbeats.bind(("127.0.0.1", 0))
        others = supervisors.start_peers(folder, processes, rig.children, peers, heartbeats.getsockname()[1])
        figures = measure_running(rig.device, others, settle_s, measured_s)
        for other in others:
            other.close()
        return figures
