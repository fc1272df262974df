// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/UpdateRetry.h"

namespace sgn::core {

namespace {

constexpr int notFound = 404;
constexpr int gone = 410;

} // namespace

UpdateRetry::UpdateRetry(CommandLog &commands, Order order, QObject *parent)
    : QObject(parent)
    , m_commands(commands)
    , m_order(std::move(order))
{
    QMetaObject::invokeMethod(this, &UpdateRetry::start, Qt::QueuedConnection);
}

UpdateRetry::UpdateRetry(CommandLog &commands, const records::Problem &problem, QObject *parent)
    : QObject(parent)
    , m_commands(commands)
{
    QMetaObject::invokeMethod(
        this, [this, problem] { finish(fail(problem)); }, Qt::QueuedConnection);
}

UpdateRetry::~UpdateRetry()
{
    if (m_transfer) {
        m_transfer->abandon();
    }
}

void UpdateRetry::start()
{
    web::WebRequest request;
    request.method = "HEAD";
    request.url = records::fileAddress(m_order.body);
    if (request.url.isEmpty()) {
        submit();
        return;
    }
    request.trust = web::trustWithSystems(m_order.access.caFile);
    request.proxy = m_order.access.proxy;
    request.silence = patience;
    request.total = patience;
    m_transfer = m_client.start(request);
    connect(m_transfer, &web::Transfer::finished, this, [this](const std::optional<web::WebFailure> &failure) {
        const int status = failure ? 0 : m_transfer->head().status;
        if (status == notFound || status == gone) {
            finish(records::fail(ErrorCode::NotFound, records::FactCode::ReleaseGone,
                                 {records::fileAddress(m_order.body).host()}));
        } else {
            submit();
        }
    });
}

void UpdateRetry::submit()
{
    finish(m_commands.submit(m_order.body, m_order.jids, m_order.options));
}

void UpdateRetry::finish(const records::Expected<CommandNo> &number)
{
    deleteLater();
    Q_EMIT finished(number);
}

} // namespace sgn::core
