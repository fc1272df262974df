// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/StateFile.h"
#include "control/StickHandover.h"
#include "stick/StickService.h"
#include "support/ReadOnlyCard.h"
#include "support/SmallDisk.h"
#include "support/StickKit.h"
#include "system/FileLock.h"

#include <QtTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace sgn;
using namespace sgn::stick;
using namespace sgn::test;
using namespace Qt::StringLiterals;

// Sticks are folders here; what else a stick may hold is refused in tst_stick, by the whole device.
class TestStickService : public QObject
{
    Q_OBJECT

private:
    StickKit m_kit;
    std::unique_ptr<QTemporaryDir> m_root;
    std::unique_ptr<QTemporaryDir> m_stick;

    [[nodiscard]] DeviceTree tree() const { return DeviceTree(m_root->path()); }
    [[nodiscard]] StickDevice device() const
    {
        StickDevice device{tree(), {}, u"b8:27:eb:00:00:01"_s, u"device@example.org"_s, QList{m_kit.publicKey()}};
        device.owner.user = ::geteuid();
        device.owner.group = ::getegid();
        device.now = [] {
            return QDateTime({2026, 11, 29}, {12, 0}, Qt::UTC);
        };
        device.reservedBytes = 0;
        return device;
    }
    [[nodiscard]] Served::Kind serve(Arrival arrival, const StickDevice &device) const
    {
        const auto served = serveStick(device, m_stick->path(), arrival);
        if (!served) {
            qWarning() << served.error();
        }
        return served ? served->kind : static_cast<Served::Kind>(-1);
    }
    [[nodiscard]] Served::Kind serve(Arrival arrival) const { return serve(arrival, device()); }
    [[nodiscard]] control::StickHandover handover() const
    {
        return readStateFile(tree().stickHandover(), control::maxStickHandover, control::stickHandoverFromJson)
            .value_or(control::StickHandover());
    }
    // As the agent does.
    void finish(const QByteArray &logs = {}) const
    {
        StickResult result;
        result.order = handover().order;
        result.device = u"b8:27:eb:00:00:01"_s;
        result.releases = {{u"SmartMeter"_s, u"x"_s, true, u"done"_s, {}, false, {}, {}, {}, {}, {}}};
        if (!logs.isEmpty()) {
            QVERIFY(writeFile(tree().stickLogs(), logs));
        }
        QVERIFY(writeStateFile(tree().stickResult(), encode(result)));
    }
    [[nodiscard]] QStringList onStick() const
    {
        return QDir(m_stick->path() + u"/sgn/results"_s).entryList(QDir::Files, QDir::Name);
    }

private Q_SLOTS:
    void init()
    {
        m_root = std::make_unique<QTemporaryDir>();
        m_stick = std::make_unique<QTemporaryDir>();
        QVERIFY(tree().ensureFolders());
        QVERIFY(StickKit::write(m_stick->path(), {m_kit.meter(2), m_kit.meter(3)}));
    }

    void handsOverAndWritesTheResult()
    {
        QCOMPARE(serve(Arrival::PluggedIn), Served::Kind::HandedOver);
        QCOMPARE(handover().releases.size(), 2);
        QCOMPARE(readWhole(tree().stickZip(1)), readWhole(m_stick->path() + u"/sgn/1.zip"_s));
        const QString key = handover().key;
        QCOMPARE(serve(Arrival::PluggedIn), Served::Kind::Waiting); // pulled out and plugged in meanwhile
        QCOMPARE(handover().key, key);
        finish("zip");
        QCOMPARE(serve(Arrival::Found), Served::Kind::Written);
        QCOMPARE(onStick(), (QStringList{u"b8-27-eb-00-00-01-20261129-120000-logs.zip"_s,
                                         u"b8-27-eb-00-00-01-20261129-120000.json"_s}));
        QCOMPARE(StickKit::results(m_stick->path()).size(), 1);
        QVERIFY(StickKit::results(m_stick->path()).constFirst().isSuccess());
        QVERIFY(!QFile::exists(tree().stick()));
        // The stick stays where it is: a restart repeats nothing, a person who plugs it in once more does.
        QCOMPARE(serve(Arrival::Found), Served::Kind::Nothing);
        QCOMPARE(serve(Arrival::PluggedIn), Served::Kind::HandedOver);
        QVERIFY(handover().key != key);
        finish();
        QCOMPARE(serve(Arrival::Found), Served::Kind::Written);
        QCOMPARE(onStick().size(), 3); // at the same second, beside the first
    }

    void takesWhatWasChangedWhileItWasOff()
    {
        QCOMPARE(serve(Arrival::PluggedIn), Served::Kind::HandedOver);
        finish();
        QCOMPARE(serve(Arrival::Found), Served::Kind::Written);
        QVERIFY(StickKit::write(m_stick->path(), {m_kit.meter(4), m_kit.meter(3)})); // the names are the same
        QCOMPARE(serve(Arrival::Found), Served::Kind::HandedOver);
    }

    void aRefusalIsWrittenOnce()
    {
        StickDevice without = device();
        without.releaseKeys = QList<PublicKey>();
        QCOMPARE(serve(Arrival::Found, without), Served::Kind::Refused);
        QCOMPARE(serve(Arrival::Found, without), Served::Kind::Nothing);
        QCOMPARE(StickKit::results(m_stick->path()).size(), 1);
        QCOMPARE(StickKit::results(m_stick->path()).constFirst().error, std::optional(ErrorCode::NotSigned));
        without.releaseKeys = fail(ErrorCode::BadFile, u"the keys can't be read"_s);
        QCOMPARE(serve(Arrival::PluggedIn, without), Served::Kind::Refused);
        QCOMPARE(StickKit::results(m_stick->path()).size(), 2);
        QVERIFY(!QFile::exists(tree().stick()));
    }

