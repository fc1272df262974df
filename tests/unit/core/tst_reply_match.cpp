// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ReplyMatch.h"

#include <QTest>

using namespace sgn;
using namespace sgn::core;
using namespace sgn::records;
using namespace Qt::StringLiterals;

class ReplyMatchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void decides_data();
    void decides();
    void nothingAnswersWhatWasNotSent_data();
    void nothingAnswersWhatWasNotSent();
};

namespace {

const QDateTime sent(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);

} // namespace

void ReplyMatchTest::decides_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("request");
    QTest::addColumn<int>("seconds"); // after it was sent first
    QTest::addColumn<bool>("live");
    QTest::addColumn<bool>("answers");
    const QString reboot = u"reboot_system"_s;
    const QString other = u"upload_logs"_s;
    QTest::newRow("an old device, live") << QString() << QString() << 5 << true << true;
    QTest::newRow("an old device, from the archive") << QString() << QString() << 5 << false << true;
    QTest::newRow("an old device, years before") << QString() << QString() << -100'000'000 << false << false;
    QTest::newRow("an old device, a minute before") << QString() << QString() << -60 << false << false;
    QTest::newRow("stamped in whole seconds") << QString() << QString() << -1 << false << true;
    // The desk's clock was set back meanwhile.
    QTest::newRow("live, by a clock that was set") << QString() << QString() << -3600 << true << true;
    QTest::newRow("names the command") << reboot << QString() << 5 << true << true;
    QTest::newRow("names another command") << other << QString() << 5 << true << false;
    QTest::newRow("names the request") << reboot << u"mine"_s << 5 << true << true;
    QTest::newRow("names the request, from the archive") << reboot << u"mine"_s << 5 << false << true;
    QTest::newRow("names another request") << reboot << u"other"_s << 5 << true << false;
    QTest::newRow("another request with the beginning of ours") << reboot << u"min"_s << 5 << true << false;
    // The request is enough; a server whose clock was set stamps as it likes.
    QTest::newRow("names the request, stamped before") << reboot << u"mine"_s << -3600 << false << true;
}

void ReplyMatchTest::decides()
{
    QFETCH(const QString, command);
    QFETCH(const QString, request);
    QFETCH(const int, seconds);
    QFETCH(const bool, live);
    QFETCH(const bool, answers);
    IssuedCommand record;
    record.command.body = RebootSystem{};
    record.command.request = u"mine"_s;
    CommandTarget target;
    target.firstSentAt = sent;
    QCOMPARE(canAnswer({command, request, {sent.addSecs(seconds), live}}, record, target), answers);
}

void ReplyMatchTest::nothingAnswersWhatWasNotSent_data()
{
    QTest::addColumn<bool>("live");
    QTest::newRow("live") << true;
    QTest::newRow("from the archive") << false;
}

void ReplyMatchTest::nothingAnswersWhatWasNotSent()
{
    QFETCH(const bool, live);
    IssuedCommand record;
    record.command.body = RebootSystem{};
    QVERIFY(!canAnswer({{}, {}, {sent, live}}, record, {}));
    // A request that the command doesn't have.
    CommandTarget target;
    target.firstSentAt = sent;
    QVERIFY(!canAnswer({{}, u"other"_s, {sent, live}}, record, target));
}

QTEST_GUILESS_MAIN(ReplyMatchTest)
#include "tst_reply_match.moc"
