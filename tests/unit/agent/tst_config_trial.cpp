// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/ConfigRecovery.h"
#include "agent/ConfigTrial.h"
#include "base/AtomicFile.h"
#include "crypto/ConfigEnvelope.h"
#include "crypto/DeviceSecret.h"
#include "support/DeviceConfigs.h"
#include "support/OddFile.h"
#include "support/ReleaseKit.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;
using namespace sgn::agent;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int limit = 20'000;
const QString id = u"b8:27:eb:00:00:01"_s;
const CommandKey key{7, QByteArray(32, 'f')};

} // namespace

class TestConfigTrial : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] const DeviceTree &tree() const { return *m_tree; }
    [[nodiscard]] QByteArray sealed(const QString &account, const QString &device = id, qint64 serial = 5) const
    {
        return encryptV2(configText(account, device, serial), loadDeviceSecret(tree().deviceKey()).value()).value();
    }
    [[nodiscard]] QByteArray inPlace() const
    {
        return readFile(tree().configFile(), maxConfigFileSize).value_or("none");
    }
    // As main() does; returns the account of the configuration, "none" when the agent doesn't start.
    QString startAgent()
    {
        m_trial.reset();
        const auto recovered = recoverConfig(tree());
        m_remark = recovered ? recovered->remark : recovered.error().message;
        m_trial = std::make_unique<ConfigTrial>(tree());
        m_restarts = std::make_unique<QSignalSpy>(m_trial.get(), &ConfigTrial::restartRequested);
        connect(m_trial.get(), &ConfigTrial::finished, this,
                [this](const CommandKey &which, const std::optional<Error> &failure) {
                    QCOMPARE(which, key);
                    m_results += failure ? failure->message : QString();
                });
        m_trial->resume();
        return recovered ? recovered->config.clientJid.section(u'@', 0, 0) : u"none"_s;
    }
    [[nodiscard]] Outcome begin(const QByteArray &file) { return m_trial->begin(key, ConfigUpdate{file, 300}, id); }
    void save(ConfigPhase phase, int starts = 1, const QString &failure = {}) const
    {
        QVERIFY(
            ConfigJournal(tree().configJournal()).save({key, phase, m_old, m_new, 300, starts, failure}).has_value());
    }

    std::optional<QTemporaryDir> m_folder;
    std::optional<DeviceTree> m_tree;
    QByteArray m_old;
    QByteArray m_new;
    std::unique_ptr<ConfigTrial> m_trial;
    std::unique_ptr<QSignalSpy> m_restarts;
    QStringList m_results;
    QString m_remark;

