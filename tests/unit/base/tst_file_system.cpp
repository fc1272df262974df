// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/FileSystem.h"

#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace Qt::StringLiterals;

class FileSystemTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hasRoom()
    {
        const QTemporaryDir folder;
        const Result<qint64> available = availableBytes(folder.path());
        QVERIFY2(available, available ? "" : qPrintable(available.error().message));
        QVERIFY(*available > 0);
    }

    // Its figure is the kernel's; a table of mounts, which need not list the file system, has none for it.
    void anEmptyFileSystemHasNone() { QCOMPARE(availableBytes(u"/proc/self"_s).value_or(-1), 0); }

    void namesWhatIsNotThere()
    {
        const Result<qint64> available = availableBytes(u"/nonexistent/folder"_s);
        QVERIFY(!available);
        QVERIFY(available.error().message.contains(u"/nonexistent/folder"_s));
    }
};

QTEST_GUILESS_MAIN(FileSystemTest)
#include "tst_file_system.moc"
