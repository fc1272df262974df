# SPDX-License-Identifier: GPL-3.0-or-later
"""The database that all nodes share: accounts, groups and what is archived for whom, as ejabberd's tables keep them. By psql,
whose password is in a file and whose statements come from its input, so that no secret is in an argument."""

import base64
import hashlib
import hmac
import os
import pathlib
import secrets
import time

from accounts import ITERATIONS, saslprep
from common import Failure, run

PASSWORDS = "/etc/sgn-server/database.pgpass"
ENVIRONMENT = "/etc/sgn-server/database.env"
SCHEMA = pathlib.Path("/usr/share/ejabberd/sql/pg.sql")
READY_WITHIN_S = 30
PANELS, DEVICES = "panels", "devices"
# Each sees the members of the other.
GROUPS = ((PANELS, DEVICES), (DEVICES, PANELS))


def quoted(text):
    if "\0" in text:
        raise Failure("a text for the database has a zero in it")
    return "'" + text.replace("'", "''") + "'"


def password_line(password):
    """The line of a password file of PostgreSQL, libpq's pgpass."""
    return "*:*:ejabberd:ejabberd:" + password.replace("\\", "\\\\").replace(":", "\\:") + "\n"


def password_of(line):
    text = line.rstrip("\n").removeprefix("*:*:ejabberd:ejabberd:")
    return text.replace("\\:", ":").replace("\\\\", "\\")


def environment_text(settings):
    return (f"PGHOST={settings.database_host}\nPGPORT={settings.database_port}\nPGDATABASE=ejabberd\nPGUSER=ejabberd\n"
            f"PGSSLMODE={'require' if settings.database_tls else 'prefer'}\n")


class Keys:
    """What a server keeps of a password (RFC 5802, 7677)."""

    def __init__(self, hash_name, salt, iterations, stored, server):
        self.hash_name, self.salt, self.iterations, self.stored, self.server = hash_name, salt, iterations, stored, server

    @classmethod
    def of_password(cls, password, hash_name, salt=None, iterations=ITERATIONS):
        salt = salt or secrets.token_bytes(16)
        salted = hashlib.pbkdf2_hmac(hash_name, saslprep(password).encode(), salt, iterations)
        stored = hashlib.new(hash_name, hmac.digest(salted, b"Client Key", hash_name)).digest()
        return cls(hash_name, salt, iterations, stored, hmac.digest(salted, b"Server Key", hash_name))

    def row(self):
        """As ejabberd spells them in its table of users: password, serverkey, salt, iterationcount."""
        prefix = "" if self.hash_name == "sha1" else f"{self.hash_name}:"
        return (prefix + base64.b64encode(self.stored).decode(), base64.b64encode(self.server).decode(),
                base64.b64encode(self.salt).decode(), self.iterations)

    @classmethod
    def of_row(cls, password, server, salt, iterations):
        hash_name, _, stored = password.rpartition(":")
        return cls(hash_name or "sha1", base64.b64decode(salt), int(iterations), base64.b64decode(stored), base64.b64decode(server))

    def is_of(self, password):
        return hmac.compare_digest(Keys.of_password(password, self.hash_name, self.salt, self.iterations).stored, self.stored)


