// SPDX-License-Identifier: GPL-3.0-or-later
#include "ComponentFixture.h"
#include "support/TreeSnapshot.h"
#include "system/FolderExchange.h"
#include "update/CarryOver.h"
#include "update/OwnFiles.h"
#include "update/ReleaseModules.h"

#include <fcntl.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace sgn;
using namespace sgn::update;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

// Names are those below SmartMeter.
Files named(const Files &files)
{
    Files all;
    for (auto it = files.begin(); it != files.end(); ++it) {
        all.insert(u"SmartMeter/"_s + it.key(), it.value());
    }
    return all;
}

// Another user for this thread's files, without root's rights (CAP_FOWNER).
class OtherUser
{
public:
    explicit OtherUser(uid_t user) { ::setfsuid(user); }
    ~OtherUser() { ::setfsuid(::geteuid()); }
    OtherUser(const OtherUser &) = delete;
    OtherUser &operator=(const OtherUser &) = delete;
};

} // namespace

// An update takes only what is its own.
class TestCarryOver : public ComponentFixture
{
    Q_OBJECT

private:
    [[nodiscard]] ReleasePaths paths() const
    {
        return {m_root + u"/SmartMeter"_s, m_settings.downloads, m_settings.downloads};
    }
    [[nodiscard]] QString below(const QString &name) const { return m_root + u"/SmartMeter/"_s + name; }
    [[nodiscard]] QString previous(const QString &name) const { return paths().previous() + u'/' + name; }

    // Lays out one release as installed and another as staged, both with lists.
    void layOut(const Files &old, const Files &next)
    {
        QVERIFY(system::removeFolder(paths().installed()));
        QVERIFY(install(m_root, named(old)));
        QVERIFY(install(paths().stage(), named(next)));
        for (const QString &folder : {paths().installed(), paths().staged()}) {
            const auto files = everythingIn(folder);
            QVERIFY(files && noteOwnFiles(paths(), folder, *files));
        }
    }
    [[nodiscard]] Result<CarriedOver> exchange(const QStringList &dropped = {}) const
    {
        return exchangeReleases(paths(), system::inodeOf(paths().staged()).value_or(0), dropped);
    }

private Q_SLOTS:
    void carriesWhatBelongsToNeitherRelease_data()
    {
        QTest::addColumn<bool>("isListed"); // the old release
        QTest::addColumn<Files>("old");
        QTest::addColumn<Files>("meters");
        QTest::addColumn<Files>("next");
        QTest::addColumn<Files>("installed");
        QTest::addColumn<QStringList>("left");
        const Files one{{u"ocr.py"_s, "#!1"}, {u"gone.txt"_s, "1"}, {u"lib/a.py"_s, "1"}};
        const Files two{{u"ocr.py"_s, "#!2"}, {u"new.txt"_s, "2"}, {u"lib/b.py"_s, "2"}};
        const auto with = [](Files files, const Files &more) {
            files.insert(more);
            return files;
        };
        const Files calibration{{u"calibration.json"_s, "c"}};
        QTest::newRow("nothing") << true << one << Files{} << two << two << QStringList();
        QTest::newRow("a file") << true << one << calibration << two << with(two, calibration) << QStringList();
        const Files deep{{u"state/2026/11.csv"_s, "x"}, {u"lib/cache.db"_s, "y"}, {u".hidden"_s, "z"}};
        QTest::newRow("sub-folders and hidden ones") << true << one << deep << two << with(two, deep) << QStringList();
        QTest::newRow("odd names") << true << one << Files{{u"a\nb"_s, "1"}, {u"Zähler \\ 1"_s, "2"}} << two
                                   << with(two, {{u"a\nb"_s, "1"}, {u"Zähler \\ 1"_s, "2"}}) << QStringList();
        QTest::newRow("the name of a new release's file")
            << true << one << Files{{u"new.txt"_s, "the meter's"}} << two << two
            << QStringList{u"new.txt (the release has one of that name)"_s};
        QTest::newRow("a folder where the release has a file")
            << true << one << Files{{u"new.txt/x"_s, "m"}} << two << two
            << QStringList{u"new.txt/ (the release has something else there)"_s,
                           u"new.txt/x (the release has something else there)"_s};
        QTest::newRow("a file where the release has a folder")
            << true << Files{{u"ocr.py"_s, "#!1"}} << Files{{u"lib"_s, "m"}} << two << two
            << QStringList{u"lib (the release has something else there)"_s};
        QTest::newRow("caches of Python")
            << true << one
            << Files{{u"__pycache__/ocr.cpython-311.pyc"_s, "old"}, {u"lib/__pycache__/a.cpython-311.pyc"_s, "old"}}
            << two << two << QStringList();
        const Files modules{{u"ocr.py"_s, "#!2"}, {u"calc.py"_s, "2"}, {u"lib/a.py"_s, "2"}};
        QTest::newRow("what Python would import instead of the release's")
            << true << one
            << Files{{u"calc/__init__.py"_s, "m"}, {u"calc/readings.csv"_s, "1"}, {u"lib/a.abi3.so"_s, "m"}} << modules
            << with(modules, {{u"calc/readings.csv"_s, "1"}})
            << QStringList{u"calc/__init__.py (it would hide the release's calc.py)"_s,
                           u"lib/a.abi3.so (it would hide the release's lib/a.py)"_s};
        QTest::newRow("no list: a package that became a module")
            << false << with(one, {{u"calc/__init__.py"_s, "1"}, {u"calc/data.csv"_s, "1"}}) << Files{} << modules
            << with(modules, {{u"gone.txt"_s, "1"}, {u"calc/data.csv"_s, "1"}})
            << QStringList{u"calc/__init__.py (it would hide the release's calc.py)"_s};
        QTest::newRow("no list: what the zip doesn't have")
            << false << one << calibration << two
            << with(two, {{u"gone.txt"_s, "1"}, {u"lib/a.py"_s, "1"}, {u"calibration.json"_s, "c"}}) << QStringList();
        QTest::newRow("no list: a dropped process's program goes")
            << false << with(one, {{u"dlms.py"_s, "#!1"}, {u"dlms.json"_s, "{}"}}) << Files{} << two
            << with(two, {{u"gone.txt"_s, "1"}, {u"lib/a.py"_s, "1"}, {u"dlms.json"_s, "{}"}}) << QStringList();
    }

