// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/ServerTime.h"

#include "xmpp/Dom.h"
#include "xmpp/Namespaces.h"
#include "xmpp/XmlIq.h"

#include <QXmppClient.h>
#include <QXmppTask.h>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

void askServerTime(QXmppClient *client, const QString &domain, const Clock &clock, QObject *context,
                   std::function<void(std::chrono::milliseconds)> known)
{
    const MonotonicTime asked = clock.monotonic();
    client->sendIq(XmlIq::query(domain, u"time", ns::time))
        .then(context, [&clock, asked, known = std::move(known)](QXmppClient::IqResult &&result) {
            const auto *answer = std::get_if<QDomElement>(&result);
            if (!answer)
                return;
            const QDateTime server = dateTime(plainText(child(child(*answer, u"time", ns::time), u"utc", ns::time)));
            if (!server.isValid())
                return;
            const std::chrono::milliseconds halfWay = (clock.monotonic() - asked) / 2;
            known(std::chrono::milliseconds(clock.wallUtc().msecsTo(server)) + halfWay);
        });
}

} // namespace sgn::xmpp
