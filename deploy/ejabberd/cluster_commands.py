# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of `server` for accounts and panels, and its check."""

import sys

import accounts
import certificates
import cluster_settings
from certificate_commands import Commands
from common import Failure
from database import DEVICES, Keys
from node import CONFIGURATION

AT_ONCE = 500


class Accounts(Commands):
    """Of panels and devices; every node has them at once."""

    def local(self, text):
        return accounts.local_part(text, self.setup.settings.domain)

    def add(self, options):
        self.setup.load()
        names = list(dict.fromkeys(self.local(each) for each in options.names))
        present = [name for name in self.setup.database.names() if name in names]
        if present:
            raise Failure(f"{present[0]} has an account already: `server account password {present[0]}` gives it another password")
        self.give_passwords(names, options.password_stdin)

    def password(self, options):
        self.setup.load()
        name = self.local(options.name)
        if name not in self.setup.database.names():
            raise Failure(f"{name} has no account: `server account add {name}` makes one")
        self.give_passwords([name], options.password_stdin)

    def give_passwords(self, names, from_stdin):
        """Passwords that are made here are printed, in the form of `sgn-provision batch --accounts`."""
        given = [line.rstrip("\r\n") for line in sys.stdin] if from_stdin else [accounts.new_password() for _ in names]
        if len(given) != len(names):
            raise Failure(f"stdin has {len(given)} lines for {len(names)} accounts: one password a line, in their order")
        keys = {name: Keys.of_password(password, self.setup.settings.scram_hash) for name, password in zip(names, given)
                if self.machine.changed(f"set the password of {name}@{self.setup.settings.domain}")}
        self.write(keys)
        if not from_stdin and not self.machine.dry_run:
            print(",".join(accounts.COLUMNS))
            for name, password in zip(names, given):
                print(f"{name}@{self.setup.settings.domain},{password}")

    def write(self, keys):
        """Accounts, and what makes devices of those that are no panels."""
        if not keys:
            return
        self.setup.database.write(keys)
        known = {*self.setup.database.panels(), *self.setup.database.members(DEVICES)}
        self.setup.join_group(DEVICES, [name for name in keys if name not in known])

    def import_table(self, options):
        self.setup.load()
        present = self.setup.database.keys()
        counts = {"new": 0, "changed": 0, "as they were": 0}
        wrong, keys = 0, {}
        for line, row in accounts.read_table(options.file):
            try:
                if len(row) != 2:
                    raise Failure(f"it has {len(row)} fields instead of jid,password")
                name = self.local(row[0])
                accounts.saslprep(row[1])
            except Failure as failure:
                print(f"server: {options.file}: line {line}: {failure}", file=sys.stderr)
                wrong += 1
                continue
            if name in present and present[name].is_of(row[1]):
                counts["as they were"] += 1
                continue
            counts["changed" if name in present else "new"] += 1
            self.machine.changes += 1
            keys[name] = Keys.of_password(row[1], self.setup.settings.scram_hash)
            if len(keys) == AT_ONCE:
                self.write_unless_dry(keys)
                keys = {}
        self.write_unless_dry(keys)
        print("accounts: " + ", ".join(f"{count} {what}" for what, count in counts.items()), file=sys.stderr)
        if wrong:
            raise Failure(f"{wrong} lines of {options.file} made no account")

    def write_unless_dry(self, keys):
        if not self.machine.dry_run:
            self.write(keys)

    def remove(self, options):
        self.setup.load()
        panels, present = self.setup.database.panels(), self.setup.database.names()
        for each in options.names:
            name = self.local(each)
            if name in panels:
                raise Failure(f"{name} is a control panel: `server panel remove {name}` first")
            if name not in present or not self.machine.changed(f"remove the account {name}@{self.setup.settings.domain}"):
                continue
            self.setup.leave_group(DEVICES, name)
            if self.machine.is_up():
                # Ends its sessions as well, on whichever node they are.
                self.machine.request("unregister", user=name, host=self.setup.settings.domain)
            self.setup.database.remove([name])

    def show(self, _options):
        self.setup.load()
        panels = self.setup.database.panels()
        for name in self.setup.database.names():
            print(f"{name}@{self.setup.settings.domain}{'  (panel)' if name in panels else ''}")


