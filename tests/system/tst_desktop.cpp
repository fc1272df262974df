// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

const QString desktop = QStringLiteral(SGN_SOURCE_DIR "/deploy/desktop");
const QString debian = QStringLiteral(SGN_SOURCE_DIR "/deploy/debian");
const QString programs = QStringLiteral(SGN_BIN_DIR);
const QStringList names{u"sgn-dashboard"_s, u"sgnctl"_s, u"sgn-provision"_s, u"sgn-device"_s, u"sgn-sim"_s};

struct Ended
{
    int exitCode = -1;
    QString output;
    QString errors;
};

Ended run(const QString &program, const QStringList &arguments, const QString &folder = QDir::currentPath())
{
    QProcess process;
    process.setWorkingDirectory(folder);
    process.start(program, arguments);
    return process.waitForFinished(100'000)
               ? Ended{process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
                       QString::fromUtf8(process.readAllStandardError())}
               : Ended();
}

QString readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

bool writeAll(const QString &path, const QByteArray &content)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
}

} // namespace

// What is installed with the programs: manual pages and completions, which are made from the programs' own tables of
// options, and the packages.
class DesktopTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void helpAndTextsAgreeWithTheTables();
    void findsWhatDisagrees_data();
    void findsWhatDisagrees();
    void theUnitOfRolloutsRunsACommand();
    void pagesListEveryOption_data();
    void pagesListEveryOption();
    void completesInBash_data();
    void completesInBash();
    void completionsAreGoodShell();
    void versionsAgree();
    void everyProgramIsPackaged();

private:
    QTemporaryDir m_made;
};

void DesktopTest::initTestCase()
{
    QVERIFY(m_made.isValid());
    const Ended made = run(desktop + u"/documents"_s, {u"--bin"_s, programs, u"--out"_s, m_made.path()});
    QVERIFY2(made.exitCode == 0, qPrintable(made.errors));
}

void DesktopTest::helpAndTextsAgreeWithTheTables()
{
    const Ended checked = run(desktop + u"/documents"_s, {u"--bin"_s, programs, u"--check"_s});
    QVERIFY2(checked.exitCode == 0, qPrintable(checked.errors));
}

void DesktopTest::findsWhatDisagrees_data()
{
    QTest::addColumn<QByteArray>("text");   // at the end of sgn-sim's page
    QTest::addColumn<QByteArray>("answer"); // what sgn-sim's --help prints before what it prints
    QTest::addColumn<QString>("finding");
    const QByteArray none;
    QTest::newRow("an option that isn't there, in a text")
        << QByteArray("Use *--speed* for more.\n") << none << u"--speed is an option of neither sgn-sim"_s;
    QTest::newRow("an option of another program, in a text")
        << QByteArray("Use *--process*.\n") << none << u"--process is an option of neither sgn-sim"_s;
    QTest::newRow("the same with that program's name")
        << QByteArray("\"sgnctl update --process\"\n") << none << QString();
    QTest::newRow("an example of another program") << QByteArray("\n```\nls --all\n```\n") << none << QString();
    QTest::newRow("a part that isn't there") << QByteArray("@FILES@\n") << none << u"there is no part @FILES@"_s;
    QTest::newRow("an option only in --help")
        << none << QByteArray("Options:\n  --speed <N>  Faster.\n\n") << u"sgn-sim: --speed is in --help only"_s;
    QTest::newRow("a value only in --help")
        << none << QByteArray("Options:\n  --json <FILE>  As JSON.\n\n") << u"sgn-sim: --json is in --help only"_s;
    QTest::newRow("an option not in --help")
        << none << QByteArray("Options:\n  -h, --help  Help.\n\n") << u"sgn-sim: --ca isn't in --help"_s;
}

