// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <QStringList>

namespace sgn::test {

// The demo's fleet as a newcomer gets it by `sgn demo --no-window`, and sgnctl on it. Real server, agents, watchdogs
// and meter programs; nothing is faked.
class DemoFleet
{
public:
    // What sgnctl printed.
    struct Answer
    {
        int exitCode = -1;
        QByteArray output;
        QByteArray errors;

        [[nodiscard]] QJsonObject object() const;
    };

    DemoFleet();
    // Ends the demo as Ctrl-C would.
    ~DemoFleet();

    // Waits until the demo reports that everything runs; an empty string, or what went wrong.
    [[nodiscard]] QString start(int devices, const QStringList &moreOptions = {});
    // As Ctrl-C; whether it ended by itself within the time, with nothing left in its folder.
    [[nodiscard]] bool stop();
    // The demo's own processes: the one that was started, and the one that does its work.
    enum class Part { Started, Worker };
    // SIGKILL.
    void kill(Part part);

    [[nodiscard]] QString folder() const { return m_folder; }
    [[nodiscard]] QString pictures() const { return m_pictures; }
    [[nodiscard]] QString deviceRoot(const QString &name) const;
    [[nodiscard]] QString release(const QString &zip) const;
    [[nodiscard]] QByteArray printed() const { return m_printed; }
    // With what it has printed since.
    [[nodiscard]] QByteArray printedByNow();
    [[nodiscard]] QString panelFile() const;

    [[nodiscard]] Answer sgnctl(const QStringList &arguments, int timeoutS = 60) const;
    // What `sgnctl versions --json` reports of a device; empty unless it answered.
    [[nodiscard]] QJsonObject device(const QString &name) const;
    // The report of one of its processes, by `sgnctl versions --json`.
    [[nodiscard]] QJsonObject process(const QString &device, const QString &process) const;

    // Pids of all processes whose command line names the demo's folder and this.
    [[nodiscard]] QList<qint64> pids(const QString &commandLinePart) const;

private:
    QString m_pictures;
    QString m_folder;
    QByteArray m_printed;
    QProcess m_demo;
};

} // namespace sgn::test
