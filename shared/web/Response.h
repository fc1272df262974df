// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <QByteArray>
#include <QByteArrayView>
#include <QHash>

namespace sgn::web {

// The head of a response (RFC 9110).
struct Head
{
    int status = 0;
    QHash<QByteArray, QByteArray> fields; // names in lower case; of a name that is repeated, the first

    [[nodiscard]] QByteArray field(const QByteArray &name) const { return fields.value(name); }
    [[nodiscard]] std::optional<qint64> contentLength() const;
    // Whether the body is another form of what was requested (gzip), although it was requested as it is.
    [[nodiscard]] bool isEncoded() const;
};

// Reads the lines of all heads of one request: of interim responses, the final one, and trailers.
class HeadReader
{
public:
    // All of them together, in bytes.
    static constexpr qsizetype maxSize = 64 * 1024;

    enum class State {
        Reading,
        Complete, // the head of the final response; what follows it is only counted
        TooLong,
    };

    // One line with its end.
    State feed(QByteArrayView line);
    [[nodiscard]] const Head &head() const { return m_head; }

private:
    Head m_head;
    qsizetype m_size = 0;
    bool m_complete = false;
};

} // namespace sgn::web
