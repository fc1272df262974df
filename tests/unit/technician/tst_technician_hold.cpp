// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/HoldFile.h"

#include <QtTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::technician;

// cfg/hold, which people at the device also make by hand.
class TestTechnicianHold : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    DeviceTree m_tree{m_folder.path()};

private Q_SLOTS:
    void init() { QVERIFY(QDir().mkpath(m_folder.filePath(u"cfg"_s))); }

    void cleanup() { QVERIFY(QDir(m_folder.filePath(u"cfg"_s)).removeRecursively()); }

    void holdsAndResumes()
    {
        QVERIFY(!readHold(m_tree));
        QCOMPARE(removeHold(m_tree).error().code, ErrorCode::NotFound);
        const HoldStatus hold{u"alice"_s, QDateTime(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC), u"lens\nis dirty"_s};
        QVERIFY(writeHold(m_tree, hold));
        const auto read = readHold(m_tree);
        QVERIFY(read.has_value());
        QCOMPARE(read->by, hold.by);
        QCOMPARE(read->since, hold.since);
        QCOMPARE(read->reason, hold.reason);
        const auto again = writeHold(m_tree, {u"bob"_s, hold.since, {}});
        QVERIFY(!again && again.error().message.contains(u"alice"_s));
        QCOMPARE(removeHold(m_tree)->by, u"alice"_s);
        QVERIFY(!QFileInfo::exists(m_tree.hold()));
    }

    void anyFileHolds_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("touch") << QByteArray();
        QTest::newRow("words") << QByteArray("do not touch");
        QTest::newRow("another object") << QByteArray(R"({"by": 7, "since": "yesterday"})");
        QTest::newRow("large") << QByteArray(100'000, 'x');
    }

    void anyFileHolds()
    {
        QFETCH(QByteArray, content);
        QFile file(m_tree.hold());
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
        file.close();
        const auto hold = readHold(m_tree);
        QVERIFY(hold.has_value());
        QCOMPARE(hold->by, QFileInfo(m_tree.hold()).owner());
        QVERIFY(hold->since.isValid());
        QVERIFY(removeHold(m_tree).has_value());
        QVERIFY(!readHold(m_tree));
    }

    void aLinkOrPipeHolds()
    {
        QCOMPARE(::symlink("/nowhere", QFile::encodeName(m_tree.hold()).constData()), 0);
        const auto hold = readHold(m_tree);
        QVERIFY(hold.has_value());
        QVERIFY(!hold->by.isEmpty() && hold->since.isValid());
        QVERIFY(removeHold(m_tree).has_value());
        QCOMPARE(::mkfifo(QFile::encodeName(m_tree.hold()).constData(), 0600), 0);
        QVERIFY(readHold(m_tree).has_value());
        QVERIFY(removeHold(m_tree).has_value());
    }

    void aFolderIsNotRemoved()
    {
        QVERIFY(QDir().mkpath(m_tree.hold()));
        QCOMPARE(removeHold(m_tree).error().code, ErrorCode::Refused);
        QVERIFY(QDir(m_tree.hold()).exists());
    }
};

QTEST_GUILESS_MAIN(TestTechnicianHold)
#include "tst_technician_hold.moc"
