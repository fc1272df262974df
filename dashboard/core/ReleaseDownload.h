// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Problem.h"
#include "web/Client.h"

#include <QFile>
#include <QObject>
#include <QTemporaryDir>
#include <QUrl>

namespace sgn::core {

// Fetches a release from the address where devices are going to fetch it, so that it is checked and signed here before.
// https only, since what arrives may be signed; redirects are followed as devices do. The file is there as long as this
// object, under the address's file name.
class ReleaseDownload : public QObject
{
    Q_OBJECT

public:
    static constexpr qint64 maxSize = qint64{2} * 1024 * 1024 * 1024; // what a device takes at most
    // No byte for so long, and it is given up.
    static constexpr std::chrono::seconds patience{60};
    static constexpr int maxRedirects = 5;

    ReleaseDownload(const QUrl &url, web::Access access, QObject *parent = nullptr);
    ~ReleaseDownload() override;

    [[nodiscard]] const QUrl &url() const { return m_url; }

Q_SIGNALS:
    // Bytes; `total` is -1 where the server doesn't state it.
    void progress(qint64 received, qint64 total);
    // Once, never from within the constructor: the file's path. Refused, Network, Timeout, TooLarge, Io.
    void finished(const sgn::records::Expected<QString> &path);

private:
    void start();
    void ask(const QUrl &url);
    void onHead();
    void onReceived(const QByteArray &bytes);
    void onEnded(const std::optional<web::WebFailure> &failure);
    [[nodiscard]] std::optional<QUrl> redirect() const;
    [[nodiscard]] std::optional<records::Problem> headProblem() const;
    [[nodiscard]] records::Problem problemOf(const web::WebFailure &failure) const;
    void dropTransfer();
    void finish(const records::Expected<QString> &path);

    QUrl m_url;
    web::Access m_access;
    web::Client m_client;
    web::Transfer *m_transfer = nullptr;
    QUrl m_asked; // after the redirects so far
    int m_redirects = 0;
    QTemporaryDir m_folder;
    QFile m_file;
    qint64 m_received = 0;
};

} // namespace sgn::core
