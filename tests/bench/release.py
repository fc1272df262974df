# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases of the meter of a wanted size. Half of the files can't be compressed, the others shrink by nearly a half, as programs do."""

import os
import random
import zipfile

import meters

FILE_BYTES = 367_500
WHEN = (2026, 1, 1, 0, 0, 0)


def content(number, version):
    """One file: random bytes, or their hexadecimal digits, in turns. The same number and version give the same bytes."""
    source = random.Random(f"{number} {version}")
    return source.randbytes(FILE_BYTES) if number % 2 else source.randbytes(FILE_BYTES // 2).hex().encode()


def files(count, version_of, programs):
    """Path below the release's folder: content, rights."""
    found = {f"data/{number // 50}/{number:04}.bin": (content(number, version_of(number)), 0o644) for number in range(count)}
    return found | {name: (text.encode(), 0o755) for name, text in programs.items()}


def programs(device, version):
    """The meter processes of a release for the device."""
    folder = device.root / "SmartMeter"
    return {name: meters.script(name, folder / name, device.starts.pipe, version) for name in meters.names(device.count)}


def write_zip(path, release):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (data, mode) in sorted(release.items()):
            member = zipfile.ZipInfo(f"SmartMeter/{name}", WHEN)
            member.external_attr = (0o100000 | mode) << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return path


def tree_bytes(release):
    return sum(len(data) for data, _ in release.values())


def write_tree(folder, release):
    """With the same times in each, which tools that compare trees would take for changes."""
    for name, (data, mode) in release.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)
        os.utime(path, (0, 0))
    for path in (folder, *(each for each in folder.rglob("*") if each.is_dir())):
        os.utime(path, (0, 0))
    return folder
