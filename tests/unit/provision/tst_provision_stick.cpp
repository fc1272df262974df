// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/ProvisionRun.h"
#include "support/SmallDisk.h"
#include "support/StickKit.h"

#include <QtTest>
#include <unistd.h>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

// The program as a person at a desk runs it.
class TestProvisionStick : public QObject
{
    Q_OBJECT

private:
    StickKit m_kit;
    std::unique_ptr<QTemporaryDir> m_folder;

    [[nodiscard]] QString below(const QString &path) const { return m_folder->filePath(path); }
    [[nodiscard]] bool offer(const QString &name, const StickFile &file) const
    {
        return writeFile(below(name + u".zip"_s), file.zip) && writeFile(below(name + u".jws"_s), file.manifest + '\n');
    }
    [[nodiscard]] Ran write(const QStringList &arguments) const
    {
        return runProvision(m_folder->path(),
                            QStringList{u"stick"_s, u"--key"_s, u"key.jwk"_s, u"--out"_s, u"stick"_s} + arguments);
    }
    [[nodiscard]] StickOrder order() const
    {
        return parseStickOrder(readWhole(below(u"stick/sgn/order.json"_s))).value_or(StickOrder());
    }
    [[nodiscard]] QStringList files() const
    {
        return QDir(below(u"stick/sgn"_s))
            .entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
    }
    [[nodiscard]] StickFile agent(int version) const
    {
        return m_kit.release(
            {{u"JabberClient/sgn-agent"_s, "#!/bin/sh\n"}, {u"JabberClient/version"_s, QByteArray::number(version)}},
            {}, version);
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(QDir().mkpath(below(u"stick"_s)));
        QVERIFY(writeFile(below(u"key.jwk"_s), QJsonDocument(toJwk(m_kit.publicKey())).toJson()));
        QVERIFY(offer(u"meter"_s, m_kit.meter(2)));
    }

    void writesAnOrder()
    {
        QVERIFY(offer(u"agent-7"_s, agent(7)));
        const Ran ran = write({u"agent-7.zip"_s, u"meter.zip"_s, u"--device"_s, u"b8:27"_s, u"--device"_s, u"a@b"_s});
        QVERIFY2(ran.exitCode == 0, qPrintable(ran.errors));
        QCOMPARE(order(), (StickOrder{{{u"JabberClient.zip"_s, u"JabberClient.jws"_s},
                                       {u"SmartMeter.zip"_s, u"SmartMeter.jws"_s}},
                                      {u"b8:27"_s, u"a@b"_s}}));
        QCOMPARE(readWhole(below(u"stick/sgn/SmartMeter.zip"_s)), readWhole(below(u"meter.zip"_s)));
        QCOMPARE(readWhole(below(u"stick/sgn/SmartMeter.jws"_s)), readWhole(below(u"meter.jws"_s)));
        QCOMPARE(files().size(), 5);
    }

    void replacesAnEarlierOrder()
    {
        QVERIFY(offer(u"agent"_s, agent(7)));
        QCOMPARE(write({u"agent.zip"_s}).exitCode, 0);
        QVERIFY(writeFile(below(u"stick/sgn/results/d-1.json"_s), "{}"));
        QVERIFY(writeFile(below(u"stick/photo.jpg"_s), "x"));
        QVERIFY(QFile::rename(below(u"meter.jws"_s), below(u"signed"_s)));
        QCOMPARE(write({u"meter.zip"_s, u"--release"_s, u"signed"_s}).exitCode, 0);
        QCOMPARE(files(), (QStringList{u"SmartMeter.jws"_s, u"SmartMeter.zip"_s, u"order.json"_s, u"results"_s}));
        QCOMPARE(readWhole(below(u"stick/sgn/results/d-1.json"_s)), "{}");
        QVERIFY(QFile::exists(below(u"stick/photo.jpg"_s)));
    }

    void refuses_data()
    {
        using Change = std::function<QStringList(TestProvisionStick &)>; // the arguments
        QTest::addColumn<Change>("change");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char *name, int exitCode, const QString &reason, const Change &change) {
            QTest::newRow(name) << change << exitCode << reason;
        };
        row("another key", 1, u"meter.jws: "_s, [](TestProvisionStick &test) {
            (void)test.offer(u"meter"_s, StickKit().meter(2));
            return QStringList{u"meter.zip"_s};
        });
        row("a zip that was changed after it was signed", 1, u"sign the zip as it is now"_s,
            [](TestProvisionStick &test) {
                (void)writeFile(test.below(u"meter.zip"_s), test.m_kit.meter(3).zip);
                return QStringList{u"meter.zip"_s};
            });
        row("no zip", 1, u"other.zip"_s, [](TestProvisionStick &test) {
            (void)writeFile(test.below(u"other.zip"_s), "no zip");
            return QStringList{u"other.zip"_s, u"--release"_s, u"meter.jws"_s};
        });
        row("unsigned", 1, u"other.jws"_s, [](TestProvisionStick &test) {
            (void)writeFile(test.below(u"other.zip"_s), "no zip");
            return QStringList{u"other.zip"_s};
        });
        row("a CA file", 1, u"send it from the panel"_s, [](TestProvisionStick &test) {
            (void)test.offer(u"ca"_s, test.m_kit.release({{u"cacert.pem"_s, "x"}}, {}));
            return QStringList{u"ca.zip"_s};
        });
        row("two of one component", 1, u"two releases are of SmartMeter"_s, [](TestProvisionStick &test) {
            (void)test.offer(u"again"_s, test.m_kit.meter(3));
            return QStringList{u"meter.zip"_s, u"again.zip"_s};
        });
        row("no stick", 1, u"is the stick mounted there"_s, [](TestProvisionStick &test) {
            (void)QDir().rmdir(test.below(u"stick"_s));
            return QStringList{u"meter.zip"_s};
        });
        row("no zip named", 2, u"ZIP is missing"_s, [](TestProvisionStick &) { return QStringList(); });
        row("a manifest too many", 2, u"--release is there 2 times for 1 zips"_s, [](TestProvisionStick &) {
            return QStringList{u"meter.zip"_s, u"--release"_s, u"a"_s, u"--release"_s, u"b"_s};
        });
    }
    void refuses()
    {
        using Change = std::function<QStringList(TestProvisionStick &)>;
        QFETCH(Change, change);
        QFETCH(int, exitCode);
        QFETCH(QString, reason);
        const Ran ran = write(change(*this));
        QCOMPARE(ran.exitCode, exitCode);
        QVERIFY2(ran.errors.contains(reason), qPrintable(ran.errors));
        QVERIFY(files().isEmpty());
    }

    void reportsAFullStick()
    {
        const SmallDisk disk(256);
        if (!disk.isMounted()) {
            QSKIP("only root may mount a small disk");
        }
        const Ran ran = runProvision(m_folder->path(),
                                     {u"stick"_s, u"--key"_s, u"key.jwk"_s, u"--out"_s, disk.path(), u"meter.zip"_s});
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(ran.errors.contains(u"the stick has 0 MB free"_s), qPrintable(ran.errors));
        QVERIFY(!QFile::exists(disk.path() + u"/sgn/order.json"_s));
    }
};

QTEST_GUILESS_MAIN(TestProvisionStick)
#include "tst_provision_stick.moc"
