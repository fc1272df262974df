# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine whose service is Debian's Prosody."""

import os
import pathlib
import signal

from common import run
from machine import Machine


class ProsodyMachine(Machine):
    service = "prosody"
    title = "Prosody"
    packages = ("prosody", "lua-unbound", "openssl", "logrotate")

    def service_pid(self):
        """The pid of this machine's Prosody, or None if it doesn't run."""
        text = (self.read("/run/prosody/prosody.pid") or "").strip()
        if not text.isdigit():
            return None
        try:
            command = pathlib.Path(f"/proc/{text}/cmdline").read_bytes()
        except OSError:
            return None
        # In a folder the pid may have been left by a Prosody that was killed, and be another's by now.
        mine = b"prosody" in command and (self.is_real or os.fsencode(self.root) in command)
        return int(text) if mine else None

    def start_command(self):
        return f"prosody -F --config {self.path('/etc/prosody/prosody.cfg.lua')}"

    def reload(self):
        """New certificates and logs, without ending a connection."""
        pid = self.service_pid()
        if pid and self.changed("reload prosody"):
            os.kill(pid, signal.SIGHUP)

    def shell(self, *lines):
        """Lines for Prosody's own console; its output. Secrets may be in them: they aren't arguments."""
        return run("prosodyctl", "--config", self.path("/etc/prosody/prosody.cfg.lua"), "shell", stdin="\n".join(lines) + "\n")
