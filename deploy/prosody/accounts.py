# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts as Prosody's internal storage keeps them: what `prosodyctl register` writes, without the half second that a
Lua process takes for each, and without a password in an argument. A running Prosody reads them at each login."""

import csv
import hashlib
import hmac
import io
import os
import re
import secrets
import stringprep
import unicodedata

from common import Failure

# What Prosody itself uses for new passwords.
ITERATIONS = 10000
# What RFC 7622 permits and every preparation of names leaves as it is; "=" and brackets have a meaning in groups.ini.
NAME = re.compile(r"[a-z0-9!$%()*+,.;?^_`{|}~-]{1,200}")
DOMAIN = re.compile(r"(?=.{1,200}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
COLUMNS = ["jid", "password"]


def store_name(text):
    """How Prosody's internal storage spells a name as a file name."""
    return "".join(chr(byte) if chr(byte).isascii() and chr(byte).isalnum() else f"%{byte:02x}"
                   for byte in text.encode())


def name_of(stored):
    """The opposite of store_name()."""
    return re.sub(rb"%([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), stored.encode()).decode(errors="replace")


def saslprep(password):
    """RFC 4013, which both sides of SCRAM apply to a password. Raises Failure for what it prohibits."""
    mapped = "".join(" " if stringprep.in_table_c12(each) else each for each in password
                     if not stringprep.in_table_b1(each))
    prepared = unicodedata.normalize("NFKC", mapped)
    prohibited = (stringprep.in_table_c12, stringprep.in_table_c21_c22, stringprep.in_table_c3, stringprep.in_table_c4,
                  stringprep.in_table_c5, stringprep.in_table_c6, stringprep.in_table_c7, stringprep.in_table_c8,
                  stringprep.in_table_c9)
    if not prepared or any(test(each) for each in prepared for test in prohibited):
        raise Failure("a password is empty or has characters that no client can send (control characters, for example)")
    return prepared


def new_password():
    return secrets.token_urlsafe(24)


def record_of(password, salt, iterations):
    """The SCRAM-SHA-256 keys of RFC 5802 and 7677, as Prosody's internal_hashed spells them."""
    salted = hashlib.pbkdf2_hmac("sha256", saslprep(password).encode(), salt.encode(), iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return {"iteration_count": iterations, "salt": f'"{salt}"',
            "server_key": f'"{hmac.digest(salted, b"Server Key", "sha256").hex()}"',
            "stored_key": f'"{hashlib.sha256(client_key).hexdigest()}"'}


def lua_table(record):
    return "return {\n" + "".join(f"\t[{key}] = {value};\n" for key, value in record.items()) + "};\n"


class Store:
    """One domain's part of Prosody's data folder. `owned` is called with each path that was made, to set its owner."""

    def __init__(self, data, domain, iterations=ITERATIONS, owned=lambda path: None):
        self.folder = data / store_name(domain)
        self.domain = domain
        self.iterations = iterations
        self.owned = owned

    def file_of(self, name, store="accounts"):
        return self.folder / store / f"{store_name(name)}.dat"

    def names(self):
        return sorted(name_of(path.stem) for path in (self.folder / "accounts").glob("*.dat"))

    def has(self, name):
        return self.file_of(name).exists()

    def verify(self, name, password):
        """Whether this is the account's password."""
        try:
            text = self.file_of(name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return False
        stored = dict(re.findall(r'\["(\w+)"\] = "?([^";]*)"?;', text))
        if not stored.get("iteration_count", "").isdigit() or "salt" not in stored:
            return False
        expected = record_of(password, stored["salt"], int(stored["iteration_count"]))["stored_key"].strip('"')
        return hmac.compare_digest(expected, stored.get("stored_key", ""))

    def write(self, name, password):
        """A new account, or a new password for one."""
        self.write_table(name, "accounts", {f'"{key}"': value for key, value in
                                            record_of(password, secrets.token_hex(16), self.iterations).items()})

    def write_table(self, name, store, record):
        folder = self.folder / store
        for each in (self.folder, folder):
            if not each.exists():
                each.mkdir(parents=True, mode=0o750)
                self.owned(each)
        path = self.file_of(name, store)
        temporary = folder / f"{path.name}~"  # as Prosody's own
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(lua_table(record))
        self.owned(temporary)
        temporary.rename(path)

    def remove(self, name):
        """The account with all that is stored for it. Only while no Prosody runs, which has its own way."""
        for path in self.folder.glob(f"*/{store_name(name)}.*"):
            path.unlink()


def local_part(jid, domain):
    """The name in an account of this domain, given as a JID or as its name alone."""
    name, separator, host = jid.strip().lower().partition("@")
    if separator and host != domain:
        raise Failure(f"{jid} is not an account of {domain}")
    if not NAME.fullmatch(name):
        raise Failure(f"'{jid}' is no name for an account: letters from a to z, digits and . _ - can be in it")
    return name


def read_table(path):
    """Yields (line, jid, password) of a table as `sgn-provision batch --accounts` writes it."""
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise Failure(f"{path} has passwords, and others may open it: chmod 600 {path}")
            text = file.read().decode("utf-8-sig")
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Failure(f"{path} is not in UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if next(reader, None) != COLUMNS:
            raise Failure(f"{path} is not a table of accounts: its first line has to be {','.join(COLUMNS)}")
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise Failure(f"{path}: line {reader.line_num}: {error}") from None
