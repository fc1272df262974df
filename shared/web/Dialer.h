// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"

#include <chrono>
#include <memory>
#include <QObject>
#include <QUrl>

namespace sgn::web {

struct DialRequest
{
    QString host; // a name or an address
    quint16 port = 0;
    QUrl proxy = {}; // http://[user:password@]host[:port], asked to CONNECT; empty: none
    std::chrono::milliseconds limit{15'000};
};

struct DialFailure
{
    enum class Kind {
        Name,    // it can't be found
        Refused, // nothing listens there
        Timeout, // no answer
        Proxy,   // the proxy can't be reached, or doesn't connect
        Other,
    };
    Kind kind = Kind::Other;
    QString text; // for what has no kind of its own

    friend bool operator==(const DialFailure &, const DialFailure &) = default;
};

// Connects to a host by TCP, for protocols other than HTTP: to whichever of its addresses answers first, both families
// tried together (RFC 8305), so that one that leads nowhere costs a fraction of a second. Used once; may be destroyed
// at any time.
class Dialer final : public QObject
{
    Q_OBJECT

public:
    explicit Dialer(const DialRequest &request, QObject *parent = nullptr);
    ~Dialer() override;

    void start();
    // The connected socket, non-blocking; once, after connected().
    [[nodiscard]] Descriptor takeSocket();

Q_SIGNALS:
    // One of both, once, never from within start().
    void connected();
    void failed(const sgn::web::DialFailure &failure);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace sgn::web