    void carriesWhatBelongsToNeitherRelease()
    {
        QFETCH(const bool, isListed);
        QFETCH(const Files, old);
        QFETCH(const Files, meters);
        QFETCH(const Files, next);
        QFETCH(const Files, installed);
        QFETCH(const QStringList, left);
        layOut(old, next);
        if (!isListed) {
            QVERIFY(system::removeFolder(paths().ownFiles()));
            const auto files = everythingIn(paths().staged());
            QVERIFY(files && noteOwnFiles(paths(), paths().staged(), *files));
        }
        QVERIFY(install(m_root, named(meters)));
        const auto before = installedFiles(m_root, u"SmartMeter"_s);
        const quint64 id = system::inodeOf(paths().staged()).value();
        const auto done = exchange({u"dlms"_s});
        QVERIFY2(done, done ? "" : qPrintable(done.error().message));
        QStringList reported = done->left;
        reported.sort();
        QCOMPARE(reported, left);
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), named(installed));
        // The old release is as it was, and comes back like that.
        QCOMPARE(installedFiles(paths().stage(), u"SmartMeter"_s), before);
        QVERIFY(exchangeReleases(paths(), id, {}));
        QVERIFY(restoreRelease(paths(), id) == system::RollBack::Done);
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), before);
        // And goes again, without more of it.
        QVERIFY(exchangeReleases(paths(), id, {}));
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), named(installed));
    }

    void knowsWhatPythonImports_data()
    {
        QTest::addColumn<QByteArray>("own");
        QTest::addColumn<QByteArray>("meters");
        QTest::addColumn<bool>("isHidden");
        const auto row = [](const char *own, const char *meters, bool isHidden) {
            QTest::newRow(qPrintable(u"%1 beside %2"_s.arg(QLatin1String(meters), QLatin1String(own))))
                << QByteArray(own) << QByteArray(meters) << isHidden;
        };
        row("calc.py", "calc/__init__.py", true);
        row("calc.py", "calc/__init__.pyc", true);
        row("calc.py", "calc/__init__.cpython-311-aarch64-linux-gnu.so", true);
        row("calc.py", "calc.so", true);
        row("calc.py", "calc.abi3.so", true);
        row("calc.py", "calc.cpython-37m-arm-linux-gnueabihf.so", true);
        row("calc.pyc", "calc.py", true);
        row("calc.so", "calc.abi3.so", true);
        row("calc.so", "calc/__init__.py", true);
        row("calc/", "calc.py", true);
        row("lib/calc.py", "lib/calc.so", true);
        row("lib/__init__.py", "lib/__init__.so", true);
        row("calc.py", "calc.pyc", false);
        row("calc.py", "calc/", false);
        row("calc.py", "calc/data.csv", false);
        row("calc.py", "calc.json", false);
        row("calc.py", "calc.so.1", false);
        row("calc.py", "calc.tar.b.so", false);
        row("calc.py", "lib/calc.so", false);
        row("calc.py", "calculator.so", false);
        row("calc.py", ".so", false);
        row("calc.so", "calc.py", false);
        row("calc/__init__.py", "calc.py", false);
        row("calc/__init__.py", "calc.so", false);
    }

    void knowsWhatPythonImports()
    {
        QFETCH(const QByteArray, own);
        QFETCH(const QByteArray, meters);
        QFETCH(const bool, isHidden);
        const auto hidden = ReleaseModules({own, "ocr.py"}).hiddenBy(meters);
        QCOMPARE(hidden.has_value(), isHidden);
        QCOMPARE(hidden.value_or(own), own);
    }

    // A link to a package elsewhere; one to data of the same name hides nothing. Caches are no data, links to them
    // neither.
    void leavesLinksToPackages()
    {
        layOut({{u"ocr.py"_s, "#!1"}}, {{u"ocr.py"_s, "#!2"}, {u"calc.py"_s, "2"}});
        QVERIFY(test::writeFile(m_folder->filePath(u"elsewhere/__init__.py"_s), "m"));
        QVERIFY(QFile::link(m_folder->filePath(u"elsewhere"_s), below(u"calc"_s)));
        QVERIFY(QFile::link(m_folder->path(), below(u"ocr"_s)));
        QVERIFY(QFile::link(m_folder->path(), below(u"__pycache__"_s)));
        const auto done = exchange();
        QVERIFY(done);
        QCOMPARE(done->left, QStringList{u"calc (it would hide the release's calc.py)"_s});
        QVERIFY(QFileInfo(below(u"ocr"_s)).isSymLink());
        QVERIFY(!QFileInfo(below(u"calc"_s)).isSymLink() && !QFileInfo(below(u"__pycache__"_s)).isSymLink());
    }

    void keepsLinksPipesAndModes()
    {
        layOut({{u"ocr.py"_s, "#!1"}}, {{u"ocr.py"_s, "#!2"}});
        const QByteArray folder = QFile::encodeName(below({}));
        QVERIFY(::symlink("/var/lib/elsewhere", (folder + "link").constData()) == 0);
        QVERIFY(::symlink("ocr.py", (folder + "near").constData()) == 0);
        QVERIFY(::mkfifo((folder + "live").constData(), 0620) == 0);
        QVERIFY(::mkdir((folder + "spool").constData(), 0750) == 0);
        QVERIFY(test::writeFile(below(u"secret"_s), "s"));
        QVERIFY(::chmod((folder + "secret").constData(), 0400) == 0);
        TreeSnapshot before = snapshotOf(paths().installed());
        const quint64 secret = system::inodeOf(below(u"secret"_s)).value();
        QVERIFY(exchange());
        TreeSnapshot after = snapshotOf(paths().installed());
        QVERIFY(after.remove(u"ocr.py"_s) == 1 && before.remove(u"ocr.py"_s) == 1);
        QCOMPARE(after, before);
        QCOMPARE(system::inodeOf(below(u"secret"_s)).value(), secret);
    }

    // Root's files, from when a meter was once started by sudo: no other user may link them.
    void movesWhatItMayNotLink()
    {
        if (::geteuid() != 0) {
            QSKIP("needs root");
        }
        layOut({{u"ocr.py"_s, "#!1"}}, {{u"ocr.py"_s, "#!2"}});
        constexpr uid_t owner = 12345;
        QVERIFY(::chmod(QFile::encodeName(m_folder->path()).constData(), 0755) == 0);
        QDirIterator all(m_folder->path(), QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot,
                         QDirIterator::Subdirectories);
        while (all.hasNext()) {
            QVERIFY(::lchown(QFile::encodeName(all.next()).constData(), owner, owner) == 0);
        }
        QVERIFY(test::writeFile(below(u"readings.db"_s), "17.4"));
        QVERIFY(::chmod(QFile::encodeName(below(u"readings.db"_s)).constData(), 0600) == 0);
        QVERIFY(QDir().mkpath(below(u"roots"_s)));
        QVERIFY(test::writeFile(below(u"roots/file"_s), "r"));
        const quint64 id = system::inodeOf(paths().staged()).value();
        {
            const OtherUser user(owner);
            QVERIFY(carryOver(paths(), paths().installed(), paths().staged()));
        }
        QVERIFY(!QFile::exists(below(u"readings.db"_s)));
        {
            const OtherUser user(owner);
            // The exchange doesn't come about.
            QVERIFY(restoreRelease(paths(), id) == system::RollBack::WasNeverIn);
        }
        QCOMPARE(readWhole(below(u"readings.db"_s)), "17.4");
        Result<CarriedOver> done;
        {
            const OtherUser user(owner);
            done = exchange();
        }
        QVERIFY2(done, done ? "" : qPrintable(done.error().message));
        QCOMPARE(readWhole(below(u"readings.db"_s)), "17.4");
        // Root's file in root's folder may be neither linked nor moved, but copied.
        QCOMPARE(readWhole(paths().staged() + u"/roots/file"_s), "r");
        QCOMPARE(readWhole(below(u"roots/file"_s)), "r");
        QVERIFY2(done->left.isEmpty(), qPrintable(done->left.join(u", "_s)));
    }

    void bringsTheMetersFilesThroughUpdatesAndRollbacks()
    {
        offer(meterRelease(2));
        QVERIFY(test::writeFile(below(u"calibration.json"_s), "of 1"));
        QVERIFY(run(meterUpdate(2)).success);
        QCOMPARE(readWhole(below(u"calibration.json"_s)), "of 1");
        // The meter's file isn't the release's, so a rollback doesn't bring back an older one.
        QVERIFY(!QFile::exists(previous(u"calibration.json"_s)));
        QVERIFY(QFile::remove(below(u"calibration.json"_s)));
        QVERIFY(test::writeFile(below(u"calibration.json"_s), "of 2"));
        QVERIFY(test::writeFile(below(u"spool/1"_s), "sent soon"));
        const UpdateOutcome back = run(Rollback{Component::SmartMeter});
        QVERIFY2(back.success, qPrintable(back.remarks));
        QCOMPARE(readWhole(below(u"ocr.version"_s)), "1");
        QCOMPARE(readWhole(below(u"calibration.json"_s)), "of 2");
        QVERIFY(system::removeFolder(below(u"spool"_s)));
        QVERIFY(run(Rollback{Component::SmartMeter}).success);
        QCOMPARE(readWhole(below(u"calibration.json"_s)), "of 2");
        QVERIFY(!QFile::exists(below(u"spool/1"_s)));
        for (int version = 3; version < 6; ++version) {
            offer(meterRelease(version));
            const UpdateOutcome outcome = run(meterUpdate(version));
            QVERIFY2(outcome.success, qPrintable(outcome.remarks));
            QCOMPARE(outcome.remarks, QString());
            QCOMPARE(readWhole(below(u"calibration.json"_s)), "of 2");
        }
        // A list for each of the two releases on the device.
        QCOMPARE(QDir(paths().ownFiles()).entryList(QDir::Files).size(), 2);
    }

    void bringsBackWhatTheMeterMadeMeanwhile()
    {
        QVERIFY(test::writeFile(below(u"calibration.json"_s), "of 1"));
        m_watchdog->onResume = [this] {
            if (readWhole(below(u"ocr.version"_s)) == "-2") {
                QVERIFY(QFile::remove(below(u"calibration.json"_s)));
                QVERIFY(test::writeFile(below(u"calibration.json"_s), "of 2"));
                QVERIFY(test::writeFile(below(u"readings/today"_s), "17.4"));
            }
        };
        offer(meterRelease(-2));
        QVERIFY(run(meterUpdate(2)).rolledBack);
        QCOMPARE(readWhole(below(u"ocr.version"_s)), "1");
        QCOMPARE(readWhole(below(u"calibration.json"_s)), "of 2");
        QCOMPARE(readWhole(below(u"readings/today"_s)), "17.4");
        QCOMPARE(leftovers(), QStringList());
    }

    void removesWhatTheOldReleaseHad()
    {
        Files first = meterRelease(2);
        first.insert(u"SmartMeter/old/helper.py"_s, "x");
        offer(first);
        QVERIFY(run(meterUpdate(2)).success);
        QVERIFY(test::writeFile(below(u"old/mine.txt"_s), "m"));
        offer(meterRelease(3));
        QVERIFY(run(meterUpdate(3)).success);
        QVERIFY(!QFile::exists(below(u"old/helper.py"_s)));
        QCOMPARE(readWhole(below(u"old/mine.txt"_s)), "m");
        QCOMPARE(readWhole(previous(u"old/helper.py"_s)), "x");
    }

    void namesWhatStays()
    {
        offer(meterRelease(2));
        QVERIFY(run(meterUpdate(2)).success);
        Files next = meterRelease(3);
        next.insert(u"SmartMeter/settings.json"_s, "default");
        QVERIFY(test::writeFile(below(u"settings.json"_s), "mine"));
        offer(next);
        const UpdateOutcome outcome = run(meterUpdate(3));
        QVERIFY(outcome.success);
        QCOMPARE(outcome.remarks,
                 u"left with the previous release: settings.json (the release has one of that name)"_s);
        QCOMPARE(readWhole(below(u"settings.json"_s)), "default");
        QVERIFY(run(Rollback{Component::SmartMeter}).success);
        QCOMPARE(readWhole(below(u"settings.json"_s)), "mine");
    }

    // An agent of before has moved the meter's file away with the release that it keeps.
    void takesAPreviousReleaseWithoutAList()
    {
        QVERIFY(install(m_settings.downloads + u"/x"_s, meterRelease(7)));
        QVERIFY(QDir().rename(m_settings.downloads + u"/x/SmartMeter"_s, paths().previous()));
        QVERIFY(test::writeFile(previous(u"calibration.json"_s), "old"));
        QVERIFY(test::writeFile(below(u"calibration.json"_s), "new"));
        QVERIFY(run(Rollback{Component::SmartMeter}).success);
        // Whose of the two it is remains unknown, so both stay where they are.
        QCOMPARE(readWhole(below(u"calibration.json"_s)), "old");
        QCOMPARE(readWhole(previous(u"calibration.json"_s)), "new");
        QCOMPARE(readWhole(below(u"ocr.version"_s)), "7");
    }

    // What the meter has made read-only stays so, and comes along.
    void carriesFoldersThatTakeNoWrites()
    {
        QVERIFY(QDir().mkpath(below(u"calibration"_s)));
        QVERIFY(test::writeFile(below(u"calibration/camera.json"_s), "c"));
        QVERIFY(QFile::setPermissions(below(u"calibration"_s), QFile::ReadOwner | QFile::ExeOwner));
        for (const int version : {2, 3}) {
            offer(meterRelease(version));
            QVERIFY(run(meterUpdate(version)).success);
            QCOMPARE(readWhole(below(u"calibration/camera.json"_s)), "c");
            QVERIFY(!(QFile::permissions(below(u"calibration"_s)) & QFile::WriteOwner));
        }
    }

    void carriesPackagesThatWereInstalledByHand()
    {
        QVERIFY(test::writeFile(sitePackages() + u"/requests/__init__.py"_s, "r"));
        offer(packages("new"));
        QVERIFY(run(packagesUpdate(3)).success);
        QCOMPARE(packageContent(), "new");
        QCOMPARE(readWhole(sitePackages() + u"/requests/__init__.py"_s), "r");
    }

    void knowsAListByItsFolder()
    {
        layOut({{u"a"_s, "1"}}, {{u"b"_s, "2"}});
        QVERIFY(readOwnFiles(paths(), paths().installed()).value() == OwnFiles{"a"});
        // Laid out anew by hand.
        QVERIFY(system::removeFolder(paths().installed()));
        QVERIFY(install(m_root, named({{u"c"_s, "3"}})));
        QVERIFY(!readOwnFiles(paths(), paths().installed()).value());
        QVERIFY(forgetOtherFiles(paths()));
        QVERIFY(!QFile::exists(paths().ownFiles()));
    }
};

QTEST_GUILESS_MAIN(TestCarryOver)
#include "tst_carry_over.moc"
