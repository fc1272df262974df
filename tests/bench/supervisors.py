# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps processes running: the watchdog, a bare loop as the floor, and the supervisors that Debian has. Each supervises as many
copies of the same script in a folder of its own, with the settings that it has by default."""

import json
import os
import pathlib
import socket
import subprocess

import meters
import peers as peer_programs
import proc

HERE = pathlib.Path(__file__).resolve().parent
NOBODY = 65534
DEVICE_FOLDERS = ("SmartMeter", "JabberClient", "certs", "cfg", "wdog", "downloads", "logs")
QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Supervisor:
    """`main` are the pids of the supervisor itself."""

    name = ""

    def __init__(self, folder, count, children):
        self.folder = meters.make_folder(folder / self.name)
        self.count = count
        self.children = children
        self.main = []
        self.starts = meters.Starts(self.folder / "started")

    def scripts(self, folder=None):
        return meters.write(folder or meters.make_folder(self.folder / "programs"), self.count, self.starts.pipe)

    def spawn(self, *command, **more):
        self.main.append(self.children.start(*command, **{**QUIET, **more}).pid)

    def close(self):
        self.starts.close()


def environment(port):
    return {"PATH": "/usr/bin:/bin", "SGN_HEARTBEAT_PORT": str(port)}


class Floor(Supervisor):
    name = "floor"

    def start(self, _peers, port):
        self.spawn(peer_programs.PYTHON, "-SE", HERE / "floor.py", *self.scripts(), env=environment(port))
        return True


class Watchdog(Supervisor):
    """The device's program, in a folder of its own whose owner isn't root, as on a device."""

    name = "watchdog"

    def __init__(self, folder, count, children, programs):
        super().__init__(folder, count, children)
        self.program = programs / "sgn-watchdog"
        self.root = self.folder / "technospurs"
        self.port = 0

    def lay_out(self):
        for name in DEVICE_FOLDERS:
            meters.make_folder(self.root / name)
        self.scripts(self.root / "SmartMeter")
        self.own()

    def own(self):
        """Everything in the device's folder is its owner's, who isn't root."""
        if os.geteuid() == 0:
            for folder, names, files in os.walk(self.root):
                for each in (folder, *(os.path.join(folder, name) for name in names + files)):
                    os.chown(each, NOBODY, NOBODY, follow_symlinks=False)

    def start(self, _peers, _port):
        self.lay_out()
        self.start_watchdog()
        self.start_processes()
        return True

    def start_processes(self):
        """By the watchdog, as after an install: then they are its children, as those of the peers are."""
        expected = [{"process_name": name, "version": 1} for name in meters.names(self.count)]
        request = {"id": 1, "request": "resume", "component": "SmartMeter", "expected": expected}
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(meters.STARTED_WITHIN_S)
            control.connect(str(self.root / "wdog" / "control.sock"))
            control.sendall(json.dumps(request).encode() + b"\n")
            reply = json.loads(control.makefile().readline())
        if reply.get("reply") != "done":
            raise RuntimeError(f"the watchdog doesn't start the processes: {reply}")

    def start_watchdog(self):
        errors = self.folder / "errors"
        with open(errors, "wb") as output:
            process = self.children.start(self.program, "--root", self.root, "--port", "0", "--socket", self.root / "wdog" / "control.sock",
                                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=output, text=True)
        words = process.stdout.readline()
        if not words.startswith("ready: port "):
            raise RuntimeError(f"the watchdog doesn't start: {errors.read_text(errors='replace').strip()}")
        self.port = int(words.split()[2].rstrip(","))
        self.main.append(process.pid)

    def agent(self):
        """The pid of the agent that the watchdog has started."""
        return proc.child_of(self.main[0], "sgn-agent")


class Folders(Supervisor):
    """One that has a folder with a script `run` for each process, and a helper for each folder."""

    program = ""

    def start(self, peers, port):
        program = peers.program(self.program)
        if not program:
            return False
        for path in self.scripts():
            service = meters.make_folder(self.folder / "services" / path.name)
            run = service / "run"
            run.write_text(f"#!/bin/sh\nexec {path}\n", encoding="ascii")
            run.chmod(0o755)
            self.spawn(program, service, env={**peers.environment(), **environment(port)})
        return True


class Runit(Folders):
    name = "runit"
    program = "runsv"


class S6(Folders):
    name = "s6"
    program = "s6-supervise"


class Supervisord(Supervisor):
    name = "supervisord"

    def start(self, peers, port):
        command = peers.module("supervisord")
        if not command:
            return False
        lines = [f"[supervisord]\nlogfile={self.folder}/log\npidfile={self.folder}/pid\nchildlogdir={self.folder}\nnodaemon=true\n"]
        lines += [f"[program:{path.name}]\ncommand={path}\nautorestart=true\n" for path in self.scripts()]
        (self.folder / "conf").write_text("".join(lines), encoding="ascii")
        self.spawn(*command, "--configuration", self.folder / "conf", env={**peers.environment(), **environment(port)}, cwd=self.folder)
        return True


def start_those(supervisors, peers, port):
    """Those that are there, each with its processes running."""
    running = []
    for supervisor in supervisors:
        if supervisor.start(peers, port):
            supervisor.starts.wait(supervisor.count)
            running.append(supervisor)
        else:
            supervisor.close()
    return running


def start_peers(folder, count, children, peers, port):
    """`port` takes the heartbeats, which no peer needs."""
    return start_those([kind(folder, count, children) for kind in (Runit, S6, Supervisord)], peers, port)


def start_all(folder, count, children, programs, peers, port):
    ours = [Watchdog(folder, count, children, programs), Floor(folder, count, children)]
    return start_those(ours, peers, port) + start_peers(folder, count, children, peers, port)
