// SPDX-License-Identifier: GPL-3.0-or-later
#include "ComponentFixture.h"
#include "support/ReadOnlyCard.h"

using namespace sgn;
using namespace sgn::update;
using namespace sgn::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TestCaUpdate : public ComponentFixture
{
    Q_OBJECT

private:
    // A CA file that was signed on that day of a month.
    CaCertUpdate offerSigned(const QByteArray &content, const SigningKey &key, int day, bool allowsDowngrade = false)
    {
        offerFile(content);
        ReleaseManifest manifest;
        manifest.component = caCertComponent;
        manifest.release = u"ca"_s;
        manifest.sha256 = Sha256::hash(content);
        manifest.size = content.size();
        manifest.created = QDateTime({2026, 11, day}, {12, 0}, Qt::UTC);
        manifest.allowsDowngrade = allowsDowngrade;
        CaCertUpdate update = caUpdate();
        update.release = QString::fromLatin1(signRelease(manifest, key).value());
        return update;
    }

private Q_SLOTS:
    void replacesTheCaFile()
    {
        const QByteArray both = readWhole(m_ca.caFile()) + readWhole(m_otherCa.caFile());
        offerFile(both);
        const UpdateOutcome outcome = run(caUpdate());
        QVERIFY2(outcome.success, qPrintable(outcome.remarks));
        QCOMPARE(installedCa(), both);
        // Tried before the exchange and once more with the file in place then.
        QCOMPARE(m_tried, (QStringList{QString::fromUtf8(both), QString::fromUtf8(both)}));
        QVERIFY(m_watchdog->requestsOf<control::Hold>().isEmpty());
        QCOMPARE(leftovers(), QStringList{u"previous-cacert.pem"_s});
        QCOMPARE(readWhole(m_settings.downloads + u"/previous-cacert.pem"_s), readWhole(m_ca.caFile()));
        QCOMPARE(QFileInfo(m_settings.caFile).permissions() & QFileDevice::WriteOther, QFileDevice::Permissions());
    }

    void keepsTheSameCaFile_data()
    {
        QTest::addColumn<bool>("namesHash");
        QTest::newRow("the command names its hash") << true;
        QTest::newRow("it shows after the download") << false;
    }

    void keepsTheSameCaFile()
    {
        QFETCH(const bool, namesHash);
        offerFile(installedCa());
        CaCertUpdate update = caUpdate();
        if (namesHash) {
            update.sha256 = Sha256::hash(installedCa());
        }
        const UpdateOutcome outcome = run(update);
        QVERIFY(outcome.success);
        QCOMPARE(outcome.remarks, u"already installed"_s);
        QCOMPARE(outcome.bytes.has_value(), !namesHash);
        QVERIFY(m_tried.isEmpty());
        QCOMPARE(leftovers(), QStringList());
    }

    void refusesBadCaFiles_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("sha256");
        QTest::addColumn<QDateTime>("now");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("excerpt");
        const QByteArray other = readWhole(m_otherCa.caFile());
        const QDateTime now = QDateTime::currentDateTimeUtc();
        QTest::newRow("a page") << QByteArray("<html>") << QByteArray() << now << ErrorCode::BadArchive
                                << u"no certificate"_s;
        QTest::newRow("expired") << other << QByteArray() << now.addYears(11) << ErrorCode::BadArchive << u"expired"_s;
        QTest::newRow("another hash") << other << QByteArray(32, 'x') << now << ErrorCode::HashMismatch << u"SHA-256"_s;
        QTest::newRow("of another authority")
            << other << QByteArray() << now << ErrorCode::InstallFailed << u"isn't from the authority"_s;
    }

    void refusesBadCaFiles()
    {
        QFETCH(const QByteArray, content);
        QFETCH(const QByteArray, sha256);
        QFETCH(const QDateTime, now);
        QFETCH(const ErrorCode, code);
        QFETCH(const QString, excerpt);
        const QByteArray before = installedCa();
        m_trial = [](const QByteArray &) {
            return Outcome(fail(ErrorCode::Refused, u"the server isn't from the authority"_s));
        };
        m_now = now;
        offerFile(content);
        CaCertUpdate update = caUpdate();
        update.sha256 = sha256;
        const UpdateOutcome outcome = run(update);
        QCOMPARE(outcome.error, std::optional(code));
        QVERIFY2(outcome.remarks.contains(excerpt), qPrintable(outcome.remarks));
        QVERIFY(!outcome.rolledBack);
        QCOMPARE(installedCa(), before);
        QCOMPARE(leftovers(), QStringList());
        m_now = QDateTime::currentDateTimeUtc();
    }

    void refusesAWithdrawnCaFile_data()
    {
        QTest::addColumn<bool>("isAllowed");
        QTest::addColumn<bool>("hasOperators");
        QTest::newRow("with the panel's password only") << false << false;
        QTest::newRow("allowed by its signature") << true << false;
        QTest::newRow("by an operator") << false << true;
    }

    void refusesAWithdrawnCaFile()
    {
        QFETCH(const bool, isAllowed);
        QFETCH(const bool, hasOperators);
        const SigningKey key = newSigningKey(u"release"_s).value();
        m_settings.policy.releaseKeys = {publicKeyOf(key).value()};
        restart();
        const QByteArray own = readWhole(m_ca.caFile());
        const QByteArray old = own + readWhole(m_otherCa.caFile());
        // The one with the authority that is withdrawn later, then the one without, each as the panel sends it.
        const CaCertUpdate first = offerSigned(old, key, 1, isAllowed);
        QVERIFY(run(first).success);
        const UpdateOutcome withdrawn = run(offerSigned(own, key, 2));
        QVERIFY2(withdrawn.success, qPrintable(withdrawn.remarks));
        // And the first once more, from the archive.
        m_settings.policy.hasOperatorKeys = hasOperators;
        restart();
        offerFile(old);
        const UpdateOutcome again = run(first);
        if (isAllowed || hasOperators) {
            QVERIFY2(again.success, qPrintable(again.remarks));
            return;
        }
        QCOMPARE(again.error, std::optional(ErrorCode::Downgrade));
        QVERIFY2(again.remarks.contains(u"signed on 2026-11-01"), qPrintable(again.remarks));
        QCOMPARE(installedCa(), own);
        // A later one is installed.
        QVERIFY(run(offerSigned(old, key, 3)).success);
    }

    void refusesACaFileOlderThanTheInstalledOne()
    {
        const SigningKey key = newSigningKey(u"release"_s).value();
        m_settings.policy.releaseKeys = {publicKeyOf(key).value()};
        restart();
        // Laid out before any was signed.
        const QByteArray own = installedCa();
        const QByteArray old = own + readWhole(m_otherCa.caFile());
        const UpdateOutcome known = run(offerSigned(own, key, 2));
        QCOMPARE(known.remarks, u"already installed"_s);
        const UpdateOutcome withdrawn = run(offerSigned(old, key, 1));
        QCOMPARE(withdrawn.error, std::optional(ErrorCode::Downgrade));
        QCOMPARE(installedCa(), own);
    }

    void restoresTheCaFileWhenTheServerChanges()
    {
        const QByteArray before = installedCa();
        m_trial = [this](const QByteArray &) {
            return m_tried.size() < 2 ? Outcome() : fail(ErrorCode::Refused, u"another certificate"_s);
        };
        offerFile(readWhole(m_otherCa.caFile()));
        const UpdateOutcome outcome = run(caUpdate());
        QVERIFY(outcome.rolledBack);
        QVERIFY2(outcome.remarks.contains(u"another certificate"_s), qPrintable(outcome.remarks));
        QCOMPARE(installedCa(), before);
        QCOMPARE(leftovers(), QStringList());
    }

    void retriesToRestoreTheCaFileOnAFailingCard_data()
    {
        QTest::addColumn<bool>("recovers");
        QTest::newRow("for a moment") << true;
        QTest::newRow("until the end") << false;
    }

    void retriesToRestoreTheCaFileOnAFailingCard()
    {
        QFETCH(const bool, recovers);
        const QByteArray before = installedCa();
        std::unique_ptr<ReadOnlyCard> card;
        m_trial = [&](const QByteArray &) {
            if (m_tried.size() < 2) {
                return Outcome();
            }
            card = std::make_unique<ReadOnlyCard>(m_settings.downloads + u"/staged-cacert.pem"_s);
            if (recovers) {
                QTimer::singleShot(20, this, [&card] { card.reset(); });
            }
            return Outcome(fail(ErrorCode::Refused, u"another certificate"_s));
        };
        connect(m_installer.get(), &Installer::finished, this, [&card] { card.reset(); });
        if (!ReadOnlyCard(m_folder->path()).isWorn()) {
            QSKIP("mounting isn't allowed here");
        }
        const QByteArray other = readWhole(m_otherCa.caFile());
        offerFile(other);
        const UpdateOutcome outcome = run(caUpdate());
        QVERIFY(!outcome.success);
        QCOMPARE(outcome.rolledBack, recovers);
        QCOMPARE(installedCa(), recovers ? before : other);
        QCOMPARE(leftovers(), recovers ? QStringList() : QStringList{u"previous-cacert.pem"_s});
        if (!recovers) {
            QCOMPARE(readWhole(m_settings.downloads + u"/previous-cacert.pem"_s), before);
        }
    }

    void triesAnUnreachableServerAgain()
    {
        m_settings.times.confirm = 20s;
        restart();
        m_trial = [this](const QByteArray &) {
            return m_tried.size() < 3 ? Outcome(fail(ErrorCode::Network, u"nothing answers"_s)) : Outcome();
        };
        offerFile(readWhole(m_otherCa.caFile()));
        QVERIFY(run(caUpdate()).success);
        QCOMPARE(m_tried.size(), 4);
    }

    void refusesTheCaFileWithoutTheServer()
    {
        const QByteArray before = installedCa();
        m_trial = [](const QByteArray &) {
            return Outcome(fail(ErrorCode::Timeout, u"it is silent"_s));
        };
        offerFile(readWhole(m_otherCa.caFile()));
        const UpdateOutcome outcome = run(caUpdate());
        QCOMPARE(outcome.error, std::optional(ErrorCode::InstallFailed));
        QVERIFY2(outcome.remarks.contains(u"it is silent"_s), qPrintable(outcome.remarks));
        QCOMPARE(installedCa(), before);
    }

    void continuesTheCaFileAfterARestartInEachState_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<bool>("good");
        for (const State state : {State::Accepted, State::Downloading, State::Verifying, State::Staging, State::Waiting,
                                  State::Swapping, State::Confirming, State::RollingBack}) {
            QTest::addRow("%s, good file", nameOf(state).data()) << static_cast<int>(state) << true;
            QTest::addRow("%s, bad file", nameOf(state).data()) << static_cast<int>(state) << false;
        }
    }

    void continuesTheCaFileAfterARestartInEachState()
    {
        QFETCH(const int, state);
        QFETCH(const bool, good);
        const QByteArray before = installedCa();
        const QByteArray offered = readWhole(m_otherCa.caFile());
        offerFile(offered);
        // A bad one passes until it is in place.
        m_trial = [&](const QByteArray &) {
            return good || installedCa() == before ? Outcome() : fail(ErrorCode::Refused, u"not valid"_s);
        };
        bool restarted = false;
        restartIn(static_cast<State>(state), &restarted);
        QVERIFY(m_installer->begin(orderFor(caUpdate())));
        QTRY_VERIFY_WITH_TIMEOUT(!m_outcomes.isEmpty(), limit);
        QCOMPARE(m_outcomes.size(), 1);
        QCOMPARE(m_outcomes.first().success, good);
        QCOMPARE(m_outcomes.first().rolledBack, !good);
        QCOMPARE(installedCa(), good ? offered : before);
    }
};

QTEST_GUILESS_MAIN(TestCaUpdate)
#include "tst_ca_update.moc"