void DesktopTest::findsWhatDisagrees()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, answer);
    QFETCH(const QString, finding);
    const QTemporaryDir folder;
    QCOMPARE(run(u"cp"_s, {u"-r"_s, desktop, folder.filePath(u"desktop"_s)}).exitCode, 0);
    const QString page = folder.filePath(u"desktop/man/sgn-sim.1.scd"_s);
    QVERIFY(writeAll(page, readAll(page).toUtf8() + text));
    QVERIFY(QDir(folder.path()).mkdir(u"bin"_s));
    for (const QString &name : names) {
        QVERIFY(QFile::link(programs + u'/' + name, folder.filePath(u"bin/"_s + name)));
    }
    if (!answer.isEmpty()) {
        const QString sim = folder.filePath(u"bin/sgn-sim"_s);
        QVERIFY(QFile::remove(sim));
        QVERIFY(writeAll(sim, "#!/bin/sh\nif [ \"$1\" = --help ]; then cat <<'END'\n" + answer + "END\nfi\nexec " +
                                  programs.toUtf8() + "/sgn-sim \"$@\"\n"));
        QVERIFY(QFile::setPermissions(sim, QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner));
    }
    const Ended checked =
        run(folder.filePath(u"desktop/documents"_s), {u"--bin"_s, folder.filePath(u"bin"_s), u"--check"_s});
    QCOMPARE(checked.exitCode, finding.isEmpty() ? 0 : 1);
    QVERIFY2(checked.errors.contains(finding), qPrintable(checked.errors));
}

// What the unit runs is what sgnctl takes: the panel's file is all that it then lacks.
void DesktopTest::theUnitOfRolloutsRunsACommand()
{
    const QTemporaryDir home;
    const QStringList lines = readAll(desktop + u"/sgnctl-rollouts.service"_s).split(u'\n');
    const QStringList starts = lines.filter(u"ExecStart="_s);
    QCOMPARE(starts.size(), 1);
    QStringList words = QString(starts.first()).replace(u"%h"_s, home.path()).split(u' ');
    QCOMPARE(words.takeFirst(), u"ExecStart=/usr/bin/sgnctl"_s);
    const Ended ended = run(programs + u"/sgnctl"_s, words);
    QVERIFY2(ended.errors.contains(u"cannot read "_s + home.path()), qPrintable(ended.errors));
}

void DesktopTest::pagesListEveryOption_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QStringList>("lines");
    QTest::newRow("dashboard") << u"sgn-dashboard"_s << QStringList{u"*--theme* _NAME_"_s, u"*-h*, *--help*"_s};
    QTest::newRow("sgnctl") << u"sgnctl"_s
                            << QStringList{u"*sgnctl* *update* COMPONENT FILE\\_OR\\_URL [_options_]++"_s,
                                           u"## rollback"_s, u"*--limit* _N_"_s, u"*--panel* _FILE_"_s};
    QTest::newRow("provision") << u"sgn-provision"_s
                               << QStringList{u"## keys new"_s, u"_PURPOSE_"_s, u"*--overlays*"_s, u"## root-keys"_s};
    QTest::newRow("device") << u"sgn-device"_s
                            << QStringList{u"*-n*, *--lines* _N_"_s, u"*--folder* _DIR_"_s,
                                           u"\tUDP port of its watchdog. Without: 4951."_s};
    QTest::newRow("sim") << u"sgn-sim"_s << QStringList{u"*--server* _HOST:PORT_"_s};
}

void DesktopTest::pagesListEveryOption()
{
    QFETCH(const QString, program);
    QFETCH(const QStringList, lines);
    const QStringList page = readAll(m_made.filePath(u"man/man1/%1.1.scd"_s.arg(program))).split(u'\n');
    QVERIFY(page.first().startsWith(program + u"(1)"_s));
    for (const QString &line : lines) {
        // Once: what all commands have is in one place.
        QVERIFY2(page.count(line) == 1, qPrintable(line));
    }
}

