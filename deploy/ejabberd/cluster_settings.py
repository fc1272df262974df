# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node was ordered to be. Kept beside its certificates, so that no later command has to repeat it. Accounts, panels and
groups are no part of it: all nodes share them in the database."""

import dataclasses
import hashlib
import ipaddress
import json
import pathlib
import re

from accounts import DOMAIN
from common import Failure

FILE = "/etc/sgn-server/node.json"
FORMAT = 1
HERE = pathlib.Path(__file__).resolve().parent
CHECK = re.compile(r"# sha256 ([0-9a-f]{64})\n")
HASHES = ("sha256", "sha1")
# Seconds after which a silent node counts as dead. From the start on: a change of it takes a minute to become true.
TICK_S = 15
# What differs between the nodes of one cluster; all else has to be the same.
OF_A_NODE = ("node_address", "file_host", "listen", "database_host", "peer")
LIMITS = (("file_mib", 1, 4096), ("file_days", 1, 3650), ("account_mib", 1, 1000000), ("archive_weeks", 1, 52),
          ("offline_messages", 10, 100000))


@dataclasses.dataclass
class Settings:
    domain: str = ""
    node_address: str = ""
    file_host: str = ""  # of the URLs of files on this node; empty: the domain
    listen: list = dataclasses.field(default_factory=lambda: ["::"])
    tls_port: int = 5223
    starttls_port: int = 5222
    files_port: int = 5281
    dist_port: int = 4370
    database_host: str = "127.0.0.1"
    database_port: int = 5432
    database_tls: bool = True
    scram_hash: str = "sha256"
    file_mib: int = 256
    file_days: int = 30
    account_mib: int = 2048
    archive_weeks: int = 2
    offline_messages: int = 10000
    federation: bool = False
    peer: str = ""  # the node whose cluster this one joined; empty: it began one

    def check(self):
        self.check_names()
        ports = self.ports()
        if len(set(ports)) < len(ports) or not all(0 < port < 65536 for port in ports) or not 0 < self.database_port < 65536:
            raise Failure("the ports have to be four different numbers between 1 and 65535")
        for name, lowest, most in LIMITS:
            if not lowest <= getattr(self, name) <= most:
                raise Failure(f"--{name.replace('_', '-')} has to be between {lowest} and {most}")
        if self.scram_hash not in HASHES:
            raise Failure(f"--scram-hash has to be one of {', '.join(HASHES)}")

    def check_names(self):
        for name, what in ((self.domain, "--domain"), (self.files_host(), "--file-host")):
            if not DOMAIN.fullmatch(name):
                raise Failure(f"{what} has to be a domain like im.example.net, not '{name}'" if name else
                              f"{what} is needed, the domain of the accounts: {what} im.example.net")
        if not re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", self.database_host):
            raise Failure(f"--database has to be HOST or HOST:PORT, not '{self.database_host}'")
        for address in self.listen:
            if not is_address(address, (4, 6)):
                raise Failure(f"--listen has to be an IP address of this machine, not '{address}'")
        if not is_address(self.node_address, (4,)):
            raise Failure("--node-address is needed, the IPv4 address at which the other nodes reach this one, which can't be changed "
                          f"later: --node-address 10.0.0.1, not '{self.node_address}'")

    def ports(self):
        return [self.tls_port, self.starttls_port, self.files_port, self.dist_port]

    def files_host(self):
        return self.file_host or self.domain

    def names(self):
        """What the certificate of this node has to name."""
        return list(dict.fromkeys((self.domain, f"upload.{self.domain}", self.files_host())))

    def node_name(self):
        return f"ejabberd@{self.node_address}"

    def text(self):
        return json.dumps({"format": FORMAT, **dataclasses.asdict(self)}, indent=2) + "\n"

    def shared_text(self):
        """What has to be the same on all nodes."""
        return json.dumps({name: value for name, value in sorted(dataclasses.asdict(self).items()) if name not in OF_A_NODE})


def is_address(text, versions):
    try:
        return ipaddress.ip_address(text).version in versions
    except ValueError:
        return False


def parse(text, name):
    """Raises Failure; a field of a later version is refused, because the node would not be what it was."""
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


def yaml_text(text):
    # A string of JSON is one of YAML.
    return json.dumps(text, ensure_ascii=False)


def listeners(settings):
    """The ports, on each of the addresses."""
    kinds = [(settings.tls_port, "ejabberd_c2s", "    tls: true\n@CLIENT@"),
             (settings.starttls_port, "ejabberd_c2s", "    starttls_required: true\n@CLIENT@"),
             (settings.files_port, "ejabberd_http", "    tls: true\n    protocol_options: [\"no_tlsv1\", \"no_tlsv1_1\"]\n    request_handlers:\n"
              "      /upload: mod_http_upload\n")]
    if settings.federation:
        kinds.append((5269, "ejabberd_s2s_in", "    max_stanza_size: 262144\n"))
    client = "    access: local\n    shaper: c2s_shaper\n    max_stanza_size: 262144\n    max_fsm_queue: 100000\n"
    return "".join(f"  - port: {port}\n    ip: {yaml_text(address)}\n    module: {module}\n    backlog: 1024\n{more}"
                   for address in settings.listen for port, module, more in kinds).replace("@CLIENT@", client)


def configuration(settings, root, password):
    """ejabberd's configuration; its third line is the hash of the rest, which shows later whether a hand changed it."""
    federation = ("s2s_use_starttls: required\n" if settings.federation else "s2s_access: none # a fleet needs no other servers\n")
    values = {"ROOT": "" if str(root) == "/" else str(root), "DOMAIN": settings.domain, "LISTENERS": listeners(settings),
              "FILE_HOST": settings.files_host(), "FILES_PORT": settings.files_port, "FILE_BYTES": settings.file_mib * 2**20,
              "FILE_DAYS": settings.file_days, "ACCOUNT_MIB": settings.account_mib, "ACCOUNT_SOFT_MIB": settings.account_mib * 9 // 10,
              "SCRAM_HASH": {"sha256": "sha256", "sha1": "sha"}[settings.scram_hash], "FEDERATION": federation,
              "DIALBACK": "  mod_s2s_dialback: {}\n" if settings.federation else "",
              "DATABASE_HOST": yaml_text(settings.database_host), "DATABASE_PORT": settings.database_port,
              "DATABASE_TLS": "true" if settings.database_tls else "false", "DATABASE_PASSWORD": yaml_text(password),
              "OFFLINE_MESSAGES": settings.offline_messages, "TICK_S": TICK_S, "CHECK": "@CHECK@"}
    template = (HERE / "ejabberd.yml.in").read_text(encoding="utf-8")
    text = re.sub(r"@([A-Z_]+)@", lambda found: str(values[found[1]]), template)
    return text.replace("@CHECK@", f"sha256 {hashlib.sha256(text.encode()).hexdigest()}", 1)


