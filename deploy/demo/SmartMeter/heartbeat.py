# SPDX-License-Identifier: GPL-3.0-or-later
"""What every meter program needs: a job to repeat, and a heartbeat to the watchdog about it (seed step 17)."""

import json
import os
import pathlib
import socket
import sys
import time

INTERVAL_S = 20
# Several devices on one machine have a watchdog each; it passes its own port to what it starts.
PORT = int(os.environ.get("SGN_HEARTBEAT_PORT", "4951"))
PROGRAM = pathlib.Path(os.path.abspath(sys.argv[0]))


def version():
    return int((PROGRAM.parent / "version").read_text(encoding="ascii"))


def repeat(job, every_s):
    """Runs `job` every `every_s` seconds for ever. No heartbeat while it hangs: that is how the watchdog notices."""
    message = json.dumps({
        "command": "heart_beat",
        "process_name": PROGRAM.stem,
        "pid_of_process": os.getpid(),
        "run_command": str(PROGRAM),
        "version": version(),
    }).encode()
    address = ("127.0.0.1", PORT)
    say("INFO", f"{PROGRAM.stem} version {version()} starts")
    due = 0.0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as watchdog:
        while True:
            job()
            if time.monotonic() >= due:
                watchdog.sendto(message, address)
                due = time.monotonic() + INTERVAL_S
            time.sleep(every_s)


def say(level, text):
    print(time.strftime("%Y-%m-%d %H:%M:%S"), level, text, flush=True)