void DesktopTest::completesInBash_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("completed");
    const auto row = [](const QString &line, const QString &completed) {
        QTest::newRow(qPrintable(line)) << line.split(u' ') << completed;
    };
    row(u"sgnctl re"_s, u"remove rename restart reboot"_s);
    row(u"sgnctl --panel p"_s, u"panel.json"_s);
    row(u"sgnctl --panel = p"_s, u"panel.json"_s); // as readline takes --panel=p apart
    row(u"sgnctl --panel ="_s, u"a folder panel.json release.zip"_s);
    row(u"sgnctl --panel panel.json up"_s, u"update"_s);
    row(u"sgnctl --panel = panel.json up"_s, u"update"_s);
    row(u"sgnctl --panel panel.json update "_s, u"smart-meter agent watchdog python ca"_s);
    row(u"sgnctl update --wait smart-meter r"_s, u"release.zip"_s);
    row(u"sgnctl update --no"_s, u"--not-after"_s);
    row(u"sgnctl update --version "_s, u""_s);
    row(u"sgnctl devices --no"_s, u""_s);
    row(u"sgnctl nonsense "_s, u""_s);
    row(u"sgn-provision keys "_s, u"new"_s);
    row(u"sgn-provision keys new "_s, u"release operator"_s);
    row(u"sgn-provision card --init "_s, u"systemd cron"_s);
    row(u"sgn-provision card --root "_s, u"a folder"_s);
    row(u"sgn-provision encrypt p"_s, u"panel.json"_s);
    row(u"sgn-device lo"_s, u"logs"_s);
    row(u"sgn-device logs --f"_s, u"--folder --follow"_s);
    row(u"sgn-dashboard --th"_s, u"--theme"_s);
    row(u"sgn-dashboard --theme "_s, u"light dark"_s);
    row(u"sgn-sim --de"_s, u"--devices"_s);
}

void DesktopTest::completesInBash()
{
    QFETCH(const QStringList, words);
    QFETCH(const QString, completed);
    const QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkdir(u"a folder"_s));
    QVERIFY(writeAll(folder.filePath(u"panel.json"_s), "{}") && writeAll(folder.filePath(u"release.zip"_s), "PK"));
    const QString script = m_made.filePath(u"bash-completion/completions/"_s + words.first());
    QVERIFY(QFile::exists(script));
    const QString completing = u"source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \"_${1//-/_}\"; "
                               "printf '%s\\n' \"${COMPREPLY[@]}\""_s;
    const Ended ended = run(u"bash"_s, QStringList{u"--norc"_s, u"-c"_s, completing, script} + words, folder.path());
    QCOMPARE(ended.errors, QString());
    QStringList found = ended.output.split(u'\n', Qt::SkipEmptyParts);
    if (completed.contains(u"folder"_s)) {
        found.sort(); // as the disk has them
    }
    QCOMPARE(found.join(u' '), completed);
}

void DesktopTest::completionsAreGoodShell()
{
    const QDir folder(m_made.filePath(u"bash-completion/completions"_s));
    QStringList arguments{u"--shell=bash"_s};
    for (const QString &name : folder.entryList(QDir::Files)) {
        arguments.append(folder.filePath(name));
    }
    QCOMPARE(arguments.size(), names.size() + 1);
    const Ended checked = run(u"shellcheck"_s, arguments);
    QVERIFY2(checked.exitCode == 0, qPrintable(checked.output));
}

void DesktopTest::versionsAgree()
{
    const QString version = run(programs + u"/sgnctl"_s, {u"--version"_s}).output.trimmed().section(u' ', 1);
    QVERIFY(!version.isEmpty());
    QVERIFY2(readAll(debian + u"/changelog"_s).startsWith(u"sgn (%1) "_s.arg(version)), "deploy/debian/changelog");
    QVERIFY2(readAll(QStringLiteral(SGN_SOURCE_DIR "/CHANGELOG.md")).contains(u"\n## %1 "_s.arg(version)),
             "CHANGELOG.md");
}

void DesktopTest::everyProgramIsPackaged()
{
    QStringList packaged;
    for (const QFileInfo &list : QDir(debian).entryInfoList({u"*.install"_s})) {
        static const QRegularExpression program(u"^usr/bin/(.+)$"_s, QRegularExpression::MultilineOption);
        for (auto found = program.globalMatch(readAll(list.filePath())); found.hasNext();) {
            packaged.append(found.next().captured(1));
        }
    }
    packaged.sort();
    QStringList expected = names;
    expected.sort();
    QCOMPARE(packaged, expected);
}

QTEST_GUILESS_MAIN(DesktopTest)
#include "tst_desktop.moc"
