# SPDX-License-Identifier: GPL-3.0-or-later
"""What was ordered for a node, carried out on its machine."""

import dataclasses
import datetime
import ipaddress
import os
import pathlib
import re
import secrets
import sys

from accounts import local_part
import certificates
import cluster_settings
import database
from common import Failure, run
from database import Database, environment_text, password_line, password_of
from identity import AUTHORITY, TRUST, Identity, read_given
from node import CONFIGURATION, COOKIE, HOME, SOCKET, SPOOL, Node
from probe import answers

CERTIFICATE = "/etc/ejabberd/sgn-server.pem"
CONTROL = "/etc/ejabberd/ejabberdctl.cfg"
OWN = "/etc/ejabberd/sgn-own.yml"
UNIT = "/etc/systemd/system/ejabberd.service.d/sgn.conf"
FIREWALL = "/etc/sgn-server/firewall.nft"
TIDY = "/etc/sgn-server/tidy.sql"
COOKIE_OF_OURS = re.compile("[0-9a-f]{64}")
TIDY_UNIT = "/etc/systemd/system/sgn-ejabberd-tidy"
OWN_TEXT = """# SPDX-License-Identifier: GPL-3.0-or-later
# Settings of your own, which ejabberd reads after those of ejabberd.yml. `server` never writes this file again.
"""


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")


