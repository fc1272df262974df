// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "web/Client.h"
#include "web/MultiHandle.h"
#include "web/Request.h"
#include "web/Transfer.h"

#include <array>
#include <curl/curl.h>
#include <QFile>
#include <QHash>
#include <QPointer>

namespace sgn::web {

// One easy handle with what its callbacks collect. They are called from within libcurl, so they only collect; deliver()
// emits it afterwards, when a receiver may do anything.
class Transfer::Private
{
public:
    Private(Transfer *transfer, const WebRequest &request);
    ~Private();
    Private(const Private &) = delete;
    Private &operator=(const Private &) = delete;

    // False when the request can't be made; failure() has the reason.
    [[nodiscard]] bool setUp();
    // Emits what has come. The transfer may be gone afterwards.
    void deliver();
    void complete(CURLcode code);
    [[nodiscard]] bool isHeadComplete() const { return m_headComplete; }

    Transfer *q;
    WebRequest m_request;
    CURL *m_easy = nullptr;
    curl_slist *m_headers = nullptr;
    curl_slist *m_addresses = nullptr;
    QPointer<Client> m_client;
    HeadReader m_reader;
    std::optional<WebFailure> m_failure;
    bool m_isComplete = false;

private:
    void setRequest();
    void setTrust();
    void setBody();
    void setLimits();
    [[nodiscard]] WebFailure failureOf(CURLcode code) const;
    [[nodiscard]] qint64 read(char *to, qint64 room);

    [[nodiscard]] bool hasEnough() const { return m_request.enough > 0 && m_received >= m_request.enough; }

    static size_t onHeader(char *bytes, size_t size, size_t count, void *self);
    static size_t onBody(char *bytes, size_t size, size_t count, void *self);
    static size_t onRead(char *to, size_t size, size_t count, void *self);

    bool m_headComplete = false;
    bool m_headReported = false;
    bool m_isReported = false;
    QByteArray m_arrived;
    QFile m_file;
    qint64 m_received = 0;
    qint64 m_bodySize = 0;
    qint64 m_bodySent = 0;
    qint64 m_bodyReported = 0;
    QByteArray m_pem;
    std::array<char, CURL_ERROR_SIZE> m_error{};
};

// The transfers under way, and the handle that they share.
class Client::Private final : public QObject
{
public:
    Private();
    ~Private() override;

    // Adds it once the server's name is looked up.
    void begin(Transfer *transfer);
    void add(Transfer *transfer);
    void remove(CURL *easy);

private:
    void finish(CURL *easy, CURLcode code);
    void deliver();

    MultiHandle m_handle;
    QHash<CURL *, QPointer<Transfer>> m_transfers;
};

} // namespace sgn::web
