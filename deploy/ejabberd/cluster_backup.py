# SPDX-License-Identifier: GPL-3.0-or-later
"""All of a cluster but its uploaded files in one file: settings, secrets, authority, certificate and the database; and what
panels keep on the server, which is no part of the database."""

import contextlib
import dataclasses
import datetime
import gzip
import io
import json
import os
import pathlib
import re
import shutil
import sys
import tarfile
import tempfile
import zlib

import cluster_settings
import database
from backup import MANIFEST, MOST_OF_A_FILE, add, regular_files
from certificate_commands import Commands
from cluster import now, ordered, read_line
from common import Failure
from identity import AUTHORITY, NEXT
from machine import sync_folder
from node import COOKIE, SPOOL

FORMAT = 1
NAME = "sgn-cluster-{domain}-{time}.tar.gz"
DUMP = "database.dump"
NOTES = "notes.terms"
# Where a node keeps the notes of a backup until it has read them.
RESTORED_NOTES = f"{SPOOL}/notes.restored"
TABLES = ("pubsub_index", "pubsub_node", "pubsub_state", "pubsub_item", "pubsub_orphan")
FILES = re.compile(r"etc/sgn-server/([\w-][\w.-]*/)?[\w-][\w.-]*|etc/ejabberd/sgn-(server\.pem|own\.yml)|var/lib/ejabberd/\.erlang\.cookie")
AUTHORITY_KEY = re.compile(r"etc/sgn-server/[\w-][\w.-]*/ca\.key")
BASES = ("etc/sgn-server", "etc/ejabberd")
MOST_OF_ALL_NOTES = 512 * 1024 * 1024


class Backups(Commands):
    def take(self, options):
        self.setup.load()
        target = options.target
        if options.keep and not target.is_dir() and self.machine.changed(f"make {target}"):
            target.mkdir(mode=0o700)
        if target.is_dir() or options.keep:
            target = target / NAME.format(domain=self.setup.settings.domain, time=now())
        elif target.exists():
            raise Failure(f"{target} is there already: name another file, or a folder, in which each backup gets a name of its own")
        if self.machine.changed(f"write {target}"):
            self.write(target, not options.without_authority_key)
        if options.keep and options.target.is_dir():
            self.remove_old(options.target, options.keep)

    def remove_old(self, folder, keep):
        pattern = re.compile(re.escape(NAME).replace(r"\{domain\}", re.escape(self.setup.settings.domain)).replace(r"\{time\}", r"\d{8}T\d{6}Z"))
        for path in sorted(path for path in folder.iterdir() if pattern.fullmatch(path.name))[:-keep]:
            if self.machine.changed(f"remove {path}"):
                path.unlink()

    def write(self, target, with_authority_key):
        """The path has the backup as a whole or not at all."""
        partial = target.with_name(f".{target.name}.part")
        manifest = {"format": FORMAT, "domain": self.setup.settings.domain, "ejabberd": self.machine.version_of("ejabberd"),
                    "made": datetime.datetime.now(datetime.timezone.utc).isoformat()}
        try:
            with tempfile.TemporaryDirectory(prefix=".sgn-cluster-", dir=target.parent) as folder, \
                    open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
                self.setup.database.dump(pathlib.Path(folder) / DUMP)
                (pathlib.Path(folder) / NOTES).write_bytes(self.dump_notes())
                with gzip.GzipFile(fileobj=file, filename="", mode="wb", compresslevel=6) as packed, \
                        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
                    self.pack(archive, manifest, pathlib.Path(folder), with_authority_key)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(target)
            sync_folder(target.parent)
        except OSError as error:
            raise Failure(f"{target} can't be written: {error.strerror or error}") from None
        finally:
            partial.unlink(missing_ok=True)

    def pack(self, archive, manifest, folder, with_authority_key):
        text = json.dumps(manifest, indent=2).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size, member.mode = len(text), 0o600
        archive.addfile(member, io.BytesIO(text))
        for name in self.files():
            if with_authority_key or not AUTHORITY_KEY.fullmatch(name):
                add(archive, name, self.machine.path(name), self.machine.path(name).stat().st_mode & 0o777)
        for name in (DUMP, NOTES):
            add(archive, name, folder / name, 0o600)

    def files(self):
        for base in BASES:
            for path, _ in regular_files(self.machine.path(base)):
                if FILES.fullmatch(f"{base}/{path}"):
                    yield f"{base}/{path}"
        yield COOKIE.lstrip("/")

    def dump_notes(self):
        """What panels keep on the server, as the node writes it; it has to run."""
        if not self.machine.is_up():
            raise Failure("ejabberd doesn't run here, and what panels keep on it would be missing: start it, or back up another node")
        notes = b""
        for table in TABLES:
            path = self.machine.path(f"{SPOOL}/notes.{table}")
            try:
                self.machine.request("dump_table", file=str(path), table=table)
                notes += path.read_bytes()
            finally:
                path.unlink(missing_ok=True)
        return notes

    # The way in.

    def restore(self, options):
        with tempfile.TemporaryDirectory(prefix="sgn-restore-") as folder:
            contents = Contents(options.source, pathlib.Path(folder))
            settings = cluster_settings.parse(contents.text(cluster_settings.FILE), options.source)
            self.setup.use(dataclasses.replace(settings, peer="", **ordered(options)))
            self.setup.settings.check()
            if self.machine.service_pid():
                raise Failure("ejabberd runs here: stop it first, on every node of the cluster")
            if self.machine.dry_run:
                self.machine.changed(f"restore {contents.manifest.get('domain')} as of {contents.manifest.get('made')}")
                return
            self.refuse_accounts(options.replace)
            self.restore_files(contents)
            self.setup.prepare(read_line(options.database_password_file))
            self.restore_database(contents, options.replace)
        self.setup.forget_cluster()
        self.setup.share([])
        if self.setup.identity.what_is_wrong():
            self.setup.identity.issue(self.setup.identity.issuer())
        self.setup.configure(True)
        self.load_notes(options)

    def refuse_accounts(self, replace):
        """On a machine that is a node already, before its secrets are exchanged. Elsewhere restore_database() finds them."""
        if replace or self.machine.read(database.PASSWORDS) is None:
            return
        has_accounts = False
        with contextlib.suppress(Failure):
            has_accounts = not self.setup.database.is_empty()
        if has_accounts:
            self.fail_of_accounts()

    def fail_of_accounts(self):
        raise Failure(f"the database has accounts of {self.setup.settings.domain}: --replace exchanges them for those of the backup")

    def restore_files(self, contents):
        self.machine.check(self.setup.settings.ports())
        self.setup.install_packages()
        self.setup.lay_out()
        for name in (AUTHORITY, NEXT):
            if any(file.startswith(name.lstrip("/") + "/") for file in contents.files):
                self.machine.folder(name, 0o700)
        for name, (text, mode) in contents.files.items():
            if name == cluster_settings.FILE.lstrip("/"):
                continue
            user = "ejabberd" if name == COOKIE.lstrip("/") else "root"
            self.machine.put("/" + name, text, mode, user=user, group="ejabberd" if name.startswith(("etc/ejabberd/", "var/")) else "root")

    def restore_database(self, contents, replace):
        if not self.setup.database.is_empty() and not replace:
            self.fail_of_accounts()
        if self.machine.changed(f"restore the database as of {contents.manifest.get('made')}"):
            self.setup.database.load(contents.folder / DUMP)
        self.machine.put(RESTORED_NOTES, (contents.folder / NOTES).read_text(encoding="utf-8"), 0o600, user="ejabberd", group="ejabberd")

    def load_notes(self, _options):
        """Into the node, which has to run."""
        self.setup.load()
        text = self.machine.read(RESTORED_NOTES)
        if text is None:
            return
        if not self.machine.is_up():
            print("once the node runs, `server restore-notes` gives panels what they kept on the server", file=sys.stderr)
            return
        if self.machine.changed("restore what panels kept on the server"):
            for number, table in enumerate(tables_in(text)):
                path = self.machine.path(f"{SPOOL}/notes.{number}")
                self.machine.put(f"{SPOOL}/notes.{number}", table, 0o600, user="ejabberd", group="ejabberd")
                self.machine.request("load", file=str(path))
                path.unlink()
            self.machine.path(RESTORED_NOTES).unlink()


