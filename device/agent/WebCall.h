// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <memory>
#include <QByteArray>
#include <QNetworkAccessManager>
#include <QNetworkRequest>
#include <QObject>

class QHttpMultiPart;
class QNetworkReply;

namespace sgn::agent {

// One POST to a server of the customer: no redirects, no cookies, a limited answer, a limited time. A certificate is
// valid if its authority is in `caFile` or among the system's; both are in memory only while this object exists. Used
// once.
class WebCall : public QObject
{
    Q_OBJECT

public:
    explicit WebCall(QString caFile, QObject *parent = nullptr);
    ~WebCall() override;

    void post(QNetworkRequest request, const QByteArray &body);
    // Takes ownership of the parts.
    void post(QNetworkRequest request, std::unique_ptr<QHttpMultiPart> parts);

Q_SIGNALS:
    // Once, never from within post(): the body of a 2xx answer, or Network with the reason, TooLarge.
    void finished(const sgn::Result<QByteArray> &answer);

private:
    void prepare(QNetworkRequest &request) const;
    void watch(QNetworkReply *reply);
    void read();
    void ended();
    void end(const Result<QByteArray> &answer);

    QString m_caFile;
    QNetworkAccessManager m_network;
    QNetworkReply *m_reply = nullptr;
    QByteArray m_answer;
    bool m_ended = false;
};

} // namespace sgn::agent
