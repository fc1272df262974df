// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Descriptor.h"
#include "system/FolderExchange.h"

#include <fcntl.h>
#include <QDir>
#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::system;

class FolderExchangeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // Names that are no UTF-8, as of a card that was written long ago, and folders that take no writes.
    void removesWhateverIsThere()
    {
        const QTemporaryDir folder;
        const QString victim = folder.filePath(u"release"_s);
        const QString outside = folder.filePath(u"outside"_s);
        QVERIFY(QDir().mkpath(victim + u"/closed/deep"_s));
        QVERIFY(QDir().mkpath(outside));
        const QByteArray root = QFile::encodeName(victim);
        for (const char *name : {"/z\xe4hler.txt", "/closed/deep/\xff\xfe", "/.hidden", "/line\nbreak"}) {
            const Descriptor made(::open((root + name).constData(), O_WRONLY | O_CREAT | O_CLOEXEC, 0400));
            QVERIFY(made.isValid());
        }
        QVERIFY(::mkdir((root + "/ordner\xe4").constData(), 0500) == 0);
        QVERIFY(::mkfifo((root + "/pipe").constData(), 0600) == 0);
        QVERIFY(::symlink(QFile::encodeName(outside).constData(), (root + "/link").constData()) == 0);
        QVERIFY(::chmod((root + "/closed").constData(), 0500) == 0);

        const auto removed = removeFolder(victim);
        QVERIFY2(removed, removed ? "" : qPrintable(removed.error().message));
        QVERIFY(!QFileInfo::exists(victim));
        QVERIFY(QFileInfo::exists(outside)); // links are removed, not followed
    }

    void removesFilesAndLinksAndNothing()
    {
        const QTemporaryDir folder;
        const QString target = folder.filePath(u"target"_s);
        const QString link = folder.filePath(u"link"_s);
        QVERIFY(QDir().mkpath(target));
        QVERIFY(QFile::link(target, link));
        QVERIFY(removeFolder(link));
        QVERIFY(QFileInfo::exists(target) && !QFileInfo(link).isSymLink());
        QVERIFY(removeFolder(folder.filePath(u"none"_s)));
    }
};

QTEST_GUILESS_MAIN(FolderExchangeTest)
#include "tst_folder_exchange.moc"
