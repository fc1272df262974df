# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine that is set up: this one, or a folder that stands for it (--root), which needs no rights and in which
nothing is installed, started or given to another user."""

import contextlib
import grp
import os
import pathlib
import pwd
import re
import signal
import subprocess
import sys
import time

from common import Failure, run

RELEASES = ("12", "13")
STOPS_WITHIN_S = 5


class Machine:
    """What every server's machine has in common; a subclass names the service and its packages."""

    service = ""
    title = ""
    packages = ()

    def __init__(self, root, dry_run):
        self.root = pathlib.Path(root).resolve() if root else pathlib.Path("/")
        self.is_real = root is None
        self.dry_run = dry_run
        self.changes = 0

    def path(self, name):
        return self.root / name.lstrip("/")

    def changed(self, what):
        """Every change is announced in one line, and made only if this returns True."""
        self.changes += 1
        print(f"would {what}" if self.dry_run else what, file=sys.stderr, flush=True)
        return not self.dry_run

    def read(self, name):
        """None where there is no such file."""
        try:
            return self.path(name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def give(self, file, user, group):
        """A path, of which no link is followed, or an open file."""
        if self.is_real:
            links = {} if isinstance(file, int) else {"follow_symlinks": False}
            os.chown(file, pwd.getpwnam(user).pw_uid, grp.getgrnam(group).gr_gid, **links)

    def folder(self, name, mode, user="root", group="root"):
        path = self.path(name)
        if not path.is_dir() and self.changed(f"make {path}"):
            path.mkdir(mode=mode, parents=True)
            path.chmod(mode)
            self.give(path, user, group)

    def put(self, name, text, mode, group="root", user="root"):
        """The file with this text; returns whether that is a change. Durable, and replaced as a whole."""
        path = self.path(name)
        if self.read(name) == text and path.stat().st_mode & 0o7777 == mode:
            return False
        if self.changed(f"write {path}"):
            temporary = path.with_name(f".{path.name}.new")
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
                file.write(text)
                os.fchmod(file.fileno(), mode)
                # By the open file: in a folder of its own the service's user could put a link in the name's place.
                self.give(file.fileno(), user, group)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(path)
            sync_folder(path.parent)
        return True

    # What has to be true before anything is changed.

    def check(self, ports):
        if self.is_real and os.geteuid() != 0 and not self.dry_run:
            raise Failure("this sets up the machine: run it as root (sudo), or try it with --root FOLDER or --dry-run")
        self.check_release()
        for port in ports:
            self.check_port(port)

    def check_release(self):
        text = self.read("/etc/os-release") or pathlib.Path("/etc/os-release").read_text(encoding="utf-8")
        facts = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.M))
        if facts.get("ID") != "debian" or facts.get("VERSION_ID") not in RELEASES:
            raise Failure(f"this machine runs {facts.get('PRETTY_NAME', 'an unknown system')}; the server is tried on Debian "
                          f"{' and '.join(RELEASES)} only, whose {self.title} it configures")

    def check_port(self, port):
        holder = listener(port)
        if holder and holder != self.service_pid():
            name = program_of(holder)
            if not (self.is_real and self.service in name):
                raise Failure(f"port {port} is in use by {name} (pid {holder}): end and disable that, or choose another port; "
                              "`--help` lists the options")

    # Packages and the service.

    def install_packages(self):
        if not self.is_real:
            return
        missing = [name for name in self.packages if not self.version_of(name)]
        if missing and self.changed(f"install {' '.join(missing)}"):
            apt = ("apt-get", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300")
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            run(*apt, "update", env=environment)
            run(*apt, "install", *missing, env=environment)

    @staticmethod
    def version_of(package):
        """Its version, or None if it isn't installed."""
        try:
            status, _, version = run("dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Version}", package).rpartition(" ")
        except Failure:
            return None
        return version if status.startswith("ii") else None

    def service_pid(self):
        """The pid of this machine's service, or None if it doesn't run."""
        raise NotImplementedError

    def has_systemd(self):
        return self.is_real and pathlib.Path("/run/systemd/system").is_dir()

    def restart(self):
        """Starts it where it doesn't run. In a folder that is the user's part."""
        if self.has_systemd():
            if self.changed(f"restart {self.service}"):
                run("systemctl", "daemon-reload")
                run("systemctl", "enable", self.service)
                run("systemctl", "restart", self.service)
        elif not self.dry_run:
            print(f"start {self.title} (again): {self.start_command()}", file=sys.stderr)

    def start_command(self):
        """What starts the service of a folder."""
        raise NotImplementedError

    def stop(self):
        pid = self.service_pid()
        if pid and not self.has_systemd():
            raise Failure(f"{self.title} runs (pid {pid}): end it first")
        if pid and self.changed(f"stop {self.service}"):
            run("systemctl", "stop", self.service)

    @contextlib.contextmanager
    def frozen(self):
        """Meanwhile the service writes nothing; its clients wait. However this program ends, the service goes on."""
        pid = self.service_pid()
        if not pid:
            yield
            return
        # It wakes the service when our end of its pipe is closed, also by our death.
        with subprocess.Popen(("sh", "-c", 'read -r _; kill -CONT "$1"', "sh", str(pid)), stdin=subprocess.PIPE,
                              start_new_session=True) as waker:
            os.kill(pid, signal.SIGSTOP)
            until = time.monotonic() + STOPS_WITHIN_S
            while state_of(pid) != "T" and time.monotonic() < until:
                time.sleep(0.001)
            try:
                yield
            finally:
                waker.stdin.close()


def sync_folder(path):
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(descriptor)
    os.close(descriptor)


def state_of(pid):
    """The letter of proc(5), or an empty text when there is no such process."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return ""


def listener(port):
    """The pid of what listens on the TCP port, 0 if that can't be seen, None if no program does."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in pathlib.Path(table).read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                    inodes.add(f"socket:[{fields[9]}]")
    if not inodes:
        return None
    for descriptor in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if os.readlink(descriptor) in inodes:
                return int(descriptor.parts[2])
    return 0


def program_of(pid):
    with contextlib.suppress(OSError):
        if pid:
            return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    return "another program"