private Q_SLOTS:
    void init()
    {
        m_folder.emplace();
        m_tree.emplace(m_folder->path());
        m_results.clear();
        QVERIFY(tree().ensureFolders().has_value());
        QVERIFY(createDeviceSecret(tree().deviceKey()).has_value());
        m_old = sealed(u"old"_s, id, 3);
        m_new = sealed(u"new"_s);
        QVERIFY(test::writeFile(tree().configFile(), m_old));
        QCOMPARE(startAgent(), u"old"_s);
    }
    void cleanup() { m_trial.reset(); }

    void staysOnceTheDeviceIsOnline()
    {
        QVERIFY(begin(m_new).has_value());
        QCOMPARE(m_trial->current(), std::optional(key));
        QCOMPARE(inPlace(), m_old); // until the restart
        QTRY_COMPARE_WITH_TIMEOUT(m_restarts->size(), 1, limit);
        QCOMPARE(startAgent(), u"new"_s);
        QCOMPARE(inPlace(), m_new);
        m_trial->online();
        QTRY_COMPARE_WITH_TIMEOUT(m_results, QStringList{QString()}, limit);
        m_trial->close();
        QVERIFY(!m_trial->current());
        QCOMPARE(startAgent(), u"new"_s);
        QCOMPARE(readFile(tree().configCopy(), maxConfigFileSize).value(), m_new);
        QVERIFY(!QFile::exists(tree().configJournal()));
    }

    void isReportedAfterEachStartUntilItIsClosed()
    {
        save(ConfigPhase::Confirmed);
        for (int i = 1; i <= 2; ++i) {
            QCOMPARE(startAgent(), u"new"_s);
            QTRY_COMPARE_WITH_TIMEOUT(m_results.size(), i, limit);
        }
    }

    // The journal is saved before the file, so each pair of both can be found after a cut.
    void goesOnAfterACut_data()
    {
        QTest::addColumn<ConfigPhase>("phase");
        QTest::addColumn<QString>("onDisk");
        QTest::addColumn<QString>("account");
        for (const auto *const file : {"old", "new", "torn", "none"}) {
            const QString name = QString::fromLatin1(file);
            QTest::addRow("tried, %s in place", file) << ConfigPhase::Trying << name << u"new"_s;
            QTest::addRow("confirmed, %s in place", file) << ConfigPhase::Confirmed << name << u"new"_s;
            QTest::addRow("rolled back, %s in place", file) << ConfigPhase::RolledBack << name << u"old"_s;
        }
    }

    void goesOnAfterACut()
    {
        QFETCH(const ConfigPhase, phase);
        QFETCH(const QString, onDisk);
        QFETCH(const QString, account);
        save(phase, 1, phase == ConfigPhase::RolledBack ? u"too late"_s : QString());
        QVERIFY(QFile::remove(tree().configFile()));
        if (onDisk != "none"_L1) {
            QVERIFY(test::writeFile(tree().configFile(), onDisk == "old"_L1   ? m_old
                                                         : onDisk == "new"_L1 ? m_new
                                                                              : m_new.chopped(5)));
        }
        QCOMPARE(startAgent(), account);
        QCOMPARE(inPlace(), account == "new"_L1 ? m_new : m_old);
        if (phase == ConfigPhase::Trying) {
            m_trial->online();
        }
        QTRY_COMPARE_WITH_TIMEOUT(m_results, QStringList{phase == ConfigPhase::RolledBack ? u"too late"_s : QString()},
                                  limit);
    }

    void rollsBackWhatNeverComesOnline()
    {
        save(ConfigPhase::Trying, 0);
        for (int i = 0; i < maxConfigStarts; ++i) {
            QCOMPARE(startAgent(), u"new"_s);
        }
        QCOMPARE(startAgent(), u"old"_s);
        QCOMPARE(inPlace(), m_old);
        QTRY_COMPARE_WITH_TIMEOUT(m_results, QStringList{u"the agent was started 5 times without coming online"_s},
                                  limit);
    }

    void rollsBackWhenItsTimeIsOver()
    {
        QVERIFY(
            ConfigJournal(tree().configJournal()).save({key, ConfigPhase::Trying, m_old, m_new, 1, 0, {}}).has_value());
        QCOMPARE(startAgent(), u"new"_s);
        QTRY_COMPARE_WITH_TIMEOUT(m_restarts->size(), 1, limit);
        QCOMPARE(startAgent(), u"old"_s);
        QTRY_COMPARE_WITH_TIMEOUT(
            m_results, QStringList{u"the device didn't come online by the new configuration within 1 s"_s}, limit);
    }

    void rollsBackWhatCannotBeReadAnyMore()
    {
        QVERIFY(QFile::remove(tree().deviceKey()));
        QVERIFY(createDeviceSecret(tree().deviceKey()).has_value()); // another one
        m_old = sealed(u"old"_s);
        save(ConfigPhase::Trying);
        QCOMPARE(startAgent(), u"old"_s);
        QTRY_COMPARE_WITH_TIMEOUT(m_results.size(), 1, limit);
        QVERIFY2(m_results.first().startsWith(u"the new configuration can't be read: "_s),
                 qPrintable(m_results.first()));
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("words");
        const QByteArray other =
            encryptV2(configText(u"new"_s, id), SecureBytes(QByteArrayView(QByteArray(32, 'o')))).value();
        QTest::newRow("version 1") << encryptV1(configText(u"new"_s, id)).value() << u"version 2"_s;
        QTest::newRow("plain text") << configText(u"new"_s, id) << u"version 2"_s;
        QTest::newRow("another device's key") << other << u"can't be read"_s;
        QTest::newRow("nothing") << QByteArray() << u"version 2"_s;
    }

    void refuses()
    {
        QFETCH(const QByteArray, file);
        QFETCH(const QString, words);
        const auto begun = begin(file);
        QCOMPARE(begun.error().code, ErrorCode::BadRequest);
        QVERIFY2(begun.error().message.contains(words), qPrintable(begun.error().message));
        QCOMPARE(begin(sealed(u"new"_s, u"b8:27:eb:ff:ff:ff"_s)).error().message,
                 u"the new configuration is for the device b8:27:eb:ff:ff:ff"_s);
        QCOMPARE(begin(encryptV2("{}", loadDeviceSecret(tree().deviceKey()).value()).value()).error().code,
                 ErrorCode::BadRequest);
        for (qsizetype i = 0; i < m_new.size(); ++i) {
            QByteArray changed = m_new;
            changed[i] = static_cast<char>(changed[i] ^ 1);
            QCOMPARE(begin(changed).error().code, ErrorCode::BadRequest);
        }
        QCOMPARE(inPlace(), m_old);
        QVERIFY(!QFile::exists(tree().configJournal()));
        QVERIFY(begin(m_new).has_value());
        QCOMPARE(begin(m_new).error().code, ErrorCode::Busy);
    }

    // Whoever keeps one that was sent, as the server's archive does, could else take keys away from the device.
    void takesNoOlderConfiguration()
    {
        QCOMPARE(begin(sealed(u"new"_s, id, 0)).error().code, ErrorCode::BadRequest);
        for (const qint64 serial : {1, 3}) {
            const auto begun = begin(sealed(u"new"_s, id, serial));
            QCOMPARE(begun.error().code, ErrorCode::BadRequest);
            QVERIFY2(begun.error().message.contains(u"isn't newer"_s), qPrintable(begun.error().message));
        }
        QVERIFY(begin(m_new).has_value());
        QCOMPARE(startAgent(), u"new"_s);
        m_trial->online();
        m_trial->close();
        QVERIFY(!begin(m_new).has_value());
        QVERIFY(!begin(m_old).has_value());

        // One that was rolled back counts as well, also after the owner has put an old one there.
        QVERIFY(begin(sealed(u"bad"_s, id, 9)).has_value());
        QCOMPARE(startAgent(), u"bad"_s);
        QVERIFY(QFile::remove(tree().configJournal()));
        QVERIFY(test::writeFile(tree().configFile(), sealed(u"old"_s, id, 0)));
        QCOMPARE(startAgent(), u"old"_s);
        QVERIFY(!begin(sealed(u"bad"_s, id, 9)).has_value());
        QVERIFY(begin(sealed(u"good"_s, id, 10)).has_value());
    }

    void restoresADamagedConfiguration_data()
    {
        QTest::addColumn<QString>("damage");
        for (const char *kind :
             {"missing", "empty", "torn", "zeros", "too large", "pipe", "folder", "link to nothing"}) {
            QTest::newRow(kind) << QString::fromLatin1(kind);
        }
    }

    void restoresADamagedConfiguration()
    {
        QFETCH(const QString, damage);
        m_trial->online(); // makes the copy
        QVERIFY(QFile::remove(tree().configFile()));
        if (damage == "empty"_L1) {
            QVERIFY(test::writeFile(tree().configFile(), {}));
        } else if (damage == "torn"_L1) {
            QVERIFY(test::writeFile(tree().configFile(), m_old.first(40)));
        } else if (damage == "zeros"_L1) {
            QVERIFY(test::writeFile(tree().configFile(), QByteArray(m_old.size(), '\0')));
        } else if (damage == "too large"_L1) {
            QVERIFY(test::writeFile(tree().configFile(), QByteArray(maxConfigFileSize + 1, 'x')));
        } else if (damage != "missing"_L1) {
            QVERIFY(putInPlaceOf(tree().configFile(), damage));
        }
        QCOMPARE(startAgent(), u"old"_s);
        QVERIFY2(m_remark.startsWith(u"config_file.bin was replaced by its last good copy"_s), qPrintable(m_remark));
        QCOMPARE(inPlace(), m_old);
        QCOMPARE(startAgent(), u"old"_s);
        QVERIFY(m_remark.isEmpty());
    }

    void startsNotWithoutAnyConfiguration()
    {
        QVERIFY(test::writeFile(tree().configFile(), m_old.first(40)));
        QCOMPARE(startAgent(), u"none"_s);
        QVERIFY(QFile::exists(tree().configFile())); // nothing is moved that nothing replaces
        QVERIFY(test::writeFile(tree().configCopy(), m_old.first(50)));
        QCOMPARE(startAgent(), u"none"_s);
        QVERIFY2(m_remark.contains(u"config_file.bin: "_s), qPrintable(m_remark));
    }

    void ignoresAJournalThatCannotBeRead_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("torn") << R"({"format":1,"phase":)"_ba;
        QTest::newRow("of a later agent") << R"({"format":2,"phase":"trying"})"_ba;
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("another phase")
            << R"({"format":1,"command_no":7,"fingerprint":"66","phase":"x","before":"eA==","after":"eA==","timeout_s":9,"starts":1})"_ba;
    }

    void ignoresAJournalThatCannotBeRead()
    {
        QFETCH(const QByteArray, content);
        QVERIFY(test::writeFile(tree().configJournal(), content));
        QCOMPARE(startAgent(), u"old"_s);
        QVERIFY(!m_trial->current());
        QVERIFY(begin(m_new).has_value());
    }
};

QTEST_GUILESS_MAIN(TestConfigTrial)
#include "tst_config_trial.moc"
