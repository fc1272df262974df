// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/UserAccount.h"

#include <QtTest>
#include <sys/stat.h>
#include <unistd.h>

using namespace sgn;
using namespace sgn::system;
using namespace Qt::StringLiterals;

class TestUserAccount : public QObject
{
    Q_OBJECT

private:
    static constexpr uid_t nobody = 65534;

    [[nodiscard]] QString path(const QString &below) const { return m_folder->filePath(below); }
    static void give(const QString &path, uid_t user)
    {
        QCOMPARE(::lchown(QFile::encodeName(path).constData(), user, user), 0);
    }
    // The user's number, or the error.
    [[nodiscard]] int owner(const QString &below) const
    {
        const auto found = ownerOfFolder(path(below));
        return found ? static_cast<int>(found->user) : -static_cast<int>(found.error().code);
    }

    std::optional<QTemporaryDir> m_folder;

private Q_SLOTS:
    void init()
    {
        m_folder.emplace();
        QVERIFY(QDir(m_folder->path()).mkpath(u"home/device"_s));
        QVERIFY(QDir(m_folder->path()).mkpath(u"other"_s));
    }

    void findsTheOwner()
    {
        const int self = static_cast<int>(::geteuid());
        QVERIFY(QFile::link(u"../other/./../home/device/"_s, path(u"home/relative"_s)));
        QVERIFY(QFile::link(path(u"home/relative"_s), path(u"absolute"_s)));
        QVERIFY(QFile::link(u".."_s, path(u"home/up"_s)));
        for (const QString &way : {u"home/device"_s, u"home//device/."_s, u"absolute"_s, u"home/up"_s}) {
            QCOMPARE(owner(way), self);
        }
        const auto account = ownerOfRoot(path(u"absolute"_s));
        QVERIFY(account);
        QCOMPARE(account->user, ::geteuid());
        QCOMPARE(ownerOfFolder(u"/"_s)->user, uid_t{0});
    }

    void refusesWhatIsNoFolder()
    {
        QFile file(path(u"file"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(QFile::link(u"loop"_s, path(u"loop"_s)));
        QVERIFY(QFile::link(u"file"_s, path(u"link"_s)));
        QCOMPARE(owner(u"none"_s), -static_cast<int>(ErrorCode::NotFound));
        QCOMPARE(owner(u"file"_s), -static_cast<int>(ErrorCode::Refused));
        QCOMPARE(owner(u"link"_s), -static_cast<int>(ErrorCode::Refused));
        QVERIFY(owner(u"loop"_s) < 0);
    }

    // The owner of the device's folder can put a link in its place. One to a folder of root's, such as /var/tmp, would
    // have everything below it done with root's rights.
    void noOtherUserChoosesAFolderOfRoots()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can give a folder away");
        }
        const int refused = -static_cast<int>(ErrorCode::Refused);
        QVERIFY(QFile::link(path(u"other"_s), path(u"home/link"_s)));
        QVERIFY(QFile::link(path(u"home/link"_s), path(u"roots-link"_s)));
        QCOMPARE(owner(u"home/link"_s), 0);
        give(path(u"home/link"_s), nobody);
        QCOMPARE(owner(u"home/link"_s), refused);
        QCOMPARE(owner(u"roots-link"_s), refused);
        give(path(u"home/link"_s), 0);
        give(path(u"home"_s), nobody);
        QCOMPARE(owner(u"home/link"_s), refused);
        // Moved there from elsewhere in the home.
        QCOMPARE(owner(u"home/device"_s), refused);
        // As on every device, and by the link of a card whose first user isn't pi.
        give(path(u"home/device"_s), nobody);
        QCOMPARE(owner(u"home/device"_s), static_cast<int>(nobody));
        QVERIFY(QFile::link(path(u"home/device"_s), path(u"seed"_s)));
        QCOMPARE(owner(u"seed"_s), static_cast<int>(nobody));
    }
};

QTEST_GUILESS_MAIN(TestUserAccount)
#include "tst_user_account.moc"
