# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole device: watchdog, agent and meter processes, and the server and panel that they are connected with, all on loopback."""

import html
import json
import pathlib
import re
import shutil
import subprocess
import time

from children import Children
import fleet
import meters
import supervisors

JID = f"altimeter_00001@{fleet.DOMAIN}"
ONLINE_WITHIN_S = 60
RESULT_WITHIN_S = 600


def wait_for(condition, limit_s, what):
    until = time.monotonic() + limit_s
    while not (result := condition()):
        if time.monotonic() > until:
            raise RuntimeError(f"{what} does not come within {limit_s} s")
        time.sleep(0.05)
    return result


class Panel(fleet.RawClient):
    """Sends commands as they stand on the wire."""

    def order(self, command):
        self.send(f"<message to='{JID}' type='chat'><body>{html.escape(json.dumps(command))}</body></message>")

    def result(self, number):
        """The device's result of the command."""
        until = time.monotonic() + RESULT_WITHIN_S
        while time.monotonic() < until:
            for body in re.findall(r"<body>(.*?)</body>", self.rest.decode(errors="replace"), re.S):
                message = json.loads(html.unescape(body))
                if message.get("command_no") == number and "success" in message:
                    self.rest = b""
                    return message
            self.rest += self.socket.recv(1 << 18)
        raise RuntimeError(f"command {number} has no result")


class Device(supervisors.Watchdog):
    """One with the agent, too."""

    name = "device"

    def __init__(self, folder, count, children, programs, facts, config):
        super().__init__(folder, count, children, programs)
        self.programs = programs
        self.facts = facts
        self.config = config

    def lay_out(self):
        super().lay_out()
        shutil.copy(self.facts["ca"], self.root / "certs" / "cacert.pem")
        shutil.copy(self.programs / "sgn-agent", self.root / "JabberClient")
        (self.root / "JabberClient" / "version").write_text("1\n", encoding="ascii")
        plain = self.folder / "config.json"
        plain.touch(mode=0o600)
        plain.write_text(json.dumps({
            "xmpp_client": {"client_jid": JID, "client_password": fleet.PASSWORD, "cpanel_jid": fleet.PANEL, "host": "localhost",
                            "port": self.facts["port"]},
            "rpi_unique_id": "b8:27:eb:00:00:01", **self.config}), encoding="utf-8")
        subprocess.run((self.programs / "sgn-provision", "encrypt", plain, self.root / "cfg" / "config_file.bin"),
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        plain.unlink()
        self.own()

    def log(self):
        path = self.root / "logs" / "agent.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def is_online(self):
        return "online as" in self.log()

    def journal_state(self):
        """Of the update that is going on; empty where there is none."""
        try:
            return json.loads((self.root / "downloads" / "update.json").read_text(encoding="utf-8"))["state"]
        except (OSError, ValueError, KeyError):
            return ""


class Whole:
    """A server with one device, which is online."""

    def __init__(self, programs, folder, processes, **config):
        self.folder = meters.make_folder(folder)
        self.children = Children()
        accounts = folder / "accounts"
        accounts.write_text(f"{fleet.PANEL}:{fleet.PASSWORD}\n{JID}:{fleet.PASSWORD}\n", encoding="ascii")
        self.server = subprocess.Popen((fleet.DEPLOY / "prosody" / "local-server", "--folder", folder / "server", "--accounts", accounts,
                                        "--panel", fleet.PANEL), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.children.keep(self.server)
        self.facts = json.loads(self.server.stdout.readline())
        self.device = Device(pathlib.Path(folder), processes, self.children, programs, self.facts, config)

    def __enter__(self):
        try:
            self.device.start(None, None)
            self.device.starts.wait(self.device.count)
            wait_for(self.device.is_online, ONLINE_WITHIN_S, "the device")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.children.end_all()
        self.device.close()
        self.server.stdin.close()
        self.server.wait()

    def panel(self):
        panel = Panel(self.facts["port"], self.facts["ca"])
        panel.send("<presence/>")
        return panel
