// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/StateFile.h"
#include "support/OddFile.h"
#include "support/TreeSnapshot.h"

#include <QtTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxSize = 1024;

Result<int> parseState(const QJsonObject &object)
{
    return object.contains(u"n"_s) ? Result<int>(object[u"n"_s].toInt()) : fail(ErrorCode::BadRequest, u"no n"_s);
}

} // namespace

class TestStateFile : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString path(const QString &name = u"state.json"_s) const { return m_folder->filePath(name); }
    void write(const QByteArray &content, const QString &name = u"state.json"_s) const
    {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    }
    [[nodiscard]] QByteArray contentOf(const QString &name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("<none>");
    }
    [[nodiscard]] QStringList names() const { return snapshotOf(m_folder->path()).keys(); }

    std::optional<QTemporaryDir> m_folder;

private Q_SLOTS:
    void init() { m_folder.emplace(); }

    void renamesADamagedFile()
    {
        write("garbage");
        QCOMPARE(quarantine(path()).value(), path(u"state.json.damaged"_s));
        QCOMPARE(names(), QStringList{u"state.json.damaged"_s});
        QCOMPARE(contentOf(u"state.json.damaged"_s), "garbage"_ba);
    }

    void keepsOneDamagedFileByDefault()
    {
        write("first");
        QVERIFY(quarantine(path()).has_value());
        write("second");
        QVERIFY(quarantine(path()).has_value());
        QCOMPARE(names(), QStringList{u"state.json.damaged"_s});
        QCOMPARE(contentOf(u"state.json.damaged"_s), "second"_ba);
    }

    void keepsAllDamagedFilesWhereAskedTo()
    {
        for (const QByteArray &content : {"first"_ba, "second"_ba, "third"_ba}) {
            write(content);
            QVERIFY(quarantine(path(), EarlierDamage::Keep).has_value());
        }
        QCOMPARE(names(), (QStringList{u"state.json.damaged"_s, u"state.json.damaged-2"_s, u"state.json.damaged-3"_s}));
        QCOMPARE(contentOf(u"state.json.damaged"_s), "first"_ba);
        QCOMPARE(contentOf(u"state.json.damaged-3"_s), "third"_ba);
        for (int i = 4; i <= 99; ++i) {
            write("more", u"state.json.damaged-%1"_s.arg(i));
        }
        write("one too many");
        QCOMPARE(quarantine(path(), EarlierDamage::Keep).error().code, ErrorCode::Refused);
        QCOMPARE(contentOf(u"state.json"_s), "one too many"_ba);
    }

    void reportsThatThereIsNothing()
    {
        QCOMPARE(quarantine(path()).error().code, ErrorCode::NotFound);
        QCOMPARE(quarantine(path(u"none/state.json"_s)).error().code, ErrorCode::NotFound);
    }

    void movesALinkAndNotItsTarget()
    {
        write("target", u"other"_s);
        QVERIFY(QFile::link(u"other"_s, path()));
        QVERIFY(quarantine(path()).has_value());
        QCOMPARE(names(), (QStringList{u"other"_s, u"state.json.damaged"_s}));
        QVERIFY(QFileInfo(path(u"state.json.damaged"_s)).isSymLink());
        QCOMPARE(contentOf(u"other"_s), "target"_ba);
    }

    void replacesALinkAndNotItsTarget()
    {
        write("target", u"other"_s);
        write("garbage");
        QVERIFY(QFile::link(u"other"_s, path(u"state.json.damaged"_s)));
        QVERIFY(quarantine(path()).has_value());
        QVERIFY(!QFileInfo(path(u"state.json.damaged"_s)).isSymLink());
        QCOMPARE(contentOf(u"state.json.damaged"_s), "garbage"_ba);
        QCOMPARE(contentOf(u"other"_s), "target"_ba);
    }

    void replacesNothingButFiles()
    {
        QVERIFY(QDir(m_folder->path()).mkdir(u"state.json.damaged"_s));
        QCOMPARE(::mkfifo(QFile::encodeName(path(u"state.json.damaged-2"_s)).constData(), 0600), 0);
        for (const QByteArray &content : {"garbage"_ba, "more garbage"_ba}) {
            write(content);
            QCOMPARE(quarantine(path()).value(), path(u"state.json.damaged-3"_s));
            QCOMPARE(contentOf(u"state.json.damaged-3"_s), content);
        }
        QVERIFY(QFileInfo(path(u"state.json.damaged"_s)).isDir());
        QVERIFY(!QFileInfo(path(u"state.json.damaged-2"_s)).isFile());
    }

    void readsAState()
    {
        write(R"({"n": 7})");
        QCOMPARE(readStateFile(path(), maxSize, parseState).value(), 7);
        QCOMPARE(names(), QStringList{u"state.json"_s});
    }

    void reportsAMissingFile()
    {
        QCOMPARE(readStateFile(path(), maxSize, parseState).error().code, ErrorCode::NotFound);
        QVERIFY(names().isEmpty());
    }

    void quarantinesADamagedState_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("reason");
        QTest::newRow("empty") << QByteArray() << u"not valid JSON"_s;
        QTest::newRow("torn") << QByteArray(R"({"n": )") << u"not valid JSON"_s;
        QTest::newRow("zero bytes") << QByteArray(100, '\0') << u"not valid JSON"_s;
        QTest::newRow("no object") << QByteArray("[]") << u"holds no JSON object"_s;
        QTest::newRow("refused by its reader") << QByteArray("{}") << u"no n"_s;
        QTest::newRow("too large") << R"({"n": 7})" + QByteArray(maxSize, ' ') << u"is larger than 1024 bytes"_s;
    }

    void quarantinesADamagedState()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, reason);
        write(content);
        const auto state = readStateFile(path(), maxSize, parseState);
        QCOMPARE(state.error().code, ErrorCode::BadFile);
        QVERIFY2(state.error().message.contains(reason), qPrintable(state.error().message));
        QVERIFY2(state.error().message.endsWith(u"(quarantined as %1.damaged)"_s.arg(path())),
                 qPrintable(state.error().message));
        QCOMPARE(names(), QStringList{u"state.json.damaged"_s});
        QCOMPARE(contentOf(u"state.json.damaged"_s), content);
    }

    void isNotBlockedByOtherThanFiles_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char *kind : {"pipe", "folder", "folder with content", "socket", "link", "link to nothing"}) {
            QTest::newRow(kind) << QString::fromLatin1(kind);
        }
    }

    void isNotBlockedByOtherThanFiles()
    {
        QFETCH(const QString, kind);
        QVERIFY(putInPlaceOf(path(), kind));
        QCOMPARE(readStateFile(path(), maxSize, parseState).error().code, ErrorCode::BadFile);
        QVERIFY(QFileInfo(path(u"state.json.damaged"_s)).isSymLink() ||
                QFileInfo::exists(path(u"state.json.damaged"_s)));
        QVERIFY(writeStateFile(path(), R"({"n": 7})").has_value());
        QCOMPARE(readStateFile(path(), maxSize, parseState).value(), 7);
    }

    // A folder is the one thing that a rename doesn't replace.
    void writesWhateverBearsTheName_data() { isNotBlockedByOtherThanFiles_data(); }

    void writesWhateverBearsTheName()
    {
        QFETCH(const QString, kind);
        QVERIFY(putInPlaceOf(path(), kind));
        const auto written = writeStateFile(path(), R"({"n": 7})");
        QVERIFY2(written.has_value(), written ? "" : qPrintable(written.error().message));
        QCOMPARE(readStateFile(path(), maxSize, parseState).value(), 7);
    }

    void namesWhyAFileIsStillThere()
    {
        write("garbage");
        QVERIFY(QDir(m_folder->path()).mkdir(u"state.json.damaged"_s));
        for (int i = 2; i <= 99; ++i) {
            QVERIFY(QDir(m_folder->path()).mkdir(u"state.json.damaged-%1"_s.arg(i)));
        }
        const auto state = readStateFile(path(), maxSize, parseState);
        QCOMPARE(state.error().code, ErrorCode::BadFile);
        QVERIFY2(state.error().message.contains(u"state.json.damaged is taken"_s), qPrintable(state.error().message));
    }
};

QTEST_GUILESS_MAIN(TestStateFile)
#include "tst_state_file.moc"
