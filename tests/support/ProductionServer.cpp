// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/ProductionServer.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTest>

namespace sgn::test {

namespace {
constexpr int commandLimitMs = 60'000;
constexpr int startLimitMs = 60'000;
constexpr int stopLimitMs = 15'000;
constexpr int ports = 3;
} // namespace

ProductionServer::ProductionServer()
{
    for (int i = 0; i < ports; ++i) {
        m_ports.hold();
    }
}

ProductionServer::~ProductionServer()
{
    stop();
}

QStringList ProductionServer::installation() const
{
    return {QStringLiteral("install"),
            QStringLiteral("--domain"),
            QStringLiteral("localhost"),
            QStringLiteral("--panel"),
            QStringLiteral("panel"),
            QStringLiteral("--listen"),
            address(),
            QStringLiteral("--tls-port"),
            QString::number(port()),
            QStringLiteral("--starttls-port"),
            QString::number(startTlsPort()),
            QStringLiteral("--files-port"),
            QString::number(filesPort())};
}

ProductionServer::Answer ProductionServer::run(const QStringList &arguments, const QByteArray &input) const
{
    QProcess process;
    process.start(QStringLiteral(SGN_PRODUCTION_SERVER), QStringList{QStringLiteral("--root"), root()} + arguments);
    process.write(input);
    process.closeWriteChannel();
    const bool ended = QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, commandLimitMs);
    if (!ended) {
        process.kill();
        process.waitForFinished();
    }
    return {.exitCode = ended && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            .output = QString::fromUtf8(process.readAllStandardOutput()),
            .errors = QString::fromUtf8(process.readAllStandardError())};
}

bool ProductionServer::start()
{
    m_prosody.setProcessChannelMode(QProcess::MergedChannels);
    m_prosody.setStandardInputFile(QProcess::nullDevice());
    m_prosody.start(QStringLiteral("setpriv"),
                    {QStringLiteral("--pdeathsig"), QStringLiteral("TERM"), QStringLiteral("prosody"),
                     QStringLiteral("-F"), QStringLiteral("--config"),
                     path(QStringLiteral("etc/prosody/prosody.cfg.lua"))});
    QElapsedTimer timer;
    timer.start();
    while (m_prosody.state() != QProcess::NotRunning && !timer.hasExpired(startLimitMs)) {
        if (run({QStringLiteral("check")}).isGood()) {
            return true;
        }
    }
    const Answer found = run({QStringLiteral("check")});
    qWarning().noquote() << found.output << found.errors << m_prosody.readAll();
    stop();
    return false;
}

void ProductionServer::stop()
{
    if (m_prosody.state() == QProcess::NotRunning) {
        return;
    }
    m_prosody.terminate();
    if (!m_prosody.waitForFinished(stopLimitMs)) {
        m_prosody.kill();
        m_prosody.waitForFinished();
    }
}

QByteArray ProductionServer::stored(const QString &store, const QString &file) const
{
    QFile content(path(QStringLiteral("var/lib/prosody/localhost/%1/%2").arg(store, file)));
    return content.open(QIODevice::ReadOnly) ? content.readAll() : QByteArray();
}

} // namespace sgn::test
