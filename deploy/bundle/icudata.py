# SPDX-License-Identifier: GPL-3.0-or-later
"""Qt's core is linked to ICU, whose data are more than half of a bundle: the sorting, calendars and code pages of every
language. The device's programs use none of it. What remains is what ICU needs to work at all.
"""

import re
import subprocess

from sysroot import Failure, run

# As ICU's own documentation calls the parts ("ICU Data", "data file types"): root collation, names of code pages, and the
# locale without a language.
KEPT = re.compile(r"(cnvalias|icuver|pool|root|res_index|supplementalData|likelySubtags|metadata|keyTypeData|timezoneTypes|"
                  r"numberingSystems|zoneinfo64|coll/(root|res_index|ucadata))\.(icu|res)")


def shrink(library, work, triplet, log):
    """Exchanges the library by one with the same name and symbol, and only KEPT of its data."""
    (work / "small").mkdir(parents=True, exist_ok=True)
    symbol, data = read(library)
    # From the file's name icupkg takes the kind of data (little-endian) and the prefix of all names in it, by which ICU finds them.
    name = symbol.removesuffix("_dat") + "l.dat"
    whole, small, removed = work / name, work / "small" / name, work / "removed.txt"
    whole.write_bytes(data)
    listed = subprocess.run(["icupkg", "-l", whole], capture_output=True, text=True, check=True).stdout.split()
    removed.write_text("".join(f"{item}\n" for item in listed if not KEPT.fullmatch(item)), encoding="ascii")
    run(["icupkg", "--ignore-deps", "-r", removed, whole, small], log)
    source = work / "data.S"
    source.write_text(f'.section .rodata,"a",%progbits\n.balign 16\n.globl {symbol}\n.type {symbol}, %object\n'
                      f'{symbol}:\n.incbin "small/{name}"\n.size {symbol}, . - {symbol}\n'
                      '.section .note.GNU-stack,"",%progbits\n', encoding="ascii")
    run(["clang-19", f"--target={triplet}", "-shared", "-nostdlib", "--ld-path=/usr/bin/ld.lld-19", "-Wl,--strip-all",
         "-Wl,--build-id=sha1", f"-Wl,-soname,{library.name}", "-o", library.resolve(), source.name], log, cwd=work)


def read(library):
    symbols = subprocess.run(["readelf", "--dyn-syms", "--wide", library], capture_output=True, text=True, check=True).stdout
    found = re.search(r"([0-9a-f]+) +([0-9]+|0x[0-9a-f]+) OBJECT .* (icudt[0-9]+_dat)$", symbols, re.MULTILINE)
    if not found:
        raise Failure(f"{library.name} has no ICU data")
    address, size, symbol = int(found[1], 16), int(found[2], 0), found[3]
    segments = subprocess.run(["readelf", "--segments", "--wide", library], capture_output=True, text=True, check=True).stdout
    for offset, virtual, length in re.findall(r"LOAD +(0x[0-9a-f]+) (0x[0-9a-f]+) 0x[0-9a-f]+ (0x[0-9a-f]+)", segments):
        begin = address - int(virtual, 16)
        if 0 <= begin < int(length, 16):
            with open(library, "rb") as file:
                file.seek(int(offset, 16) + begin)
                # Some builds give the symbol no size; the data end with their segment.
                return symbol, file.read(size or int(length, 16) - begin)
    raise Failure(f"{library.name}: the ICU data are in no segment")
