// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/VirtualScreen.h"

#include <csignal>
#include <QDir>
#include <QImage>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>
#include <sys/prctl.h>

using namespace Qt::StringLiterals;

namespace {

constexpr int startLimit = 30'000;
constexpr int installLimit = 1'000'000;

// Ends with this program, however that ends: mmdebstrap then removes what it has mounted and unpacked.
void endWithThisProgram(QProcess &process)
{
    process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGTERM); });
}

QByteArray readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString outputOf(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.start(program, arguments);
    return process.waitForFinished(startLimit) ? QString::fromUtf8(process.readAllStandardOutput()) : QString();
}

// The lines of apt for another release of Debian, from where this machine gets its own.
QStringList sourcesOf(const QString &codename)
{
    QStringList lines;
    const QString own = outputOf(u"sh"_s, {u"-c"_s, u". /etc/os-release; printf %s \"$VERSION_CODENAME\""_s});
    const QString known =
        outputOf(u"apt-get"_s, {u"indextargets"_s, u"--format"_s, u"$(ORIGIN) $(COMPONENT) $(REPO_URI) $(RELEASE)"_s,
                                u"Identifier: Packages"_s});
    for (const QString &line : known.split(u'\n')) {
        const QStringList words = line.split(u' ');
        if (words.size() == 4 && words.at(0) == "Debian"_L1 && words.at(1) == "main"_L1 &&
            words.at(3).startsWith(own)) {
            const QString release = codename + words.at(3).sliced(own.size());
            lines += u"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %1 %2 main"_s.arg(words.at(2),
                                                                                                        release);
        }
    }
    lines.removeDuplicates();
    return lines;
}

// What this machine's apt knows of its network.
QStringList networkOptions()
{
    static const QRegularExpression wanted(u"^Acquire::(http|https|Check-Valid-Until|Retries)\\b"_s);
    QStringList options;
    for (const QString &line : outputOf(u"apt-config"_s, {u"dump"_s}).split(u'\n')) {
        if (wanted.match(line).hasMatch() && !line.contains("\"\""_L1)) {
            options += u"--aptopt="_s + line;
        }
    }
    return options;
}

} // namespace

// The packages in a clean Debian system: they are installed with what they depend on, their programs start, and they
// are removed again. Only with SGN_PACKAGES, the folder of the packages, because it loads and unpacks a system: `./sgn
// test
// --packages` builds them and sets it. With SGN_SCREENSHOTS the window's picture is kept there.
class PackagesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void worksInACleanSystem_data();
    void worksInACleanSystem();

private:
    [[nodiscard]] bool install(const QString &codename, const QString &results);

    QDir m_packages;
    QStringList m_files;
    sgn::test::VirtualScreen m_screen;
    QByteArray m_display;
};

void PackagesTest::initTestCase()
{
    const QString folder = qEnvironmentVariable("SGN_PACKAGES");
    if (folder.isEmpty()) {
        QSKIP("NO PACKAGE WAS TRIED: ./sgn test --packages builds them and tries them in clean systems");
    }
    m_packages.setPath(folder);
    for (const QFileInfo &file : m_packages.entryInfoList({u"*.deb"_s})) {
        if (!file.fileName().contains("-dbgsym_"_L1)) {
            m_files.append(file.filePath());
        }
    }
    QCOMPARE(m_files.size(), 4);
    m_display = m_screen.start(u"1440x900"_s);
    QVERIFY(!m_display.isEmpty());
}

void PackagesTest::worksInACleanSystem_data()
{
    QTest::addColumn<QString>("codename");
    QTest::newRow("Debian 12") << u"bookworm"_s;
    QTest::newRow("Debian 13") << u"trixie"_s;
}

bool PackagesTest::install(const QString &codename, const QString &results)
{
    QStringList arguments{u"--variant=apt"_s};
    arguments += networkOptions();
    arguments += u"--customize-hook=mkdir \"$1/packages\" \"$1/results\""_s;
    arguments += u"--customize-hook=copy-in %1 %2 /packages"_s.arg(
        m_files.join(u' '), QStringLiteral(SGN_SOURCE_DIR "/tests/system/try-packages"));
    arguments += u"--customize-hook=chroot \"$1\" /packages/try-packages"_s;
    arguments += u"--customize-hook=sync-out /results %1"_s.arg(results);
    arguments += {codename, u"/dev/null"_s};
    arguments += sourcesOf(codename);
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"DISPLAY"_s, QString::fromLatin1(m_display));
    process.setProcessEnvironment(environment);
    endWithThisProgram(process);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(u"mmdebstrap"_s, arguments);
    const bool isDone = process.waitForFinished(installLimit) && process.exitCode() == 0;
    if (!isDone) {
        qWarning("%s", process.readAll().right(20'000).constData());
    }
    return isDone;
}

void PackagesTest::worksInACleanSystem()
{
    QFETCH(const QString, codename);
    const QTemporaryDir folder;
    const auto result = [&folder](const QString &name) {
        return readAll(folder.filePath(name));
    };
    QVERIFY(!sourcesOf(codename).isEmpty());
    QVERIFY(install(codename, folder.path()));

    for (const char *program : {"sgn-dashboard", "sgnctl", "sgn-provision", "sgn-device", "sgn-sim"}) {
        const QString name = QString::fromLatin1(program);
        QVERIFY2(result(name + u".version"_s).startsWith(name.toLatin1() + ' '), program);
        QVERIFY2(result(name + u".help"_s).contains("\nExample:\n"), program);
        QVERIFY2(result(u"files"_s).contains("/usr/share/man/man1/" + name.toLatin1() + ".1.gz\n"), program);
    }
    QVERIFY(result(u"files"_s).contains("/usr/share/sgnctl/sgnctl.schema.json\n"));
    QVERIFY2(result(u"devices"_s).contains("exit code 1\n"), result(u"devices"_s));
    QVERIFY2(result(u"devices"_s).contains("this is the last known state"), result(u"devices"_s));
    QVERIFY2(result(u"key"_s).startsWith("release-"), result(u"key"_s));

    const QImage window(folder.filePath(u"window.png"_s));
    QVERIFY2(!window.isNull(), result(u"dashboard.log"_s));
    if (const QString kept = qEnvironmentVariable("SGN_SCREENSHOTS"); !kept.isEmpty()) {
        QVERIFY(window.save(kept + u"/packages-"_s + codename + u".png"_s));
    }
    QCOMPARE(window.size(), QSize(1200, 800));
    QSet<QRgb> colours;
    for (int y = 0; y < window.height(); ++y) {
        for (int x = 0; x < window.width(); ++x) {
            colours.insert(window.pixel(x, y));
        }
    }
    QVERIFY2(colours.size() > 20, "nothing was drawn");
    QVERIFY2(!result(u"after"_s).contains("sgn"), "something is left of the packages");
}

QTEST_GUILESS_MAIN(PackagesTest)
#include "tst_packages.moc"
