// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/ServerTimeQuery.h"

#include "xmpp/Dom.h"
#include "xmpp/Namespaces.h"
#include "xmpp/XmlIq.h"

#include <QXmppClient.h>
#include <QXmppTask.h>

#include <algorithm>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

std::chrono::milliseconds offsetOf(const QDateTime &server, const QDateTime &local)
{
    const qint64 least = local.msecsTo(server);
    const qint64 most = server.time().msec() == 0 ? least + 999 : least;
    return std::chrono::milliseconds(least > 0 ? least : std::min<qint64>(most, 0));
}

void queryServerTime(QXmppClient *client, const QString &domain, const Clock &clock, QObject *context,
                     std::function<void(std::chrono::milliseconds)> known)
{
    const MonotonicTime asked = clock.monotonic();
    client->sendIq(XmlIq::query(domain, u"time", ns::time))
        .then(context, [&clock, asked, known = std::move(known)](QXmppClient::IqResult &&result) {
            const auto *answer = std::get_if<QDomElement>(&result);
            if (!answer) {
                return;
            }
            const QDateTime server = dateTime(plainText(child(child(*answer, u"time", ns::time), u"utc", ns::time)));
            if (!server.isValid()) {
                return;
            }
            const std::chrono::milliseconds halfWay = (clock.monotonic() - asked) / 2;
            known(offsetOf(server, clock.wallUtc().addMSecs(-halfWay.count())));
        });
}

} // namespace sgn::xmpp
