# SPDX-License-Identifier: GPL-3.0-or-later
"""Cards as a shop sells them: the files of a Raspberry Pi OS, with programs of Debian for that processor where they have to run."""

import dataclasses
import os
import pathlib
import re
import shutil
import stat
import struct
import subprocess

from sysroot import Sysroot

METER = ("ocr", "uplink", "display")
MIB = 1024 * 1024
BOOT_MIB = 4


@dataclasses.dataclass(frozen=True)
class Card:
    title: str
    architecture: str  # as the card's system has it
    bundle: str
    release: str
    codename: str
    emulator: tuple = ()  # program and processor
    programs: bool = True  # whether the system's own can run
    init: str = "systemd"
    boot: str = "/boot/firmware"
    python: str = "/usr/bin/python3"
    python_version: str = "3.11"


CARDS = {
    # The seed's own: 32 bits, and nothing on it is young enough for our programs; they bring all they need.
    "buster": Card("Raspbian Buster on a Raspberry Pi 1 or Zero", "armhf", "armel", "10", "buster",
                   ("qemu-arm-static", "arm1176"), False, "cron", "/boot", "/usr/bin/python3.7", "3.7"),
    "bookworm-32": Card("Raspberry Pi OS Bookworm, 32 bits, on a Raspberry Pi 1 or Zero", "armhf", "armel", "12", "bookworm",
                        ("qemu-arm-static", "arm1176"), init="cron"),
    "bookworm-64": Card("Raspberry Pi OS Bookworm, 64 bits, on a Raspberry Pi 4", "arm64", "arm64", "12", "bookworm",
                        ("qemu-aarch64-static", "cortex-a72")),
    "trixie-64": Card("Raspberry Pi OS Trixie, 64 bits, on a Raspberry Pi 4", "arm64", "arm64", "13", "trixie",
                      ("qemu-aarch64-static", "cortex-a72"), python_version="3.13"),
    # Of this machine: what the emulator can't do shows in the difference.
    "amd64": Card("Raspberry Pi OS's layout on this machine's processor", "amd64", "amd64", "12", "bookworm"),
}

RUNNING = ("base-files", "coreutils", "dash", "libc6", "python3")


def lay(card, cache, root):
    """The card's root, owned as on a card."""
    if card.programs:
        system = Sysroot(cache, card.bundle, RUNNING, card.codename)
        system.ensure()
        shutil.copytree(system.root, root, symlinks=True)
    else:
        for folder in ("usr/bin", "etc"):
            (root / folder).mkdir(parents=True)
        (root / "bin").symlink_to("usr/bin")
        (root / "usr/bin" / pathlib.Path(card.python).name).write_bytes(b"for another C library\n")
        (root / "usr/bin/python3").symlink_to(pathlib.Path(card.python).name)
        # The one program of a card's own that the watchdog's self-test starts.
        (root / "usr/bin/true").write_text("#!/home/root/WatchDog/sgn-watchdog --version\n", encoding="ascii")
        (root / "usr/bin/true").chmod(0o755)
    for folder in ("home/pi", "root", "tmp", "run", "proc", "dev", "sys", "usr/local/lib", "var/lib/dpkg", "usr/sbin",
                   "var/spool/cron/crontabs", "etc/systemd/system/multi-user.target.wants", card.boot.lstrip("/")):
        (root / folder).mkdir(parents=True, exist_ok=True)
    system = "debian" if card.architecture == "arm64" else "raspbian"
    (root / "etc/os-release").unlink(missing_ok=True)
    files = {
        "etc/os-release": f'PRETTY_NAME="{card.codename}"\nID={system}\nVERSION_ID="{card.release}"\n'
                          f"VERSION_CODENAME={card.codename}\n",
        "etc/rpi-issue": "Raspberry Pi reference\n",
        "etc/passwd": "root:x:0:0:root:/root:/bin/bash\npi:x:1000:1000:,,,:/home/pi:/bin/bash\n",
        "etc/group": "root:x:0:\ncrontab:x:101:\npi:x:1000:\n",
        "etc/shadow": "root:*:19000:0:99999:7:::\npi:*:19000:0:99999:7:::\n",
        "etc/hostname": "raspberrypi\n",
        "etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n",
        "var/lib/dpkg/arch": f"{card.architecture}\n",
        f"{card.boot}/cmdline.txt".lstrip("/"): "console=tty1 root=PARTUUID=738a4d67-02 rootfstype=ext4 rootwait\n",
        f"{card.boot}/config.txt".lstrip("/"): "dtparam=audio=on\n",
    }
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    (root / "etc/shadow").chmod(0o640)
    (root / "tmp").chmod(0o1777)
    own(root / "home/pi", 1000)


def own(path, user):
    for folder, names, files in os.walk(path):
        for each in (folder, *(os.path.join(folder, name) for name in names + files)):
            os.chown(each, user, user, follow_symlinks=False)


def make_image(root, image):
    """A card's two partitions, as a writer of cards takes them."""
    used = sum(path.lstat().st_size for path in root.rglob("*") if stat.S_ISREG(path.lstat().st_mode))
    size = used // MIB + 300
    start, boot = BOOT_MIB + 1, 1
    sector = bytearray(512)
    for number, (kind, begin, length) in enumerate(((0x0C, boot, BOOT_MIB), (0x83, start, size))):
        sector[446 + 16 * number + 4] = kind
        struct.pack_into("<II", sector, 446 + 16 * number + 8, begin * MIB // 512, length * MIB // 512)
    sector[510:] = b"\x55\xaa"
    with open(image, "wb") as file:
        file.truncate((start + size) * MIB)
        file.write(sector)
    boot_files = sorted(path for path in (root / "boot").rglob("*.txt"))
    call("mkfs.ext4", "-q", "-E", f"offset={start * MIB},root_owner=0:0", "-d", root, image, f"{size * 1024}k")
    address = f"{image}@@{boot * MIB}"
    call("mformat", "-i", address, "-T", str(BOOT_MIB * MIB // 512), "-h", "2", "-s", "32", "::")
    call("mcopy", "-i", address, *boot_files, "::/")


def call(*command):
    subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, check=True, capture_output=True)


def start_command(root, init):
    """What starts the watchdog on the card."""
    file = "etc/systemd/system/sgn-watchdog.service" if init == "systemd" else "var/spool/cron/crontabs/root"
    text = (root / file).read_text(encoding="utf-8")
    return re.search(r"/home/root/WatchDog/sgn-watchdog --root[^>\n]*", text)[0].split()


def processes_below(root):
    """Those that live in the root."""
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(entry / "root") == str(root):
                yield int(entry.name)
        except OSError:
            continue


def memory_of(root, names):
    """PSS in KiB of each program that runs there."""
    found = {}
    for pid in processes_below(root):
        name = pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
        if name in names:
            text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
            found[name] = int(re.search(r"Pss: +([0-9]+)", text)[1])
    return found