class Database:
    def __init__(self, machine, settings):
        self.machine = machine
        self.settings = settings

    def environment(self):
        return {**os.environ, "PGPASSFILE": str(self.machine.path(PASSWORDS)), "PGCONNECT_TIMEOUT": "10",
                **dict(line.split("=", 1) for line in environment_text(self.settings).splitlines())}

    def execute(self, statements):
        """The rows of the last statement's result, each a list of texts. All statements happen or none."""
        try:
            text = run("psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator", "\x1f", "--set",
                       "ON_ERROR_STOP=1", "--single-transaction", "--file", "-", stdin=statements, env=self.environment())
        except Failure as failure:
            raise Failure(f"the database at {self.settings.database_host}:{self.settings.database_port}: {failure}") from None
        return [line.split("\x1f") for line in text.splitlines()]

    def await_up(self):
        """Until it answers, as after its start."""
        until = time.monotonic() + READY_WITHIN_S
        while True:
            try:
                self.execute("SELECT 1;")
                return
            except Failure:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def has_schema(self):
        return bool(self.execute("SELECT to_regclass('public.sr_group');")[0][0])

    def lay_out(self):
        """ejabberd's tables, and the two groups; returns whether that is a change."""
        changed = False
        if not self.has_schema():
            if not SCHEMA.exists():
                raise Failure(f"{SCHEMA} is missing: Debian's ejabberd is not installed")
            if self.machine.changed("make ejabberd's tables in the database"):
                self.execute(SCHEMA.read_text(encoding="utf-8"))
            elif self.machine.dry_run:
                return True
            changed = True
        there = {row[0] for row in self.execute("SELECT name FROM sr_group;")}
        missing = [(name, displayed) for name, displayed in GROUPS if name not in there]
        if missing and self.machine.changed(f"make the groups {', '.join(name for name, _ in missing)}"):
            self.execute("".join(f"INSERT INTO sr_group (name, opts) VALUES ({quoted(name)}, {quoted(group_options(name, displayed))});\n"
                                 for name, displayed in missing))
        return changed or bool(missing)

    def is_empty(self):
        return not self.has_schema() or not self.names()

    # Accounts.

    def names(self):
        return [row[0] for row in self.execute("SELECT username FROM users ORDER BY username;")]

    def keys(self):
        """What is kept of each account's password."""
        return {row[0]: Keys.of_row(*row[1:]) for row in
                self.execute("SELECT username, password, serverkey, salt, iterationcount FROM users WHERE salt <> '';")}

    def write(self, keys):
        """New accounts or other passwords, by name. A session that is open goes on."""
        rows = (", ".join((quoted(name), *(quoted(each) for each in of.row()[:3]), str(int(of.iterations)))) for name, of in keys.items())
        self.execute("".join("INSERT INTO users (username, password, serverkey, salt, iterationcount) VALUES "
                             f"({row}) ON CONFLICT (username) DO UPDATE SET password = excluded.password, "
                             "serverkey = excluded.serverkey, salt = excluded.salt, iterationcount = excluded.iterationcount;\n"
                             for row in rows) or "SELECT 1;")

    def remove(self, names):
        """Only where no node runs, which has its own way."""
        for name in names:
            self.execute("".join(f"DELETE FROM {table} WHERE username = {quoted(name)};\n" for table in
                                 ("users", "spool", "archive", "archive_prefs", "rosterusers", "rostergroups", "roster_version"))
                         + f"DELETE FROM sr_user WHERE jid = {quoted(f'{name}@{self.settings.domain}')};\n")

    # Groups, and the archive of panels.

    def members(self, group):
        suffix = f"@{self.settings.domain}"
        return [row[0].removesuffix(suffix) for row in
                self.execute(f"SELECT jid FROM sr_user WHERE grp = {quoted(group)} ORDER BY jid;")]

    def panels(self):
        return self.members(PANELS)

    def add_members(self, group, names):
        values = ", ".join(f"({quoted(f'{name}@{self.settings.domain}')}, {quoted(group)})" for name in names)
        if values:
            self.execute(f"INSERT INTO sr_user (jid, grp) VALUES {values} ON CONFLICT DO NOTHING;")

    def remove_member(self, group, name):
        self.execute(f"DELETE FROM sr_user WHERE jid = {quoted(f'{name}@{self.settings.domain}')} AND grp = {quoted(group)};")

    def archived(self):
        return [row[0] for row in self.execute("SELECT username FROM archive_prefs WHERE def = 'always' ORDER BY username;")]

    def archive(self, name):
        self.execute("INSERT INTO archive_prefs (username, def, always, never) VALUES "
                     f"({quoted(name)}, 'always', '[]', '[]') ON CONFLICT (username) DO UPDATE SET def = 'always';")

    def archive_no_longer(self, name):
        self.execute(f"DELETE FROM archive_prefs WHERE username = {quoted(name)};")

    def facts(self):
        """Sizes that an operator wants to see."""
        row = self.execute("SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM archive), (SELECT count(*) FROM spool), "
                           "pg_database_size(current_database());")[0]
        return dict(zip(("accounts", "archived", "waiting", "bytes"), map(int, row)))

    # All of it.

    def dump(self, target):
        """Into the file, in PostgreSQL's own format."""
        run("pg_dump", "--format", "custom", "--no-owner", "--no-privileges", "--file", target, env=self.environment())

    def load(self, source):
        """In place of what is there; all of it or nothing."""
        run("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
            "--dbname", "ejabberd", source, env=self.environment())


def group_options(name, displayed):
    # A term of Erlang, as mod_shared_roster writes it.
    return f"[{{label,<<\"{name}\">>}},{{displayed_groups,[<<\"{displayed}\">>]}},{{description,<<>>}}]"


def make_local(machine, password):
    """PostgreSQL's part on a machine that has it: the account and the database, by PostgreSQL's own user."""
    owner = ("runuser", "--user", "postgres", "--", "psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1")
    if run(*owner, "--command", "SELECT 1 FROM pg_roles WHERE rolname = 'ejabberd';", cwd="/").strip() != "1" and \
            machine.changed("make PostgreSQL's account ejabberd"):
        run(*owner, "--file", "-", stdin="SET password_encryption = 'scram-sha-256';\n"
            f"CREATE ROLE ejabberd LOGIN PASSWORD {quoted(password)};\n", cwd="/")
    if run(*owner, "--command", "SELECT 1 FROM pg_database WHERE datname = 'ejabberd';", cwd="/").strip() != "1" and \
            machine.changed("make the database ejabberd"):
        run(*owner, "--command", "CREATE DATABASE ejabberd OWNER ejabberd TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';", cwd="/")


