// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/ServerTimeQuery.h"

#include <QtTest>

using namespace sgn::xmpp;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TestServerTime : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void offset_data()
    {
        QTest::addColumn<QString>("server");
        QTest::addColumn<qint64>("offset"); // ms
        // The local clock shows 12:00:00.400.
        QTest::newRow("the same second") << u"2026-01-31T12:00:00Z"_s << 0LL;
        QTest::newRow("the second before") << u"2026-01-31T11:59:59Z"_s << -401LL;
        QTest::newRow("the second after") << u"2026-01-31T12:00:01Z"_s << 600LL;
        QTest::newRow("an hour ahead") << u"2026-01-31T13:00:00Z"_s << 3'599'600LL;
        QTest::newRow("an hour behind") << u"2026-01-31T11:00:00Z"_s << -3'599'401LL;
        QTest::newRow("with a fraction, ahead") << u"2026-01-31T12:00:00.500Z"_s << 100LL;
        QTest::newRow("with a fraction, behind") << u"2026-01-31T12:00:00.300Z"_s << -100LL;
        QTest::newRow("exactly") << u"2026-01-31T12:00:00.400Z"_s << 0LL;
    }

    void offset()
    {
        QFETCH(const QString, server);
        QFETCH(const qint64, offset);
        const QDateTime local({2026, 1, 31}, {12, 0, 0, 400}, Qt::UTC);
        QCOMPARE(offsetOf(QDateTime::fromString(server, Qt::ISODateWithMs), local).count(), offset);
    }
};

QTEST_GUILESS_MAIN(TestServerTime)
#include "tst_server_time.moc"
