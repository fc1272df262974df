// SPDX-License-Identifier: GPL-3.0-or-later
#include "InstallerFixture.h"

using namespace sgn;
using namespace sgn::update;
using namespace sgn::test;
using namespace Qt::StringLiterals;

// A device with release keys.
class TestInstallerSignatures : public InstallerFixture
{
    Q_OBJECT

private:
    std::array<SigningKey, 3> m_keys;

    // The last of m_keys isn't trusted.
    void trustReleaseKeys()
    {
        m_settings.policy.releaseKeys = {publicKeyOf(m_keys[0]).value(), publicKeyOf(m_keys[1]).value()};
        restart();
    }
    // Describes m_source.
    ReleaseManifest manifestOf(int version) const
    {
        ReleaseManifest manifest;
        manifest.component = u"SmartMeter"_s;
        manifest.release = QString::number(version);
        manifest.processes = std::get<UpdateCommand>(meterOrder(version).task).processes;
        const QByteArray zip = readWhole(m_source);
        manifest.sha256 = Sha256::hash(zip);
        manifest.size = zip.size();
        const Files files = meterRelease(version);
        for (auto it = files.begin(); it != files.end(); ++it) {
            const auto kind = it->startsWith("#!") ? ReleaseFile::Kind::Program : ReleaseFile::Kind::Plain;
            manifest.files.insert(it.key(), {Sha256::hash(*it), it->size(), kind});
        }
        manifest.created = QDateTime({2026, 11, 25}, {12, 0}, Qt::UTC);
        return manifest;
    }
    QString signedBy(int key, const ReleaseManifest &manifest) const
    {
        return QString::fromLatin1(signRelease(manifest, m_keys.at(static_cast<std::size_t>(key))).value());
    }

private Q_SLOTS:
    void initTestCase()
    {
        for (SigningKey &key : m_keys) {
            key = newSigningKey(u"release"_s).value();
        }
    }

    void requiresItsOwnSignature_data()
    {
        using Change = std::function<void(ReleaseManifest &, UpdateCommand &)>;
        QTest::addColumn<Change>("change"); // of what is signed and what is commanded
        QTest::addColumn<int>("key");
        QTest::addColumn<QString>("error"); // empty: it is installed
        const auto row = [](const char *name, const QString &error, const Change &change, int key = 0) {
            QTest::newRow(name) << change << key << error;
        };
        row("signed", {}, [](auto &, auto &) {});
        row(
            "signed by the next key", {}, [](auto &, auto &) {}, 1);
        row("without a list of files", {}, [](ReleaseManifest &m, auto &) { m.files.clear(); });
        row("with hash and size in the command", {}, [](const ReleaseManifest &m, UpdateCommand &c) {
            c.sha256 = m.sha256;
            c.size = m.size;
        });

        row(
            "by another key", u"bad_signature"_s, [](auto &, auto &) {}, 2);
        row("of another component", u"bad_signature"_s, [](ReleaseManifest &m, auto &) {
            m.component = u"JabberClient"_s;
            m.version = 2;
            m.files.clear();
        });
        row("of another version", u"bad_signature"_s, [](ReleaseManifest &m, auto &) { m.processes[0].version = 3; });
        row("the command names another version", u"bad_signature"_s,
            [](auto &, UpdateCommand &c) { c.processes[1].version = 3; });
        row("the command leaves a process out", u"bad_signature"_s,
            [](auto &, UpdateCommand &c) { c.processes.removeLast(); });
        row("the command names another zip", u"hash_mismatch"_s,
            [](auto &, UpdateCommand &c) { c.sha256 = QByteArray(32, 'x'); });
        row("the command names another size", u"hash_mismatch"_s, [](auto &, UpdateCommand &c) { c.size = 1; });
        row("for another zip", u"hash_mismatch"_s, [](ReleaseManifest &m, auto &) { m.sha256 = QByteArray(32, 'x'); });
        row("for a longer zip", u"hash_mismatch"_s, [](ReleaseManifest &m, auto &) { ++m.size; });
        row("a file with other content", u"hash_mismatch"_s,
            [](ReleaseManifest &m, auto &) { m.files[u"SmartMeter/ocr.py"_s].sha256 = QByteArray(32, 'x'); });
        row("a file of another size", u"hash_mismatch"_s,
            [](ReleaseManifest &m, auto &) { ++m.files[u"SmartMeter/ocr.py"_s].size; });
        row("a file of another mode", u"hash_mismatch"_s,
            [](ReleaseManifest &m, auto &) { m.files[u"SmartMeter/ocr.py"_s].kind = ReleaseFile::Kind::Plain; });
        row("a file more in the zip", u"hash_mismatch"_s,
            [](ReleaseManifest &m, auto &) { m.files.remove(u"SmartMeter/lib/data.bin"_s); });
        row("a file missing in the zip", u"hash_mismatch"_s,
            [](ReleaseManifest &m, auto &) { m.files[u"SmartMeter/more"_s] = m.files[u"SmartMeter/ocr.py"_s]; });
    }

