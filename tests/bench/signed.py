# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed releases, and the orders to install them."""

import hashlib
import json
import subprocess

import meters
import release


class Keys:
    """A release key, and what is signed with it."""

    def __init__(self, programs, folder):
        self.tool = programs / "sgn-provision"
        self.folder = folder
        subprocess.run((self.tool, "keys", "new", "release", "--out", folder), check=True, stdout=subprocess.DEVNULL)
        self.private = next(folder.glob("*.private.jwk"))
        self.public = json.loads(next(folder.glob("*.public.jwk")).read_text(encoding="ascii"))

    def sign(self, zip_path, names, version, patched_from):
        """The signed manifest, and the file with the signed list of a release's files; the zip gets patches from that older one."""
        listed = zip_path.with_suffix(".files")
        processes = [word for name in names for word in ("--process", f"{name}={version}")]
        manifest = subprocess.run((self.tool, "sign", zip_path, "--key", self.private, "--component", "SmartMeter", *processes,
                                   "--files", listed, *(["--patch-from", patched_from] if patched_from else [])),
                                  check=True, capture_output=True, text=True).stdout.strip()
        return manifest, listed


class Release:
    """A signed one on the web server."""

    def __init__(self, rig, keys, folder, name, count, version, version_of, patched_from=None):
        self.version = version
        self.content = release.files(count, version_of, release.programs(rig.device, version))
        self.zip = release.write_zip(folder / f"{name}.zip", self.content)
        self.manifest, self.listed = keys.sign(self.zip, meters.names(rig.device.count), version, patched_from)

    def order(self, rig, server, number):
        """A meter update as the panel writes it."""
        more = {"release_url": server.url(self.listed.name)} if self.listed.exists() else {}
        processes = [{"process_name": name, "version": self.version} for name in meters.names(rig.device.count)]
        with self.zip.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"command": "smart_meter_update", "command_no": number, "url": server.url(self.zip.name), "processes": processes,
                "sha256": digest, "size": self.zip.stat().st_size, "force": True, "release": self.manifest, **more}
