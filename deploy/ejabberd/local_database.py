# SPDX-License-Identifier: GPL-3.0-or-later
"""PostgreSQL with an empty database for a cluster, in one folder and on a loopback port."""

import os
import pathlib
import pwd
import secrets
import signal
import subprocess
import time

from common import Failure, run

PROGRAMS = "/usr/lib/postgresql"
# Who it runs as where we are root: it refuses root.
UNPRIVILEGED = "nobody"
READY_WITHIN_S = 60
STOPS_WITHIN_S = 10


class Database:
    def __init__(self, folder, address, port):
        """`folder` doesn't exist yet."""
        self.folder = folder
        self.address = address
        self.port = port
        self.password_file = folder.with_name(f"{folder.name}.password")
        self.log = folder / "log"
        self.process = None
        self.rights = []
        if os.geteuid() == 0:
            account = pwd.getpwnam(UNPRIVILEGED)
            self.rights = ["--reuid", str(account.pw_uid), "--regid", str(account.pw_gid), "--clear-groups"]

    def place(self):
        """As `server install --database` takes it."""
        return f"{self.address}:{self.port}"

    def program(self, name):
        found = sorted(pathlib.Path(PROGRAMS).glob(f"*/bin/{name}"), key=lambda path: [int(part) for part in path.parts if part.isdigit()])
        if not found:
            raise Failure("postgresql is not installed")
        return found[-1]

    def start(self):
        password = secrets.token_urlsafe(24)
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(password + "\n", encoding="ascii")
        self.folder.mkdir(mode=0o700)
        if self.rights:
            os.chown(self.folder, int(self.rights[1]), int(self.rights[3]))
        self.run(self.program("initdb"), "--pgdata", self.folder / "data", "--username", "ejabberd", "--auth-local", "trust",
                 "--auth-host", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync")
        # Nothing in it is to outlive the machine.
        command = ["postgres", "-D", self.folder / "data", "-k", self.folder, "-p", self.port, "-c", f"listen_addresses={self.address}",
                   "-c", "fsync=off"]
        with open(self.log, "wb") as log:
            # The kernel ends it with us even when we are killed.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "INT", *self.rights, self.program(command[0]), *(str(word) for word in command[1:])],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/")
        self.await_ready()
        self.run("psql", "--no-psqlrc", "--quiet", "--host", self.folder, "--port", self.port, "--username", "ejabberd", "--dbname",
                 "postgres", "--set", "ON_ERROR_STOP=1",
                 stdin=f"ALTER ROLE ejabberd PASSWORD '{password}';\nCREATE DATABASE ejabberd;\n")

    def run(self, *command, stdin=None):
        return run("setpriv", *self.rights, *command, stdin=stdin, cwd="/") if self.rights else run(*command, stdin=stdin, cwd="/")

    def await_ready(self):
        until = time.monotonic() + READY_WITHIN_S
        while "ready to accept connections" not in self.log.read_text(encoding="utf-8", errors="replace"):
            if self.process.poll() is not None or time.monotonic() > until:
                raise Failure(f"PostgreSQL does not start: {self.log.read_text(encoding='utf-8', errors='replace').strip()[-1000:]}")
            time.sleep(0.05)

    def end(self):
        if self.process is None:
            return
        # It ends its clients' sessions, and then itself.
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