    void requiresItsOwnSignature()
    {
        QFETCH(const std::function<void(ReleaseManifest &, UpdateCommand &)>, change);
        QFETCH(const int, key);
        QFETCH(const QString, error);
        trustReleaseKeys();
        Order order = meterOrder(2);
        ReleaseManifest manifest = manifestOf(2);
        change(manifest, updateOf(order));
        updateOf(order).release = signedBy(key, manifest);
        const Files before = installedFiles(m_root, u"SmartMeter"_s);
        const Outcome begun = m_installer->begin(order);
        const std::optional<Error> atOnce = begun ? std::nullopt : std::optional(begun.error());
        QVERIFY(atOnce || ended());
        if (error.isEmpty()) {
            QVERIFY2(m_outcomes.first().success, qPrintable(m_outcomes.first().remarks));
            QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(2));
            return;
        }
        QCOMPARE(QString(nameOf(atOnce ? atOnce->code : m_outcomes.first().error.value())), error);
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), before);
        QVERIFY(m_watchdog->requestsOf<control::Hold>().isEmpty());
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
    }

    void refusesUnsignedReleasesAtOnce()
    {
        trustReleaseKeys();
        QCOMPARE(m_installer->begin(meterOrder(2)).error().code, ErrorCode::NotSigned);
        Order order = meterOrder(2);
        updateOf(order).release = u"a.b.c"_s;
        QCOMPARE(m_installer->begin(order).error().code, ErrorCode::BadSignature);
        QCOMPARE(leftovers(), QStringList());
        QVERIFY(!m_installer->current());
    }

    void refusesAZipThatChangedAfterSigning()
    {
        trustReleaseKeys();
        Order order = meterOrder(2);
        updateOf(order).release = signedBy(0, manifestOf(2));
        offer(meterRelease(2, "x"));
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first().error, std::optional(ErrorCode::HashMismatch));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(1));
    }

    void refusesOldSignedReleases_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<bool>("force");
        QTest::addColumn<bool>("operators");
        QTest::addColumn<bool>("allowed"); // by the release's signature
        QTest::addColumn<QString>("error");
        QTest::newRow("older") << 0 << false << false << false << u"downgrade"_s;
        QTest::newRow("older by force") << 0 << true << false << false << u"downgrade"_s;
        QTest::newRow("older by an operator's force") << 0 << true << true << false << QString();
        QTest::newRow("older by an operator") << 0 << false << true << false << u"downgrade"_s;
        QTest::newRow("older by force, as signed") << 0 << true << false << true << QString();
        QTest::newRow("older, as signed") << 0 << false << false << true << u"downgrade"_s;
        QTest::newRow("the same by force") << 1 << true << false << false << QString();
        QTest::newRow("the same") << 1 << false << false << false << QString();
    }

    void refusesOldSignedReleases()
    {
        QFETCH(const int, version);
        QFETCH(const bool, force);
        QFETCH(const bool, operators);
        QFETCH(const bool, allowed);
        QFETCH(const QString, error);
        offer(meterRelease(version));
        m_settings.policy.hasOperatorKeys = operators;
        trustReleaseKeys();
        ReleaseManifest manifest = manifestOf(version);
        manifest.allowsDowngrade = allowed;
        Order order = meterOrder(version);
        updateOf(order).force = force;
        updateOf(order).release = signedBy(0, manifest);
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        const auto code = m_outcomes.first().error;
        QCOMPARE(code ? QString(nameOf(*code)) : QString(), error);
    }

    void installsNothingOldWhileTheInstalledVersionIsUnknown()
    {
        trustReleaseKeys();
        m_watchdog->setConnected(false);
        Order order = meterOrder(0);
        updateOf(order).release = signedBy(0, manifestOf(0));
        QVERIFY(m_installer->begin(order));
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first().error, std::optional(ErrorCode::InstallFailed));
        QCOMPARE(m_states, (QList<State>{State::Accepted, State::Failed}));
    }

    void ignoresKeysThatWereWithdrawnMeanwhile_data()
    {
        QTest::addColumn<State>("state");
        QTest::newRow("accepted") << State::Accepted;
        QTest::newRow("staging") << State::Staging;
    }

    void ignoresKeysThatWereWithdrawnMeanwhile()
    {
        QFETCH(const State, state);
        trustReleaseKeys();
        Order order = meterOrder(2);
        updateOf(order).release = signedBy(0, manifestOf(2));
        connect(m_installer.get(), &Installer::stateEntered, this, [&](State entered) {
            if (entered == state) {
                QMetaObject::invokeMethod(
                    this,
                    [&] {
                        m_settings.policy.releaseKeys = {publicKeyOf(m_keys[1]).value()};
                        restart();
                        m_installer->resume();
                    },
                    Qt::QueuedConnection);
            }
        });
        if (state == State::Accepted) {
            m_watchdog->setConnected(false); // so that it stays there
        }
        QVERIFY(m_installer->begin(order));
        QTRY_VERIFY_WITH_TIMEOUT(m_settings.policy.releaseKeys.size() == 1, limit);
        m_watchdog->setConnected(true);
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first().error, std::optional(ErrorCode::BadSignature));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(1));
    }
};

QTEST_GUILESS_MAIN(TestInstallerSignatures)
#include "tst_installer_signatures.moc"
