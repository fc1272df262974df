// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/OwnLoader.h"

#include <QtTest>
#include <sys/stat.h>

using namespace sgn::system;
using namespace Qt::StringLiterals;

class TestOwnLoader : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString makeFile(const QString &name, mode_t mode) const
    {
        const QString path = m_folder.filePath(name);
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        if (file.open(QIODevice::WriteOnly)) {
            file.close();
        }
        ::chmod(QFile::encodeName(path).constData(), mode);
        return path;
    }

    QTemporaryDir m_folder;

private Q_SLOTS:
    void startsThroughTheLoaderBesideTheProgram()
    {
        const QString program = makeFile(u"with/sgn-agent"_s, 0755);
        const QString loader = makeFile(u"with/lib/ld.so"_s, 0755);
        const ProgramStart start = startInPlace(program, {u"--root"_s, u"/x"_s});
        QCOMPARE(start.program, loader);
        QCOMPARE(start.arguments, (QStringList{u"--argv0"_s, program, program, u"--root"_s, u"/x"_s}));
    }

    void startsDirectlyWithoutOne_data()
    {
        QTest::addColumn<QString>("loader");
        QTest::addColumn<int>("mode");
        QTest::newRow("no lib folder") << QString() << 0;
        QTest::newRow("another library") << u"lib/libc.so.6"_s << 0755;
        QTest::newRow("not executable") << u"lib/ld.so"_s << 0644;
        QTest::newRow("a folder") << u"lib/ld.so/x"_s << 0755;
        QTest::newRow("above") << u"../lib/ld.so"_s << 0755;
    }
    void startsDirectlyWithoutOne()
    {
        QFETCH(const QString, loader);
        QFETCH(const int, mode);
        const QString release = QString::fromUtf8(QTest::currentDataTag()) + u"/release/"_s;
        const QString program = makeFile(release + u"sgn-agent"_s, 0755);
        if (!loader.isEmpty()) {
            (void)makeFile(release + loader, static_cast<mode_t>(mode));
        }
        const ProgramStart start = startInPlace(program, {u"--self-test"_s});
        QCOMPARE(start.program, program);
        QCOMPARE(start.arguments, QStringList{u"--self-test"_s});
    }

    // The machine's own loader plays the release's: this program through it, and once more as the kernel starts it.
    void knowsItsOwnPath()
    {
        const QString own = QCoreApplication::applicationFilePath();
        const QString copy = m_folder.filePath(u"release/"_s + QFileInfo(own).fileName());
        QDir().mkpath(QFileInfo(copy).path() + u"/lib"_s);
        QVERIFY(QFile::copy(own, copy));
        QVERIFY(QFile::copy(loaderOfThisMachine(), m_folder.filePath(u"release/lib/ld.so"_s)));
        const ProgramStart start = startInPlace(copy, {});
        QVERIFY(start.program != copy);
        QCOMPARE(pathPrintedBy(start.program, start.arguments), copy);
        QCOMPARE(pathPrintedBy(copy, {}), copy);
    }

private:
    static QString loaderOfThisMachine()
    {
        QFile maps(u"/proc/self/maps"_s);
        if (maps.open(QIODevice::ReadOnly)) {
            for (const QByteArray &line : maps.readAll().split('\n')) {
                const QString path = QString::fromUtf8(line.mid(line.indexOf('/')));
                if (QFileInfo(path).fileName().startsWith(u"ld-"_s)) {
                    return path;
                }
            }
        }
        return {};
    }
    static QString pathPrintedBy(const QString &program, const QStringList &arguments)
    {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"SGN_PRINT_OWN_PROGRAM"_s, u"1"_s);
        process.setProcessEnvironment(environment);
        process.start(program, arguments);
        process.waitForFinished();
        return QString::fromUtf8(process.readAllStandardOutput());
    }
};

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    if (qEnvironmentVariableIsSet("SGN_PRINT_OWN_PROGRAM")) {
        std::fputs(qUtf8Printable(ownProgram()), stdout);
        return 0;
    }
    TestOwnLoader test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_own_loader.moc"
