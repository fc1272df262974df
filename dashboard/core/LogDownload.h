// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/Sha256.h"
#include "records/Problem.h"
#include "web/Client.h"

#include <QFutureWatcher>
#include <QObject>
#include <QTemporaryFile>
#include <QTimer>
#include <QUrl>
#include <stop_token>

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
        web::Trust trust;
        QUrl proxy; // empty: none
    };

    // No byte for so long, and it is given up.
    static constexpr std::chrono::seconds patience{60};

    // `client` outlives the object.
    LogDownload(web::Client &client, Order order, QObject *parent);
    ~LogDownload() override;

Q_SIGNALS:
    void progress(qint64 received, qint64 total);
    void unpacking();
    // Bytes of the zip, once; the folder is there then. Network, Refused, TooLarge, HashMismatch, BadArchive, NoSpace,
    // Io, Timeout.
    void finished(const sgn::records::Expected<qint64> &size);

private:
    void start();
    void onReceived(const QByteArray &bytes);
    void onTransferEnded(const std::optional<web::WebFailure> &failure);
    void onComplete();
    [[nodiscard]] std::optional<records::Problem> keep(const QByteArray &bytes);
    [[nodiscard]] std::optional<records::Problem> headError() const;
    [[nodiscard]] std::optional<records::Problem> transferError(const std::optional<web::WebFailure> &failure) const;
    void giveUp(const records::Problem &why);
    void unpack();
    void finish(const records::Expected<qint64> &size);

    web::Client &m_client;
    Order m_order;
    web::Transfer *m_transfer = nullptr;
    QTemporaryFile m_file;
    Sha256 m_hash;
    qint64 m_received = 0;
    std::stop_source m_stop;
    QFutureWatcher<records::Expected<qint64>> m_unpacking;
    bool m_isFinished = false;
};

} // namespace sgn::core
