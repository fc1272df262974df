// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "InstallerFixture.h"
#include "support/TestCa.h"

namespace sgn::test {

inline Files packages(const QByteArray &content)
{
    return {{QStringLiteral("site-packages/serial/__init__.py"), content}};
}

// An installer on a device that also has Python packages, a CA file and a clock of the server. For what is particular
// to each thing that can be replaced; what all have in common is InstallerFixture's.
class ComponentFixture : public InstallerFixture
{
    Q_OBJECT

protected:
    TestCa m_ca;
    TestCa m_otherCa;
    QStringList m_tried;                                   // contents of the CA files
    std::function<Outcome(const QByteArray &pem)> m_trial; // the result of trying one
    QDateTime m_now = QDateTime::currentDateTimeUtc();

    [[nodiscard]] static update::Order orderFor(const update::Task &task)
    {
        update::Order order;
        order.number = 20;
        order.fingerprint = QByteArray(32, 'f');
        order.task = task;
        return order;
    }
    [[nodiscard]] static UpdateCommand meterUpdate(int version)
    {
        return std::get<UpdateCommand>(meterOrder(version).task);
    }
    [[nodiscard]] static UpdateCommand packagesUpdate(int version)
    {
        UpdateCommand update;
        update.component = Component::SitePackages;
        update.url = QUrl(QStringLiteral("https://example.com/packages.zip"));
        update.version = version;
        return update;
    }
    [[nodiscard]] static CaCertUpdate caUpdate()
    {
        CaCertUpdate update;
        update.url = QUrl(QStringLiteral("https://example.com/cacert.pem"));
        return update;
    }
    // Runs the task to its end and closes it, like the agent.
    update::UpdateOutcome run(const update::Task &task)
    {
        m_outcomes.clear();
        const Outcome begun = m_installer->begin(orderFor(task));
        if (!begun) {
            update::UpdateOutcome refused;
            refused.error = begun.error().code;
            refused.remarks = begun.error().message;
            return refused;
        }
        if (!ended()) {
            return {};
        }
        m_installer->close();
        return m_outcomes.first();
    }
    [[nodiscard]] QString sitePackages() const
    {
        return m_home + QStringLiteral("/.local/lib/python3.7/site-packages");
    }
    [[nodiscard]] QByteArray packageContent() const
    {
        return readWhole(sitePackages() + QStringLiteral("/serial/__init__.py"));
    }
    [[nodiscard]] QByteArray packageVersion() const { return readWhole(sitePackages() + QStringLiteral("/version")); }
    [[nodiscard]] QByteArray installedCa() const { return readWhole(m_settings.caFile); }
    void offerFile(const QByteArray &content) { QVERIFY(test::writeFile(m_source, content)); }
    void hold() { QVERIFY(test::writeFile(m_settings.hold, {})); }

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_ca.isValid() && m_otherCa.isValid(), qPrintable(m_ca.errorString())); }

    void init()
    {
        using namespace std::chrono_literals;
        prepareDevice();
        m_tried.clear();
        m_trial = [](const QByteArray &) {
            return Outcome();
        };
        m_settings.caFile = DeviceTree(m_root).caCertificate();
        m_settings.hold = DeviceTree(m_root).hold();
        m_settings.holdPoll = 5ms;
        m_settings.now = [this] {
            return m_now;
        };
        m_settings.isPast = [this](const QDateTime &moment) {
            return m_now > moment;
        };
        m_settings.trial = [this](const QString &caFile, QObject *context,
                                  const std::function<void(const Outcome &)> &done) {
            const QByteArray pem = readWhole(caFile);
            m_tried += QString::fromUtf8(pem);
            QMetaObject::invokeMethod(
                context, [done, outcome = m_trial(pem)] { done(outcome); }, Qt::QueuedConnection);
        };
        // As the seed has it: the interpreter is named in the scripts.
        QVERIFY(test::writeFile(m_root + QStringLiteral("/SmartMeter/ocr.py"), "#!/usr/bin/python3.7\n"));
        QVERIFY(install(QFileInfo(sitePackages()).absolutePath(), packages("old")));
        QVERIFY(test::writeFile(m_settings.caFile, readWhole(m_ca.caFile())));
        restart();
    }
};

} // namespace sgn::test
