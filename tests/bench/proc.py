# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel counts for processes."""

import pathlib
import re

MB = 1024 * 1024


def fields(pid, name):
    """A file of lines "name: number" as numbers."""
    text = pathlib.Path(f"/proc/{pid}/{name}").read_text(encoding="ascii")
    return {found[1]: int(found[2]) for found in re.finditer(r"(?m)^(\w+):\s+(\d+)", text)}


def pss_mb(pids):
    """Memory with each shared page divided among its users: less where other programs with the same libraries run."""
    return sum(fields(pid, "smaps_rollup")["Pss"] for pid in pids) * 1024 / MB


def own_mb(pids):
    """Memory that no file is behind, whatever else runs."""
    return sum(fields(pid, "smaps_rollup")["Anonymous"] for pid in pids) * 1024 / MB


def cpu_ms(pids):
    """Milliseconds on a processor, of all threads that still exist; by nanoseconds, not by clock ticks."""
    spent = 0
    for pid in pids:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            spent += int((task / "schedstat").read_text(encoding="ascii").split()[0])
    return spent / 1e6


def written_bytes(pids):
    """Bytes that went, or will go, to a disk; of a file that is removed before, nothing is subtracted."""
    return sum(fields(pid, "io")["write_bytes"] for pid in pids)


def resident_mb(pid):
    return fields(pid, "status")["VmRSS"] * 1024 / MB


def forget_peak(pid):
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def peak_mb(pid):
    """The most memory since forget_peak()."""
    return fields(pid, "status")["VmHWM"] * 1024 / MB


def child_of(parent, name):
    """The pid of the one child that is called so; None where there is none."""
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text(encoding="ascii", errors="replace")
        except OSError:
            continue
        if f"({name})" in text and int(text.rpartition(")")[2].split()[1]) == parent:
            return int(path.parent.name)
    return None
