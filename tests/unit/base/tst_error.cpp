// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Descriptor.h"
#include "base/Result.h"
#include "base/SystemError.h"

#include <cerrno>
#include <fcntl.h>
#include <QSet>
#include <QtTest>

using namespace sgn;
using namespace Qt::StringLiterals;

class TestError : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCodeHasASpellingOfItsOwn()
    {
        QSet<QString> spellings;
        for (int i = 0; i <= static_cast<int>(ErrorCode::Timeout); ++i) {
            const auto code = static_cast<ErrorCode>(i);
            const QString spelling = nameOf(code);
            QCOMPARE(errorCodeFromString(spelling), code);
            spellings.insert(spelling);
        }
        QCOMPARE(spellings.size(), static_cast<int>(ErrorCode::Timeout) + 1);
    }

    // Protocol section 3: the words on the wire never change.
    void speaksTheProtocolsWords()
    {
        const QStringList wire =
            u"bad_request unknown_command expired not_signed bad_signature downgrade busy download_failed "
            "too_large no_space hash_mismatch bad_archive install_failed not_healthy cancelled internal"_s.split(u' ');
        for (int i = 0; i < wire.size(); ++i) {
            QCOMPARE(QString(nameOf(static_cast<ErrorCode>(i))), wire.at(i));
        }
    }

    void takesUnknownSpellingsForInternal()
    {
        for (const QString &text : {QString(), u"from_the_future"_s, u"NO_SPACE"_s, u"no_space "_s}) {
            QCOMPARE(errorCodeFromString(text), ErrorCode::Internal);
        }
        QCOMPARE(nameOf(static_cast<ErrorCode>(999)), "internal"_L1);
    }

    void gainsContext()
    {
        const Error error{ErrorCode::Io, u"no such disk"_s};
        QCOMPARE(error.withContext(u"cannot save"_s), (Error{ErrorCode::Io, u"cannot save: no such disk"_s}));
        QString text;
        QDebug(&text) << error;
        QCOMPARE(text.trimmed(), u"no such disk (io)"_s);
    }

    void mapsSystemErrorsToCodes_data()
    {
        QTest::addColumn<int>("error");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("full disk") << ENOSPC << ErrorCode::NoSpace;
        QTest::newRow("quota") << EDQUOT << ErrorCode::NoSpace;
        QTest::newRow("nothing there") << ENOENT << ErrorCode::NotFound;
        QTest::newRow("disk error") << EIO << ErrorCode::Io;
        QTest::newRow("not allowed") << EACCES << ErrorCode::Io;
        QTest::newRow("read-only") << EROFS << ErrorCode::Io;
    }

    void mapsSystemErrorsToCodes()
    {
        QFETCH(int, error);
        QFETCH(ErrorCode, code);
        const Error made = systemError(u"cannot write"_s, error);
        QCOMPARE(made.code, code);
        QVERIFY(made.message.startsWith(u"cannot write: "_s));
    }

    void descriptorsCloseThemselvesOnce()
    {
        const auto isOpen = [](int fd) {
            return ::fcntl(fd, F_GETFD) != -1;
        };
        int fd = -1;
        {
            Descriptor first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
            fd = first.get();
            Descriptor second(std::move(first));
            QVERIFY(!first.isValid()); // NOLINT(bugprone-use-after-move): that is the question
            QCOMPARE(second.get(), fd);
            QVERIFY(isOpen(fd));
        }
        QVERIFY(!isOpen(fd));

        Descriptor released(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        const Descriptor owner(released.release());
        QVERIFY(!released.isValid());
        QVERIFY(isOpen(owner.get()));

        Descriptor closed(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        QVERIFY(closed.close());
        QVERIFY(!closed.isValid());
    }
};

QTEST_GUILESS_MAIN(TestError)
#include "tst_error.moc"
