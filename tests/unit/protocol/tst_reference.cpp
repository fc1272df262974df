// SPDX-License-Identifier: GPL-3.0-or-later
// shared/protocol/README.md: what it shows is what is read and written.
#include "config/DeviceConfig.h"
#include "protocol/Command.h"
#include "protocol/Heartbeat.h"
#include "protocol/Reply.h"
#include "release/ReleaseManifest.h"
#include "release/StickOrder.h"
#include "release/StickResult.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;

namespace {

// The example once more, as our own words; only the sentence for what can't be read.
Result<QByteArray> retold(const QString &kind, const QByteArray &example)
{
    const auto again = [](const auto &parsed) -> Result<QByteArray> {
        if (!parsed) {
            return fail(parsed.error());
        }
        return encode(*parsed);
    };
    if (kind == u"command"_s) {
        const auto command = parseCommand(example);
        return command ? Result<QByteArray>(encode(*command)) : fail(command.error().error);
    }
    if (kind == u"reply"_s) {
        const auto message = parseDeviceMessage(example);
        return message ? std::visit([](const auto &known) -> Result<QByteArray> { return encode(known); }, *message)
                       : fail(message.error());
    }
    if (kind == u"heartbeat"_s) {
        const auto datagram = parseDatagram(example);
        return datagram ? Result<QByteArray>(encode(std::get<Heartbeat>(*datagram))) : fail(datagram.error());
    }
    if (kind == u"manifest"_s) {
        return again(parseReleaseManifest(example));
    }
    if (kind == u"order"_s) {
        return again(parseStickOrder(example));
    }
    if (kind == u"result"_s) {
        return again(parseStickResult(example));
    }
    if (kind == u"config"_s) {
        const auto config = parseDeviceConfig(example);
        return config ? Result<QByteArray>(example) : fail(config.error());
    }
    return fail(ErrorCode::NotFound, u"no such kind of example"_s);
}

} // namespace

class ReferenceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void examplesAreTrue_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QByteArray>("example");
        QFile file(QStringLiteral(SGN_SOURCE_DIR "/shared/protocol/README.md"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        static const QRegularExpression block(u"^```json ?(\\w*)\\n(.*?)^```$"_s,
                                              QRegularExpression::MultilineOption |
                                                  QRegularExpression::DotMatchesEverythingOption);
        int count = 0;
        for (auto it = block.globalMatch(QString::fromUtf8(file.readAll())); it.hasNext(); ++count) {
            const auto match = it.next();
            QTest::addRow("%d: %s", count, qPrintable(match.captured(1)))
                << match.captured(1) << match.captured(2).toUtf8();
        }
        QVERIFY(count > 15);
    }

    void examplesAreTrue()
    {
        QFETCH(const QString, kind);
        QFETCH(const QByteArray, example);
        const auto again = retold(kind, example);
        QVERIFY2(again, again ? "" : qPrintable(again.error().message));
        // Not a field more or less: one that no parser reads would be lost.
        const QJsonObject expected = QJsonDocument::fromJson(example).object();
        const QJsonObject actual = QJsonDocument::fromJson(*again).object();
        QVERIFY2(actual == expected, again->constData());
    }
};

QTEST_GUILESS_MAIN(ReferenceTest)
#include "tst_reference.moc"
