# SPDX-License-Identifier: GPL-3.0-or-later
"""What an agent fetches of a release of which one file in twenty has changed, over the changed members of the zip; against programs that
are made for that."""

import pathlib
import subprocess
import zipfile

import install
import meters
import proc
import release
from rows import Row
from signed import Keys, Release
import web
import whole

CHANGED_EVERY = 20

ROWS = (
    Row("delta_ratio", "fetched over the changed members of the zip", "×", 1.05, steady=True),
    Row("delta_memory_mb", "memory of the agent over idle", "MB", 16, steady=True, may_grow=True),
    Row("delta_written_ratio", "bytes to the disk over the tree's", "×", 1.1, steady=True),
    Row("patched_percent", "fetched of a zip with patches", "%", 3, steady=True, may_grow=True),
    Row("patched_memory_mb", "memory of the agent meanwhile", "MB", 16, steady=True, may_grow=True),
)
NOTES = (
    ("fetched_mb", "fetched, with the list of files", "MB"),
    ("list_mb", "of that, the signed list of files", "MB"),
    ("changed_mb", "changed members of the zip", "MB"),
    ("zip_mb", "the zip", "MB"),
    ("delta_s", "order to exchanged folders", "s"),
    ("patched_s", "the same with patches", "s"),
    ("changed_percent", "changed members of the zip", "%"),
    ("casync_percent", "casync, of the zip", "%"),
    ("zstd_percent", "zstd --patch-from, of the zip", "%"),
)


def is_changed(number):
    """One of each twenty, by turns one that can be compressed and one that can't."""
    return number % CHANGED_EVERY == number // CHANGED_EVERY % 2


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


def peer_figures(peers, old, new, folder, whole_mb):
    if not peers.wanted:
        return {"casync_percent": None, "zstd_percent": None}
    trees = [release.write_tree(folder / name, each.content) for name, each in (("old", old), ("new", new))]
    casync, zstd = casync_mb(peers, trees, folder), zstd_mb(peers, trees, folder)
    return {"casync_percent": casync and 100 * casync / whole_mb, "zstd_percent": zstd and 100 * zstd / whole_mb}


def fetch(rig, panel, server, wanted, number):
    """Installs a release over the one before, and what that took."""
    server.sent.clear()
    measured = install.measured_install(rig, panel, wanted.order(rig, server, number))
    lists = server.sent[wanted.listed.name] / proc.MB
    return {"s": measured["install_s"], "memory_mb": measured["memory_mb"], "fetched_mb": server.sent[wanted.zip.name] / proc.MB + lists,
            "list_mb": lists, "written_ratio": measured["written_mb"] * proc.MB / release.tree_bytes(wanted.content)}


def run_delta(rig, server, old, new, patched):
    """Installs the old release, then the new one, then one that has patches from that."""
    panel = rig.panel()
    install.install(rig, panel, old.order(rig, server, 1))
    plain = fetch(rig, panel, server, new, 2)
    less = fetch(rig, panel, server, patched, 3)
    panel.close()
    return {"delta_s": plain["s"], "delta_memory_mb": plain["memory_mb"], "fetched_mb": plain["fetched_mb"], "list_mb": plain["list_mb"],
            "delta_written_ratio": plain["written_ratio"],
            "patched_s": less["s"], "patched_memory_mb": less["memory_mb"],
            "patched_percent": 100 * less["fetched_mb"] / (patched.zip.stat().st_size / proc.MB)}


def measure(peers, programs, count, folder):
    keys = Keys(programs, meters.make_folder(pathlib.Path(f"{folder}-keys")))
    with whole.Whole(programs, folder, install.PROCESSES, allow_http=True, release_keys=[keys.public]) as rig:
        served = meters.make_folder(folder / "web")
        old = Release(rig, keys, served, "old", count, 2, lambda _: 1)
        new = Release(rig, keys, served, "new", count, 3, lambda number: 1 + is_changed(number))
        patched = Release(rig, keys, served, "patched", count, 4, lambda number: 1 + 2 * is_changed(number), new.zip)
        server = web.Web(served)
        figures = run_delta(rig, server, old, new, patched)
        server.close()
    zip_mb, changed_mb = new.zip.stat().st_size / proc.MB, changed_members_mb(old.zip, new.zip)
    figures |= {"changed_mb": changed_mb, "delta_ratio": figures["fetched_mb"] / changed_mb, "zip_mb": zip_mb,
                "changed_percent": 100 * changed_mb / zip_mb}
    return figures | peer_figures(peers, old, new, folder, zip_mb)
