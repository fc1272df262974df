# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet's own certification authority, and the server's certificate, by the openssl program.

An authority is a folder with ca.pem, which devices trust, and ca.key, which need not be on the server: there a request
is made, the authority's machine signs it. Keys are P-256, which every device verifies in a millisecond.
"""

import datetime
import os
import pathlib
import re
import shutil
import tempfile

from common import Failure, run

# A fleet's authority has to outlive its devices: each change of it has to reach every one of them.
AUTHORITY_DAYS = 30 * 365
SERVER_DAYS = 5 * 365
# Time enough to notice and renew, in weeks nearly a year.
RENEW_BEFORE_DAYS = 300
PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n?", re.S)
KEY = re.compile(r"-----BEGIN ([A-Z]+ )?PRIVATE KEY-----.+?-----END ([A-Z]+ )?PRIVATE KEY-----\n?", re.S)


def create(path, text, mode):
    """A new file that never was readable to others for a moment; it must not be there yet."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)


def new_key():
    """The PEM text of a new private key."""
    return run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


def new_authority(folder, name):
    """A key and a certificate for `name` in a folder that is made for them, whole or not at all."""
    new = folder.with_name(folder.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700, parents=True)
    create(new / "ca.key", new_key(), 0o600)
    run("openssl", "req", "-x509", "-new", "-key", new / "ca.key", "-out", new / "ca.pem", "-sha256",
        "-days", AUTHORITY_DAYS, "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE,pathlen:0",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    os.sync()
    new.rename(folder)


def new_request(key, names):
    """The PEM text of a request for a certificate of this key (PEM text), which states the server's names."""
    with tempfile.TemporaryDirectory(prefix="sgn-server-") as folder:
        create(pathlib.Path(folder) / "key", key, 0o600)
        return run("openssl", "req", "-new", "-key", f"{folder}/key", "-subj", f"/CN={names[0][:64]}", "-addext",
                   "subjectAltName=" + ",".join(f"DNS:{name}" for name in names))


def names_in(text, kind):
    """The DNS names in a certificate ("x509") or a request ("req"), given as PEM text."""
    shown = run("openssl", kind, "-noout", "-text", stdin=text)
    found = re.search(r"Subject Alternative Name:[^\n]*\n\s*([^\n]*)", shown)
    return [each.strip()[4:] for each in found[1].split(",") if each.strip().startswith("DNS:")] if found else []


def sign(authority, request, days=SERVER_DAYS):
    """The PEM text of a server's certificate for the names in the request, and for nothing else that it wants."""
    for file in ("ca.pem", "ca.key"):
        if not (authority / file).exists():
            raise Failure(f"{authority} is no authority: it has no {file}; `server authority {authority}` makes one")
    run("openssl", "req", "-verify", "-noout", stdin=request)
    names = names_in(request, "req")
    if not names:
        raise Failure("the request names no server: make it with `server renew --request FILE`")
    with tempfile.TemporaryDirectory(prefix="sgn-server-") as folder:
        create(pathlib.Path(folder) / "extensions",
               "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
               "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
               "subjectAltName=" + ",".join(f"DNS:{name}" for name in names) + "\n", 0o600)
        return run("openssl", "x509", "-req", "-sha256", "-days", days, "-CA", authority / "ca.pem", "-CAkey",
                   authority / "ca.key", "-extfile", f"{folder}/extensions", stdin=request)


def ends(certificate):
    """When a certificate (PEM text) expires."""
    shown = run("openssl", "x509", "-noout", "-enddate", stdin=certificate).strip().partition("=")[2]
    return datetime.datetime.strptime(shown, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=datetime.timezone.utc)


def days_left(certificate):
    return (ends(certificate) - datetime.datetime.now(datetime.timezone.utc)).days


def is_issued_by(certificate, authority):
    """Whether one of the authorities (PEM text) has signed this certificate, whatever it is for."""
    try:
        verify(certificate, authority, [])
    except Failure:
        return False
    return True


def verify(certificate, authorities, names):
    """What a device does: Failure unless the authorities (PEM text) vouch for the certificate and each of the names."""
    with tempfile.TemporaryDirectory(prefix="sgn-server-") as folder:
        create(pathlib.Path(folder) / "ca", authorities, 0o600)
        create(pathlib.Path(folder) / "chain", certificate, 0o600)
        for name in names or [""]:
            more = ("-verify_hostname", name) if name else ()
            try:
                run("openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", f"{folder}/ca", "-untrusted", f"{folder}/chain",
                    "-purpose", "sslserver", *more, f"{folder}/chain")
            except Failure as failure:
                reason = re.search(r"lookup: (.*)", str(failure))
                detail = reason[1].strip() if reason else str(failure)
                raise Failure(f"devices would refuse the certificate{f' for {name}' if name else ''}: {detail}") from None


def check_pair(certificate, key):
    """Failure unless the key (PEM text) is the certificate's."""
    if "ENCRYPTED" in key:
        raise Failure("the key has a passphrase, which no one could enter when the server starts: "
                      "openssl pkey -in KEY -out NEWKEY removes it")
    if run("openssl", "x509", "-noout", "-pubkey", stdin=certificate) != run("openssl", "pkey", "-pubout", stdin=key):
        raise Failure("the key isn't the certificate's")
