// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/FilePatch.h"

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;

namespace {

QByteArray noise(qsizetype size, quint32 seed)
{
    QByteArray bytes(size, '\0');
    QRandomGenerator generator(seed);
    for (char &c : bytes) {
        c = static_cast<char>(generator.bounded(256));
    }
    return bytes;
}

} // namespace

class TestFilePatch : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;

    [[nodiscard]] QString path(const QString &name) const { return m_folder->filePath(name); }
    [[nodiscard]] bool write(const QString &name, const QByteArray &content) const
    {
        QFile file(path(name));
        return file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
    }
    [[nodiscard]] QByteArray read(const QString &name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void namesMembers_data()
    {
        QTest::addColumn<QString>("member");
        QTest::addColumn<QString>("path"); // empty: an ordinary member
        const QString digest(64, u'a');
        const QString infix = u".zst-patch-from-"_s;
        QTest::newRow("a patch") << u"SmartMeter/ocr.py"_s + infix + digest << u"SmartMeter/ocr.py"_s;
        QTest::newRow("a patch of what looks like one")
            << u"a"_s + infix + digest + infix + digest << u"a"_s + infix + digest;
        QTest::newRow("a file") << u"SmartMeter/ocr.py"_s << QString();
        QTest::newRow("no path") << infix + digest << QString();
        QTest::newRow("a short digest") << u"a"_s + infix + digest.chopped(1) << QString();
        QTest::newRow("a long digest") << u"a"_s + infix + digest + u"a"_s << QString();
        QTest::newRow("capitals") << u"a"_s + infix + digest.toUpper() << QString();
        QTest::newRow("no digest") << u"a"_s + infix + QString(64, u'g') << QString();
        QTest::newRow("digits of another script") << u"a"_s + infix + QString(64, QChar(0x0661)) << QString();
    }

    void namesMembers()
    {
        QFETCH(const QString, member);
        QFETCH(const QString, path);
        const auto name = patchNameFrom(member);
        QCOMPARE(name.has_value(), !path.isEmpty());
        if (name) {
            QCOMPARE(name->path, path);
            QCOMPARE(toMemberPath(*name), member);
        }
    }

    void makesTheNewFile_data()
    {
        QTest::addColumn<QByteArray>("older");
        QTest::addColumn<QByteArray>("newer");
        const QByteArray large = noise(3'000'000, 1);
        QTest::newRow("a change in the middle")
            << large << large.first(1'000'000) + noise(500, 2) + large.sliced(1'000'100);
        QTest::newRow("moved") << large << noise(1000, 3) + large;
        QTest::newRow("cut") << large << large.first(5);
        QTest::newRow("another file") << noise(1000, 4) << noise(2000, 5);
        QTest::newRow("from nothing") << QByteArray() << QByteArray("new");
    }

    void makesTheNewFile()
    {
        QFETCH(const QByteArray, older);
        QFETCH(const QByteArray, newer);
        QVERIFY(write(u"old"_s, older));
        const auto patch = makePatch(older, newer);
        QVERIFY2(patch, patch ? "" : qPrintable(patch.error().message));
        QVERIFY(applyPatch(*patch, path(u"old"_s), path(u"new"_s), newer.size()));
        QCOMPARE(read(u"new"_s), newer);
        QVERIFY(patch->size() < 4'000 + (older.size() < 10'000 ? newer.size() : 0));
    }

    void refusesWhatDoesNotFit()
    {
        const QByteArray older = noise(50'000, 1);
        const QByteArray newer = older.first(20'000) + noise(100, 2) + older.sliced(20'000);
        const QByteArray patch = makePatch(older, newer).value();
        const auto leavesNothing = [&](const QByteArray &bytes, const QByteArray &old, qint64 size) {
            if (!write(u"old"_s, old)) {
                return false;
            }
            const Outcome applied = applyPatch(bytes, path(u"old"_s), path(u"new"_s), size);
            // Another old file may make another new one, of the same size: whoever uses it compares its hash.
            return applied ? old != older && read(u"new"_s) != newer
                           : applied.error().code == ErrorCode::BadArchive && !QFile::exists(path(u"new"_s));
        };
        QVERIFY(leavesNothing(patch, older, newer.size() - 1));
        QVERIFY(leavesNothing(patch, older, newer.size() + 1));
        QVERIFY(leavesNothing({}, older, newer.size()));
        QVERIFY(leavesNothing(noise(300, 3), older, newer.size()));
        QVERIFY(leavesNothing(patch, older.first(10'000), newer.size()));
        QVERIFY(leavesNothing(patch, noise(50'000, 4), newer.size()));
        for (qsizetype cut = 0; cut < patch.size(); ++cut) {
            QVERIFY2(leavesNothing(patch.first(cut), older, newer.size()), qPrintable(QString::number(cut)));
        }
        for (qsizetype at = 0; at < patch.size(); at += 3) {
            QByteArray damaged = patch;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
            QVERIFY(write(u"old"_s, older));
            const Outcome applied = applyPatch(damaged, path(u"old"_s), path(u"new"_s), newer.size());
            QCOMPARE(QFile::exists(path(u"new"_s)), applied.has_value());
            QFile::remove(path(u"new"_s));
        }
    }

    void refusesLargeFiles()
    {
        QVERIFY(write(u"old"_s, "x"));
        QCOMPARE(applyPatch("x", path(u"old"_s), path(u"new"_s), maxPatchedFile + 1).error().code, ErrorCode::TooLarge);
        QCOMPARE(applyPatch("x", path(u"old"_s), path(u"new"_s), 0).error().code, ErrorCode::TooLarge);
        QCOMPARE(makePatch(QByteArray(maxPatchedFile + 1, 'x'), "x").error().code, ErrorCode::TooLarge);
        QVERIFY(QFile(path(u"old"_s)).resize(maxPatchedFile + 1));
        QCOMPARE(applyPatch("x", path(u"old"_s), path(u"new"_s), 5).error().code, ErrorCode::TooLarge);
        QCOMPARE(applyPatch("x", path(u"none"_s), path(u"new"_s), 5).error().code, ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestFilePatch)
#include "tst_file_patch.moc"
