// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/Program.h"

#include <csignal>
#include <fcntl.h>
#include <pwd.h>
#include <QtTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::supervision;
using namespace sgn::system;

namespace {

constexpr uid_t nobody = 65534;

} // namespace

class TestProgramRules : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_groupsHaveOthers = false;
        QVERIFY(m_dir->isValid());
        m_top = m_dir->path() + u"/SmartMeter"_s;
        QVERIFY(QDir().mkpath(m_top + u"/sub"_s));
        ::chmod(path({}).constData(), 0755);
        // As root the programs belong to another user, as on a device.
        m_owner = ::geteuid() == 0 ? nobody : ::geteuid();
        own(path({}));
        own(path("SmartMeter"));
        own(path("SmartMeter/sub"));
        add("SmartMeter/ocr.py", 0755);
    }

    void allowsOnlyWhatNoOtherUserCanPlant_data()
    {
        QTest::addColumn<QString>("made"); // by make()
        QTest::addColumn<QString>("asked");
        QTest::addColumn<QString>("reason"); // empty: allowed
        const auto row = [](const char *name, const QString &made, const QString &asked, const QString &reason) {
            QTest::newRow(name) << made << asked << reason;
        };
        row("a script", u""_s, u"SmartMeter/ocr.py"_s, u""_s);
        row("in a subfolder", u"file:SmartMeter/sub/a:755"_s, u"SmartMeter/sub/a"_s, u""_s);
        row("name with spaces and quotes", u"file:SmartMeter/a b'\".py:755"_s, u"SmartMeter/a b'\".py"_s, u""_s);
        row("name with shell signs", u"file:SmartMeter/$(id);x:755"_s, u"SmartMeter/$(id);x"_s, u""_s);
        row("link that stays inside", u"link:SmartMeter/l:ocr.py"_s, u"SmartMeter/l"_s, u""_s);
        row("dots that stay inside", u""_s, u"SmartMeter/sub/../ocr.py"_s, u""_s);
        row("a group without others may write", u"file:SmartMeter/g:775"_s, u"SmartMeter/g"_s, u""_s);
        row("a group with others may write", u"others;file:SmartMeter/g:775"_s, u"SmartMeter/g"_s,
            u"changed by its group"_s);
        row("a group without others may write its folder", u"file:SmartMeter/sub/a:755;mode:SmartMeter/sub:775"_s,
            u"SmartMeter/sub/a"_s, u""_s);
        row("a group with others may write its folder", u"others;file:SmartMeter/sub/a:755;mode:SmartMeter/sub:775"_s,
            u"SmartMeter/sub/a"_s, u"which its group"_s);
        row("a group with others may write a sticky folder",
            u"others;file:SmartMeter/sub/a:755;mode:SmartMeter/sub:1775"_s, u"SmartMeter/sub/a"_s, u""_s);
        row("a group with others may write the link's folder",
            u"others;mode:SmartMeter/sub:775;link:SmartMeter/sub/l:../ocr.py"_s, u"SmartMeter/sub/l"_s,
            u"which its group"_s);
        row("a group with others may write the root folder", u"others;mode::775"_s, u"SmartMeter/ocr.py"_s,
            u"which its group"_s);
        row("missing", u""_s, u"SmartMeter/none.py"_s, u"cannot find"_s);
        row("relative", u""_s, u"!SmartMeter/ocr.py"_s, u"not an absolute path"_s);
        row("empty", u""_s, u"!"_s, u"not an absolute path"_s);
        row("zero byte", u""_s, u"SmartMeter/ocr.py\0/x"_s, u"zero byte"_s);
        row("the folder itself", u""_s, u"SmartMeter"_s, u"is outside"_s);
        row("a subfolder", u""_s, u"SmartMeter/sub"_s, u"not a regular file"_s);
        row("a system program", u""_s, u"!/bin/sh"_s, u"is outside"_s);
        row("beside the folder", u"file:evil:755"_s, u"evil"_s, u"is outside"_s);
        row("dots out", u"file:evil:755"_s, u"SmartMeter/../evil"_s, u"is outside"_s);
        row("same beginning", u"dir:SmartMeter2;file:SmartMeter2/a:755"_s, u"SmartMeter2/a"_s, u"is outside"_s);
        row("link out", u"link:SmartMeter/l:/bin/sh"_s, u"SmartMeter/l"_s, u"is outside"_s);
        row("folder link out", u"dir:other;file:other/a:755;link:SmartMeter/d:../other"_s, u"SmartMeter/d/a"_s,
            u"is outside"_s);
        row("circle of links", u"link:SmartMeter/a:b;link:SmartMeter/b:a"_s, u"SmartMeter/a"_s, u"cannot find"_s);
        row("not executable", u"file:SmartMeter/n:644"_s, u"SmartMeter/n"_s, u"not executable"_s);
        row("every user may write", u"file:SmartMeter/w:757"_s, u"SmartMeter/w"_s, u"changed by every user"_s);
        row("setuid", u"file:SmartMeter/s:4755"_s, u"SmartMeter/s"_s, u"setuid"_s);
        row("setgid", u"file:SmartMeter/s:2755"_s, u"SmartMeter/s"_s, u"setuid"_s);
        row("folder open to all", u"mode:SmartMeter/sub:777;file:SmartMeter/sub/a:755"_s, u"SmartMeter/sub/a"_s,
            u"every user can change"_s);
        row("root folder open to all", u"mode::777"_s, u"SmartMeter/ocr.py"_s, u"every user can change"_s);
        row("open but sticky folder", u"mode:SmartMeter/sub:1777;file:SmartMeter/sub/a:755"_s, u"SmartMeter/sub/a"_s,
            u""_s);
        row("a pipe", u"fifo:SmartMeter/p"_s, u"SmartMeter/p"_s, u"not a regular file"_s);
        row("a very long path", u""_s, u"SmartMeter/"_s + QString(5000, u'a'), u"cannot find"_s);
    }

    void allowsOnlyWhatNoOtherUserCanPlant()
    {
        QFETCH(const QString, made);
        QFETCH(const QString, asked);
        QFETCH(const QString, reason);
        make(made);
        const QString file = asked.startsWith(u'!') ? asked.mid(1) : m_dir->path() + u'/' + asked;
        const auto program = rules().check(file);
        if (reason.isEmpty()) {
            QVERIFY2(program.has_value(), program ? "" : qPrintable(program.error().message));
            QCOMPARE(program->user, m_owner);
            QVERIFY(program->path.startsWith(QFileInfo(m_top).canonicalFilePath() + u'/'));
        } else {
            QVERIFY(!program.has_value());
            QVERIFY2(program.error().message.contains(reason), qPrintable(program.error().message));
        }
    }

    void findsTheTreeThroughALinkToTheRoot()
    {
        const QTemporaryDir other;
        const QString link = other.path() + u"/device"_s;
        QVERIFY(QFile::link(m_dir->path(), link));
        const ProgramRules linked(link + u"/SmartMeter"_s, m_owner, m_owner);
        const auto program = linked.check(link + u"/SmartMeter/ocr.py"_s);
        QVERIFY(program.has_value());
        QCOMPARE(program->path, QFileInfo(m_top + u"/ocr.py"_s).canonicalFilePath());
    }

    void neverRunsAsRoot()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can make files that are root's");
        }
        // Whoever lays out a card with sudo leaves files of root's.
        add("SmartMeter/root.py", 0755);
        QVERIFY(::chown(path("SmartMeter/root.py").constData(), 0, 0) == 0);
        const auto ofRoot = rules().check(m_top + u"/root.py"_s);
        QVERIFY2(ofRoot.has_value(), ofRoot ? "" : qPrintable(ofRoot.error().message));
        QCOMPARE(ofRoot->user, nobody);
        QVERIFY(::chown(path("SmartMeter").constData(), 0, 0) == 0);
        const ProgramRules rootsTree(m_top, 0, 0);
        const auto asRoot = rootsTree.check(m_top + u"/root.py"_s);
        QVERIFY(!asRoot && asRoot.error().message.contains(u"would run as root"_s));
    }

    void neverRunsAsAThirdUser()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can make files of another user");
        }
        add("SmartMeter/theirs.py", 0755);
        QVERIFY(::chown(path("SmartMeter/theirs.py").constData(), 1, 1) == 0);
        const auto program = rules().check(m_top + u"/theirs.py"_s);
        QVERIFY(!program && program.error().message.contains(u"neither to root nor to the owner"_s));
    }

    void knowsAGroupThatOthersAreIn()
    {
        QVERIFY(!hasOtherMembers(0, ::geteuid()));
        QVERIFY(!hasOtherMembers(4'000'000, ::geteuid()));
        const passwd *const daemon = ::getpwnam("daemon");
        if (daemon == nullptr) {
            QSKIP("this machine has no account \"daemon\"");
        }
        const gid_t group = daemon->pw_gid;
        const uid_t user = daemon->pw_uid;
        QVERIFY(hasOtherMembers(group, user + 1));
        QVERIFY(!hasOtherMembers(group, user));
    }

    void keepsTheNameOfALink()
    {
        // One program under two names looks at the one it was started by.
        QVERIFY(::symlink("ocr.py", path("SmartMeter/dlms.py").constData()) == 0);
        const auto program = rules().check(m_top + u"/sub/../dlms.py"_s);
        QVERIFY(program.has_value());
        const QString top = QFileInfo(m_top).canonicalFilePath();
        QCOMPARE(program->path, top + u"/dlms.py"_s);
        QCOMPARE(program->file, top + u"/ocr.py"_s);
        // A name outside of the folder is none to start something by.
        QVERIFY(::symlink("SmartMeter/ocr.py", path("outside.py").constData()) == 0);
        const auto outside = rules().check(m_dir->path() + u"/outside.py"_s);
        QVERIFY(outside.has_value());
        QCOMPARE(outside->path, top + u"/ocr.py"_s);
    }

    void refusesFoldersOfAThirdUser()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can make folders of another user");
        }
        add("SmartMeter/sub/a", 0755);
        QVERIFY(::chown(path("SmartMeter/sub").constData(), 1, 1) == 0);
        const auto program = rules().check(m_top + u"/sub/a"_s);
        QVERIFY(!program && program.error().message.contains(u"third user"_s));
    }

    void recognisesTheProcessesOfAProgram()
    {
        const auto self = ProcessHandle::open(::getpid(), ProcessHandle::Kind::Other);
        QVERIFY(self.has_value());
        const QString executable = QFileInfo(u"/proc/self/exe"_s).canonicalFilePath();
        QVERIFY(checkRuns(*self, {executable, executable, ::geteuid(), 0, {}}).has_value());
        QVERIFY(!checkRuns(*self, {executable, executable, ::geteuid() + 1, 0, {}}).has_value());
        QVERIFY(!checkRuns(*self, {u"/bin/true"_s, u"/bin/true"_s, ::geteuid(), 0, {}}).has_value());
    }

    void seesThatAProcessHasGone()
    {
        const pid_t child = ::fork();
        if (child == 0) {
            ::pause();
            ::_exit(0);
        }
        const auto handle = ProcessHandle::open(child, ProcessHandle::Kind::Child);
        QVERIFY(handle && handle->exists() && !handle->hasEnded());
        ::kill(child, SIGKILL);
        QTRY_VERIFY_WITH_TIMEOUT(handle->hasEnded(), 10000);
        ProcessHandle owned = *ProcessHandle::open(child, ProcessHandle::Kind::Child); // a zombie can be watched too
        QCOMPARE(owned.reap().signal, SIGKILL);
        QVERIFY(!handle->exists());
        QVERIFY(!ProcessHandle::open(child, ProcessHandle::Kind::Other).has_value());
        const auto gone = checkRuns(*handle, {u"/bin/true"_s, u"/bin/true"_s, ::geteuid(), 0, {}});
        QVERIFY(!gone && gone.error().code == ErrorCode::NotFound);
    }

