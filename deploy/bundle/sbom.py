# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of what a bundle contains, in SPDX 2.3: who ships OpenSSL and a C library has to know when they have a hole."""

import dataclasses
import datetime
import hashlib
import json
import pathlib
import re
import shutil
import uuid


@dataclasses.dataclass(frozen=True)
class Part:
    """A library that is in our programs."""
    name: str
    version: str
    licence: str
    address: str
    licence_file: pathlib.Path
    archives: str = ""  # its static libraries, as a regular expression of their files' names; none if it is all headers


def write(stage, name, own, used, sysroot, options):
    """sbom.spdx.json and licenses/ into `stage`. `own`: the Parts; `used`: name in the bundle -> file in the sysroot."""
    packages = sysroot.packages()
    owners = owners_of(packages)
    taken = {}
    for file, path in sorted(used.items()):
        taken.setdefault(owners[path.name], []).append(file)
    copy_licences(stage, own, taken, sysroot)
    moment = datetime.datetime.fromtimestamp(options.epoch, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    listed = [described("sgn", str(options.version), "GPL-3.0-or-later", None)]
    listed += [described(part.name, part.version, part.licence, part.address) for part in own]
    for package in sorted(taken):
        version = packages[package]["version"]
        address = f"pkg:deb/debian/{package}@{version}?arch={sysroot.architecture}&distro=debian-12"
        listed.append(described(package, version, "NOASSERTION", address) | {
            "sourceInfo": f"Debian's source package {packages[package]['source']}",
            "comment": "files: " + ", ".join(taken[package])})
    text = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"{name}-{options.version}",
        "creationInfo": {"created": moment, "creators": ["Tool: sgn-bundle"]},
        "packages": listed,
        "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
                           "relatedSpdxElement": "SPDXRef-sgn"}] + [
            {"spdxElementId": "SPDXRef-sgn", "relationshipType": "CONTAINS", "relatedSpdxElement": package["SPDXID"]}
            for package in listed[1:]],
    }
    # SPDX wants a name that no other document has; the same content is the same document.
    digest = hashlib.sha256(json.dumps(text, sort_keys=True).encode()).hexdigest()
    text["documentNamespace"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}"
    (stage / "sbom.spdx.json").write_text(json.dumps(text, indent=1) + "\n", encoding="utf-8")


def described(name, version, licence, address):
    package = {"SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.]", "-", name), "name": name, "versionInfo": version,
               "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": "NOASSERTION",
               "licenseDeclared": licence, "copyrightText": "NOASSERTION"}
    if address:
        package["externalRefs"] = [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                                    "referenceLocator": address}]
    return package


def owners_of(packages):
    return {path.rsplit("/", 1)[-1]: package for package, facts in packages.items() for path in facts["files"]
            if "/lib" in path and ".so" in path}


def copy_licences(stage, own, taken, sysroot):
    """Debian's copyright file of each package, by the source package's name: most licences demand that it goes along."""
    licences = stage / "licenses"
    licences.mkdir()
    for part in own:
        shutil.copy(part.licence_file, licences / part.name)
    packages = sysroot.packages()
    for package in sorted(taken):
        copyright_file = sysroot.root / "usr/share/doc" / package / "copyright"
        if copyright_file.exists():
            text = copyright_file.read_bytes()
            named = licences / packages[package]["source"]
            if named.exists() and named.read_bytes() != text:
                named = licences / package
            named.write_bytes(text)
