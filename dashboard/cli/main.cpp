// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Log.h"
#include "cli/Commands.h"
#include "cli/StopSignals.h"
#include "wording/Problems.h"

#include <QCoreApplication>
#include <QLoggingCategory>

using namespace sgn;
using namespace sgn::cli;
using namespace Qt::StringLiterals;

namespace {

constexpr int maxTimeoutS = 7 * 86'400;
constexpr int goodByeMs = 1'000;

void addCommonOptions(CommandLine &line)
{
    line.addOption({u"panel"_s,
                    u"Who the control panel is and where its server is: JSON with jid, password_file, host, "
                    "port, ca and store."_s,
                    u"FILE"_s});
    line.addOption({u"json"_s, u"Print JSON instead of a table."_s});
    line.addOption({u"timeout"_s, u"Give up after so many seconds; 0: never."_s, u"S"_s});
    line.addOption({u"verbose"_s, u"Log to stderr what happens."_s});
}

// The command is the first word that is no option; options of a command may stand anywhere.
const CommandSpec *commandIn(const QStringList &arguments)
{
    CommandLine line(u"Operates a fleet from scripts: the dashboard without a screen."_s,
                     u"sgnctl --panel panel.json devices"_s);
    addCommonOptions(line);
    const QStringList words = line.wordsIn(arguments);
    if (words.isEmpty()) {
        for (const CommandSpec &spec : commandSpecs()) {
            line.addCommand(spec.name, spec.description);
        }
        line.addPositionalArgument(u"COMMAND"_s, u"See above."_s, u"COMMAND"_s);
        line.process(arguments);
        CommandLine::usageError(u"the command is missing"_s);
    }
    const CommandSpec *spec = findCommand(words.front());
    if (!spec) {
        CommandLine::usageError(u"there is no command '%1'"_s.arg(words.front()));
    }
    return spec;
}

int runJob(core::Panel &panel, const Console &output, const JobMaker &make, std::chrono::seconds timeout)
{
    const std::unique_ptr<Job> job = make(Terms{panel, output, timeout});
    StopSignals signals;
    int exitCode = ExitFailed;
    const auto end = [&panel, &exitCode](int code) {
        exitCode = code;
        // The session ends in order, but the server must not keep a script waiting.
        QObject::connect(&panel.connection(), &xmpp::Session::stopped, qApp, &QCoreApplication::quit,
                         Qt::QueuedConnection);
        QTimer::singleShot(goodByeMs, qApp, &QCoreApplication::quit);
        panel.stop();
    };
    QObject::connect(job.get(), &Job::finished, job.get(), end, Qt::QueuedConnection);
    QObject::connect(&signals, &StopSignals::requested, job.get(), [&end] { end(ExitDone); });
    QMetaObject::invokeMethod(job.get(), &Job::start, Qt::QueuedConnection);
    QCoreApplication::exec();
    return exitCode;
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(u"sgnctl"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(SGN_VERSION_STRING));
    const QStringList arguments = QCoreApplication::arguments();
    const CommandSpec *spec = commandIn(arguments);
    CommandLine line(spec->description, u"sgnctl --panel panel.json "_s + spec->example,
                     CommandLine::VersionOption::LeftToCaller);
    addCommonOptions(line);
    line.addPositionalArgument(spec->name, spec->description, spec->name);
    spec->addArguments(line);
    line.process(arguments);
    const JobMaker make = spec->read(line);
    std::chrono::seconds timeout(spec->timeoutS);
    if (line.parser().isSet(u"timeout"_s)) {
        timeout = std::chrono::seconds(line.number(u"timeout"_s, 0, maxTimeoutS));
    }
    if (!line.parser().isSet(u"panel"_s)) {
        CommandLine::usageError(u"--panel FILE is missing; the file names the panel's account and its server"_s);
    }
    installLog();
    // The command itself reports what matters; the libraries' log lines are for --verbose.
    QLoggingCategory::setFilterRules(
        line.parser().isSet(u"verbose"_s) ? u"sgn.*=true"_s : u"*.debug=false\n*.info=false\n*.warning=false"_s);

    const Console output(line.parser().isSet(u"json"_s) ? Console::Format::Json : Console::Format::Table,
                         sheetFor(Surroundings::ofStdout()));
    const records::Expected<core::PanelConfig> config = core::loadPanelConfig(line.parser().value(u"panel"_s));
    if (!config) {
        output.report(wording::sentence(config.error()));
        return ExitUsage;
    }
    const SystemClock clock;
    core::Panel::Settings settings;
    const records::Expected<std::unique_ptr<core::Panel>> panel = core::Panel::open(*config, settings, clock);
    if (!panel) {
        output.report(wording::sentence(panel.error()));
        return ExitFailed;
    }
    for (const records::Problem &warning : (*panel)->warnings()) {
        output.report(wording::sentence(warning));
    }
    return runJob(**panel, output, make, timeout);
}
