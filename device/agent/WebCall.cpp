// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/WebCall.h"

#include <utility>

namespace sgn::agent {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qint64 maxAnswer = 1024 * 1024;
// Bundled logs over a bad line take their time; the rest is for servers that never end.
constexpr auto total = 2h;

// What to change, where that is known.
QString refusal(const web::Head &head, const QString &host)
{
    constexpr int tooLarge = 413;
    constexpr qsizetype maxShown = 80;
    const QString text = u"HTTP %1 from %2"_s.arg(head.status).arg(host);
    if (head.status == tooLarge) {
        return text + u": what is sent is larger than the server accepts; raise the server's limit for the size of a "
                      "request (nginx: client_max_body_size)"_s;
    }
    if (head.status / 100 != 3) {
        return text;
    }
    QString place;
    for (const QChar c : QString::fromUtf8(head.field("location"))) {
        place += c.isPrint() ? c : QChar(u'?');
    }
    if (!place.isEmpty()) {
        place = u" to "_s + (place.size() > maxShown ? place.left(maxShown) + u"…"_s : place);
    }
    return text + u", which redirects%1; the address in config_file.bin has to be the final one"_s.arg(place);
}

} // namespace

WebCall::WebCall(web::Access access, QObject *parent)
    : QObject(parent)
    , m_access(std::move(access))
{}

void WebCall::start(web::WebRequest request, Answer answer)
{
    m_wanted = answer;
    m_host = request.url.host();
    request.proxy = m_access.proxy;
    if (request.url.scheme() == "https"_L1) {
        request.trust = web::trustWithSystems(m_access.caFile);
    }
    request.total = total;
    m_transfer = m_client.start(request);
    connect(m_transfer, &web::Transfer::sent, this, [this](qint64 bytes, qint64 total) { m_isSent = bytes == total; });
    connect(m_transfer, &web::Transfer::headRead, this, &WebCall::readHead);
    connect(m_transfer, &web::Transfer::received, this, &WebCall::read);
    connect(m_transfer, &web::Transfer::finished, this, &WebCall::ended);
}

void WebCall::readHead()
{
    const web::Head &head = m_transfer->head();
    if (head.status < 200 || head.status >= 300) {
        end(fail(ErrorCode::Network, refusal(head, m_host)));
    } else if (m_wanted == Answer::Ignored) {
        endIfSent();
    } else if (head.isEncoded()) {
        end(fail(ErrorCode::Network, u"%1 answers compressed (Content-Encoding: %2), which wasn't requested"_s.arg(
                                         m_host, QString::fromLatin1(head.field("content-encoding").left(64)))));
    }
}

// What comes behind a head that agrees is of no use, and may be compressed or endless.
void WebCall::endIfSent()
{
    if (m_isSent) {
        end(QByteArray());
    }
}

void WebCall::read(const QByteArray &bytes)
{
    if (m_wanted == Answer::Ignored) {
        endIfSent();
        return;
    }
    m_answer += bytes;
    if (m_answer.size() > maxAnswer) {
        end(fail(ErrorCode::TooLarge, u"%1 answers with more than %2 bytes"_s.arg(m_host).arg(maxAnswer)));
    }
}

void WebCall::ended(const std::optional<web::WebFailure> &failure)
{
    if (failure) {
        end(fail(failure->kind == web::WebFailure::Kind::File ? ErrorCode::Io : ErrorCode::Network,
                 u"%1: %2"_s.arg(m_host, failure->text)));
    } else {
        end(m_answer);
    }
}

void WebCall::end(const Result<QByteArray> &answer)
{
    if (web::Transfer *const transfer = std::exchange(m_transfer, nullptr)) {
        transfer->abandon();
        QMetaObject::invokeMethod(
            this, [this, answer] { Q_EMIT finished(answer); }, Qt::QueuedConnection);
    }
}

} // namespace sgn::agent