    void theResultOutlivesAStickThatTakesNone_data()
    {
        QTest::addColumn<bool>("isFull");
        QTest::newRow("full") << true;
        QTest::newRow("read-only") << false;
    }
    void theResultOutlivesAStickThatTakesNone()
    {
        QFETCH(bool, isFull);
        QCOMPARE(serve(Arrival::PluggedIn), Served::Kind::HandedOver);
        finish(QByteArray(100'000, 'x'));
        if (isFull) {
            const SmallDisk full(64);
            if (!full.isMounted()) {
                QSKIP("only root may mount a small disk");
            }
            QVERIFY(StickKit::write(full.path(), {m_kit.meter(2)}));
            QFile filling(full.path() + u"/filling"_s);
            QVERIFY(filling.open(QIODevice::WriteOnly));
            while (filling.write(QByteArray(1024, 'x')) == 1024 && filling.flush()) {
            }
            filling.close();
            QVERIFY(!serveStick(device(), full.path(), Arrival::PluggedIn));
            // Room for the result, but not for the logs.
            QVERIFY(QFile::resize(filling.fileName(), 4096));
            const auto served = serveStick(device(), full.path(), Arrival::PluggedIn);
            QVERIFY2(served, served ? "" : qPrintable(served.error().message));
            QCOMPARE(StickKit::results(full.path()).size(), 1);
            QVERIFY(StickKit::results(full.path()).constFirst().remarks.contains(u"without logs"_s));
            QCOMPARE(StickKit::logs(full.path()), QStringList());
            return;
        }
        {
            const ReadOnlyCard readOnly(m_stick->path());
            if (!readOnly.isWorn()) {
                QSKIP("only root may make a folder read-only");
            }
            QVERIFY(!serveStick(device(), m_stick->path(), Arrival::PluggedIn));
        }
        QVERIFY(QFile::exists(tree().stickResult()));
        QCOMPARE(serve(Arrival::PluggedIn), Served::Kind::Written);
        QCOMPARE(onStick().size(), 2);
    }

    void leavesAFullCardAlone()
    {
        StickDevice small = device();
        small.reservedBytes = qint64{1} << 50;
        QCOMPARE(serve(Arrival::PluggedIn, small), Served::Kind::Refused);
        QCOMPARE(StickKit::results(m_stick->path()).constFirst().error, std::optional(ErrorCode::NoSpace));
        QVERIFY(!QFile::exists(tree().stick()));
        QCOMPARE(serve(Arrival::Found), Served::Kind::HandedOver); // there is room now
    }

    // On a card that has just enough room for one order.
    void whatACutCopyHasLeftTakesNoRoom()
    {
        const SmallDisk card(512);
        if (!card.isMounted()) {
            QSKIP("only root may mount a small disk");
        }
        StickDevice small = device();
        small.tree = DeviceTree(card.path());
        small.reservedBytes = qint64{256} * 1024;
        QVERIFY(small.tree.ensureFolders());
        QVERIFY(writeFile(small.tree.stickZip(0), QByteArray(384 * 1024, 'x')));
        QCOMPARE(serve(Arrival::PluggedIn, small), Served::Kind::HandedOver);
        // What the agent works on stays.
        QCOMPARE(serve(Arrival::PluggedIn, small), Served::Kind::Waiting);
        QCOMPARE(readWhole(small.tree.stickZip(0)), readWhole(m_stick->path() + u"/sgn/0.zip"_s));
    }

    // What the folder's owner may have put there, and what a power cut leaves.
    void copesWithWhatIsThere_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("a copy that was cut") << 0;
        QTest::newRow("a link in place of the folder") << 1;
        QTest::newRow("a file in place of the folder") << 2;
        QTest::newRow("a link in place of the record") << 3;
    }
    void copesWithWhatIsThere()
    {
        QFETCH(int, kind);
        const QTemporaryDir elsewhere;
        QVERIFY(writeFile(elsewhere.filePath(u"kept"_s), "x"));
        if (kind == 0) {
            QVERIFY(writeFile(tree().stickZip(0), "half"));
        } else if (kind == 1) {
            QVERIFY(QFile::link(m_root->filePath(u"nowhere"_s), tree().stick()));
        } else if (kind == 2) {
            QVERIFY(writeFile(tree().stick(), "x"));
        } else {
            QVERIFY(QFile::link(elsewhere.filePath(u"kept"_s), tree().stickRecord()));
        }
        const auto kindServed = serve(Arrival::PluggedIn);
        QVERIFY(kindServed == Served::Kind::HandedOver || kindServed == Served::Kind::Refused);
        QCOMPARE(kindServed == Served::Kind::HandedOver, kind == 0 || kind == 3);
        QCOMPARE(readWhole(elsewhere.filePath(u"kept"_s)), "x");
        QVERIFY(!QFile::exists(m_root->filePath(u"nowhere"_s)));
    }

    void servesOneAtATime()
    {
        const auto lock = system::FileLock::tryLock(tree().stickLock());
        QVERIFY(lock);
        const auto served = serveStick(device(), m_stick->path(), Arrival::PluggedIn);
        QVERIFY(!served);
        QCOMPARE(served.error().code, ErrorCode::Busy);
    }
};

QTEST_GUILESS_MAIN(TestStickService)
#include "tst_stick_service.moc"
