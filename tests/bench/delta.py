# SPDX-License-Identifier: GPL-3.0-or-later
"""What an agent fetches of a release of which one file in twenty has changed, over the changed members of the zip; against programs that
are made for that."""

import json
import pathlib
import subprocess
import zipfile

import install
import meters
import proc
import release
from rows import Row
import web
import whole

CHANGED_EVERY = 20

ROWS = (
    Row("delta_ratio", "fetched over the changed members of the zip", "×", 1.05, steady=True),
    Row("delta_memory_mb", "memory of the agent over idle", "MB", 16, steady=True, may_grow=True),
)
NOTES = (
    ("fetched_mb", "fetched, with the list of files", "MB"),
    ("list_mb", "of that, the signed list of files", "MB"),
    ("changed_mb", "changed members of the zip", "MB"),
    ("zip_mb", "the zip", "MB"),
    ("delta_s", "order to exchanged folders", "s"),
    ("casync_ratio", "casync over the changed members", "×"),
    ("zstd_ratio", "zstd --patch-from over the changed members", "×"),
)


def is_changed(number):
    """One of each twenty, by turns one that can be compressed and one that can't."""
    return number % CHANGED_EVERY == number // CHANGED_EVERY % 2


class Keys:
    """A release key, and what is signed with it."""

    def __init__(self, programs, folder):
        self.tool = programs / "sgn-provision"
        self.folder = folder
        subprocess.run((self.tool, "keys", "new", "release", "--out", folder), check=True, stdout=subprocess.DEVNULL)
        self.private = next(folder.glob("*.private.jwk"))
        self.public = json.loads(next(folder.glob("*.public.jwk")).read_text(encoding="ascii"))

    def sign(self, zip_path, names, version):
        """The signed manifest, and the file with the signed list of a release's files."""
        listed = zip_path.with_suffix(".files")
        processes = [word for name in names for word in ("--process", f"{name}={version}")]
        manifest = subprocess.run((self.tool, "sign", zip_path, "--key", self.private, "--component", "SmartMeter", *processes,
                                   "--files", listed), check=True, capture_output=True, text=True).stdout.strip()
        return manifest, listed


class Release:
    """A signed one on the web server."""

    def __init__(self, rig, keys, folder, name, count, version, version_of):
        self.version = version
        self.content = release.files(count, version_of, release.programs(rig.device, version))
        self.zip = release.write_zip(folder / f"{name}.zip", self.content)
        self.manifest, self.listed = keys.sign(self.zip, meters.names(rig.device.count), version)

    def order(self, rig, server, number):
        more = {"release_url": server.url(self.listed.name)} if self.listed.exists() else {}
        return install.order(rig, server, self.zip, number, self.version, release=self.manifest, **more)


def changed_members_mb(old, new):
    """Of the new zip: the compressed bytes of what isn't in the old one."""
    with zipfile.ZipFile(old) as before, zipfile.ZipFile(new) as after:
        known = {(member.filename, member.CRC) for member in before.infolist()}
        return sum(member.compress_size for member in after.infolist() if (member.filename, member.CRC) not in known) / proc.MB


def casync_mb(peers, trees, folder):
    """The index and the chunks that the old release hasn't got; None without casync."""
    casync = peers.program("casync")
    if not casync:
        return None
    chunks = []
    for tree in trees:
        store = meters.make_folder(folder / f"{tree.name}.castr")
        peers.run(casync, "make", f"--store={store}", folder / f"{tree.name}.caidx", tree, stdout=subprocess.DEVNULL)
        chunks.append({path.name: path.stat().st_size for path in store.rglob("*.cacnk")})
    fetched = sum(size for name, size in chunks[1].items() if name not in chunks[0])
    return (fetched + (folder / f"{trees[1].name}.caidx").stat().st_size) / proc.MB


def zstd_mb(peers, trees, folder):
    """A patch from one tree's archive to the other's; None without zstd."""
    zstd = peers.program("zstd")
    if not zstd:
        return None
    archives = []
    for tree in trees:
        archives.append(folder / f"{tree.name}.tar")
        subprocess.run(("tar", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "-cf", archives[-1], "-C", tree, "."), check=True)
    patch = folder / "patch.zst"
    peers.run(zstd, "-q", "--long=31", f"--patch-from={archives[0]}", archives[1], "-o", patch)
    return patch.stat().st_size / proc.MB


def peer_figures(peers, old, new, folder, changed_mb):
    if not peers.wanted:
        return {"casync_ratio": None, "zstd_ratio": None}
    trees = [release.write_tree(folder / name, each.content) for name, each in (("old", old), ("new", new))]
    casync, zstd = casync_mb(peers, trees, folder), zstd_mb(peers, trees, folder)
    return {"casync_ratio": casync and casync / changed_mb, "zstd_ratio": zstd and zstd / changed_mb}


def run_delta(rig, server, old, new):
    """Installs the old release, then the new one; what the second one took."""
    panel = rig.panel()
    install.install(rig, panel, old.order(rig, server, 1))
    server.sent.clear()
    measured = install.measured_install(rig, panel, new.order(rig, server, 2))
    panel.close()
    lists = server.sent[new.listed.name] / proc.MB
    fetched = server.sent[new.zip.name] / proc.MB + lists
    return {"delta_s": measured["install_s"], "delta_memory_mb": measured["memory_mb"], "fetched_mb": fetched, "list_mb": lists}


def measure(peers, programs, count, folder):
    keys = Keys(programs, meters.make_folder(pathlib.Path(f"{folder}-keys")))
    with whole.Whole(programs, folder, install.PROCESSES, allow_http=True, release_keys=[keys.public]) as rig:
        served = meters.make_folder(folder / "web")
        old = Release(rig, keys, served, "old", count, 2, lambda _: 1)
        new = Release(rig, keys, served, "new", count, 3, lambda number: 1 + is_changed(number))
        server = web.Web(served)
        figures = run_delta(rig, server, old, new)
        server.close()
    changed_mb = changed_members_mb(old.zip, new.zip)
    figures |= {"changed_mb": changed_mb, "delta_ratio": figures["fetched_mb"] / changed_mb, "zip_mb": new.zip.stat().st_size / proc.MB}
    return figures | peer_figures(peers, old, new, folder, changed_mb)
