// SPDX-License-Identifier: GPL-3.0-or-later
// A session over a link that breaks in every way.
#include "integration/XmppEndpoint.h"
#include "integration/XmppLink.h"

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::test;
using namespace sgn::xmpp;
using namespace std::chrono_literals;

namespace {

const QString panelJid = u"panel@localhost"_s;
const QString meterJid = u"meter@localhost"_s;
const QString secret = u"abcd1234"_s;

enum class Break { Stall, Reset };

} // namespace

class XmppCutsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(m_server.start({{panelJid, secret}, {meterJid, secret}}), qPrintable(m_server.errorString()));
    }

    void comesBackByItself_data() { breaks(); }

    void comesBackByItself()
    {
        QFETCH(const Break, how);
        Link link(m_server.port());
        Endpoint meter(over(link, meterJid), watchful(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
        cut(link, how);
        SGN_EVENTUALLY(!meter.losses.isEmpty());
        QCOMPARE(meter.losses.first().code, how == Break::Stall ? ErrorCode::Timeout : ErrorCode::Network);
        SGN_EVENTUALLY(meter.session.isOnline());
        QCOMPARE(meter.losses.size(), 1);
    }

    void whatWasNotAcknowledgedIsReported_data() { breaks(); }

    void whatWasNotAcknowledgedIsReported()
    {
        QFETCH(const Break, how);
        Link link(m_server.port());
        Endpoint meter(over(link, meterJid), watchful(Role::Device));
        meter.session.start();
        SGN_EVENTUALLY(meter.session.isOnline());
        const quint64 before = meter.session.send(panelJid, R"({"n":0})");
        SGN_EVENTUALLY(meter.acknowledged == QList{before});
        cut(link, how);
        QList<quint64> lost;
        for (int number = 1; number <= 20; ++number) {
            lost << meter.session.send(panelJid, R"({"n":1})");
        }
        SGN_EVENTUALLY(meter.notSent == lost);
        QCOMPARE(meter.acknowledged, QList{before});
        SGN_EVENTUALLY(meter.session.isOnline());
    }

    void aCommandSentIntoACutLinkStillArrives_data() { breaks(); }

    // The server takes the device for online and hands the command to a connection that leads nowhere. The new
    // login under the same resource has to bring it out again.
    void aCommandSentIntoACutLinkStillArrives()
    {
        QFETCH(const Break, how);
        Link link(m_server.port());
        Endpoint meter(over(link, meterJid), watchful(Role::Device));
        Endpoint panel(accountOn(m_server, panelJid, secret), quickOptions(Role::Panel));
        meter.session.start();
        panel.session.start();
        SGN_EVENTUALLY(meter.session.isOnline() && panel.session.isOnline());
        if (how == Break::Stall) {
            link.stall();
        }
        const quint64 id = panel.session.send(meterJid, R"({"command_no":7})");
        if (how == Break::Reset) {
            link.reset();
        }
        SGN_EVENTUALLY(panel.acknowledged == QList{id});
        SGN_EVENTUALLY(meter.logins == 2);
        SGN_EVENTUALLY(!meter.messages.isEmpty());
        // The server may bring it twice, once for each login; the number shows that it is one command.
        for (const QByteArray &body : meter.bodies()) {
            QCOMPARE(body, R"({"command_no":7})");
        }
    }

    void nothingIsLostWithAnOutboxOnTop()
    {
        // What the agent's outbox does: everything that isn't acknowledged is sent again after the next login; the
        // receiver drops repeats.
        Link link(m_server.port());
        Endpoint panel(accountOn(m_server, panelJid, secret), quickOptions(Role::Panel));
        Endpoint meter(over(link, meterJid), watchful(Role::Device));
        panel.session.start();
        SGN_EVENTUALLY(panel.session.isOnline());

        QMap<int, QByteArray> outbox;
        for (int number = 0; number < 200; ++number) {
            outbox.insert(number, "{\"command_no\":" + QByteArray::number(number) + '}');
        }
        const QSet<QByteArray> all(outbox.begin(), outbox.end());
        QHash<quint64, int> inFlight;
        const auto sendAll = [&] {
            for (auto entry = outbox.cbegin(); entry != outbox.cend(); ++entry) {
                inFlight.insert(meter.session.send(panelJid, entry.value()), entry.key());
            }
        };
        int cuts = 0;
        connect(&meter.session, &Session::online, this, sendAll);
        connect(&meter.session, &Session::acknowledged, this, [&](quint64 id) {
            outbox.remove(inFlight.take(id));
            // In the middle of the stream of acknowledgements.
            if (cuts < 3 && outbox.size() < 160 - 40 * cuts) {
                ++cuts;
                link.reset();
            }
        });
        meter.session.start();
        SGN_EVENTUALLY(outbox.isEmpty());
        QCOMPARE(cuts, 3);
        const auto arrived = [&panel] {
            const QByteArrayList bodies = panel.bodies();
            return QSet<QByteArray>(bodies.begin(), bodies.end());
        };
        SGN_EVENTUALLY(arrived() == all);
    }

private:
    static void breaks()
    {
        QTest::addColumn<Break>("how");
        QTest::newRow("silently") << Break::Stall;
        QTest::newRow("with a reset") << Break::Reset;
    }

    static void cut(Link &link, Break how)
    {
        if (how == Break::Stall) {
            link.stall();
        } else {
            link.reset();
        }
    }

    static SessionOptions watchful(Role role)
    {
        SessionOptions options = quickOptions(role);
        options.pingInterval = 2s;
        options.pingTimeout = 1s;
        return options;
    }

    Account over(const Link &link, const QString &jid) const
    {
        Account account = accountOn(m_server, jid, secret);
        account.port = link.port();
        account.resource = u"sgn-agent"_s;
        return account;
    }

    ProsodyServer m_server;
};

QTEST_GUILESS_MAIN(XmppCutsTest)
#include "tst_xmpp_cuts.moc"
