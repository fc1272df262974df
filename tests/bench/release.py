# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases of the meter of a wanted size. Half of the files can't be compressed, the others shrink by nearly a half, as programs do."""

import os
import random
import zipfile

import meters

FILE_BYTES = 367_500
EDITS = 5
EDITED_BYTES = 600
WHEN = (2026, 1, 1, 0, 0, 0)


def noise(source, size, is_binary):
    """Random bytes, or the hexadecimal digits of such."""
    return source.randbytes(size) if is_binary else source.randbytes(size // 2).hex().encode()


def content(number, version):
    """One file, by turns of bytes and of digits; from the second version on with some places edited, as programs change. The same number
    and version give the same bytes."""
    is_binary = number % 2 == 1
    data = bytearray(noise(random.Random(number), FILE_BYTES, is_binary))
    if version > 1:
        source = random.Random(f"{number} {version}")
        for _ in range(EDITS):
            place = source.randrange(len(data) - EDITED_BYTES)
            data[place:place + EDITED_BYTES] = noise(source, EDITED_BYTES, is_binary)
    return bytes(data)


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
