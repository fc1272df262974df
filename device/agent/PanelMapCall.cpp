// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/PanelMapCall.h"

#include "agent/Logging.h"
#include "base/AtomicFile.h"
#include "base/JsonText.h"
#include "protocol/Json.h"

namespace sgn::agent {

using namespace Qt::StringLiterals;

PanelMapCall::PanelMapCall(QUrl url, QString panelId, QString file, web::Access access, Times times, QObject *parent)
    : QObject(parent)
    , m_url(std::move(url))
    , m_panelId(std::move(panelId))
    , m_file(std::move(file))
    , m_access(std::move(access))
    , m_times(times)
    , m_pause(times.firstPause, times.longestPause)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &PanelMapCall::call);
}

void PanelMapCall::start()
{
    if (!m_url.isEmpty()) {
        m_timer.start(0);
    }
}

void PanelMapCall::call()
{
    web::WebRequest request;
    request.method = "POST";
    request.url = m_url;
    request.headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}};
    request.body.before = toAsciiJson({{"panel_id"_L1, m_panelId}});
    m_call = std::make_unique<WebCall>(m_access);
    connect(m_call.get(), &WebCall::finished, this, &PanelMapCall::answered);
    m_call->start(request);
}

void PanelMapCall::answered(const Result<QByteArray> &answer)
{
    m_call.reset();
    const Outcome kept = keep(answer);
    if (kept) {
        m_pause.reset();
        m_timer.start(m_times.period);
        Q_EMIT called(std::nullopt);
        return;
    }
    if (m_pause.failures() == 0) {
        qCWarning(lcAgent) << "the panel map isn't updated:" << kept.error();
    }
    m_timer.start(m_pause.next());
    Q_EMIT called(kept.error());
}

Outcome PanelMapCall::keep(const Result<QByteArray> &answer) const
{
    if (!answer) {
        return fail(answer.error());
    }
    if (const auto map = parseJson(*answer); !map) {
        return fail(ErrorCode::BadFile, u"what %1 answers is %2"_s.arg(m_url.host(), map.error().message));
    }
    return writeFileAtomically(m_file, *answer);
}

} // namespace sgn::agent
