// SPDX-License-Identifier: GPL-3.0-or-later
#include "web/Client.h"

#include "web/TransferPrivate.h"

#include <csignal>
#include <utility>

namespace sgn::web {

namespace {

// Once in the process. A server that closes must not end the process; Qt's sockets do the same.
void prepareLibrary()
{
    static const CURLcode prepared = [] {
        std::signal(SIGPIPE, SIG_IGN);
        return curl_global_init(CURL_GLOBAL_DEFAULT);
    }();
    Q_UNUSED(prepared)
}

} // namespace

Client::Private::Private()
    : m_multi((prepareLibrary(), curl_multi_init()))
{
    curl_multi_setopt(m_multi, CURLMOPT_SOCKETFUNCTION, &Private::onSocket);
    curl_multi_setopt(m_multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(m_multi, CURLMOPT_TIMERFUNCTION, &Private::onTimer);
    curl_multi_setopt(m_multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(m_multi, CURLMOPT_MAXCONNECTS, 1L);
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] { act(CURL_SOCKET_TIMEOUT, 0); });
}

Client::Private::~Private()
{
    for (auto it = m_transfers.cbegin(); it != m_transfers.cend(); ++it) {
        curl_multi_remove_handle(m_multi, it.key());
    }
    curl_multi_cleanup(m_multi);
    for (const Watch &watch : std::as_const(m_watches)) {
        delete watch.read;
        delete watch.write;
    }
}

void Client::Private::add(Transfer *transfer)
{
    m_transfers.insert(transfer->d->m_easy, transfer);
    curl_multi_add_handle(m_multi, transfer->d->m_easy);
}

void Client::Private::remove(CURL *easy)
{
    if (m_transfers.remove(easy) > 0) {
        curl_multi_remove_handle(m_multi, easy);
    }
}

int Client::Private::onSocket(CURL *, curl_socket_t socket, int what, void *self, void *)
{
    static_cast<Private *>(self)->watch(socket, what);
    return 0;
}

int Client::Private::onTimer(CURLM *, long milliseconds, void *self)
{
    QTimer &timer = static_cast<Private *>(self)->m_timer;
    if (milliseconds < 0) {
        timer.stop();
    } else {
        timer.start(std::chrono::milliseconds(milliseconds));
    }
    return 0;
}

void Client::Private::watch(curl_socket_t socket, int what)
{
    Watch &watch = m_watches[socket];
    setNotifier(watch.read, socket, QSocketNotifier::Read, what == CURL_POLL_IN || what == CURL_POLL_INOUT);
    setNotifier(watch.write, socket, QSocketNotifier::Write, what == CURL_POLL_OUT || what == CURL_POLL_INOUT);
    if (what == CURL_POLL_REMOVE) {
        m_watches.remove(socket);
    }
}

void Client::Private::setNotifier(QSocketNotifier *&notifier, curl_socket_t socket, QSocketNotifier::Type type,
                                  bool wanted)
{
    if (!wanted && notifier != nullptr) {
        // This may be its own signal.
        QSocketNotifier *const old = std::exchange(notifier, nullptr);
        old->setEnabled(false);
        old->disconnect(this);
        old->deleteLater();
    } else if (wanted && notifier == nullptr) {
        notifier = new QSocketNotifier(socket, type);
        const int event = type == QSocketNotifier::Read ? CURL_CSELECT_IN : CURL_CSELECT_OUT;
        connect(notifier, &QSocketNotifier::activated, this, [this, socket, event] { act(socket, event); });
    }
}

void Client::Private::act(curl_socket_t socket, int events)
{
    int running = 0;
    curl_multi_socket_action(m_multi, socket, events, &running);
    collect();
}

void Client::Private::collect()
{
    int left = 0;
    while (const CURLMsg *const message = curl_multi_info_read(m_multi, &left)) {
        if (message->msg == CURLMSG_DONE) {
            const auto transfer = m_transfers.value(message->easy_handle);
            const CURLcode code = message->data.result;
            remove(message->easy_handle); // `message` is invalid from here on
            if (transfer) {
                transfer->d->complete(code);
                // Not in the list any more, so delivered here, but only after all were collected.
                QMetaObject::invokeMethod(
                    transfer, [transfer] { transfer->d->deliver(); }, Qt::QueuedConnection);
            }
        }
    }
    const QPointer<Private> self = this;
    const QHash<CURL *, QPointer<Transfer>> transfers = m_transfers;
    for (const QPointer<Transfer> &transfer : transfers) {
        if (transfer) {
            transfer->d->deliver();
        }
        if (!self) {
            return;
        }
    }
}

Client::Client(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{}

Client::~Client()
{
    // Before the multi handle that they are part of.
    const auto transfers = findChildren<Transfer *>(Qt::FindDirectChildrenOnly);
    qDeleteAll(transfers);
}

Transfer *Client::start(const WebRequest &request)
{
    auto *const transfer = new Transfer(this);
    transfer->d = std::make_unique<Transfer::Private>(transfer, request);
    if (transfer->d->setUp()) {
        transfer->d->m_client = this;
        d->add(transfer);
    } else {
        transfer->d->m_isComplete = true;
        QMetaObject::invokeMethod(
            transfer, [transfer] { transfer->d->deliver(); }, Qt::QueuedConnection);
    }
    return transfer;
}

} // namespace sgn::web
