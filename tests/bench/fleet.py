# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request to all devices of a fleet costs the panel, against a client that only counts bytes: both on the same server
with the same simulated devices."""

import base64
import json
import os
import pathlib
import socket
import ssl
import subprocess
import time

DEPLOY = pathlib.Path(__file__).resolve().parent.parent.parent / "deploy"
DOMAIN = "localhost"
PANEL = f"technospurs@{DOMAIN}"
PASSWORD = "bench"
READY_WITHIN_S = 300
ROUNDS = 5


def figures_of(command):
    quiet = {**os.environ, "QT_LOGGING_RULES": "*=false"}
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=quiet, timeout=READY_WITHIN_S).stdout)


class RawClient:
    """The floor: TLS, one login, stanzas as bytes."""

    def __init__(self, port, ca):
        trust = ssl.create_default_context(cafile=ca)
        self.socket = trust.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=READY_WITHIN_S), server_hostname=DOMAIN)
        self.rest = b""
        self.open_stream()
        secret = base64.b64encode(f"\0{PANEL.partition('@')[0]}\0{PASSWORD}".encode()).decode()
        self.send(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>")
        self.wait(b"<success")
        self.open_stream()
        self.send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
        self.wait(b"</iq>")

    def open_stream(self):
        self.rest = b""
        self.send(f"<stream:stream to='{DOMAIN}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>")
        self.wait(b"</stream:features>")

    def send(self, text):
        self.socket.sendall(text.encode())

    def wait(self, words, times=1):
        """Until `words` came so often; what follows them is kept for the next call."""
        received = self.rest
        while received.count(words) < times:
            more = self.socket.recv(1 << 18)
            if not more:
                raise RuntimeError("the server has closed the connection")
            received += more
        self.rest = received[received.rindex(words) + len(words):]

    def see(self, devices):
        self.send("<presence/>")
        self.wait(b"<presence", devices)

    def request(self, jids):
        """Milliseconds until all have replied."""
        question = json.dumps({"command": "version_req"}).replace('"', "&quot;")
        start = time.monotonic()
        self.send("".join(f"<message to='{jid}' type='chat'><body>{question}</body></message>" for jid in jids))
        self.wait(b"</message>", len(jids))
        return (time.monotonic() - start) * 1000

    def close(self):
        self.send("</stream:stream>")
        self.socket.close()


class Fleet:
    """A server with so many simulated devices, all online."""

    def __init__(self, programs, devices, folder):
        self.folder = folder
        self.programs = programs
        self.jids = [f"altimeter_{number:05}@{DOMAIN}" for number in range(devices)]
        folder.mkdir()
        accounts = folder / "accounts"
        accounts.write_text(f"{PANEL}:{PASSWORD}\n" + "".join(f"{jid}:{PASSWORD}\n" for jid in self.jids))
        self.server = subprocess.Popen((DEPLOY / "prosody" / "local-server", "--folder", folder / "server", "--accounts", accounts,
                                        "--panel", PANEL), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.facts = json.loads(self.server.stdout.readline())
        behaviour = folder / "behaviour.json"
        behaviour.write_text(json.dumps({"answer_ms": [0, 0], "switch_on_ms": 4 * devices}))
        self.devices = subprocess.Popen((programs / "sgn-sim", "--server", f"localhost:{self.facts['port']}", "--ca", self.facts["ca"],
                                         "--devices", str(devices), "--accounts", accounts, "--behaviour", behaviour),
                                        stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        until = time.monotonic() + READY_WITHIN_S
        for line in self.devices.stdout:
            if line.startswith(f"{len(self.jids)} of"):
                return self
            if time.monotonic() > until:
                break
        raise RuntimeError(f"the devices don't come online: {line.strip()}")

    def __exit__(self, *_):
        self.devices.terminate()
        self.devices.wait()
        self.server.stdin.close()
        self.server.wait()

    def panel_file(self):
        (self.folder / "password").write_text(PASSWORD)
        file = self.folder / "panel.json"
        file.write_text(json.dumps({"jid": PANEL, "password_file": "password", "host": "localhost", "port": self.facts["port"],
                                    "ca": self.facts["ca"], "store": str(self.folder / "panel.sqlite")}))
        for each in (file, self.folder / "password"):
            each.chmod(0o600)
        return file


def measure(programs, devices, folder):
    with Fleet(programs, devices, folder) as fleet:
        raw = RawClient(fleet.facts["port"], fleet.facts["ca"])
        raw.see(devices)
        raw_ms = min(raw.request(fleet.jids) for _ in range(ROUNDS))
        raw.close()
        figures = figures_of((programs / "panel_bench", "ask", fleet.panel_file(), str(devices), str(ROUNDS)))
    return {"devices": devices, "raw_ms": raw_ms, "request_ratio": figures["request_ms"] / raw_ms, **figures}
