# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine whose service is one node of Debian's ejabberd, and the ways into that node: its Erlang distribution for what
concerns the cluster, and its HTTP interface on a Unix socket for the rest. No secret goes either way."""

import contextlib
import errno
import http.client
import json
import os
import pathlib
import pwd
import shutil
import socket
import time

from cluster_settings import TICK_S
from common import Failure, run
from machine import Machine

HOME = "/var/lib/ejabberd"
SPOOL = f"{HOME}/sgn"
SOCKET = f"{SPOOL}/api/socket"
COOKIE = f"{HOME}/.erlang.cookie"
CONFIGURATION = "/etc/ejabberd/ejabberd.yml"
LOG = "/var/log/ejabberd/ejabberd.log"
# Longer names of Unix sockets are cut or refused, unix(7).
MOST_OF_A_SOCKET_NAME = 107
LIBRARIES = "/usr/lib"
# The version of the requests: the first one, which every ejabberd has.
INTERFACE = "/api/v0"
READY_WITHIN_S = 90
STOPS_WITHIN_S = 60


class Connection(http.client.HTTPConnection):
    """HTTP to a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.socket_path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.socket_path)


class Node(Machine):
    service = "ejabberd"
    title = "ejabberd"
    packages = ("ejabberd", "erlang-p1-pgsql", "postgresql-client", "openssl", "logrotate")

    def __init__(self, root, dry_run):
        super().__init__(root, dry_run)
        self.settings = None  # of the node, once they are known

    def service_pid(self):
        """The pid of this machine's node, or None if it doesn't run."""
        if self.settings is None or not self.settings.node_address:
            return None
        name = os.fsencode(self.settings.node_name())
        owners = self.owners()
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes().split(b"\0")
                owner = process.stat().st_uid
            except OSError:
                continue
            # Nodes of several folders may have one name, and any user can give a process these words.
            mine = owner in owners and (self.is_real or any(os.fsencode(self.path(SPOOL)) in word for word in words))
            if b"beam" in words[0] and name in words and b"-hidden" not in words and mine:
                return int(process.name)
        return None

    def owners(self):
        """The users whose processes can be the node."""
        owners = {os.geteuid()}
        if self.is_real:
            with contextlib.suppress(KeyError):
                owners = {pwd.getpwnam("ejabberd").pw_uid}
        return owners

    def check_port(self, port):
        # Another node may have it, on another address of the same machine.
        addresses = {*self.settings.listen, self.settings.node_address}
        if not self.service_pid() and any(is_taken(address, port) for address in addresses):
            super().check_port(port)

    def start_command(self):
        return f"server --root {self.root} run"

    def check_paths(self):
        if len(os.fsencode(self.path(SOCKET))) > MOST_OF_A_SOCKET_NAME:
            raise Failure(f"{self.path(SOCKET)} is too long a name for a socket: use a folder with a shorter name")

    # The Erlang distribution.

    def environment(self):
        libraries = sorted(pathlib.Path(LIBRARIES).glob("*-linux-*/ejabberd-*"))
        if not libraries:
            raise Failure("ejabberd is not installed")
        return {**os.environ, "HOME": str(self.path(HOME)), "ERL_LIBS": str(libraries[-1].parent), "ERL_CRASH_DUMP_BYTES": "0",
                "ERL_DIST_PORT": str(self.settings.dist_port), "ERL_MAX_PORTS": "262144",
                "EJABBERD_CONFIG_PATH": str(self.path(CONFIGURATION)), "EJABBERD_LOG_PATH": str(self.path(LOG))}

    def distribution(self, name):
        """Arguments for a program of Erlang that belongs to the cluster: one port, without a register of nodes (epmd)."""
        address = self.settings.node_address
        return ["erl", "-name", f"{name}@{address}", "-noinput", "-erl_epmd_port", str(self.settings.dist_port), "-start_epmd", "false",
                "-kernel", "inet_dist_use_interface", "{" + address.replace(".", ",") + "}", "-kernel", "net_ticktime", str(TICK_S)]

    def erlang(self, *more):
        """The output of a short program of Erlang that can reach the cluster."""
        owner = ["runuser", "--user", "ejabberd", "--"] if self.is_real else []
        return run(*owner, *self.distribution(f"sgn-{os.getpid()}"), "-hidden", "-dist_listen", "false", *more, env=self.environment(),
                   cwd="/")

    def control(self, *words):
        """What `ejabberdctl` with these words would print."""
        return self.erlang("-s", "ejabberd_ctl", "-extra", self.settings.node_name(), "--no-timeout", *words)

    def call(self, expression):
        """What the expression of Erlang, in which Node stands for this node, prints."""
        return self.erlang("-eval", f"Node = '{self.settings.node_name()}', pong = net_adm:ping(Node), {expression}, halt(0).")

    def run_in_foreground(self):
        """Becomes the node of a folder; doesn't return. It ends with the program that started this one."""
        self.path(SOCKET).unlink(missing_ok=True)
        erl = shutil.which("erl")
        if not erl:
            raise Failure("ejabberd is not installed")
        command = self.distribution("ejabberd") + ["-mnesia", "dir", f'"{self.path(SPOOL)}/mnesia"', "-ejabberd", "quiet", "true",
                                                   "-s", "ejabberd"]
        os.execvpe("setpriv", ["setpriv", "--pdeathsig", "KILL", *command], self.environment())

    def reload(self):
        """A new certificate, without ending a connection."""
        if self.service_pid() and self.changed("have ejabberd read its configuration and certificate again"):
            self.control("reload_config")

    def known_nodes(self):
        """The names of all nodes of the cluster, also of those that don't run."""
        return sorted(self.call("io:format(\"~ts\", [lists:join(\" \", [atom_to_list(N) || N <- rpc:call(Node, ejabberd_cluster, "
                                "get_known_nodes, [])])])").split())

    def drain(self, sessions_a_second):
        """Accepts no more clients and ends the sessions of this node, so many in a second. Returns how many there were."""
        return int(self.call(
            "rpc:call(Node, ejabberd_listener, stop_listeners, []), "
            "Mine = fun() -> [element(3, Session) || Session <- rpc:call(Node, ejabberd_sm, dirty_get_my_sessions_list, [])] end, "
            "End = fun({User, Host, Resource}) -> rpc:call(Node, mod_admin_extra, kick_session, [User, Host, Resource, "
            "<<\"this node is stopped for maintenance\">>]) end, "
            f"Drain = fun Again([]) -> ok; Again(Left) -> {{Now, Later}} = lists:split(min({sessions_a_second}, length(Left)), Left), "
            "lists:foreach(End, Now), [timer:sleep(1000) || Later =/= []], Again(Later) end, "
            "All = Mine(), Drain(All), io:format(\"~b\", [length(All)])"))

    def stop_node(self):
        """As the service's manager would, where there is one."""
        if self.has_systemd():
            run("systemctl", "stop", self.service)
            return
        self.control("stop")
        until = time.monotonic() + STOPS_WITHIN_S
        while self.service_pid():
            if time.monotonic() > until:
                raise Failure(f"ejabberd (pid {self.service_pid()}) doesn't end")
            time.sleep(0.1)

    # The HTTP interface.

    def is_up(self):
        """Whether the node carries out requests."""
        try:
            return "is running" in str(self.request("status"))
        except (Failure, OSError):
            return False

    def await_up(self, limit=READY_WITHIN_S):
        until = time.monotonic() + limit
        while not self.is_up():
            if time.monotonic() > until:
                raise Failure(f"ejabberd doesn't answer: journalctl -u ejabberd and {self.path(LOG)} have the reason")
            time.sleep(0.1)

    def request(self, name, **arguments):
        """The answer of one command of ejabberd's HTTP interface."""
        connection = Connection(self.path(SOCKET))
        try:
            connection.request("POST", f"{INTERFACE}/{name}", json.dumps(arguments))
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        except (ConnectionError, FileNotFoundError):
            raise Failure("ejabberd doesn't run here: start it first") from None
        finally:
            connection.close()
        if response.status != 200:
            raise Failure(f"ejabberd refuses {name}: {text[:500]}")
        try:
            return json.loads(text) if text else None
        except ValueError:
            return text

    def nodes(self):
        """The names of all nodes of the cluster that run."""
        return sorted(self.request("list_cluster"))


def is_taken(address, port):
    """Whether a program listens there."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False
