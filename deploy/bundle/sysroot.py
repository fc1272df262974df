# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian unpacked into a folder: headers and libraries for a cross-build, of which nothing is run.

apt chooses and checks the packages, with this machine's sources and keys but a state of its own, dpkg-deb unpacks them. It
needs no root and no namespaces, because no package's script runs.
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess

# Packages for another Debian release or architecture than this machine's. Its security fixes come from the same sources.
SUITE = "bookworm"
KEYRINGS = "/usr/share/keyrings/debian-archive-keyring.gpg"


class Failure(Exception):
    """What the person who called us has to read."""


def run(command, log, **options):
    with open(log, "ab") as out:
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out,
                              stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode:
        raise Failure(f"{command[0]} failed ({done.returncode}); all of it is in {log}")


def debian_sources(wanted):
    """This machine's Debian archives, for that release instead of its own: (address, suite)."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(ORIGIN)", "Created-By: Packages"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout
    sources = set()
    for line in listed.splitlines():
        address, release, *origin = line.split(" ")
        own, dash, part = release.partition("-")
        if origin == ["Debian"] and (not dash or part in ("security", "updates")):
            sources.add((address, wanted + dash + part))
    if not any(suite == wanted for _, suite in sources):
        raise Failure("none of apt's sources is a Debian archive, and the packages come from there")
    return sorted(sources)


class Sysroot:
    """`folder`/root is the tree, `folder`/packages.json what it came from: name -> version, files."""

    def __init__(self, cache, architecture, packages, suite=SUITE):
        self.suite = suite
        self.architecture = architecture
        self.wanted = packages
        named = hashlib.sha256(" ".join([suite, architecture, *packages]).encode()).hexdigest()[:12]
        self.folder = cache / f"sysroot-{suite}-{architecture}-{named}"
        self.root = self.folder / "root"
        self.log = self.folder.parent / f"{self.folder.name}.log"

    def ensure(self, fresh=False):
        if fresh:
            shutil.rmtree(self.folder, ignore_errors=True)
        if (self.folder / "packages.json").exists():
            return
        # A run that was cut off leaves a folder without its last file.
        shutil.rmtree(self.folder, ignore_errors=True)
        self.root.mkdir(parents=True)
        self.log.write_bytes(b"")
        for link in ("bin", "lib", "sbin"):  # Debian's merged /usr
            (self.root / "usr" / link).mkdir(parents=True, exist_ok=True)
            (self.root / link).symlink_to(f"usr/{link}")
        packages = self.unpack(self.download())
        self.make_links_relative()
        (self.folder / "packages.json").write_text(json.dumps(packages, indent=1, sort_keys=True), encoding="utf-8")

    def packages(self):
        return json.loads((self.folder / "packages.json").read_text(encoding="utf-8"))

    def apt(self, *arguments, kinds=("deb",), folder=None):
        apt = self.folder / "apt"
        for part in ("state/lists/partial", "cache/archives/partial", "etc"):
            (apt / part).mkdir(parents=True, exist_ok=True)
        (apt / "status").touch()
        (apt / "etc/sources.list").write_text(
            "".join(f"{kind} [arch={self.architecture} signed-by={KEYRINGS}] {address} {suite} main\n"
                    for address, suite in debian_sources(self.suite) for kind in kinds), encoding="utf-8")
        settings = {
            "APT::Architecture": self.architecture, "APT::Architectures": self.architecture,
            "APT::Install-Recommends": "false", "APT::Sandbox::User": "",
            "Dir::State": apt / "state", "Dir::State::status": apt / "status", "Dir::Cache": apt / "cache",
            "Dir::Etc::sourcelist": apt / "etc/sources.list", "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null", "Dir::Etc::preferences": "/dev/null", "Debug::NoLocking": "true",
        }
        options = [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]
        run(["apt-get", "-y", *options, *arguments], self.log, cwd=folder)
        return apt / "cache/archives"

    def update(self, **options):
        # Every list or none: without it, apt takes it for no failure if an archive of security fixes isn't reached.
        self.apt("update", "--error-on=any", **options)

    def download(self):
        self.update()
        return sorted(self.apt("--download-only", "install", *self.wanted).glob("*.deb"))

    def source(self, package):
        """The folder with the sources of a Debian source package, Debian's patches in them, and its version."""
        folder = self.folder / f"source-{package}"
        if not (folder / "version").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            sources = {"kinds": ("deb", "deb-src"), "folder": folder}
            self.update(**sources)
            self.apt("--download-only", "source", package, **sources)
            description, = folder.glob("*.dsc")
            # apt has checked the archive's signature of it, which covers the maintainer's.
            run(["dpkg-source", "--no-check", "--extract", description, folder / "tree"], self.log)
            version = re.search(r"^Version: (.*)$", description.read_text(encoding="utf-8"), re.MULTILINE)[1]
            (folder / "version").write_text(version, encoding="ascii")
        return folder / "tree", (folder / "version").read_text(encoding="ascii")

    def unpack(self, archives):
        packages = {}
        for archive in archives:
            run(["dpkg-deb", "--extract", archive, self.root], self.log)
            name, version, source = (
                subprocess.run(["dpkg-deb", "--show", "--showformat", "${Package}\n${Version}\n${source:Package}", archive],
                               capture_output=True, text=True, check=True).stdout.split("\n"))
            listed = subprocess.run(["dpkg-deb", "--contents", archive], capture_output=True, text=True, check=True).stdout
            files = [line.split(None, 5)[5].split(" -> ")[0].removeprefix(".") for line in listed.splitlines()
                     if line[0] in "-l"]
            packages[name] = {"version": version, "source": source, "files": files}
            archive.unlink()
        return packages

    def make_links_relative(self):
        """A link to /usr/lib/... would lead to this machine's."""
        for folder, folders, files in os.walk(self.root):
            for name in folders + files:
                path = pathlib.Path(folder, name)
                if path.is_symlink() and os.path.isabs(target := os.readlink(path)):
                    path.unlink()
                    path.symlink_to(os.path.relpath(str(self.root) + target, folder))
