# SPDX-License-Identifier: GPL-3.0-or-later
"""All of a server in one file: settings, authority, certificate, accounts, archive, offline messages, file store."""

import contextlib
import datetime
import gzip
import io
import json
import os
import pathlib
import re
import shutil
import stat
import tarfile
import tempfile
import zlib

from accounts import store_name
from common import Failure
from machine import sync_folder

FORMAT = 1
MANIFEST = "manifest.json"
DATA = "var/lib/prosody"
# What a backup may contain besides the data; nothing else is ever written by a restore.
FILES = re.compile(r"etc/sgn-server/([\w-][\w.-]*/)?[\w-][\w.-]*|etc/prosody/certs/sgn-server\.pem|etc/prosody/conf\.d/sgn-[\w.-]+\.cfg\.lua")
DATA_NAME = re.compile(r"[\w%~-][\w%.~-]*(/[\w%~-][\w%.~-]*)*")
AUTHORITY_KEY = re.compile(r"etc/sgn-server/[\w-][\w.-]*/ca\.key")
MOST_OF_A_FILE = 1024 * 1024


def regular_files(folder):
    """Yields (path below it, its stat)."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = pathlib.Path(place) / name
            with contextlib.suppress(FileNotFoundError):
                facts = path.lstat()
                if stat.S_ISREG(facts.st_mode):
                    yield path.relative_to(folder), facts


def is_same(one, other):
    return (one.st_ino, one.st_size, one.st_mtime_ns) == (other.st_ino, other.st_size, other.st_mtime_ns)


class Snapshot:
    """Prosody's data at one moment, without stopping it. All is copied while it runs; then, while it is frozen for the
    time of a look, what has changed meanwhile is copied again. Files that clients uploaded never change once they have
    their name, and so aren't copied at all but read later."""

    def __init__(self, data, uploads):
        self.data = data
        self.uploads = uploads
        self.copies = {}  # path: stat of what was copied
        self.left = []  # uploaded files

    def update(self, folder):
        seen = set()
        self.left = []
        for path, facts in regular_files(self.data):
            if not DATA_NAME.fullmatch(str(path)):
                continue  # not Prosody's: its data folder is its home as well
            if path.is_relative_to(self.uploads):
                if not path.name.endswith("~"):
                    self.left.append(path)
                continue
            seen.add(path)
            if path not in self.copies or not is_same(self.copies[path], facts):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                try:
                    shutil.copyfile(self.data / path, folder / path, follow_symlinks=False)
                except FileNotFoundError:
                    seen.discard(path)
                    continue
                self.copies[path] = facts
        for path in set(self.copies) - seen:
            (folder / path).unlink(missing_ok=True)
            del self.copies[path]


def add(archive, name, path, mode):
    """A file without its owner; it may have expired meanwhile."""
    with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
        member = tarfile.TarInfo(name)
        member.size = os.fstat(file.fileno()).st_size
        member.mtime = int(os.fstat(file.fileno()).st_mtime)
        member.mode = mode
        archive.addfile(member, file)


def configuration_files(machine, with_authority_key):
    for base in ("etc/sgn-server", "etc/prosody/certs", "etc/prosody/conf.d"):
        for path, _ in regular_files(machine.path(base)):
            name = f"{base}/{path}"
            if FILES.fullmatch(name) and (with_authority_key or not AUTHORITY_KEY.fullmatch(name)):
                yield name


def take(machine, settings, target, with_authority_key):
    """Writes the backup; the path has it as a whole or not at all."""
    data = machine.path(DATA)
    uploads = pathlib.Path(store_name(f"upload.{settings.domain}")) / "http_file_share"
    partial = target.with_name(f".{target.name}.part")
    manifest = {"format": FORMAT, "domain": settings.domain, "made": datetime.datetime.now(datetime.timezone.utc).isoformat(),
                "prosody": machine.version_of("prosody")}
    try:
        # Beside the target: where the backup fits, its parts do.
        with tempfile.TemporaryDirectory(prefix=".sgn-server-", dir=target.parent) as folder, \
                open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            snapshot = Snapshot(data, uploads)
            snapshot.update(pathlib.Path(folder))
            with machine.frozen():
                snapshot.update(pathlib.Path(folder))
            with gzip.GzipFile(fileobj=file, filename="", mode="wb", compresslevel=6) as packed, \
                    tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
                text = json.dumps(manifest, indent=2).encode()
                member = tarfile.TarInfo(MANIFEST)
                member.size, member.mode = len(text), 0o600
                archive.addfile(member, io.BytesIO(text))
                for name in configuration_files(machine, with_authority_key):
                    add(archive, name, machine.path(name), machine.path(name).stat().st_mode & 0o777)
                for path in sorted(snapshot.copies):
                    add(archive, f"{DATA}/{path}", pathlib.Path(folder) / path, 0o640)
                for path in snapshot.left:
                    add(archive, f"{DATA}/{path}", data / path, 0o640)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise Failure(f"{target} can't be written: {error.strerror or error}") from None
    finally:
        partial.unlink(missing_ok=True)


class Contents:
    """A backup that was read to its end, its data unpacked into a new folder. Nothing of the machine is changed yet."""

    def __init__(self, source, folder):
        self.files = {}  # of /etc: name: (text, mode)
        try:
            with gzip.open(source) as packed:
                with tarfile.open(fileobj=packed, mode="r:") as archive:
                    self.read(archive, folder)
                # The checksum stands at the very end, behind what tarfile reads.
                while packed.read(MOST_OF_A_FILE):
                    pass
        except (OSError, EOFError, tarfile.TarError, zlib.error, ValueError) as error:
            raise Failure(f"{source} can't be read: {error}") from None

    def read(self, archive, folder):
        self.manifest = self.manifest_of(archive)
        while member := archive.next():
            name = member.name
            if not member.isreg():
                raise Failure(f"{name} is no file: this is no backup of `server`")
            if name.startswith(DATA + "/") and DATA_NAME.fullmatch(name.removeprefix(DATA + "/")):
                path = folder / name.removeprefix(DATA + "/")
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
                with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "wb") as file:
                    shutil.copyfileobj(archive.extractfile(member), file)
                os.utime(path, (member.mtime, member.mtime))
            elif FILES.fullmatch(name) and member.size <= MOST_OF_A_FILE:
                self.files[name] = (archive.extractfile(member).read().decode(), member.mode & 0o755)
            else:
                raise Failure(f"{name} has no place on a server: this is no backup of `server`")

    @staticmethod
    def manifest_of(archive):
        first = archive.next()
        if first is None or first.name != MANIFEST or not first.isreg() or first.size > MOST_OF_A_FILE:
            raise Failure("it isn't a backup of `server`: its first file isn't manifest.json")
        manifest = json.loads(archive.extractfile(first).read())
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise Failure("it is of another version of `server`: use that one")
        return manifest
