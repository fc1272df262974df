// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Error.h"

#include "base/EnumNames.h"

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr auto errorNames = enumNames<ErrorCode>({
    {ErrorCode::BadRequest, "bad_request"_L1},
    {ErrorCode::UnknownCommand, "unknown_command"_L1},
    {ErrorCode::Expired, "expired"_L1},
    {ErrorCode::NotSigned, "not_signed"_L1},
    {ErrorCode::BadSignature, "bad_signature"_L1},
    {ErrorCode::Downgrade, "downgrade"_L1},
    {ErrorCode::Busy, "busy"_L1},
    {ErrorCode::DownloadFailed, "download_failed"_L1},
    {ErrorCode::TooLarge, "too_large"_L1},
    {ErrorCode::NoSpace, "no_space"_L1},
    {ErrorCode::HashMismatch, "hash_mismatch"_L1},
    {ErrorCode::BadArchive, "bad_archive"_L1},
    {ErrorCode::InstallFailed, "install_failed"_L1},
    {ErrorCode::NotHealthy, "not_healthy"_L1},
    {ErrorCode::Cancelled, "cancelled"_L1},
    {ErrorCode::Internal, "internal"_L1},
    {ErrorCode::NotFound, "not_found"_L1},
    {ErrorCode::Io, "io"_L1},
    {ErrorCode::BadFile, "bad_file"_L1},
    {ErrorCode::Refused, "refused"_L1},
    {ErrorCode::Network, "network"_L1},
    {ErrorCode::Authentication, "authentication"_L1},
    {ErrorCode::Timeout, "timeout"_L1},
});

} // namespace

QLatin1StringView nameOf(ErrorCode code)
{
    const QLatin1StringView name = errorNames.nameOf(code);
    return name.isEmpty() ? errorNames.nameOf(ErrorCode::Internal) : name;
}

ErrorCode errorCodeFromString(QStringView text)
{
    return errorNames.valueOf(text).value_or(ErrorCode::Internal);
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
