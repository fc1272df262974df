// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/RootKeys.h"
#include "crypto/SigningKey.h"
#include "support/OddFile.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

class TestRootKeys : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString path() const { return m_folder->filePath(u"WatchDog.keys"_s); }
    [[nodiscard]] Result<RootKeys> load(const QByteArray &content) const
    {
        QFile file(path());
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size()) {
            return fail(ErrorCode::Io, file.errorString());
        }
        file.close();
        return loadRootKeys(path());
    }
    [[nodiscard]] static PublicKey newKey(const QString &purpose)
    {
        return publicKeyOf(newSigningKey(purpose).value()).value();
    }

    std::optional<QTemporaryDir> m_folder;

private Q_SLOTS:
    void init() { m_folder.emplace(); }

    void readsWhatItWrites()
    {
        const RootKeys keys{{newKey(u"release"_s), newKey(u"release"_s)}, {newKey(u"operator"_s)}};
        const auto loaded = load(encodeRootKeys(keys));
        QVERIFY(loaded.has_value());
        QCOMPARE(loaded->releaseKeys, keys.releaseKeys);
        QCOMPARE(loaded->operatorKeys, keys.operatorKeys);
        const auto releaseOnly = load(encodeRootKeys({keys.releaseKeys, {}}));
        QVERIFY(releaseOnly.has_value() && releaseOnly->operatorKeys.isEmpty());
    }

    void replacesTheConfigurationsLists()
    {
        DeviceConfig config;
        config.releaseKeys = {newKey(u"release"_s)};
        config.operatorKeys = {newKey(u"operator"_s)};
        const RootKeys keys{{newKey(u"release"_s)}, {}};
        const DeviceConfig bound = withRootKeys(config, keys);
        QCOMPARE(bound.releaseKeys, keys.releaseKeys);
        QCOMPARE(bound.operatorKeys, config.operatorKeys);
        QCOMPARE(withRootKeys(config, {{}, keys.releaseKeys}).operatorKeys, keys.releaseKeys);
    }

    void refusesWhatBindsNothing_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("no list") << "{}"_ba;
        QTest::newRow("another name") << R"({"release-keys":[]})"_ba;
        QTest::newRow("an empty list") << R"({"release_keys":[]})"_ba;
        QTest::newRow("no list of keys") << R"({"release_keys":"x"})"_ba;
        QTest::newRow("a bad key") << R"({"release_keys":[{}]})"_ba;
        QTest::newRow("no object") << "[]"_ba;
        QTest::newRow("torn") << R"({"release_keys":[)"_ba;
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("no JSON") << R"({"release_keys":[2.e3]})"_ba;
    }

    void refusesWhatBindsNothing()
    {
        QFETCH(const QByteArray, content);
        const auto loaded = load(content);
        QVERIFY(!loaded.has_value());
        QCOMPARE(loaded.error().code, ErrorCode::BadFile);
        QVERIFY2(loaded.error().message.contains(path()), qPrintable(loaded.error().message));
    }

    void distinguishesNoFileFromAnotherThing()
    {
        QCOMPARE(loadRootKeys(path()).error().code, ErrorCode::NotFound);
        QVERIFY(putInPlaceOf(path(), u"link"_s));
        QCOMPARE(loadRootKeys(path()).error().code, ErrorCode::Refused);
        QVERIFY(QFile::remove(path()));
        QVERIFY(putInPlaceOf(path(), u"pipe"_s));
        QCOMPARE(loadRootKeys(path()).error().code, ErrorCode::Refused);
    }
};

QTEST_GUILESS_MAIN(TestRootKeys)
#include "tst_root_keys.moc"