class Panels(Commands):
    """Accounts that see every device."""

    def local(self, text):
        return accounts.local_part(text, self.setup.settings.domain)

    def add(self, options):
        self.setup.load()
        for name in options.names:
            self.setup.make_panel(self.local(name))

    def remove(self, options):
        self.setup.load()
        names = [self.local(name) for name in options.names]
        left = [name for name in self.setup.database.panels() if name not in names]
        if not left:
            raise Failure("a fleet needs a panel: `server panel add OTHER` first")
        for name in names:
            if name in self.setup.database.panels():
                self.setup.make_no_panel(name)

    def show(self, _options):
        self.setup.load()
        for name in self.setup.database.panels():
            print(f"{name}@{self.setup.settings.domain}")

    def regroup(self, _options):
        self.setup.load()
        self.setup.regroup()


class Checks(Commands):
    """Whether all is as it should be."""

    def check(self, _options):
        self.setup.load()
        findings = [finding for finding in (self.check_configuration(), self.check_certificate(), *self.check_database(),
                                            self.check_service(), *self.check_nodes()) if finding]
        for finding in findings:
            print(f"wrong: {finding}", file=sys.stderr)
        if findings:
            raise Failure(f"{len(findings)} {'finding' if len(findings) == 1 else 'findings'}")

    def check_configuration(self):
        text = self.machine.read(CONFIGURATION)
        if text is None or not cluster_settings.is_ours(text):
            return f"{self.machine.path(CONFIGURATION)} isn't what `server` wrote: `server install` keeps it beside and writes it again"
        return ""

    def check_certificate(self):
        reason = self.setup.identity.what_is_wrong()
        if not reason:
            print(f"the certificate is good until {certificates.ends(self.setup.identity.certificate()):%Y-%m-%d}")
        return f"certificate: {reason}: `server renew`" if reason else ""

    def check_database(self):
        database = self.setup.database
        try:
            facts, names, panels, archived = database.facts(), database.names(), database.panels(), database.archived()
        except Failure as failure:
            return [str(failure)]
        print(f"{self.setup.settings.domain}: accounts: {facts['accounts']}, archived messages: {facts['archived']}, waiting for devices: "
              f"{facts['waiting']}, database: {facts['bytes'] / 2**20:.1f} MiB")
        known = {*panels, *database.members(DEVICES)}
        strays = [name for name in names if name not in known]
        return [*(f"the panel {panel} has no account: `server account add {panel}`" for panel in panels if panel not in names),
                *(f"nothing is archived for the panel {panel}: `server panel add {panel}`" for panel in panels if panel not in archived),
                *([f"{len(strays)} accounts, such as {strays[0]}, are in no group and see no panel: `server panel regroup`"] if strays else []),
                self.check_tidy()]

    def check_tidy(self):
        weeks = self.setup.settings.archive_weeks
        old = self.setup.database.execute(f"SELECT count(*) FROM archive WHERE created_at < now() - interval '{weeks} weeks 3 days';")[0][0]
        return f"{old} messages of the archive are older than {weeks} weeks: systemctl status sgn-ejabberd-tidy.timer" if old != "0" else ""

    def check_service(self):
        if not self.machine.service_pid():
            return "ejabberd doesn't run: systemctl start ejabberd, journalctl -u ejabberd"
        if self.setup.identity.certificate() is None or self.setup.is_answering():
            return ""
        return ("ejabberd doesn't show its certificate or doesn't offer SCRAM: systemctl restart ejabberd, "
                f"{self.machine.path('/var/log/ejabberd/ejabberd.log')}")

    def check_nodes(self):
        if not self.machine.is_up():
            return []
        running, known, peer = self.machine.nodes(), self.machine.known_nodes(), self.setup.settings.peer
        print(f"nodes that run: {', '.join(running)}")
        findings = [f"the node {name} of the cluster doesn't run or can't be reached: start it; after a break of the network between "
                    f"them restart ejabberd on one of the two; if it is lost, `server forget {name.partition('@')[2]}`"
                    for name in known if name not in running]
        if peer and peer not in known and len(known) == 1:
            findings.append(f"this node is alone: `server join` makes it a node of the cluster of {peer}")
        return findings
