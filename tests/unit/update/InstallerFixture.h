// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/DeviceTree.h"
#include "release/ReleaseSignature.h"
#include "support/FakeWatchdog.h"
#include "support/ReleaseKit.h"
#include "update/Installer.h"

#include <QTemporaryDir>
#include <QtTest>

namespace sgn::test {

constexpr int limit = 20'000;

// An installer on a device's folder in which a meter's release of version 1 is installed; version 2 can be downloaded.
class InstallerFixture : public QObject
{
    Q_OBJECT

protected:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeWatchdog> m_watchdog;
    std::unique_ptr<update::Installer> m_installer;
    SystemClock m_clock;
    update::InstallerSettings m_settings;
    QString m_home;
    QString m_root;
    QString m_source; // the file that is "downloaded"
    QList<update::UpdateOutcome> m_outcomes;
    QList<update::State> m_states;
    QList<std::pair<update::State, QString>> m_progress;

    void restart()
    {
        m_installer = std::make_unique<update::Installer>(m_settings, *m_watchdog, copyFrom(m_source), m_clock);
        connect(m_installer.get(), &update::Installer::finished, this,
                [this](const update::UpdateOutcome &outcome) { m_outcomes += outcome; });
        connect(m_installer.get(), &update::Installer::stateEntered, this,
                [this](update::State state) { m_states += state; });
        connect(m_installer.get(), &update::Installer::progress, this,
                [this](const update::Order &, update::State state, int, const update::Wait &wait) {
                    m_progress += std::pair(state, wait.remarks);
                });
    }
    // Restarts and resumes the installer as soon as it has entered the state, once; then `*restarted` is true.
    void restartIn(update::State state, bool *restarted)
    {
        connect(m_installer.get(), &update::Installer::stateEntered, this,
                [this, state, restarted](update::State entered) {
                    if (entered == state && !*restarted) {
                        *restarted = true;
                        QMetaObject::invokeMethod(
                            this,
                            [this] {
                                restart();
                                m_installer->resume();
                            },
                            Qt::QueuedConnection);
                    }
                });
    }

    [[nodiscard]] static update::Order meterOrder(int version)
    {
        update::Order order;
        order.number = 10;
        order.fingerprint = QByteArray(32, 'f');
        UpdateCommand update;
        update.url = QUrl(QStringLiteral("https://example.com/release.zip"));
        update.processes = {{QStringLiteral("ocr"), version}, {QStringLiteral("dlms"), version}};
        order.task = update;
        return order;
    }
    [[nodiscard]] static update::Order agentOrder(int version)
    {
        update::Order order;
        order.number = 11;
        order.fingerprint = QByteArray(32, 'g');
        UpdateCommand update;
        update.component = Component::JabberClient;
        update.url = QUrl(QStringLiteral("https://example.com/agent.zip"));
        update.version = version;
        order.task = update;
        return order;
    }
    [[nodiscard]] static UpdateCommand &updateOf(update::Order &order) { return std::get<UpdateCommand>(order.task); }

    bool ended()
    {
        return QTest::qWaitFor([this] { return !m_outcomes.isEmpty(); }, limit);
    }
    bool reached(update::State state)
    {
        return QTest::qWaitFor([this, state] { return m_installer->state() == state; }, limit);
    }
    // But for the lists of the releases' files, which stay.
    [[nodiscard]] QStringList leftovers() const
    {
        QStringList all = QDir(m_settings.downloads).entryList(QDir::AllEntries | QDir::NoDotAndDotDot, QDir::Name);
        all.removeIf([](const QString &name) { return name.startsWith(QStringLiteral("files-")); });
        return all;
    }
    void offer(const Files &files) { QVERIFY(makeZip(m_source, files)); }

    void prepareDevice()
    {
        using namespace std::chrono_literals;
        m_folder = std::make_unique<QTemporaryDir>();
        m_home = m_folder->filePath(QStringLiteral("home"));
        m_root = m_home + QStringLiteral("/technospurs");
        m_source = m_folder->filePath(QStringLiteral("source"));
        m_settings = {};
        m_settings.root = m_root;
        m_settings.downloads = m_root + QStringLiteral("/downloads");
        m_settings.journal = DeviceTree(m_root).updateJournal();
        m_settings.agentVersion = 1;
        m_settings.times = {
            .confirm = 300ms, .settle = 20ms, .confirmAgent = 1s, .watchdogAway = 300ms, .poll = 5ms, .hold = 60s};
        m_settings.selfTestLimit = 1s;
        m_settings.statusLimit = 100ms;
        QVERIFY(QDir().mkpath(m_settings.downloads));
        QVERIFY(install(m_root, meterRelease(1)));
        offer(meterRelease(2));
        m_watchdog = std::make_unique<FakeWatchdog>(m_root);
        m_outcomes.clear();
        m_states.clear();
        m_progress.clear();
        restart();
    }

private Q_SLOTS:
    void init() { prepareDevice(); }
    void cleanup() { m_installer.reset(); }
};

} // namespace sgn::test
