# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of `server` for certificates, whichever service it sets up."""

import sys

import certificates
from common import Failure
from identity import NEXT, TRUST


class Commands:
    def __init__(self, setup):
        self.setup = setup
        self.machine = setup.machine


class Certificates(Commands):
    """The server's, and the authority that devices trust."""

    def authority(self, options):
        if options.folder.exists():
            raise Failure(f"{options.folder} is there already, and is left as it is")
        if self.machine.changed(f"make a certification authority in {options.folder}"):
            certificates.new_authority(options.folder, options.name)
            print(f"{options.folder}/ca.pem is for server and devices, ca.key for no other machine", file=sys.stderr)

    def sign(self, options):
        try:
            request = options.request.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise Failure(f"{options.request} can't be read: {error}") from None
        names = certificates.names_in(request, "req")
        if self.machine.changed(f"sign a certificate for {', '.join(names)}: {options.out}"):
            options.out.write_text(certificates.sign(options.authority, request), encoding="ascii")

    def renew(self, options):
        self.setup.load()
        if options.request:
            self.setup.identity.request(options.request)
            return
        had_one = self.setup.identity.certificate() is not None
        if options.certificate:
            changed = self.setup.identity.install_given(options.certificate, options.key)
        elif options.next:
            if self.machine.read(f"{NEXT}/ca.key") is None:
                raise Failure("there is no next authority: `server rotate` makes it")
            changed = self.setup.identity.issuer() != NEXT and self.setup.identity.issue(NEXT)
        else:
            reason = self.setup.identity.what_is_wrong() or ("it was ordered" if options.now else "")
            if reason:
                print(f"the certificate is exchanged: {reason}", file=sys.stderr)
            changed = bool(reason) and self.setup.identity.issue(self.setup.identity.issuer())
        if changed and had_one and self.machine.service_pid():
            self.machine.reload()
        elif changed:
            self.machine.restart()
            self.setup.await_ready()

    def rotate(self, options):
        self.setup.load()
        if options.finish:
            self.setup.identity.finish_rotation()
            print(f"send {self.machine.path(TRUST)} to every device: it has the new authority alone", file=sys.stderr)
            return
        self.setup.identity.begin_rotation(options.ca_file)
        print(f"1. send {self.machine.path(TRUST)} (old and new authority) to every device: `sgnctl update ca`, and wait for all\n"
              f"2. server renew {'--request FILE, --certificate FILE' if options.ca_file else '--next'}\n"
              "3. server rotate --finish, and send the file again, which then has the new authority alone", file=sys.stderr)