class Setup:
    """One node and its settings; every other command works through it."""

    def __init__(self, options):
        self.machine = Node(options.root, options.dry_run)
        self.settings = cluster_settings.Settings()

    @property
    def identity(self):
        return Identity(self.machine, self.settings, CERTIFICATE, "ejabberd")

    @property
    def database(self):
        return Database(self.machine, self.settings)

    def use(self, settings):
        self.settings = self.machine.settings = settings

    def load(self):
        text = self.machine.read(cluster_settings.FILE)
        if text is None:
            raise Failure("this machine isn't set up yet: server install --domain im.example.net --panel technospurs --node-address 10.0.0.1")
        self.use(cluster_settings.parse(text, self.machine.path(cluster_settings.FILE)))

    def install(self, options):
        if self.machine.read(cluster_settings.FILE) is not None:
            self.load()
        before = self.settings
        self.use(dataclasses.replace(before, **ordered(options)))
        self.settings.check()
        panels = [local_part(name, self.settings.domain) for name in options.panels or []]
        for name, what in (("domain", "domain"), ("node_address", "address")):
            if getattr(before, name) and getattr(self.settings, name) != getattr(before, name):
                raise Failure(f"this node's {what} is {getattr(before, name)}, and can't be changed: set up another machine")
        self.prepare(read_line(options.database_password_file))
        self.take_authority(options.authority)
        changed = self.certify(options)
        self.share(panels)
        self.configure(changed)

    def prepare(self, password):
        """All that has to be there before the certificate and the database's content."""
        self.machine.check_paths()
        self.machine.check(self.settings.ports())
        self.install_packages()
        self.lay_out()
        self.prepare_database(password)

    def is_database_here(self):
        return self.settings.database_host in ("127.0.0.1", "::1", "localhost", self.settings.node_address)

    def install_packages(self):
        if self.is_database_here():
            self.machine.packages = (*self.machine.packages, "postgresql")
        fresh = not self.machine.version_of("ejabberd")
        self.machine.install_packages()
        # Debian starts a node of its own at once, on the same ports and with nothing in it.
        if self.machine.has_systemd() and fresh and not self.machine.dry_run:
            run("systemctl", "stop", "ejabberd")

    def lay_out(self):
        self.machine.folder("/etc/sgn-server", 0o755)
        if not self.machine.is_real:
            for name in ("/etc/ejabberd", HOME, "/var/log/ejabberd"):
                self.machine.folder(name, 0o750)
        for name in (SPOOL, f"{SPOOL}/mnesia", f"{SPOOL}/upload", str(pathlib.Path(SOCKET).parent)):
            self.machine.folder(name, 0o700, "ejabberd", "ejabberd")
        self.machine.put(cluster_settings.FILE, self.settings.text(), 0o644)

    # The database.

    def database_password(self):
        line = self.machine.read(database.PASSWORDS)
        return password_of(line) if line else None

    def prepare_database(self, password):
        password = password or self.database_password()
        if password is None:
            if not (self.is_database_here() and self.machine.is_real):
                raise Failure("--database-password-file is needed: a file with the password of the database's account ejabberd")
            password = secrets.token_urlsafe(24)
        self.machine.put(database.PASSWORDS, password_line(password), 0o600)
        self.machine.put(database.ENVIRONMENT, environment_text(self.settings), 0o644)
        if self.is_database_here() and self.machine.is_real and not self.machine.dry_run:
            self.open_database(password)

    def open_database(self, password):
        """PostgreSQL on this machine, encrypted, and for the other nodes as well."""
        database.make_local(self.machine, password)
        address = self.settings.node_address
        changed = False
        for folder in sorted(pathlib.Path("/etc/postgresql").glob("*/main")):
            changed |= self.encrypt_database(folder)
            text = (f"# Written by SGN's deploy/ejabberd/server: for the other nodes.\nlisten_addresses = 'localhost,{address}'\n"
                    f"ssl = on\nssl_key_file = '{folder}/sgn-server.key'\nssl_cert_file = '{folder}/sgn-server.crt'\n")
            changed |= self.machine.put(f"{folder}/conf.d/sgn.conf", text, 0o640, group="postgres", user="postgres")
            rules = self.machine.read(f"{folder}/pg_hba.conf") or ""
            line = f"hostssl ejabberd ejabberd {ipaddress.ip_network(address + '/24', strict=False)} scram-sha-256\n"
            if line not in rules:
                rules += "" if not rules or rules.endswith("\n") else "\n"
                changed |= self.machine.put(f"{folder}/pg_hba.conf", rules + line, 0o640, group="postgres", user="postgres")
        if changed and self.machine.has_systemd():
            run("systemctl", "restart", "postgresql")
        self.database.await_up()

    def encrypt_database(self, folder):
        """A key for PostgreSQL; no program verifies its certificate. Returns whether it is new."""
        if self.machine.read(f"{folder}/sgn-server.key") is not None:
            return False
        key = certificates.new_key()
        self.machine.put(f"{folder}/sgn-server.key", key, 0o600, group="postgres", user="postgres")
        certificate = run("openssl", "req", "-x509", "-new", "-key", "/dev/stdin", "-days", certificates.AUTHORITY_DAYS, "-subj",
                          "/CN=postgresql", stdin=key)
        return self.machine.put(f"{folder}/sgn-server.crt", certificate, 0o644, group="postgres", user="postgres")

    def share(self, panels):
        """What all nodes have in common, in the database."""
        if self.machine.dry_run and not self.machine.read(database.PASSWORDS):
            self.machine.changed("make tables, groups and panels in the database")
            return
        self.database.lay_out()
        for name in panels:
            self.make_panel(name)
        if not self.machine.dry_run and not self.database.panels():
            raise Failure("--panel is needed, the name of the control panel's account: --panel technospurs")

    def make_panel(self, name):
        if self.machine.dry_run and not self.database.has_schema():
            return
        if name not in self.database.panels() and self.machine.changed(f"make {name} a panel: it sees every device and every device sees it"):
            self.join_group(database.PANELS, [name])
            if name in self.database.members(database.DEVICES):
                self.leave_group(database.DEVICES, name)
        if name not in self.database.archived() and self.machine.changed(f"archive the messages of {name}"):
            self.database.archive(name)
            self.forget()

    def make_no_panel(self, name):
        if self.machine.changed(f"make {name} a panel no longer"):
            self.leave_group(database.PANELS, name)
            self.database.archive_no_longer(name)
            if name in self.database.names():
                self.join_group(database.DEVICES, [name])
            self.forget()

    def join_group(self, group, names):
        """A node that runs informs the members of the other group who are online."""
        if not self.machine.is_up():
            self.database.add_members(group, names)
            return
        for name in names:
            self.machine.request("srg_user_add", user=name, host=self.settings.domain, group=group, grouphost=self.settings.domain)

    def leave_group(self, group, name):
        if not self.machine.is_up():
            self.database.remove_member(group, name)
            return
        self.machine.request("srg_user_del", user=name, host=self.settings.domain, group=group, grouphost=self.settings.domain)

    def regroup(self):
        """Makes devices of accounts that are in no group, as another program may have left them."""
        known = {*self.database.panels(), *self.database.members(database.DEVICES)}
        strays = [name for name in self.database.names() if name not in known]
        if strays and self.machine.changed(f"make {len(strays)} accounts devices"):
            self.join_group(database.DEVICES, strays)

    def forget(self):
        """All nodes read again what was changed in the database behind them."""
        if self.machine.is_up():
            self.machine.request("clear_cache")

    # Certificates.

    def take_authority(self, folder):
        """An authority that devices trust already."""
        if not folder:
            return
        certificate = read_given(folder / "ca.pem", certificates.PEM, "certificate")
        key = read_given(folder / "ca.key", certificates.KEY, "private key")
        certificates.check_pair(certificate, key)
        if self.identity.trusted() and certificate not in self.identity.trusted():
            raise Failure(f"devices trust another authority ({self.machine.path(TRUST)})")
        self.machine.folder(AUTHORITY, 0o700)
        self.machine.put(f"{AUTHORITY}/ca.pem", certificate, 0o600)
        self.machine.put(f"{AUTHORITY}/ca.key", key, 0o600)
        if not self.identity.trusted():
            self.identity.trust(certificate)

    def certify(self, options):
        """The authority and the certificate, the node's own or given ones. Returns whether the certificate is another one."""
        if options.ca_file:
            given = read_given(options.ca_file, certificates.PEM, "certificate")
            if self.identity.trusted() and given not in self.identity.trusted():
                raise Failure(f"devices trust another authority ({self.machine.path(TRUST)}): `server rotate --ca-file` exchanges it "
                              "without losing them")
            if not self.identity.trusted():
                self.identity.trust(given)
        elif not self.identity.trusted():
            self.identity.make_authority()
            self.identity.trust(self.machine.read(f"{AUTHORITY}/ca.pem") or "")
        if options.certificate:
            return self.identity.install_given(options.certificate, options.key)
        if options.request:
            self.identity.request(options.request)
        elif self.machine.dry_run and not self.machine.read(TRUST):
            self.machine.changed("make the node's certificate")
        elif self.identity.what_is_wrong():
            return self.identity.issue(self.identity.issuer())
        return False

    # The node.

    def configure(self, has_new_certificate):
        """Everything but the certificate; then the service gets what it needs to know."""
        changed = [self.write_configuration(), self.write_cookie()]
        if self.machine.is_real:
            for name, text in ((UNIT, cluster_settings.UNIT), (f"{TIDY_UNIT}.service", cluster_settings.TIDY_SERVICE),
                               (f"{TIDY_UNIT}.timer", cluster_settings.TIDY_TIMER)):
                self.machine.folder(str(pathlib.Path(name).parent), 0o755)
                changed.append(self.machine.put(name, text, 0o644))
        self.machine.put(FIREWALL, cluster_settings.firewall(self.settings), 0o644)
        self.machine.put(TIDY, cluster_settings.tidy(self.settings), 0o644)
        if self.identity.certificate() is None and not self.machine.dry_run:
            print("ejabberd isn't started before it has a certificate: `server renew --certificate FILE`", file=sys.stderr)
        elif any(changed) or not self.machine.service_pid():
            self.restart()
        elif has_new_certificate:
            self.machine.reload()

    def write_configuration(self):
        self.keep_foreign(CONFIGURATION)
        self.keep_foreign(CONTROL)
        if self.machine.read(OWN) is None:
            self.machine.put(OWN, OWN_TEXT, 0o640, group="ejabberd")
        text = cluster_settings.configuration(self.settings, self.machine.root, self.database_password() or "")
        changed = self.machine.put(CONFIGURATION, text, 0o640, group="ejabberd")
        return self.machine.put(CONTROL, cluster_settings.control_file(self.settings), 0o640, group="ejabberd") or changed

    def keep_foreign(self, name):
        text = self.machine.read(name)
        if text is None or cluster_settings.is_ours(text) or "SGN's deploy/ejabberd/server" in text and name == CONTROL:
            return
        target = f"{name}.before-sgn-{now()}"
        if self.machine.changed(f"keep a configuration that `server` hasn't written as {self.machine.path(target)}"):
            os.replace(self.machine.path(name), self.machine.path(target))

    def write_cookie(self, cookie=None):
        """What the nodes recognise each other by. Returns whether that is a change."""
        present = self.machine.read(COOKIE)
        # One that Erlang has made at its first start could be guessed.
        if cookie is None and present and COOKIE_OF_OURS.fullmatch(present):
            return False
        return self.machine.put(COOKIE, cookie or secrets.token_hex(32), 0o400, group="ejabberd", user="ejabberd")

    def forget_cluster(self):
        """The node's copy of what the cluster kept in memory is put beside: it waits for nodes that may be lost, or are another
        cluster's. The database isn't touched."""
        folder = self.machine.path(f"{SPOOL}/mnesia")
        target = folder.with_name(f"mnesia.before-{now()}")
        if folder.is_dir() and any(folder.iterdir()) and self.machine.changed(f"keep {folder} as {target}"):
            folder.rename(target)
            self.machine.folder(f"{SPOOL}/mnesia", 0o700, "ejabberd", "ejabberd")

    def restart(self):
        self.machine.restart()
        if self.machine.has_systemd() and not self.machine.dry_run:
            run("systemctl", "enable", "--now", "sgn-ejabberd-tidy.timer")
        self.await_ready()

    def await_ready(self):
        if self.machine.has_systemd() and not self.machine.dry_run:
            self.machine.await_up()

    def is_answering(self):
        listen = self.settings.listen[0]
        address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listen, listen)
        return answers(self.settings.domain, self.settings.tls_port, self.settings.files_host(), self.settings.files_port,
                       self.identity.certificate(), address, ready=f"<mechanism>SCRAM-{SPELLED[self.settings.scram_hash]}<".encode())

    def run(self, _options):
        """A node of a folder, in the foreground."""
        if self.machine.is_real:
            raise Failure("`run` is for a folder (--root); the machine's own node is systemd's: systemctl start ejabberd")
        self.load()
        self.machine.run_in_foreground()


SPELLED = {"sha256": "SHA-256", "sha1": "SHA-1"}


def ordered(options):
    """What the options of a command change in the settings."""
    given = {field.name: getattr(options, field.name) for field in dataclasses.fields(cluster_settings.Settings)
             if getattr(options, field.name, None) is not None}
    if given.get("database_host"):
        host, separator, port = given["database_host"].rpartition(":")
        if separator:
            if not port.isdigit():
                raise Failure(f"--database has to be HOST or HOST:PORT, not '{given['database_host']}'")
            given.update(database_host=host, database_port=int(port))
    return given


def read_line(path):
    """The one line of a file; None without a file."""
    if path is None:
        return None
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path} can't be read: {getattr(error, 'strerror', None) or error}") from None
    if not text or "\n" in text:
        raise Failure(f"{path} has to be one line, the password")
    return text
