# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts of a Prosody, with what it keeps of their passwords: a fleet moves to the cluster, and no device notices."""

import pathlib
import re
import sqlite3
import sys

import accounts
from certificate_commands import Commands
from common import Failure
from database import Keys

# By the length of a stored key in hexadecimal digits.
HASHES = {40: "sha1", 64: "sha256"}
LUA_FIELD = re.compile(r'\["(\w+)"\]\s*=\s*(?:"((?:[^"\\\n]|\\.)*)"|(\d+))\s*;')
LUA_ESCAPE = re.compile(rb"\\(\d{1,3}|.)", re.S)
MOST_OF_A_FILE = 64 * 1024
SHOWN = 10


class ProsodyImport(Commands):
    def import_accounts(self, options):
        self.setup.load()
        present = set(self.setup.database.names())
        counts = {"new": 0, "replaced": 0, "here already": 0}
        refused, keys = [], {}
        for name, record in read(pathlib.Path(options.source), self.setup.settings.domain):
            try:
                name = accounts.local_part(name, self.setup.settings.domain)
                of = keys_of(record, self.setup.settings.scram_hash)
            except Failure as failure:
                refused.append(f"{name}: {failure}")
                continue
            if name in present and not options.replace:
                counts["here already"] += 1
                continue
            counts["replaced" if name in present else "new"] += 1
            self.machine.changes += 1
            keys[name] = of
        self.write(keys)
        print("accounts: " + ", ".join(f"{count} {what}" for what, count in counts.items()), file=sys.stderr)
        for line in refused[:SHOWN]:
            print(f"server: {line}", file=sys.stderr)
        if refused:
            raise Failure(f"{len(refused)} accounts of {options.source} can't be moved")

    def write(self, keys):
        if self.machine.dry_run or not keys:
            return
        self.setup.database.write(keys)
        self.setup.regroup()


def keys_of(record, expected):
    """What ejabberd keeps, from Prosody's record of an account."""
    if "password" in record:  # of an `internal_plain`
        return Keys.of_password(record["password"], expected)
    try:
        stored, server = bytes.fromhex(record["stored_key"]), bytes.fromhex(record["server_key"])
        salt, iterations = record["salt"].encode(), int(record["iteration_count"])
        hash_name = HASHES[2 * len(stored)]
    except (KeyError, ValueError):
        raise Failure("Prosody keeps no password of it in a form that is known here") from None
    if hash_name != expected:
        raise Failure(f"Prosody keeps it for SCRAM with {hash_name}, this cluster for {expected}: all accounts have to be of one kind, "
                      f"`server install --scram-hash {hash_name}` on each node before any account is made")
    return Keys(hash_name, salt, iterations, stored, server)


def read(source, domain):
    """Yields name and record of each account of the domain."""
    if source.is_dir():
        yield from read_folder(source, domain)
    elif source.is_file():
        yield from read_sqlite(source, domain)
    else:
        raise Failure(f"{source} is neither a data folder of Prosody nor a file of SQLite")


def read_folder(source, domain):
    folder = source / accounts.store_name(domain) / "accounts"
    if not folder.is_dir():
        raise Failure(f"{source} has no accounts of {domain}: {folder} is missing")
    for path in sorted(folder.glob("*.dat")):
        with open(path, encoding="utf-8", errors="replace") as file:
            yield accounts.name_of(path.stem), record_of(file.read(MOST_OF_A_FILE))


def record_of(text):
    """The fields of a table of Lua as Prosody's internal storage writes it."""
    return {name: unescaped(quoted) if not number else number for name, quoted, number in LUA_FIELD.findall(text)}


def unescaped(text):
    """Prosody writes each byte of a letter that isn't ASCII as a number."""
    def byte(found):
        word = found[1]
        return bytes([int(word)]) if word.isdigit() and int(word) < 256 else {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(word, word)

    try:
        return LUA_ESCAPE.sub(byte, text.encode()).decode()
    except UnicodeDecodeError:
        raise Failure("a password in Prosody's accounts is no UTF-8: give that account another one first") from None


def read_sqlite(source, domain):
    records = {}
    try:
        with sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True) as connection:
            for name, key, value in connection.execute("SELECT user, key, value FROM prosody WHERE host = ? AND store = 'accounts'", (domain,)):
                records.setdefault(name, {})[key] = str(value)
    except sqlite3.Error as error:
        raise Failure(f"{source} is no database of Prosody: {error}") from None
    if not records:
        raise Failure(f"{source} has no accounts of {domain}")
    yield from sorted(records.items())
