# SPDX-License-Identifier: GPL-3.0-or-later
"""Own namespaces for a device that this machine plays: users, mounts, the network, and which programs run foreign code. Nothing
of it is seen outside, and all of it ends with the process."""

import ctypes
import os
import pathlib
import subprocess

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWUTS = 0x00020000, 0x10000000, 0x40000000, 0x04000000
USERS = 65536
BINFMT = pathlib.Path("/proc/sys/fs/binfmt_misc")
# How programs of an architecture begin (elf(5): class, machine), with a mask, as binfmt_misc wants it.
HEADS = {
    "armel": (b"\x7fELF\x01\x01\x01\x00" + bytes(8) + b"\x02\x00\x28\x00", b"\xff" * 7 + b"\x00" * 9 + b"\xfe\xff\xff\xff"),
    "arm64": (b"\x7fELF\x02\x01\x01\x00" + bytes(8) + b"\x02\x00\xb7\x00", b"\xff" * 7 + b"\x00" * 9 + b"\xfe\xff\xff\xff"),
}


class Unavailable(Exception):
    """Why this machine can't do it."""


def enter():
    """Root of its own world from here on, with all users, so that a device's owner can be another one."""
    if os.geteuid() != 0:
        raise Unavailable("only root may give a namespace more than one user")
    inside, mapped = os.pipe(), os.pipe()
    own = os.getpid()
    helper = os.fork()
    if helper == 0:
        # Only a process outside can write the maps.
        os.read(inside[0], 1)
        for name in ("uid_map", "gid_map"):
            pathlib.Path(f"/proc/{own}/{name}").write_text(f"0 0 {USERS}\n", encoding="ascii")
        os.write(mapped[1], b"x")
        os._exit(0)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS) != 0:
        raise Unavailable(f"no namespaces: {os.strerror(ctypes.get_errno())}")
    os.write(inside[1], b"x")
    os.read(mapped[0], 1)
    os.waitpid(helper, 0)
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    run("mount", "--make-rprivate", "/")
    run("ip", "link", "set", "lo", "up")


def run_foreign_programs(architecture, emulator):
    """Lets the kernel start programs of the architecture by the emulator, which may be missing in a chroot."""
    try:
        run("mount", "-t", "binfmt_misc", "none", BINFMT)
    except subprocess.CalledProcessError:
        raise Unavailable("this kernel has no binfmt_misc in a namespace (6.7 and later)") from None
    head, mask = ("".join(f"\\x{byte:02x}" for byte in text) for text in HEADS[architecture])
    # F: the emulator's file is opened now. P: the program's own name is kept. C: it decides about rights as the program would.
    (BINFMT / "register").write_text(f":sgn-{architecture}:M::{head}:{mask}:{emulator}:FPC\n", encoding="ascii")


def run(*command):
    subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, check=True, capture_output=True)
