# SPDX-License-Identifier: GPL-3.0-or-later
"""One device of the demo: the folder that a card has after the seed's steps 06 to 13, and the programs in it."""

import json
import pathlib
import shutil
import subprocess

SMART_METER = pathlib.Path(__file__).resolve().parent / "SmartMeter"
PROGRAMS = ("ocr", "uplink", "display")
FOLDERS = ("certs", "cfg", "wdog", "downloads", "SmartMeter", "JabberClient", "logs")


def copy_smart_meter(target, version):
    """A release of the meter's programs."""
    shutil.copytree(SMART_METER, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for path in target.iterdir():
        path.chmod(0o755 if path.stem in PROGRAMS else 0o644)
    (target / "version").write_text(f"{version}\n", encoding="ascii")


class Device:
    def __init__(self, folder, number, owner, bin_folder):
        self.name = f"altimeter_{number:04}"
        self.unique_id = "b8:27:eb:" + ":".join(f"{byte:02x}" for byte in number.to_bytes(3, "big"))
        self.root = folder / self.name / "technospurs"
        self.owner = owner
        self.bin = bin_folder
        self.watchdog = None
        self.port = 0

    def lay_out(self, jid, password, panel_jid, server):
        for name in FOLDERS:
            (self.root / name).mkdir(parents=True)
        shutil.copy(server["ca"], self.root / "certs" / "cacert.pem")
        copy_smart_meter(self.root / "SmartMeter", version=1)
        shutil.copy(self.bin / "sgn-agent", self.root / "JabberClient")
        (self.root / "JabberClient" / "version").write_text("1\n", encoding="ascii")
        self.encrypt({
            "xmpp_client": {"client_jid": jid, "client_password": password, "cpanel_jid": panel_jid,
                            "host": "localhost", "port": server["port"]},
            "rpi_unique_id": self.unique_id,
        })
        self.owner.take(self.root.parent)

    def encrypt(self, config):
        plain = self.root / "cfg" / "config.json"
        plain.touch(mode=0o600)
        plain.write_text(json.dumps(config), encoding="utf-8")
        try:
            subprocess.run([self.bin / "sgn-provision", "encrypt", plain, self.root / "cfg" / "config_file.bin"],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        finally:
            plain.unlink()

    def start(self, children):
        """As init and the pi user's crontab would; the watchdog starts the agent."""
        errors = self.root.parent / "watchdog.err"
        with open(errors, "wb") as output:
            self.watchdog = children.start(self.bin / "sgn-watchdog", "--root", self.root, "--port", "0",
                                           "--socket", self.root / "wdog" / "control.sock",
                                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=output, text=True)
        words = self.watchdog.stdout.readline()
        if not words.startswith("ready: port "):
            raise RuntimeError(f"the watchdog of {self.name} does not start: {errors.read_text(errors='replace').strip()}")
        self.port = int(words.split()[2].rstrip(","))
        for name in PROGRAMS:
            log = self.root / "logs" / f"{name}.log"
            with open(log, "ab") as output:
                self.owner.take(log)
                children.start(self.root / "SmartMeter" / f"{name}.py", cwd="/", stdin=subprocess.DEVNULL,
                               stdout=output, stderr=output, **self.owner.run_as,
                               env={"PATH": "/usr/bin:/bin", "SGN_HEARTBEAT_PORT": str(self.port)})
