// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Error.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array errorNames{
    std::pair{ErrorCode::BadRequest, "bad_request"_L1},
    std::pair{ErrorCode::UnknownCommand, "unknown_command"_L1},
    std::pair{ErrorCode::Expired, "expired"_L1},
    std::pair{ErrorCode::NotSigned, "not_signed"_L1},
    std::pair{ErrorCode::BadSignature, "bad_signature"_L1},
    std::pair{ErrorCode::Downgrade, "downgrade"_L1},
    std::pair{ErrorCode::Busy, "busy"_L1},
    std::pair{ErrorCode::DownloadFailed, "download_failed"_L1},
    std::pair{ErrorCode::TooLarge, "too_large"_L1},
    std::pair{ErrorCode::NoSpace, "no_space"_L1},
    std::pair{ErrorCode::HashMismatch, "hash_mismatch"_L1},
    std::pair{ErrorCode::BadArchive, "bad_archive"_L1},
    std::pair{ErrorCode::InstallFailed, "install_failed"_L1},
    std::pair{ErrorCode::NotHealthy, "not_healthy"_L1},
    std::pair{ErrorCode::Cancelled, "cancelled"_L1},
    std::pair{ErrorCode::Internal, "internal"_L1},
    std::pair{ErrorCode::NotFound, "not_found"_L1},
    std::pair{ErrorCode::Io, "io"_L1},
    std::pair{ErrorCode::BadFile, "bad_file"_L1},
    std::pair{ErrorCode::Refused, "refused"_L1},
    std::pair{ErrorCode::Network, "network"_L1},
    std::pair{ErrorCode::Authentication, "authentication"_L1},
    std::pair{ErrorCode::Timeout, "timeout"_L1},
};

} // namespace

QLatin1StringView nameOf(ErrorCode code)
{
    const auto it = std::ranges::find(errorNames, code, &decltype(errorNames)::value_type::first);
    return it == errorNames.end() ? "internal"_L1 : it->second;
}

ErrorCode errorCodeFromString(QStringView text)
{
    const auto it = std::ranges::find_if(errorNames, [text](const auto &entry) { return entry.second == text; });
    return it == errorNames.end() ? ErrorCode::Internal : it->first;
}

Error Error::withContext(const QString &context) const
{
    return {code, context + ": "_L1 + message};
}

QDebug operator<<(QDebug debug, const Error &error)
{
    QDebugStateSaver saver(debug);
    debug.noquote().nospace() << error.message << " (" << nameOf(error.code) << ')';
    return debug;
}

} // namespace sgn
