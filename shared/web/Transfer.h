// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "web/Response.h"

#include <memory>
#include <optional>
#include <QByteArray>
#include <QObject>
#include <QString>

namespace sgn::web {

// Why a request got no whole response.
struct WebFailure
{
    enum class Kind {
        Network,     // no connection, or it broke
        Timeout,     // silence, or the whole time is over
        Certificate, // no TLS, or the server's certificate isn't valid
        Response,    // what the server sends is no HTTP response, or has a head over the limits
        File,        // of the body
    };
    Kind kind = Kind::Network;
    QString text; // without the server's name

    friend bool operator==(const WebFailure &, const WebFailure &) = default;
};

// One request and its response. Made by Client::start().
class Transfer final : public QObject
{
    Q_OBJECT

public:
    ~Transfer() override;

    // Ends it without a further signal, and deletes it later.
    void abandon();
    // Empty until headRead().
    [[nodiscard]] const Head &head() const;

Q_SIGNALS:
    // All that follow: never from within Client::start().
    // Counts bytes of the request's body.
    void sent(qint64 bytes, qint64 total);
    // The head of the final response is complete; once.
    void headRead();
    // The next piece of the body, after headRead(); never empty.
    void received(const QByteArray &bytes);
    // Once, after all else. nullopt: the response is complete, whatever its status; a body without a stated length ends
    // with the connection.
    void finished(const std::optional<sgn::web::WebFailure> &failure);

private:
    class Private;
    friend class Client;
    explicit Transfer(QObject *parent);

    std::unique_ptr<Private> d;
};

} // namespace sgn::web
