# SPDX-License-Identifier: GPL-3.0-or-later
"""The authority and the certificate of one server, and what its devices trust."""

import pathlib
import shutil

import certificates
from common import Failure

TRUST = "/etc/sgn-server/cacert.pem"
AUTHORITY = "/etc/sgn-server/authority"
NEXT = "/etc/sgn-server/authority-next"
REQUESTED_KEY = "/etc/sgn-server/requested.key"


def read_given(path, pattern, what):
    """The PEM blocks of that kind in a file that the user named."""
    try:
        text = pathlib.Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path} can't be read: {getattr(error, 'strerror', None) or 'it is no PEM file'}") from None
    found = "".join(each[0].rstrip("\n") + "\n" for each in pattern.finditer(text))
    if not found:
        raise Failure(f"{path} has no {what} in PEM (-----BEGIN …)")
    return found


class Identity:
    """`file` has the service's key and certificate, for `group` to read."""

    def __init__(self, machine, settings, file, group):
        self.machine = machine
        self.settings = settings
        self.file = file
        self.group = group

    def certificate(self):
        """The certificate and its chain as PEM text, or None before there is one."""
        text = self.machine.read(self.file)
        return "".join(each[0] for each in certificates.PEM.finditer(text)) if text else None

    def present_key(self):
        found = certificates.KEY.search(self.machine.read(self.file) or "")
        return found[0] if found else None

    def trusted(self):
        return self.machine.read(TRUST) or ""

    def trust(self, authorities):
        self.machine.put(TRUST, authorities, 0o644)

    def make_authority(self, name=AUTHORITY):
        """The fleet's own authority, unless there is one."""
        folder = self.machine.path(name)
        if not folder.exists() and self.machine.changed(f"make a certification authority in {folder}"):
            certificates.new_authority(folder, f"SGN fleet {self.settings.domain}")

    def install(self, certificate, key):
        """Takes a certificate only if every device would. Returns whether that is a change."""
        certificates.check_pair(certificate, key)
        certificates.verify(certificate, self.trusted(), self.settings.names())
        return self.machine.put(self.file, key + certificate, 0o640, group=self.group)

    def install_given(self, certificate_file, key_file):
        key = (read_given(key_file, certificates.KEY, "private key") if key_file else
               self.machine.read(REQUESTED_KEY) or self.present_key())
        if key is None:
            raise Failure("--key is needed: no request was made here whose key the certificate could have")
        try:
            changed = self.install(read_given(certificate_file, certificates.PEM, "certificate"), key)
        except Failure as failure:
            raise Failure(f"{certificate_file}: {failure}") from None
        if not key_file and not self.machine.dry_run:
            self.machine.path(REQUESTED_KEY).unlink(missing_ok=True)
        return changed

    def issue(self, authority):
        """A certificate of a new key from an authority on this machine."""
        folder = self.machine.path(authority)
        if self.machine.dry_run:
            return self.machine.put(self.file, f"from {folder}", 0o640)
        key = certificates.new_key()
        request = certificates.new_request(key, self.settings.names())
        return self.install(certificates.sign(folder, request), key)

    def request(self, target):
        """A request for the machine that has the authority; the key stays here."""
        if not self.machine.changed(f"write the request {target}"):
            return
        key = certificates.new_key()
        request = certificates.new_request(key, self.settings.names())
        self.machine.put(REQUESTED_KEY, key, 0o600)
        pathlib.Path(target).write_text(request, encoding="ascii")

    def what_is_wrong(self):
        """Why the certificate has to be another one soon; an empty text if it needn't."""
        certificate = self.certificate()
        if certificate is None:
            return "there is none"
        try:
            certificates.verify(certificate, self.trusted(), self.settings.names())
        except Failure as failure:
            return str(failure)
        left = certificates.days_left(certificate)
        return f"it expires in {left} days" if left < certificates.RENEW_BEFORE_DAYS else ""

    def issuer(self):
        """The authority on this machine that new certificates come from: whose certificate is in use, if any."""
        certificate = self.certificate()
        following = self.machine.read(f"{NEXT}/ca.pem")
        if following and certificate and certificates.is_issued_by(certificate, following):
            return NEXT
        if self.machine.read(f"{AUTHORITY}/ca.key") is None:
            raise Failure(f"the authority isn't on this machine ({AUTHORITY} has no ca.key): make a request with --request FILE, "
                          "sign it where the authority is (`server sign`), and install what comes of it with --certificate FILE")
        return AUTHORITY

    # The exchange of the authority: devices get old and new, the server its certificate from the new one, devices the
    # new one alone.

    def begin_rotation(self, given):
        if given:
            new = read_given(given, certificates.PEM, "certificate")
        else:
            self.make_authority(NEXT)
            new = self.machine.read(f"{NEXT}/ca.pem")
        if new and new not in self.trusted():
            self.trust(self.trusted() + new)

    def finish_rotation(self):
        certificate = self.certificate() or ""
        new = "".join(each[0] for each in certificates.PEM.finditer(self.trusted())
                      if certificates.is_issued_by(certificate, each[0]))
        following = self.machine.path(NEXT)
        if following.exists() and self.machine.read(f"{NEXT}/ca.pem") not in new:
            raise Failure("the server's certificate is still from the old authority: `server renew --next` first")
        if not new:
            raise Failure("the server has no certificate from an authority that devices trust: see `server check`")
        self.trust(new)
        if following.exists() and self.machine.changed(f"remove the old authority and keep the new one in {AUTHORITY}"):
            shutil.rmtree(self.machine.path(AUTHORITY), ignore_errors=True)
            following.rename(self.machine.path(AUTHORITY))
        old = self.machine.read(f"{AUTHORITY}/ca.pem")
        if old and old not in new and self.machine.changed(f"remove the old authority in {AUTHORITY}"):
            shutil.rmtree(self.machine.path(AUTHORITY))