def tables_in(text):
    """Each dump of a table begins with the table's definition."""
    return [part for part in re.split(r"(?m)^(?=\{tables,)", text) if part.strip()]


class Contents:
    """A backup that was read to its end, its large parts unpacked into a folder. Nothing of the machine is changed yet."""

    def __init__(self, source, folder):
        self.files = {}  # name: (text, mode)
        self.folder = folder
        try:
            with gzip.open(source) as packed:
                with tarfile.open(fileobj=packed, mode="r:") as archive:
                    self.read(archive)
                # The checksum stands at the very end, behind what tarfile reads.
                while packed.read(MOST_OF_A_FILE):
                    pass
        except (OSError, EOFError, tarfile.TarError, zlib.error, ValueError) as error:
            raise Failure(f"{source} can't be read: {error}") from None
        if not all((folder / name).exists() for name in (DUMP, NOTES)):
            raise Failure(f"{source} is no backup of `server`: it has no {DUMP} or no {NOTES}")

    def text(self, name):
        return self.files.get(name.lstrip("/"), ("", 0))[0]

    def read(self, archive):
        first = archive.next()
        if first is None or first.name != MANIFEST or not first.isreg() or first.size > MOST_OF_A_FILE:
            raise Failure("it isn't a backup of `server`: its first file isn't manifest.json")
        self.manifest = json.loads(archive.extractfile(first).read())
        if not isinstance(self.manifest, dict) or self.manifest.get("format") != FORMAT:
            raise Failure("it is of another version of `server`: use that one")
        while member := archive.next():
            if not member.isreg():
                raise Failure(f"{member.name} is no file: this is no backup of `server`")
            if member.name == DUMP or member.name == NOTES and member.size <= MOST_OF_ALL_NOTES:
                with open(os.open(self.folder / member.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    shutil.copyfileobj(archive.extractfile(member), file)
            elif FILES.fullmatch(member.name) and member.size <= MOST_OF_A_FILE:
                self.files[member.name] = (archive.extractfile(member).read().decode(), member.mode & 0o755)
            else:
                raise Failure(f"{member.name} has no place on a server: this is no backup of `server`")
