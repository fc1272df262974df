// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/HttpVerdict.h"

#include <algorithm>
#include <array>

namespace sgn::download {

namespace {

struct ContentRange
{
    std::optional<qint64> first;
    std::optional<qint64> total;
};

std::optional<qint64> number(QByteArrayView text)
{
    bool ok = false;
    const qint64 value = text.toLongLong(&ok);
    return ok && value >= 0 ? std::optional(value) : std::nullopt;
}

ContentRange parseContentRange(const QByteArray &header)
{
    constexpr QByteArrayView unit("bytes ");
    const qsizetype slash = header.indexOf('/');
    if (!header.startsWith(unit) || slash < 0) {
        return {};
    }
    const QByteArrayView range = QByteArrayView(header).sliced(unit.size(), slash - unit.size()).trimmed();
    const qsizetype dash = range.indexOf('-');
    return {dash > 0 ? number(range.first(dash)) : std::nullopt,
            number(QByteArrayView(header).sliced(slash + 1).trimmed())};
}

bool mayPass(int status)
{
    // Request Timeout, Too Early, Too Many Requests.
    constexpr std::array transient{408, 425, 429};
    return status >= 500 || std::ranges::find(transient, status) != transient.end();
}

} // namespace

HttpVerdict judge(const HttpHead &head, qint64 offset)
{
    switch (head.status) {
    case 200:
        return HttpVerdict::FromStart;
    case 206: {
        const auto first = parseContentRange(head.contentRange).first;
        return offset > 0 && first == offset ? HttpVerdict::Continued : HttpVerdict::StartAgain;
    }
    case 416:
        if (offset > 0) {
            return parseContentRange(head.contentRange).total == offset ? HttpVerdict::Complete
                                                                        : HttpVerdict::StartAgain;
        }
        return HttpVerdict::GiveUp;
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        return head.location.isEmpty() ? HttpVerdict::GiveUp : HttpVerdict::Redirect;
    default:
        return mayPass(head.status) ? HttpVerdict::TryLater : HttpVerdict::GiveUp;
    }
}

QString compressedBy(const QString &host, const HttpHead &head)
{
    return QStringLiteral("%1 sends the file compressed (Content-Encoding: %2), which wasn't requested")
        .arg(host, QString::fromLatin1(head.encoding.left(64)));
}

std::optional<qint64> totalSize(const HttpHead &head, qint64 offset)
{
    if (head.status == 206) {
        if (const auto total = parseContentRange(head.contentRange).total) {
            return total;
        }
        return head.contentLength ? std::optional(offset + *head.contentLength) : std::nullopt;
    }
    return head.status == 200 ? head.contentLength : std::nullopt;
}

QString resumeValidator(const HttpHead &head)
{
    if (!head.etag.isEmpty() && !head.etag.startsWith("W/")) {
        return QString::fromLatin1(head.etag);
    }
    return QString::fromLatin1(head.lastModified);
}

} // namespace sgn::download
