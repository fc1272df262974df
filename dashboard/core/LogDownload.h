// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/Sha256.h"
#include "records/Problem.h"

#include <QFutureWatcher>
#include <QNetworkAccessManager>
#include <QObject>
#include <QSslConfiguration>
#include <QTemporaryFile>
#include <QTimer>
#include <QUrl>
#include <stop_token>

class QNetworkReply;

namespace sgn::core {

// Fetches one zip of logs and unpacks it. The address, the length and every byte come from a device, so: https only, a
// certificate of our CA only, no redirects, never more than `maxSize` bytes, and what arrives must be what was
// announced. Deletes itself after finished().
class LogDownload : public QObject
{
    Q_OBJECT

public:
    struct Order
    {
        QUrl url;
        qint64 maxSize = 0;
        std::optional<qint64> size; // announced
        QByteArray sha256;          // announced; empty: not
        QString target;             // folder to make
    };

    // No byte for so long, and it is given up.
    static constexpr std::chrono::seconds patience{60};

    LogDownload(QNetworkAccessManager &network, const QSslConfiguration &tls, Order order, QObject *parent);
    ~LogDownload() override;

Q_SIGNALS:
    void progress(qint64 received, qint64 total);
    void unpacking();
    // Bytes of the zip, once; the folder is there then. Network, Refused, TooLarge, HashMismatch, BadArchive, NoSpace,
    // Io, Timeout.
    void finished(const sgn::records::Expected<qint64> &size);

private:
    void start();
    void onReadyRead();
    void onReplyFinished();
    [[nodiscard]] std::optional<records::Problem> keep(const QByteArray &bytes);
    [[nodiscard]] std::optional<records::Problem> statusError() const;
    [[nodiscard]] std::optional<records::Problem> replyError() const;
    void unpack();
    void finish(const records::Expected<qint64> &size);

    QNetworkAccessManager &m_network;
    QSslConfiguration m_tls;
    Order m_order;
    QNetworkReply *m_reply = nullptr;
    QTemporaryFile m_file;
    Sha256 m_hash;
    qint64 m_received = 0;
    std::optional<records::Problem> m_failure;
    std::stop_source m_stop;
    QFutureWatcher<records::Expected<qint64>> m_unpacking;
    bool m_isFinished = false;
};

} // namespace sgn::core
