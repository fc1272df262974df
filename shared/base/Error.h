// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDebug>
#include <QString>

namespace sgn {

// Why something failed. The first group travels on the wire as the result's `error` field (protocol section 3), so its
// names never change; the second group never leaves the machine.
enum class ErrorCode {
    BadRequest,
    UnknownCommand,
    Expired,
    NotSigned,
    BadSignature,
    Downgrade,
    Busy,
    DownloadFailed,
    TooLarge,
    NoSpace,
    HashMismatch,
    BadArchive,
    InstallFailed,
    NotHealthy,
    Cancelled,
    Internal,

    NotFound,
    Io,
    BadFile,
    Refused,
    Network,
    Authentication,
    Timeout,
};

// The stable spelling, e.g. "download_failed".
QLatin1StringView nameOf(ErrorCode code);
// Internal for a spelling that this version doesn't know.
ErrorCode errorCodeFromString(QStringView text);

// A failure as a value: a code to decide on and one plain sentence for a person. The sentence has no final stop and
// starts in lower case, so that context can be put in front of it.
struct Error
{
    ErrorCode code = ErrorCode::Internal;
    QString message;

    // "<context>: <message>", the code unchanged.
    [[nodiscard]] Error withContext(const QString &context) const;

    friend bool operator==(const Error &, const Error &) = default;
};

QDebug operator<<(QDebug debug, const Error &error);

} // namespace sgn
