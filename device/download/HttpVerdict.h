// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <QByteArray>
#include <QString>

namespace sgn::download {

// The head of a response, as far as a download has to understand it (RFC 9110).
struct HttpHead
{
    int status = 0;
    std::optional<qint64> contentLength;
    QByteArray contentRange; // "bytes 100-199/200", "bytes */200"
    QByteArray location;
    QByteArray etag;
    QByteArray lastModified;
    QByteArray encoding; // of a body that isn't the file itself, such as gzip
};

enum class HttpVerdict {
    FromStart,  // the whole file follows
    Continued,  // the rest follows, from the offset
    Complete,   // there is nothing left to fetch
    StartAgain, // the bytes on disk can't be continued
    Redirect,
    TryLater, // a trouble of the server that may pass
    GiveUp,   // another request would get the same response
};

// `offset` is what the request asked to continue from, 0 for all of it.
[[nodiscard]] HttpVerdict judge(const HttpHead &head, qint64 offset);

// The sentence for a response with an encoding.
[[nodiscard]] QString compressedBy(const QString &host, const HttpHead &head);

// Returns the size of the whole file, if the head contains it.
[[nodiscard]] std::optional<qint64> totalSize(const HttpHead &head, qint64 offset);

// Returns the value for If-Range: a strong ETag, else the date; empty when there is neither.
[[nodiscard]] QString resumeValidator(const HttpHead &head);

} // namespace sgn::download
