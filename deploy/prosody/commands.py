# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of `server`, each a function of what was set up and of its options."""

import os
import pathlib
import re
import sys
import tempfile

import accounts
import backup
import certificates
import settings as settings_file
from certificate_commands import Commands
from common import Failure
from identity import AUTHORITY, NEXT
from production import CONFIGURATION, DATA, now

BACKUP_NAME = "sgn-server-{domain}-{time}.tar.gz"


class Accounts(Commands):
    """Of panels and devices."""

    def add(self, options):
        self.setup.load()
        names = list(dict.fromkeys(accounts.local_part(each, self.setup.settings.domain) for each in options.names))
        present = [name for name in names if self.setup.store().has(name)]
        if present:
            raise Failure(f"{present[0]} has an account already: `server account password {present[0]}` gives it another password")
        self.give_passwords(names, options.password_stdin)

    def password(self, options):
        self.setup.load()
        name = accounts.local_part(options.name, self.setup.settings.domain)
        if not self.setup.store().has(name):
            raise Failure(f"{name} has no account: `server account add {name}` makes one")
        self.give_passwords([name], options.password_stdin)

    def give_passwords(self, names, from_stdin):
        """Passwords that are made here are printed, in the form of `sgn-provision batch --accounts`."""
        given = [line.rstrip("\r\n") for line in sys.stdin] if from_stdin else [accounts.new_password() for _ in names]
        if len(given) != len(names):
            raise Failure(f"stdin has {len(given)} lines for {len(names)} accounts: one password a line, in their order")
        for password in given:
            accounts.saslprep(password)
        for name, password in zip(names, given):
            if self.machine.changed(f"set the password of {name}@{self.setup.settings.domain}"):
                self.setup.store().write(name, password)
        self.accounts_changed()
        if not from_stdin and not self.machine.dry_run:
            print(",".join(accounts.COLUMNS))
            for name, password in zip(names, given):
                print(f"{name}@{self.setup.settings.domain},{password}")

    def import_table(self, options):
        self.setup.load()
        counts = {"new": 0, "changed": 0, "as they were": 0}
        wrong = 0
        for line, row in accounts.read_table(options.file):
            try:
                if len(row) != 2:
                    raise Failure(f"it has {len(row)} fields instead of jid,password")
                name = accounts.local_part(row[0], self.setup.settings.domain)
                accounts.saslprep(row[1])
            except Failure as failure:
                print(f"server: {options.file}: line {line}: {failure}", file=sys.stderr)
                wrong += 1
                continue
            if self.setup.store().verify(name, row[1]):
                counts["as they were"] += 1
                continue
            counts["changed" if self.setup.store().has(name) else "new"] += 1
            self.machine.changes += 1
            if not self.machine.dry_run:
                self.setup.store().write(name, row[1])
        self.accounts_changed()
        print("accounts: " + ", ".join(f"{count} {what}" for what, count in counts.items()), file=sys.stderr)
        if wrong:
            raise Failure(f"{wrong} lines of {options.file} made no account")

    def remove(self, options):
        self.setup.load()
        for each in options.names:
            name = accounts.local_part(each, self.setup.settings.domain)
            if name in self.setup.settings.panels:
                raise Failure(f"{name} is a control panel: `server install --panel OTHER` first makes another one")
            if not self.setup.store().has(name) or not self.machine.changed(f"remove the account {name}@{self.setup.settings.domain}"):
                continue
            if self.machine.service_pid():
                # Ends its sessions as well.
                self.machine.shell(f'user:delete("{name}@{self.setup.settings.domain}")')
            else:
                self.setup.store().remove(name)
            if self.setup.store().has(name):
                raise Failure(f"Prosody didn't remove {name}: /var/log/prosody/prosody.log has the reason")
        self.accounts_changed()

    def accounts_changed(self):
        if not self.machine.dry_run:
            os.sync()
        if self.setup.write_groups() and self.machine.service_pid() and not self.machine.dry_run:
            self.machine.shell(f'module:reload("groups", "{self.setup.settings.domain}")')

    def show(self, _options):
        self.setup.load()
        for name in self.setup.store().names():
            print(f"{name}@{self.setup.settings.domain}{'  (panel)' if name in self.setup.settings.panels else ''}")


