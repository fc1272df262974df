// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/AtomicFile.h"
#include "unit/update/FakeWatchdog.h"
#include "unit/update/ReleaseKit.h"
#include "update/Installer.h"

#include <cstdio>
#include <QCoreApplication>

using namespace sgn;
using namespace Qt::StringLiterals;

// Carries one update through as the agent does, and writes its result down once: a small program to be killed anywhere.
//   update_driver ROOT ZIP
int main(int argc, char *argv[])
{
    using namespace std::chrono_literals;
    const QCoreApplication app(argc, argv);
    const QString root = app.arguments().at(1);
    const QString resultFile = root + u"/result"_s;

    update::InstallerSettings settings;
    settings.root = root;
    settings.downloads = root + u"/downloads"_s;
    settings.journal = settings.downloads + u"/update.json"_s;
    settings.times = {.confirm = 100ms, .settle = 0ms, .watchdogAway = 1s, .poll = 2ms};
    test::FakeWatchdog watchdog(root);
    const SystemClock clock;
    update::Installer installer(
        settings, watchdog, test::copyFrom(app.arguments().at(2)), [] { return true; }, clock);

    QObject::connect(&installer, &update::Installer::finished, &app, [&](const update::Ending &ending) {
        // What the agent's record and outbox do: the first result stays.
        if (!QFile::exists(resultFile)) {
            const QByteArray words = (ending.success ? "success" : ending.rolledBack ? "rolled back" : "failed");
            if (!writeFileAtomically(resultFile, words)) {
                QCoreApplication::exit(1);
                return;
            }
        } else {
            std::puts("told again");
        }
        installer.close();
        QCoreApplication::exit(0);
    });
    installer.resume();
    if (installer.current() == nullptr) {
        if (QFile::exists(resultFile)) {
            return 0;
        }
        update::Order order;
        order.number = 1;
        order.fingerprint = QByteArray(32, 'f');
        UpdateCommand command;
        command.url = QUrl(u"https://example.com/release.zip"_s);
        command.processes = {{u"ocr"_s, 2}, {u"dlms"_s, 2}};
        order.task = command;
        if (!installer.begin(order)) {
            return 1;
        }
    }
    return QCoreApplication::exec();
}
