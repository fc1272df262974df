// SPDX-License-Identifier: GPL-3.0-or-later
#include "web/MultiHandle.h"

#include <csignal>
#include <openssl/err.h>
#include <utility>

namespace sgn::web {

namespace {

// Far longer than a turn takes that only reads and writes what is there.
constexpr qint64 longestTurn = 3'000; // ms

// Once in the process. A server that closes must not end the process; Qt's sockets do the same.
void prepareLibrary()
{
    static const CURLcode prepared = [] {
        std::signal(SIGPIPE, SIG_IGN);
        return curl_global_init(CURL_GLOBAL_DEFAULT);
    }();
    Q_UNUSED(prepared)
}

// libcurl leaves errors in the queue that OpenSSL has for each thread; Qt's sockets of the same thread would take them
// for their own, and a session end because a download has failed.
void forgetErrors()
{
    ERR_clear_error();
}

} // namespace

MultiHandle::MultiHandle(Done done, Progressed progressed)
    : m_multi((prepareLibrary(), curl_multi_init()))
    , m_done(std::move(done))
    , m_progressed(std::move(progressed))
{
    curl_multi_setopt(m_multi, CURLMOPT_SOCKETFUNCTION, &MultiHandle::onSocket);
    curl_multi_setopt(m_multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(m_multi, CURLMOPT_TIMERFUNCTION, &MultiHandle::onTimer);
    curl_multi_setopt(m_multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(m_multi, CURLMOPT_MAXCONNECTS, 1L);
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] { act(CURL_SOCKET_TIMEOUT, 0); });
}

// All handles were removed before.
MultiHandle::~MultiHandle()
{
    curl_multi_cleanup(m_multi);
    forgetErrors();
    for (const Watch &watch : std::as_const(m_watches)) {
        delete watch.read;
        delete watch.write;
    }
}

void MultiHandle::add(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &MultiHandle::onProgress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, this);
    curl_multi_add_handle(m_multi, easy);
}

void MultiHandle::remove(CURL *easy)
{
    curl_multi_remove_handle(m_multi, easy);
    forgetErrors();
}

int MultiHandle::onSocket(CURL *, curl_socket_t socket, int what, void *self, void *)
{
    static_cast<MultiHandle *>(self)->watch(socket, what);
    return 0;
}

int MultiHandle::onProgress(void *self, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    const QElapsedTimer &turn = static_cast<MultiHandle *>(self)->m_turn;
    return turn.isValid() && turn.elapsed() > longestTurn ? 1 : 0;
}

int MultiHandle::onTimer(CURLM *, long milliseconds, void *self)
{
    QTimer &timer = static_cast<MultiHandle *>(self)->m_timer;
    if (milliseconds < 0) {
        timer.stop();
    } else {
        timer.start(std::chrono::milliseconds(milliseconds));
    }
    return 0;
}

void MultiHandle::watch(curl_socket_t socket, int what)
{
    Watch &watch = m_watches[socket];
    setNotifier(watch.read, socket, QSocketNotifier::Read, what == CURL_POLL_IN || what == CURL_POLL_INOUT);
    setNotifier(watch.write, socket, QSocketNotifier::Write, what == CURL_POLL_OUT || what == CURL_POLL_INOUT);
    if (what == CURL_POLL_REMOVE) {
        m_watches.remove(socket);
    }
}

void MultiHandle::setNotifier(QSocketNotifier *&notifier, curl_socket_t socket, QSocketNotifier::Type type, bool wanted)
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

void MultiHandle::act(curl_socket_t socket, int events)
{
    int running = 0;
    m_turn.start();
    curl_multi_socket_action(m_multi, socket, events, &running);
    m_turn.invalidate();
    forgetErrors();
    int left = 0;
    while (const CURLMsg *const message = curl_multi_info_read(m_multi, &left)) {
        if (message->msg == CURLMSG_DONE) {
            CURL *const easy = message->easy_handle;
            const CURLcode code = message->data.result;
            // Removing it closes a connection that the receiver may want; `message` is invalid afterwards.
            m_done(easy, code);
            remove(easy);
        }
    }
    m_progressed();
}

} // namespace sgn::web