private:
    [[nodiscard]] QByteArray path(const QByteArray &below) const
    {
        const QByteArray root = QFile::encodeName(m_dir->path());
        return below.isEmpty() ? root : root + '/' + below;
    }
    [[nodiscard]] ProgramRules rules() const
    {
        return {m_top, m_owner, m_owner, [this](gid_t, uid_t) {
                    return m_groupsHaveOthers;
                }};
    }
    void own(const QByteArray &file) const
    {
        QVERIFY(::lchown(file.constData(), m_owner, m_owner) == 0 || m_owner != nobody);
    }
    void add(const QByteArray &below, mode_t mode) const
    {
        QFile file(QFile::decodeName(path(below)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("#!/bin/sh\n");
        file.close();
        own(path(below));
        QVERIFY(::chmod(path(below).constData(), mode) == 0); // after chown, which takes setuid bits away
    }
    // "kind:path[:argument]", joined by semicolons.
    void make(const QString &list)
    {
        if (list.isEmpty()) {
            return;
        }
        // A name in the table may hold a semicolon when it is the only one.
        const QStringList items = list.contains(u"$("_s) ? QStringList{list} : list.split(u';');
        for (const QString &item : items) {
            const QStringList parts = item.split(u':');
            if (parts[0] == u"others"_s) {
                m_groupsHaveOthers = true;
                continue;
            }
            const QByteArray file = QFile::encodeName(parts[1]);
            const QByteArray argument = QFile::encodeName(parts.value(2));
            if (parts[0] == u"file"_s) {
                add(file, static_cast<mode_t>(argument.toUInt(nullptr, 8)));
            } else if (parts[0] == u"mode"_s) {
                QVERIFY(::chmod(path(file).constData(), static_cast<mode_t>(argument.toUInt(nullptr, 8))) == 0);
            } else if (parts[0] == u"dir"_s) {
                QVERIFY(::mkdir(path(file).constData(), 0755) == 0);
                own(path(file));
            } else if (parts[0] == u"link"_s) {
                QVERIFY(::symlink(argument.constData(), path(file).constData()) == 0);
            } else if (parts[0] == u"fifo"_s) {
                QVERIFY(::mkfifo(path(file).constData(), 0755) == 0);
            }
        }
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    QString m_top;
    uid_t m_owner = 0;
    bool m_groupsHaveOthers = false;
};

QTEST_GUILESS_MAIN(TestProgramRules)
#include "tst_program_rules.moc"
