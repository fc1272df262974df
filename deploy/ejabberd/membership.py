# SPDX-License-Identifier: GPL-3.0-or-later
"""How a cluster gains and loses nodes."""

import dataclasses
import json
import os
import sys

import certificates
import cluster_settings
from certificate_commands import Commands
from cluster_settings import Settings, parse
from common import Failure
from identity import TRUST
from node import COOKIE

FORMAT = 1
FIELDS = {"format": int, "settings": str, "cookie": str, "database_password": str, "trust": str, "certificate": str, "key": str}
MOST_OF_A_FILE = 1024 * 1024


class Membership(Commands):
    def node_file(self, options):
        """All that another machine needs to be a node, with its certificate if the authority is here."""
        self.setup.load()
        mine = self.setup.settings
        if options.node_address == mine.node_address:
            raise Failure(f"{options.node_address} is this node's own address: --node-address is the other one's")
        theirs = dataclasses.replace(mine, node_address=options.node_address, file_host=options.file_host, peer=mine.node_name(),
                                     listen=options.listen or ["::"],
                                     database_host=mine.node_address if self.setup.is_database_here() else mine.database_host)
        theirs.check()
        if theirs.files_host() == mine.files_host():
            raise Failure(f"--file-host is needed: {mine.files_host()} is the host of this node's files, which the other one doesn't have")
        if options.file.exists():
            raise Failure(f"{options.file} is there already")
        key, certificate = self.identity_for(theirs)
        text = json.dumps({"format": FORMAT, "settings": theirs.text(), "cookie": self.machine.read(COOKIE) or "",
                           "database_password": self.setup.database_password(), "trust": self.machine.read(TRUST) or "",
                           "certificate": certificate, "key": key}, indent=2)
        if self.machine.changed(f"write {options.file}: whoever has it is a node of this cluster"):
            certificates.create(options.file, text + "\n", 0o600)

    def identity_for(self, settings):
        """Key and certificate for another node; empty texts where the authority is elsewhere."""
        try:
            authority = self.machine.path(self.setup.identity.issuer())
        except Failure:
            print("the authority isn't on this machine: the other node makes a request (`server join --request`)", file=sys.stderr)
            return "", ""
        key = certificates.new_key()
        return key, certificates.sign(authority, certificates.new_request(key, settings.names()))

    def join(self, options):
        if options.file:
            self.become(options)
        else:
            self.setup.load()
        if not self.setup.settings.peer:
            raise Failure("this node began its cluster: the others join it; `server node-file FILE` makes what they need")
        if self.machine.dry_run:
            return
        if not self.machine.is_up():
            print("once the node runs, `server join` makes it a node of the cluster", file=sys.stderr)
            return
        peer = self.setup.settings.peer
        if peer in self.machine.known_nodes():
            return
        if self.machine.changed(f"join the cluster of {peer}"):
            self.machine.control("join_cluster", peer)
            self.machine.await_up()
            if peer not in self.machine.nodes():
                raise Failure(f"{peer} doesn't accept this node: both need the same version of ejabberd, the same cookie, and "
                              f"TCP port {self.setup.settings.dist_port} open to each other; "
                              f"{self.machine.path('/var/log/ejabberd/ejabberd.log')} has the reason")

    def become(self, options):
        """What the file orders."""
        facts = read_node_file(options.file)
        ordered = parse(facts["settings"], options.file)
        present = self.machine.read(cluster_settings.FILE)
        if present is not None:
            self.setup.load()
            if self.setup.settings.node_address != ordered.node_address or self.setup.settings.domain != ordered.domain:
                raise Failure(f"this machine is {self.setup.settings.node_name()} of {self.setup.settings.domain}, and the file is another's")
        self.setup.use(ordered)
        self.setup.prepare(facts["database_password"])
        self.setup.identity.trust(facts["trust"])
        changed = False
        if options.request:
            self.setup.identity.request(options.request)
        elif facts["certificate"] and self.setup.identity.certificate() is None:
            changed = self.setup.identity.install(facts["certificate"], facts["key"])
        if self.setup.write_cookie(facts["cookie"]) and self.machine.service_pid():
            self.machine.restart()
        self.setup.configure(changed)

    def forget(self, options):
        """A node that is lost and won't return."""
        self.setup.load()
        name = Settings(node_address=options.node_address).node_name()
        if name in self.machine.nodes():
            raise Failure(f"{name} runs: stop it there first (`server stop`), so that its clients move")
        if name in self.machine.known_nodes() and self.machine.changed(f"remove {name} from the cluster"):
            self.machine.control("leave_cluster", name)
        if name == self.setup.settings.peer:
            self.setup.use(dataclasses.replace(self.setup.settings, peer=""))
            self.machine.put(cluster_settings.FILE, self.setup.settings.text(), 0o644)

    def begin_anew(self, _options):
        """A node that waits for others which won't return, or whose cluster was restored without it."""
        self.setup.load()
        self.machine.stop()
        self.setup.forget_cluster()
        self.setup.restart()

    def stop(self, options):
        self.setup.load()
        if not self.machine.service_pid():
            return
        others = [name for name in self.machine.nodes() if name != self.setup.settings.node_name()]
        if not others and not options.alone:
            raise Failure("no other node runs, so that clients would have no server: start one, or --alone")
        if not self.machine.changed(f"drain {self.setup.settings.node_name()}"):
            return
        count = self.machine.drain(options.sessions_a_second)
        print(f"{count} sessions ended; their clients connect to {', '.join(others) or 'no server'}", file=sys.stderr)
        self.machine.stop_node()


def read_node_file(path):
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise Failure(f"{path} has secrets, and others may open it: chmod 600 {path}")
            facts = json.loads(file.read(MOST_OF_A_FILE))
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise Failure(f"{path} is no file of `server node-file`: {error}") from None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT or \
            any(type(facts.get(name)) is not kind for name, kind in FIELDS.items()):
        raise Failure(f"{path} is no file of `server node-file`, or of another version")
    return facts
