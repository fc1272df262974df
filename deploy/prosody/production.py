# SPDX-License-Identifier: GPL-3.0-or-later
"""What was ordered, carried out on a machine."""

import dataclasses
import datetime
import os
import pathlib
import sys
import time

import accounts
import certificates
import settings as settings_file
from common import Failure
from identity import AUTHORITY, TRUST, Identity, read_given
from probe import answers
from prosody_machine import ProsodyMachine

CONFIGURATION = "/etc/prosody/prosody.cfg.lua"
CERTIFICATE = "/etc/prosody/certs/sgn-server.pem"
GROUPS = "/etc/prosody/sgn-groups.ini"
UNIT = "/etc/systemd/system/prosody.service.d/sgn.conf"
FIREWALL = "/etc/sgn-server/firewall.nft"
DATA = "/var/lib/prosody"
READY_WITHIN_S = 30


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")


class Setup:
    """One machine and its settings; every other command works through it."""

    def __init__(self, options):
        self.machine = ProsodyMachine(options.root, options.dry_run)
        self.settings = settings_file.Settings()

    @property
    def identity(self):
        return Identity(self.machine, self.settings, CERTIFICATE, "prosody")

    def store(self):
        """The domain's accounts."""
        def owned(path):
            self.machine.give(path, "prosody", "prosody")
        return accounts.Store(self.machine.path(DATA), self.settings.domain, owned=owned)

    def load(self):
        text = self.machine.read(settings_file.FILE)
        if text is None:
            raise Failure("this machine isn't set up yet: server install --domain im.example.net --panel technospurs")
        self.settings = settings_file.parse(text, self.machine.path(settings_file.FILE))

    def install(self, options):
        known = self.machine.read(settings_file.FILE)
        if known is not None:
            self.load()
        before = self.settings
        given = {field.name: getattr(options, field.name) for field in dataclasses.fields(before)
                 if getattr(options, field.name) is not None}
        self.settings = dataclasses.replace(before, **{name: [each.lower() for each in value] if name == "panels" else value
                                                       for name, value in given.items()})
        self.settings.check()
        if before.domain and self.settings.domain != before.domain:
            raise Failure(f"this server is {before.domain}'s: accounts don't move to another domain; "
                          "set up another machine for it")
        self.machine.check(self.settings.ports())
        self.machine.install_packages()
        self.lay_out()
        self.configure(self.certify(options))

    def lay_out(self):
        self.machine.folder("/etc/sgn-server", 0o755)
        if not self.machine.is_real:
            for name in ("/etc/prosody/certs", "/etc/prosody/conf.d", DATA, "/var/log/prosody", "/run/prosody"):
                self.machine.folder(name, 0o750)
        self.machine.put(settings_file.FILE, self.settings.text(), 0o644)

    def certify(self, options):
        """The authority and the certificate, the server's own or given ones. Returns whether the certificate is another one."""
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
            self.machine.changed("make the server's certificate")
        elif self.identity.what_is_wrong():
            return self.identity.issue(self.identity.issuer())
        return False

    def configure(self, has_new_certificate):
        """Everything but the certificate; then the service gets what it needs to know."""
        self.keep_foreign_configuration()
        as_root = not self.machine.is_real and os.geteuid() == 0
        text = settings_file.configuration(self.settings, self.machine.root, as_root)
        changed = [self.machine.put(CONFIGURATION, text, 0o640, group="prosody")]
        changed.append(self.write_groups())
        if self.machine.is_real:
            self.machine.folder(str(pathlib.Path(UNIT).parent), 0o755)
            changed.append(self.machine.put(UNIT, settings_file.UNIT, 0o644))
        self.machine.put(FIREWALL, settings_file.firewall(self.settings), 0o644)
        self.mark_panels()
        if self.identity.certificate() is None and not self.machine.dry_run:
            print("Prosody isn't started before it has a certificate: `server renew --certificate FILE`", file=sys.stderr)
        elif any(changed) or not self.machine.service_pid():
            self.machine.restart()
            self.await_ready()
        elif has_new_certificate:
            self.machine.reload()

    def keep_foreign_configuration(self):
        text = self.machine.read(CONFIGURATION)
        if text is None or settings_file.is_ours(text):
            return
        target = f"{CONFIGURATION}.before-sgn-{now()}"
        if self.machine.changed(f"keep a configuration that `server` hasn't written as {self.machine.path(target)}"):
            os.replace(self.machine.path(CONFIGURATION), self.machine.path(target))

    def write_groups(self):
        groups = settings_file.groups(self.settings.domain, self.settings.panels, self.store().names())
        return self.machine.put(GROUPS, groups, 0o640, group="prosody")

    def mark_panels(self):
        """Only panels have an archive."""
        store = self.store()
        marked = {accounts.name_of(path.stem) for path in (store.folder / "archive_prefs").glob("*.dat")}
        for panel in self.settings.panels:
            if panel not in marked and self.machine.changed(f"archive the messages of {panel}"):
                store.write_table(panel, "archive_prefs", {"false": "true"})
        for name in marked - set(self.settings.panels):
            if self.machine.changed(f"archive the messages of {name} no longer"):
                store.file_of(name, "archive_prefs").unlink()

    def await_ready(self):
        if self.machine.dry_run or not self.machine.has_systemd():
            return
        until = time.monotonic() + READY_WITHIN_S
        while not self.is_answering():
            if time.monotonic() > until:
                raise Failure("Prosody doesn't answer: journalctl -u prosody and /var/log/prosody/prosody.err have the reason")
            time.sleep(0.2)

    def is_answering(self):
        listen = self.settings.listen[0]
        address = {"*": "127.0.0.1", "::": "::1"}.get(listen, listen)
        return answers(self.settings.domain, self.settings.tls_port, self.settings.files_host(), self.settings.files_port,
                       self.identity.certificate(), address)