def is_ours(configuration_text):
    """Whether `server` wrote this configuration and nothing has changed it since."""
    found = CHECK.search(configuration_text)
    if not found:
        return False
    return hashlib.sha256(configuration_text.replace(found[0], "# @CHECK@\n", 1).encode()).hexdigest() == found[1]


def control_file(settings):
    """What ejabberdctl reads. A name of its own in a folder of its own: Debian's node, which this one replaces, keeps its data."""
    return f"""# SPDX-License-Identifier: GPL-3.0-or-later
# Written by SGN's deploy/ejabberd/server.
ERLANG_NODE={settings.node_name()}
ERL_DIST_PORT={settings.dist_port}
INET_DIST_INTERFACE={settings.node_address}
SPOOL_DIR=/var/lib/ejabberd/sgn/mnesia
ERL_MAX_PORTS=262144
ERL_PROCESSES=1000000
ERL_OPTIONS="-env ERL_CRASH_DUMP_BYTES 0 -kernel net_ticktime {TICK_S}"
EJABBERD_PID_PATH=/run/ejabberd/ejabberd.pid
EJABBERD_CONFIG_PATH=/etc/ejabberd/ejabberd.yml
CONTRIB_MODULES_CONF_DIR=/etc/ejabberd/modules.d
"""


def firewall(settings):
    clients = ", ".join(str(port) for port in (settings.tls_port, settings.starttls_port, settings.files_port,
                                               *((5269,) if settings.federation else ())))
    return f"""#!/usr/sbin/nft -f
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by SGN's deploy/ejabberd/server and loaded by no program: a proposal. Write the addresses of the other nodes into
# `nodes`: whoever reaches port {settings.dist_port} with the cookie, or {settings.database_port} with the password, has the fleet.
# Check the port of your ssh before you load it:
#   nft -f /etc/sgn-server/firewall.nft
# At each start: write  include "/etc/sgn-server/firewall.nft"  into /etc/nftables.conf, systemctl enable nftables
table inet sgn_server
delete table inet sgn_server
table inet sgn_server {{
    set nodes {{
        type ipv4_addr
        elements = {{ {settings.node_address} }}
    }}
    chain input {{
        type filter hook input priority filter; policy drop;
        ct state established,related accept
        ct state invalid drop
        iif lo accept
        meta l4proto {{ icmp, ipv6-icmp }} accept
        udp dport 546 accept
        tcp dport 22 accept
        tcp dport {{ {clients} }} accept
        ip saddr @nodes tcp dport {{ {settings.dist_port}, {settings.database_port} }} accept
    }}
}}
"""


# More connections than systemd's 1,024 and Debian's 65,536, which a device and its files would share.
UNIT = """# SPDX-License-Identifier: GPL-3.0-or-later
# Written by SGN's deploy/ejabberd/server.
[Service]
LimitNOFILE=262144
UMask=0027
"""

TIDY_SERVICE = """# SPDX-License-Identifier: GPL-3.0-or-later
# Written by SGN's deploy/ejabberd/server.
[Unit]
Description=ends of the time for which the archive of a fleet's panels is kept
[Service]
Type=oneshot
Environment=PGPASSFILE=/etc/sgn-server/database.pgpass
EnvironmentFile=/etc/sgn-server/database.env
ExecStart=/usr/bin/psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --file /etc/sgn-server/tidy.sql
"""

TIDY_TIMER = """# SPDX-License-Identifier: GPL-3.0-or-later
# Written by SGN's deploy/ejabberd/server.
[Timer]
OnCalendar=daily
RandomizedDelaySec=2h
Persistent=true
[Install]
WantedBy=timers.target
"""


def tidy(settings):
    """ejabberd keeps an archive until it is ordered to remove what is old."""
    return f"""-- SPDX-License-Identifier: GPL-3.0-or-later
-- Written by SGN's deploy/ejabberd/server: what the archive keeps no longer. Each node may run it.
DELETE FROM archive WHERE created_at < now() - interval '{settings.archive_weeks} weeks';
"""
