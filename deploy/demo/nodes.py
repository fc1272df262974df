# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo of a cluster has beside the real devices: simulated ones, and words for the nodes."""

import json
import pathlib
import secrets
import subprocess

LOCAL_CLUSTER = pathlib.Path(__file__).resolve().parent.parent / "ejabberd" / "local-cluster"
SIMULATED_PROGRAMS = 2  # of each device of sgn-sim


class Simulated:
    """The devices of one sgn-sim. Each knows all nodes, as a real one does by SRV records."""

    def __init__(self, folder, count, domain, owner, bin_folder):
        self.file = folder / "simulated"
        self.count = count
        self.passwords = {f"meter_{number:04}@{domain}": secrets.token_urlsafe(18) for number in range(1, count + 1)}
        self.owner = owner
        self.bin = bin_folder

    def start(self, children, panel, server, ca):
        self.file.touch(mode=0o600)
        self.file.write_text("".join(f"{jid}:{password}\n" for jid, password in self.passwords.items()), encoding="utf-8")
        self.owner.take(self.file)
        nodes = [word for node in server["nodes"] for word in ("--server", f"{node['address']}:{server['port']}")]
        children.start(self.bin / "sgn-sim", *nodes, "--ca", ca, "--accounts", self.file, "--devices", self.count, "--panel", panel,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/", **self.owner.run_as)


def list_nodes(server, count):
    """What runs, beside the real devices."""
    for node in server["nodes"]:
        print(f"  {'node ' + node['name']:<16} {node['address']}:{server['port']}, pid {node['pid']}, logs in "
              f"server/{node['name']}/var/log/ejabberd")
    print(f"  {count} simulated devices know both nodes; the real devices and the dashboard connect to localhost:{server['port']}, a\n"
          "  forwarder in place of the load balancer or the records in DNS that a real cluster has")


def what_to_try(server):
    first = server["nodes"][0]
    return f"""
Kill a node, and watch its devices move to the other one, here and in the dashboard:
  kill -9 {first['pid']}
  kill -USR1 {server['pid']}
      starts again what was killed. Devices stay where they are, until their node ends
"""


def follow(output):
    """Shows what becomes of the nodes, until there is no more."""
    for line in output:
        words = [f"{node['name']}: " + (f"{node['connections']} connections (pid {node['pid']})" if node["pid"] else "doesn't run")
                 for node in json.loads(line)["nodes"]]
        print("  nodes  " + "   ".join(words), flush=True)
