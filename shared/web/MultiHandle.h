// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <curl/curl.h>
#include <functional>
#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QSocketNotifier>
#include <QTimer>

namespace sgn::web {

// libcurl's multi handle, with its sockets and its timer in the event loop. Both functions are called from there, never
// from within add(); the second one may destroy this object.
class MultiHandle final : public QObject
{
public:
    using Done = std::function<void(CURL *, CURLcode)>; // it is removed afterwards
    using Progressed = std::function<void()>;           // something has come, gone or ended
    MultiHandle(Done done, Progressed progressed);
    ~MultiHandle() override;

    // What happens within one turn of the event loop is limited from now on: libcurl skips what a proxy sends behind a
    // refusal byte by byte, without an end and without looking at the clock.
    void add(CURL *easy);
    void remove(CURL *easy);

private:
    struct Watch
    {
        QSocketNotifier *read = nullptr;
        QSocketNotifier *write = nullptr;
    };

    static int onSocket(CURL *easy, curl_socket_t socket, int what, void *self, void *socketData);
    static int onProgress(void *self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
    static int onTimer(CURLM *multi, long milliseconds, void *self);
    void watch(curl_socket_t socket, int what);
    void setNotifier(QSocketNotifier *&notifier, curl_socket_t socket, QSocketNotifier::Type type, bool wanted);
    void act(curl_socket_t socket, int events);

    CURLM *m_multi;
    Done m_done;
    Progressed m_progressed;
    QTimer m_timer;
    QElapsedTimer m_turn;
    QHash<curl_socket_t, Watch> m_watches;
};

} // namespace sgn::web