class Backups(Commands):
    """Everything in one file."""

    def take(self, options):
        self.setup.load()
        target = options.target
        if options.keep and not target.is_dir() and self.machine.changed(f"make {target}"):
            target.mkdir(mode=0o700)
        if target.is_dir() or options.keep:
            target = target / BACKUP_NAME.format(domain=self.setup.settings.domain, time=now())
        elif target.exists():
            raise Failure(f"{target} is there already: name another file, or a folder, in which each backup gets a name of its own")
        if self.machine.changed(f"write {target}"):
            backup.take(self.machine, self.setup.settings, target, not options.without_authority_key)
        if options.keep and options.target.is_dir():
            pattern = re.compile(re.escape(BACKUP_NAME).replace(r"\{domain\}", re.escape(self.setup.settings.domain))
                                 .replace(r"\{time\}", r"\d{8}T\d{6}Z"))
            kept = sorted(path for path in options.target.iterdir() if pattern.fullmatch(path.name))
            for path in kept[:-options.keep]:
                if self.machine.changed(f"remove {path}"):
                    path.unlink()

    def restore(self, options):
        data = self.machine.path(DATA)
        if not self.machine.dry_run:
            data.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".sgn-restore-", dir=None if self.machine.dry_run else data.parent) as folder:
            unpacked = pathlib.Path(folder) / "data"
            unpacked.mkdir(mode=0o750)
            contents = backup.Contents(options.source, unpacked)
            text, _ = contents.files.get(settings_file.FILE.lstrip("/"), ("", 0))
            self.setup.settings = settings_file.parse(text, options.source)
            self.machine.check(self.setup.settings.ports())
            self.machine.install_packages()
            self.check_versions(contents.manifest.get("prosody"))
            if any(self.setup.store().names()) and not options.replace:
                raise Failure(f"this machine has accounts of {self.setup.settings.domain}: --replace restores nevertheless, and keeps "
                              f"the present data beside {data}")
            self.machine.stop()
            self.setup.lay_out()
            self.restore_files(contents)
            if self.machine.changed(f"restore {data} as of {contents.manifest.get('made')}"):
                self.exchange_data(data, unpacked)
        self.setup.configure(True)

    def check_versions(self, made_by):
        """An older Prosody can't be expected to read what a newer one wrote."""
        here = self.machine.version_of("prosody")
        major = re.compile(r"(\d{1,4})\.")
        then, now_here = major.match(str(made_by)), major.match(str(here))
        if then and now_here and int(then[1]) > int(now_here[1]):
            raise Failure(f"the backup is of Prosody {made_by}, and this machine has {here}: use a newer Debian")

    def restore_files(self, contents):
        for name in (AUTHORITY, NEXT):
            if any(file.startswith(name.lstrip("/") + "/") for file in contents.files):
                self.machine.folder(name, 0o700)
        for name, (text, mode) in contents.files.items():
            self.machine.put("/" + name, text, mode, group="prosody" if name.startswith("etc/prosody/") else "root")

    def exchange_data(self, data, unpacked):
        for path in [unpacked, *unpacked.rglob("*")]:
            self.machine.give(path, "prosody", "prosody")
        os.sync()
        if any(data.iterdir()):
            kept = data.with_name(f"{data.name}.before-restore-{now()}")
            data.rename(kept)
            print(f"the data of before are in {kept}", file=sys.stderr)
        else:
            data.rmdir()
        unpacked.rename(data)


class Checks(Commands):
    """Whether all is as it should be."""

    def check(self, _options):
        self.setup.load()
        findings = [finding for finding in (self.check_configuration(), self.check_certificate(), self.check_service(),
                                            *self.check_panels()) if finding]
        names = self.setup.store().names()
        size = sum(facts.st_size for _, facts in backup.regular_files(self.machine.path(DATA)))
        print(f"{self.setup.settings.domain}: accounts: {len(names)}, data: {size / 2**20:.1f} MiB")
        for finding in findings:
            print(f"wrong: {finding}", file=sys.stderr)
        if findings:
            raise Failure(f"{len(findings)} {'finding' if len(findings) == 1 else 'findings'}")

    def check_configuration(self):
        text = self.machine.read(CONFIGURATION)
        if text is None or not settings_file.is_ours(text):
            return f"{self.machine.path(CONFIGURATION)} isn't what `server` wrote: `server install` keeps it beside and writes it again"
        return ""

    def check_certificate(self):
        reason = self.setup.identity.what_is_wrong()
        if not reason:
            print(f"the certificate is good until {certificates.ends(self.setup.identity.certificate()):%Y-%m-%d}")
        return f"certificate: {reason}: `server renew`" if reason else ""

    def check_service(self):
        if not self.machine.service_pid():
            return "Prosody doesn't run: systemctl start prosody, journalctl -u prosody"
        if self.setup.identity.certificate() is None or self.setup.is_answering():
            return ""
        return ("Prosody doesn't show its certificate or doesn't offer SCRAM-SHA-256: systemctl restart prosody, "
                "/var/log/prosody/prosody.err")

    def check_panels(self):
        return [f"the panel {panel} has no account: `server account add {panel}`" for panel in self.setup.settings.panels
                if not self.setup.store().has(panel)]
