// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/OwnFolders.h"

#include <QtTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace sgn;
using namespace sgn::system;
using namespace Qt::StringLiterals;

class TestOwnFolders : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString path(const QString &below) const { return m_folder->filePath(below); }
    [[nodiscard]] std::optional<ErrorCode> check(const QString &below) const
    {
        const auto checked = checkFoldersAreOurs(path(below));
        return checked ? std::nullopt : std::optional(checked.error().code);
    }

    std::optional<QTemporaryDir> m_folder;

private Q_SLOTS:
    void init()
    {
        m_folder.emplace();
        QVERIFY(QDir(m_folder->path()).mkpath(u"a/b"_s));
        QVERIFY(QDir(m_folder->path()).mkpath(u"c"_s));
    }

    void judgesModes_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<uint>("mode");
        QTest::addColumn<bool>("ours");
        QTest::newRow("only ours") << u"a/b"_s << 0755U << true;
        QTest::newRow("open to the group") << u"a/b"_s << 0775U << false;
        QTest::newRow("open to all") << u"a/b"_s << 0757U << false;
        QTest::newRow("open to all, sticky") << u"a/b"_s << 01777U << true;
        QTest::newRow("a folder above is open to the group") << u"a"_s << 0775U << false;
        QTest::newRow("a folder above is open to all, sticky") << u"a"_s << 01777U << true;
    }

    void judgesModes()
    {
        QFETCH(const QString, folder);
        QFETCH(const uint, mode);
        QFETCH(const bool, ours);
        QCOMPARE(::chmod(QFile::encodeName(path(folder)).constData(), mode), 0);
        QCOMPARE(check(u"a/b"_s), ours ? std::nullopt : std::optional(ErrorCode::Refused));
    }

    void judgesTheWayOfALinkAndItsTarget()
    {
        QVERIFY(QFile::link(path(u"a/b"_s), path(u"c/link"_s)));
        QCOMPARE(check(u"c/link"_s), std::nullopt);
        QCOMPARE(::chmod(QFile::encodeName(path(u"c"_s)).constData(), 0777), 0);
        QCOMPARE(check(u"c/link"_s), ErrorCode::Refused);
        QCOMPARE(::chmod(QFile::encodeName(path(u"c"_s)).constData(), 0755), 0);
        QCOMPARE(::chmod(QFile::encodeName(path(u"a"_s)).constData(), 0777), 0);
        QCOMPARE(check(u"c/link"_s), ErrorCode::Refused);
    }

    void refusesWhatBelongsToAnother()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can give a folder away");
        }
        QCOMPARE(::chown(QFile::encodeName(path(u"a"_s)).constData(), 65534, 65534), 0);
        QCOMPARE(check(u"a/b"_s), ErrorCode::Refused);
        QCOMPARE(check(u"c"_s), std::nullopt);
        QVERIFY(QFile::link(path(u"c"_s), path(u"link"_s)));
        QCOMPARE(check(u"link"_s), std::nullopt);
        QCOMPARE(::lchown(QFile::encodeName(path(u"link"_s)).constData(), 65534, 65534), 0);
        QCOMPARE(check(u"link"_s), ErrorCode::Refused);
    }

    // Our link leads to another user's, and that one to a folder of ours.
    void judgesEachLinkOnTheWay()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can give a link away");
        }
        QVERIFY(QFile::link(path(u"a"_s), path(u"c/theirs"_s)));
        QVERIFY(QFile::link(u"c/theirs"_s, path(u"ours"_s)));
        QCOMPARE(check(u"ours/b"_s), std::nullopt);
        QCOMPARE(::lchown(QFile::encodeName(path(u"c/theirs"_s)).constData(), 65534, 65534), 0);
        QCOMPARE(check(u"ours/b"_s), ErrorCode::Refused);
    }

    void endsWhereLinksGoRound()
    {
        QVERIFY(QFile::link(u"round"_s, path(u"round"_s)));
        QVERIFY(check(u"round"_s).has_value());
    }

    void reportsWhatIsNoFolder()
    {
        QCOMPARE(check(u"none"_s), ErrorCode::NotFound);
        QFile file(path(u"file"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(check(u"file"_s), ErrorCode::Refused);
    }
};

QTEST_GUILESS_MAIN(TestOwnFolders)
#include "tst_own_folders.moc"
