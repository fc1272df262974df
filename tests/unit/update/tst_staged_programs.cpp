// SPDX-License-Identifier: GPL-3.0-or-later
#include "InstallerFixture.h"
#include "release/ProgramHead.h"
#include "update/StagedPrograms.h"

using namespace sgn;
using namespace sgn::update;
using namespace sgn::test;
using namespace Qt::StringLiterals;

// What files show of a release that can't run: it is refused while the old one still does.
class TestStagedPrograms : public InstallerFixture
{
    Q_OBJECT

private Q_SLOTS:
    void judgesTheBeginningOfAProgram_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<QString>("problem"); // a part of it; empty: none
        const auto row = [](const char *name, const QByteArray &head, const QString &problem) {
            QTest::newRow(name) << head << problem;
        };
        row("a script", "#!/usr/bin/python3\nimport os\n", {});
        row("with an option", "#!/usr/bin/python3 -u\n", {});
        row("with a blank", "#! /usr/bin/python3\n", {});
        row("only a first line", "#!/usr/bin/python3", {});
        row("CRLF further below", "#!/usr/bin/python3\nimport os\r\n", {});
        row("a program",
            "\x7f"
            "ELF\x02\x01",
            {});
        row("env", "#!/usr/bin/env python3\n", {});
        row("env with options", "#!/usr/bin/env -S python3.7 -u\n", {});
        row("CRLF", "#!/usr/bin/python3\r\nimport os\r\n", u"CRLF"_s);
        row("CRLF after an option", "#!/usr/bin/python3 -u\r\n", u"CRLF"_s);
        row("CR only", "#!/usr/bin/python3\rimport os\r", u"CRLF"_s);
        row("byte order mark", "\xef\xbb\xbf#!/usr/bin/python3\n", u"byte order mark"_s);
        row("UTF-16", QByteArray("\xff\xfe#\0!\0", 6), u"UTF-16"_s);
        row("an interpreter that is missing", "#!/usr/bin/python3.7\n",
            u"its interpreter /usr/bin/python3.7 is not on this device"_s);
        row("the same by env", "#!/usr/bin/env python3.7\n", u"its interpreter python3.7 is not on this device"_s);
        row("no whole path", "#!python3\n", u"whole path"_s);
        row("nothing behind", "#!\n", u"whole path"_s);
        row("no first line", "import os\n", u"no \"#!\" line"_s);
        row("nothing", {}, u"no \"#!\" line"_s);
    }

    void judgesTheBeginningOfAProgram()
    {
        QFETCH(const QByteArray, head);
        QFETCH(const QString, problem);
        const QString found = headProblem(
            head, [](const QByteArray &path) { return path == "/usr/bin/python3" || path == "/usr/bin/env"; });
        QCOMPARE(found.isEmpty(), problem.isEmpty());
        QVERIFY2(found.contains(problem), qPrintable(found));
    }

    void refusesWhatCannotRun_data()
    {
        QTest::addColumn<Files>("changes"); // to the new release; empty: without that file
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("remarks");
        const QString ocr = u"SmartMeter/ocr.py"_s;
        QTest::newRow("CRLF") << Files{{ocr, "#!/usr/bin/python3\r\n"}} << ErrorCode::BadArchive << u"CRLF"_s;
        QTest::newRow("byte order mark") << Files{{ocr, "\xef\xbb\xbf#!/usr/bin/python3\n"}} << ErrorCode::BadArchive
                                         << u"ocr.py cannot run: it begins with a byte order mark"_s;
        QTest::newRow("an interpreter that is missing")
            << Files{{ocr, "#!/usr/bin/python3.1\n"}} << ErrorCode::InstallFailed << u"/usr/bin/python3.1"_s;
        QTest::newRow("not executable") << Files{{ocr, "print(1)\n"}} << ErrorCode::BadArchive << u"isn't executable"_s;
        QTest::newRow("renamed") << Files{{ocr, {}}, {u"SmartMeter/ocr_reader.py"_s, "#!/usr/bin/python3\n"}}
                                 << ErrorCode::BadArchive
                                 << u"there is no program ocr.py in the release, which process \"ocr\" is"_s;
        QTest::newRow("a new process") << Files{{u"SmartMeter/dlms.py"_s, "#!/usr/bin/python3\r\n"}}
                                       << ErrorCode::BadArchive << u"dlms.py cannot run"_s;
    }

    void refusesWhatCannotRun()
    {
        QFETCH(const Files, changes);
        QFETCH(const ErrorCode, code);
        QFETCH(const QString, remarks);
        Files files = meterRelease(2);
        for (auto it = changes.begin(); it != changes.end(); ++it) {
            files.insert(it.key(), it.value());
            if (it->isEmpty()) {
                files.remove(it.key());
            }
        }
        offer(files);
        QVERIFY(m_installer->begin(meterOrder(2)));
        QVERIFY(ended());
        QCOMPARE(m_outcomes.first().error, std::optional(code));
        QVERIFY2(m_outcomes.first().remarks.contains(remarks), qPrintable(m_outcomes.first().remarks));
        // The meter has run all the time.
        QVERIFY(m_watchdog->requestsOf<control::Hold>().isEmpty());
        QVERIFY(!m_outcomes.first().rolledBack);
        QCOMPARE(installedFiles(m_root, u"SmartMeter"_s), meterRelease(1));
        m_installer->close();
        QCOMPARE(leftovers(), QStringList());
    }

    void takesWhatMayRun_data()
    {
        QTest::addColumn<Files>("installed");
        QTest::addColumn<Files>("staged");
        const QString ocr = u"SmartMeter/ocr.py"_s;
        const QByteArray script = "#!/usr/bin/python3\n";
        QTest::newRow("processes of programs with other names")
            << Files{{u"SmartMeter/reader.py"_s, script}} << Files{{u"SmartMeter/reader2.py"_s, script}};
        QTest::newRow("a module of the process's name") << Files{{ocr, "x = 1\n"}, {u"SmartMeter/main.py"_s, script}}
                                                        << Files{{ocr, "x = 2\r\n"}, {u"SmartMeter/main.py"_s, script}};
        QTest::newRow("an interpreter that comes along") << Files{{ocr, script}}
                                                         << Files{{ocr, "#!/the/device/SmartMeter/bin/python\n"},
                                                                  {u"SmartMeter/bin/python"_s, "\x7f"
                                                                                               "ELF"}};
        QTest::newRow("a folder of the process's name")
            << Files{{ocr, script}} << Files{{ocr, script}, {u"SmartMeter/ocr/__init__.py"_s, "x"}};
        QTest::newRow("other files with line ends of Windows")
            << Files{{ocr, script}} << Files{{ocr, script}, {u"SmartMeter/tool.py"_s, "#!/usr/bin/python3\r\n"}};
    }

    void takesWhatMayRun()
    {
        QFETCH(const Files, installed);
        QFETCH(Files, staged);
        const QString root = m_folder->filePath(u"other"_s);
        const ReleasePaths paths(root + u"/SmartMeter"_s, root + u"/downloads"_s, root + u"/downloads"_s);
        for (QByteArray &content : staged) {
            content.replace("/the/device", QFile::encodeName(root));
        }
        QVERIFY(install(root, installed));
        QVERIFY(install(paths.stage(), staged));
        const auto checked = checkPrograms(paths, {{u"ocr"_s, 2}, {u"dlms"_s, 2}});
        QVERIFY2(checked, checked ? "" : qPrintable(checked.error().message));
    }
};

QTEST_GUILESS_MAIN(TestStagedPrograms)
#include "tst_staged_programs.moc"
