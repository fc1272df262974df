# SPDX-License-Identifier: GPL-3.0-or-later
"""What a production server was ordered to be. Kept beside its authority, so that no later command has to repeat it."""

import dataclasses
import hashlib
import ipaddress
import json
import pathlib
import re

from accounts import DOMAIN, NAME
from common import Failure

FILE = "/etc/sgn-server/server.json"
FORMAT = 1
HERE = pathlib.Path(__file__).resolve().parent
CHECK = re.compile(r"-- sha256 ([0-9a-f]{64})\n")


@dataclasses.dataclass
class Settings:
    domain: str = ""
    panels: list = dataclasses.field(default_factory=list)
    file_host: str = ""  # empty: the domain
    listen: list = dataclasses.field(default_factory=lambda: ["*", "::"])
    tls_port: int = 5223
    starttls_port: int = 5222
    files_port: int = 5281
    file_mib: int = 256
    file_days: int = 30
    store_gib: int = 20
    archive_weeks: int = 2
    federation: bool = False

    def check(self):
        for name, what in ((self.domain, "--domain"), (self.files_host(), "--file-host")):
            if not DOMAIN.fullmatch(name):
                raise Failure(f"{what} has to be a domain like im.example.net, not '{name}'" if name else
                              f"{what} is needed, the domain of the accounts: {what} im.example.net")
        if not self.panels:
            raise Failure("--panel is needed, the name of the control panel's account: --panel technospurs")
        for panel in self.panels:
            if not NAME.fullmatch(panel):
                raise Failure(f"'{panel}' is no name for an account")
        for address in self.listen:
            try:
                ipaddress.ip_address("::" if address == "*" else address)
            except ValueError:
                raise Failure(f"--listen has to be an IP address of this machine, not '{address}'") from None
        ports = self.ports()
        if len(set(ports)) < len(ports) or not all(0 < port < 65536 for port in ports):
            raise Failure("the ports have to be three different numbers between 1 and 65535")
        for name, lowest, most in (("file_mib", 1, 4096), ("file_days", 1, 3650), ("store_gib", 1, 100000),
                                   ("archive_weeks", 1, 52)):
            if not lowest <= getattr(self, name) <= most:
                raise Failure(f"--{name.replace('_', '-')} has to be between {lowest} and {most}")

    def ports(self):
        return [self.tls_port, self.starttls_port, self.files_port]

    def files_host(self):
        return self.file_host or self.domain

    def names(self):
        """What the certificate has to name."""
        return list(dict.fromkeys((self.domain, f"upload.{self.domain}", self.files_host())))

    def text(self):
        return json.dumps({"format": FORMAT, **dataclasses.asdict(self)}, indent=2) + "\n"


def parse(text, name):
    """Raises Failure; a field of a later version is refused, because the server would not be what it was."""
    try:
        known = json.loads(text)
        if not isinstance(known, dict) or known.pop("format") != FORMAT:
            raise ValueError("its format isn't 1")
        settings = Settings(**known)
        for field in dataclasses.fields(Settings):
            if type(getattr(settings, field.name)) is not type(getattr(Settings(), field.name)):
                raise ValueError(f"{field.name} is of another kind")
    except (ValueError, TypeError, KeyError) as error:
        raise Failure(f"{name} can't be read: {error}; another version of `server` may have written it") from None
    settings.check()
    return settings


def lua_text(text):
    return json.dumps(text, ensure_ascii=False)


def configuration(settings, root, as_root):
    """Prosody's configuration; its third line is the hash of the rest, which shows later whether a hand changed it."""
    federation = ("s2s_secure_auth = true" if settings.federation else
                  's2s_ports = {} -- a fleet needs no other servers\nmodules_disabled = { "s2s" }')
    values = {"ROOT": "" if str(root) == "/" else str(root), "DOMAIN": settings.domain, "FILE_HOST": settings.files_host(),
              "INTERFACES": ", ".join(lua_text(address) for address in settings.listen),
              "TLS_PORT": settings.tls_port, "STARTTLS_PORT": settings.starttls_port, "FILES_PORT": settings.files_port,
              "FILE_MIB": settings.file_mib, "FILE_DAYS": settings.file_days, "STORE_GIB": settings.store_gib,
              "ARCHIVE_WEEKS": settings.archive_weeks, "FEDERATION": federation,
              "PANELS": ", ".join(lua_text(f"{panel}@{settings.domain}") for panel in settings.panels),
              "AS_ROOT": "run_as_root = true -- in a folder that stands for a machine\n" if as_root else "", "CHECK": "@CHECK@"}
    template = (HERE / "production.cfg.lua.in").read_text(encoding="utf-8")
    text = re.sub(r"@([A-Z_]+)@", lambda found: str(values[found[1]]), template)
    return text.replace("@CHECK@", f"sha256 {hashlib.sha256(text.encode()).hexdigest()}", 1)


def is_ours(configuration_text):
    """Whether `server` wrote this configuration and nothing has changed it since."""
    found = CHECK.search(configuration_text)
    if not found:
        return False
    return hashlib.sha256(configuration_text.replace(found[0], "-- @CHECK@\n", 1).encode()).hexdigest() == found[1]


def groups(domain, panels, names):
    """Prosody's shared groups: each device has one with the panels. A group's members all see each other, which is all
    that Prosody's groups can do; one group for the whole fleet would send each presence to every device. `panels` and
    `names` (of all accounts) are without their domain."""
    center = "".join(f"{panel}@{domain}\n" for panel in panels)
    return "".join(f"[{name}]\n{center}{name}@{domain}\n" for name in names if name not in panels)


def firewall(settings):
    ports = ", ".join(str(port) for port in (*settings.ports(), *((5269,) if settings.federation else ())))
    return f"""#!/usr/sbin/nft -f
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by SGN's deploy/prosody/server and loaded by no program: a proposal. Devices need {settings.tls_port} (XMPP) and
# {settings.files_port} (files) only, {settings.starttls_port} is for chat clients. Check the port of your ssh before you load it:
#   nft -f /etc/sgn-server/firewall.nft
# At each start: write  include "/etc/sgn-server/firewall.nft"  into /etc/nftables.conf, systemctl enable nftables
table inet sgn_server
delete table inet sgn_server
table inet sgn_server {{
    chain input {{
        type filter hook input priority filter; policy drop;
        ct state established,related accept
        ct state invalid drop
        iif lo accept
        meta l4proto {{ icmp, ipv6-icmp }} accept
        udp dport 546 accept
        tcp dport 22 accept
        tcp dport {{ {ports} }} accept
    }}
}}
"""


# More than 1,024 connections, back after a crash, and no more rights than a server needs. Nothing here wants a mount namespace,
# which not every container that is rented as a server can make.
UNIT = """# SPDX-License-Identifier: GPL-3.0-or-later
# Written by SGN's deploy/prosody/server.
[Service]
LimitNOFILE=65536
Restart=on-failure
RestartSec=2
UMask=0027
NoNewPrivileges=true
CapabilityBoundingSet=
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=true
SystemCallArchitectures=native
SystemCallFilter=@system-service
"""
