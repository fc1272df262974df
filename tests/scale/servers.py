# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of a fleet on loopback, as they are set up for one: a Prosody, or nodes of ejabberd with PostgreSQL."""

import json
import pathlib
import re
import subprocess
import time

DEPLOY = pathlib.Path(__file__).resolve().parent.parent.parent / "deploy"
DOMAIN = "localhost"
PANEL = f"panel@{DOMAIN}"
PASSWORD = "scale"


def await_true(condition, limit_s, what):
    until = time.monotonic() + limit_s
    while not (result := condition()):
        if time.monotonic() > until:
            raise RuntimeError(f"{what} does not come within {limit_s} s")
        time.sleep(0.1)
    return result


def tree_of(pid):
    """A process with all that it has started."""
    found = [pid]
    for each in found:
        for task in pathlib.Path(f"/proc/{each}/task").glob("*/children"):
            found += map(int, task.read_text(encoding="ascii").split())
    return found


def write_accounts(folder, devices):
    accounts = folder / "accounts"
    accounts.touch(mode=0o600)
    accounts.write_text(f"{PANEL}:{PASSWORD}\n" + "".join(f"{jid}:{PASSWORD}\n" for jid in devices), encoding="ascii")
    return accounts


def bytes_below(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class Prosody:
    """The server that the demo uses; its data are files."""

    name = "prosody"

    def __init__(self, folder, devices):
        self.folder = folder / "server"
        accounts = write_accounts(folder, devices)
        self.process = subprocess.Popen((DEPLOY / "prosody" / "local-server", "--folder", self.folder, "--accounts", accounts, "--panel", PANEL),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        facts = json.loads(self.process.stdout.readline())
        self.endpoints = [("localhost", facts["port"])]
        self.ca = facts["ca"]
        self.pid = facts["pid"]

    def pids(self):
        return {"server": [self.pid]}

    def stored_bytes(self):
        return bytes_below(self.folder / "data")

    def archived(self):
        """Messages in the panel's archive."""
        index = self.folder / "data" / DOMAIN / "archive" / "panel.list"
        return len(re.findall(r"(?m)^item\(", index.read_text(encoding="utf-8", errors="replace"))) if index.exists() else 0

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Cluster:
    """Two nodes of ejabberd with PostgreSQL, as deploy/ejabberd/server sets them up; `local-cluster` of the demo."""

    name = "cluster"

    def __init__(self, folder, devices):
        self.folder = folder / "cluster"
        accounts = write_accounts(folder, devices)
        self.process = subprocess.Popen((DEPLOY / "ejabberd" / "local-cluster", "--folder", self.folder, "--accounts", accounts, "--panel", PANEL),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        facts = json.loads(self.process.stdout.readline())
        # Not by the forwarder, which would weigh in the figures.
        self.endpoints = [(node["address"], facts["port"]) for node in facts["nodes"]]
        self.ca = facts["ca"]
        self.nodes = [node["pid"] for node in facts["nodes"]]
        # Its first line is the pid, the fourth the port.
        self.database_pid, _, _, self.database_port, *_ = (self.database() / "data" / "postmaster.pid").read_text(encoding="ascii").split("\n")

    def database(self):
        return self.folder / "database"

    def pids(self):
        return {"server": [pid for node in self.nodes for pid in tree_of(node)], "database": tree_of(int(self.database_pid))}

    def query(self, statement):
        command = ("psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--host", self.database(), "--port", self.database_port,
                   "--username", "ejabberd", "--dbname", "ejabberd", "--set", "ON_ERROR_STOP=1", "--command", statement)
        owner = self.database().stat().st_uid
        return int(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd="/", user=owner).stdout)

    def stored_bytes(self):
        return self.query("SELECT pg_database_size('ejabberd')")

    def archived(self):
        return self.query("SELECT count(*) FROM archive")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


SERVERS = {each.name: each for each in (Prosody, Cluster)}
