// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "web/Client.h"

#include <QByteArray>
#include <QObject>

namespace sgn::agent {

// One request to a server of the customer: no redirects, a limited answer, a limited time. A certificate is valid if
// its authority is in the access's CA file or among the system's; both are in memory only while this object exists.
// Used once.
class WebCall : public QObject
{
    Q_OBJECT

public:
    explicit WebCall(web::Access access, QObject *parent = nullptr);

    enum class Answer { Wanted, Ignored };

    // The request's trust and proxy are those of the access. With Answer::Ignored the head of a 2xx answer is all that
    // counts once the request's body is sent, and finished() has an empty one.
    void start(web::WebRequest request, Answer answer = Answer::Wanted);

Q_SIGNALS:
    // Once, never from within start(): the body of a 2xx answer, or Network with the reason, TooLarge, Io (the file
    // to send).
    void finished(const sgn::Result<QByteArray> &answer);

private:
    void readHead();
    void read(const QByteArray &bytes);
    void endIfSent();
    void ended(const std::optional<web::WebFailure> &failure);
    void end(const Result<QByteArray> &answer);

    web::Access m_access;
    web::Client m_client;
    web::Transfer *m_transfer = nullptr;
    QString m_host;
    Answer m_wanted = Answer::Wanted;
    bool m_isSent = false;
    QByteArray m_answer;
};

} // namespace sgn::agent
