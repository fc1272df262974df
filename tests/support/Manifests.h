// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/Sha256.h"
#include "release/ReleaseManifest.h"

namespace sgn::test {

inline ReleaseFile fileOf(const QByteArray &content, ReleaseFile::Kind kind = ReleaseFile::Kind::Plain)
{
    return {Sha256::hash(content), content.size(), kind};
}

inline ReleaseManifest meterManifest()
{
    using namespace Qt::StringLiterals;
    ReleaseManifest manifest;
    manifest.component = u"SmartMeter"_s;
    manifest.release = u"2026.11 Zähler"_s;
    manifest.processes = {{u"ocr"_s, 3}, {u"upload"_s, 2}};
    manifest.sha256 = Sha256::hash("zip");
    manifest.size = 4711;
    manifest.files = {{u"SmartMeter/ocr.py"_s, fileOf("#!/bin/sh\n", ReleaseFile::Kind::Program)},
                      {u"SmartMeter/lib/täble.txt"_s, fileOf("1 2 3\n")},
                      {u"SmartMeter/current"_s, fileOf("lib", ReleaseFile::Kind::Symlink)}};
    manifest.created = QDateTime({2026, 11, 25}, {12, 0}, Qt::UTC);
    return manifest;
}

inline ReleaseManifest agentManifest()
{
    using namespace Qt::StringLiterals;
    ReleaseManifest manifest = meterManifest();
    manifest.component = u"JabberClient"_s;
    manifest.processes.clear();
    manifest.version = 7;
    manifest.files = {{u"JabberClient/sgn-agent"_s, fileOf("\x7f"
                                                           "ELF",
                                                           ReleaseFile::Kind::Program)}};
    return manifest;
}

} // namespace sgn::test
