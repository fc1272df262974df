// SPDX-License-Identifier: GPL-3.0-or-later
#include "ComponentFixture.h"
#include "system/FolderExchange.h"

using namespace sgn;
using namespace sgn::update;
using namespace sgn::system;
using namespace sgn::test;
using namespace Qt::StringLiterals;

class TestPythonPackages : public ComponentFixture
{
    Q_OBJECT

private Q_SLOTS:
    void replacesThePackages()
    {
        offer(packages("new"));
        const UpdateOutcome outcome = run(packagesUpdate(3));
        QVERIFY2(outcome.success, qPrintable(outcome.remarks));
        QCOMPARE(packageContent(), "new");
        QCOMPARE(packageVersion(), "3\n");
        // The processes that use them were stopped meanwhile, and run as they ran before.
        QCOMPARE(m_watchdog->requestsOf<control::Hold>().first().component, Component::SmartMeter);
        const QList<ProcessVersion> before{{u"dlms"_s, 1}, {u"ocr"_s, 1}};
        QCOMPARE(m_watchdog->requestsOf<control::Resume>().first().expected, before);
        QVERIFY(!m_watchdog->isHeld);
        QCOMPARE(leftovers(), (QStringList{u"previous-site-packages"_s, u"previous-site-packages.json"_s}));
        QCOMPARE(run(packagesUpdate(3)).remarks, u"already installed"_s);
        QCOMPARE(run(packagesUpdate(2)).error, std::optional(ErrorCode::Downgrade));
    }

    void installsPackagesWhereThereAreNone()
    {
        QVERIFY(removeFolder(m_home + u"/.local"_s));
        offer(packages("new"));
        const UpdateOutcome outcome = run(packagesUpdate(0));
        QVERIFY2(outcome.success, qPrintable(outcome.remarks));
        QCOMPARE(packageContent(), "new");
    }

    void rollsBackPackagesThatBreakAProcess()
    {
        offer(packages("new"));
        m_watchdog->lastLines = {{u"ocr"_s, {u"Traceback"_s, u"ImportError: No module named 'serial'"_s}}};
        // With the new packages in place, one of the processes ends again and again.
        m_watchdog->onResume = [this] {
            QVERIFY(test::writeFile(m_root + u"/SmartMeter/ocr.version"_s, packageContent() == "new" ? "-1" : "1"));
        };
        const UpdateOutcome outcome = run(packagesUpdate(3));
        QVERIFY(!outcome.success);
        QVERIFY(outcome.rolledBack);
        QCOMPARE(outcome.error, std::optional(ErrorCode::NotHealthy));
        QVERIFY2(outcome.remarks.contains(u"ImportError"_s), qPrintable(outcome.remarks));
        QCOMPARE(packageContent(), "old");
        QVERIFY(!m_watchdog->isHeld);
        QCOMPARE(leftovers(), QStringList());
        QVERIFY(outcome.log.contains(u"ocr: Traceback"_s));
        QVERIFY(outcome.log.contains(u"ocr: ImportError: No module named 'serial'"_s));
        QVERIFY(outcome.log.last().endsWith(u"rolled_back"_s));
    }

    void ignoresProcessesThatDidNotRunBefore()
    {
        QVERIFY(test::writeFile(m_root + u"/SmartMeter/dlms.version"_s, "-1"));
        offer(packages("new"));
        const UpdateOutcome outcome = run(packagesUpdate(3));
        QVERIFY2(outcome.success, qPrintable(outcome.remarks));
        const QList<ProcessVersion> before{{u"ocr"_s, 1}};
        QCOMPARE(m_watchdog->requestsOf<control::Resume>().first().expected, before);
    }

    void findsTheFolderOfThePackages_data()
    {
        QTest::addColumn<QString>("configured");
        QTest::addColumn<Files>("files"); // below the home folder
        QTest::addColumn<QString>("python");
        QTest::addColumn<QString>("found"); // below the home folder; empty: nothing
        const QString script = u"technospurs/SmartMeter/ocr.py"_s;
        const auto lib = [](const QString &python) {
            return u".local/lib/%1/site-packages"_s.arg(python);
        };
        const auto packageOf = [lib](const QString &python) {
            return lib(python) + u"/serial.py"_s;
        };
        const Files none;
        QTest::newRow("nothing at all") << QString() << none << QString() << QString();
        QTest::newRow("the configured one")
            << u"packages"_s << Files{{script, "#!/usr/bin/python3.7\n"}} << QString() << u"packages"_s;
        QTest::newRow("named by a script") << QString() << Files{{script, "#!/usr/bin/python3.7\n"}}
                                           << u"/usr/bin/python3.11"_s << lib(u"python3.7"_s);
        QTest::newRow("by env") << QString() << Files{{script, "#!/usr/bin/env python3.9 -S\n"}} << QString()
                                << lib(u"python3.9"_s);
        QTest::newRow("the newest of several scripts")
            << QString()
            << Files{{script, "#!/usr/bin/python3.7\n"}, {u"technospurs/SmartMeter/a.py"_s, "#!/usr/bin/python3.11\n"}}
            << QString() << lib(u"python3.11"_s);
        QTest::newRow("not in the first line")
            << QString() << Files{{script, "import os\n#!/usr/bin/python3.7\n"}, {packageOf(u"python3.5"_s), "a"}}
            << QString() << lib(u"python3.5"_s);
        QTest::newRow("the system's") << QString()
                                      << Files{{script, "#!/usr/bin/python3\n"}, {packageOf(u"python3.5"_s), "a"}}
                                      << u"python3.9"_s << lib(u"python3.9"_s);
        QTest::newRow("the newest on disk") << QString()
                                            << Files{{script, "#!/usr/bin/python3\n"},
                                                     {packageOf(u"python3.9"_s), "a"},
                                                     {packageOf(u"python3.11"_s), "a"},
                                                     {packageOf(u"python3.11.bad"_s), "a"},
                                                     {u".local/lib/python3.12/other"_s, "a"}}
                                            << QString() << lib(u"python3.11"_s);
        QTest::newRow("no numbers without an end")
            << QString() << Files{{script, "#!/usr/bin/python3.1234567\n"}} << QString() << QString();
    }

    void findsTheFolderOfThePackages()
    {
        QFETCH(const QString, configured);
        QFETCH(const Files, files);
        QFETCH(const QString, python);
        QFETCH(const QString, found);
        const QString home = m_folder->filePath(u"other"_s);
        QVERIFY(QDir().mkpath(home + u"/technospurs/SmartMeter"_s));
        QVERIFY(install(home, files));
        InstallLocations places;
        places.root = home + u"/technospurs"_s;
        places.sitePackages = configured.isEmpty() ? QString() : home + u'/' + configured;
        QString interpreter = home + u"/bin/python3"_s;
        if (!python.isEmpty()) {
            QVERIFY(test::writeFile(home + u"/bin/"_s + QFileInfo(python).fileName(), "program"));
            QVERIFY(QFile::link(QFileInfo(python).fileName(), interpreter));
        }
        const auto folder = findSitePackages(places, interpreter);
        QCOMPARE(folder.has_value(), !found.isEmpty());
        if (folder) {
            QCOMPARE(*folder, home + u'/' + found);
        }
    }

    void restoresThePackages()
    {
        offer(packages("new"));
        QVERIFY(run(packagesUpdate(3)).success);
        const UpdateOutcome back = run(Rollback{Component::SitePackages});
        QVERIFY2(back.success, qPrintable(back.remarks));
        QCOMPARE(packageContent(), "old");
        QVERIFY(packageVersion().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestPythonPackages)
#include "tst_python_packages.moc"
