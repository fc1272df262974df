// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/OtherWriters.h"
#include "store/StoreSql.h"

#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::store;
using namespace Qt::StringLiterals;

class OtherWritersTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void expectsThemBeforeItHasLooked();
    void knowsItsOwnWritingFromTheirs();

private:
    static Outcome write(QSqlDatabase &database)
    {
        return sql::run(database, u"INSERT INTO lines(text) VALUES('x')"_s);
    }

    const QDateTime m_now{QDate(2026, 1, 31), QTime(12, 0), Qt::UTC};
    std::unique_ptr<QTemporaryDir> m_folder;
    QSqlDatabase m_own;
    QSqlDatabase m_other;
};

void OtherWritersTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    const QString file = m_folder->filePath(u"lines.sqlite"_s);
    auto own = sql::connect(file, u"own"_s, sql::Durability::SurvivesKill);
    QVERIFY(own);
    m_own = *own;
    QVERIFY(sql::run(m_own, u"CREATE TABLE lines(text TEXT)"_s));
    auto other = sql::connect(file, u"other"_s, sql::Durability::SurvivesKill);
    QVERIFY(other);
    m_other = *other;
}

void OtherWritersTest::cleanup()
{
    sql::disconnect(m_own);
    sql::disconnect(m_other);
}

void OtherWritersTest::expectsThemBeforeItHasLooked()
{
    OtherWriters others(m_own);
    QVERIFY(others.mayHaveWritten(m_now));
    QVERIFY(others.mayHaveWritten(m_now.addYears(10)));
    // What was written before the first look can't be seen.
    QVERIFY(others.look(m_now));
    QVERIFY(others.mayHaveWritten(m_now));
    QVERIFY(others.mayHaveWritten(m_now.addMSecs(1'999)));
    QVERIFY(!others.mayHaveWritten(m_now.addMSecs(2'000)));
}

void OtherWritersTest::knowsItsOwnWritingFromTheirs()
{
    OtherWriters others(m_own);
    QVERIFY(others.look(m_now));
    const QDateTime later = m_now.addSecs(60);
    sql::Transaction transaction(m_own);
    QVERIFY(transaction.begin());
    QVERIFY(others.look(later));
    QVERIFY(write(m_own));
    QVERIFY(transaction.commit());
    QVERIFY(others.look(later));
    QVERIFY(!others.mayHaveWritten(later));

    QVERIFY(write(m_other));
    QVERIFY(!others.mayHaveWritten(later));
    QVERIFY(others.look(later));
    QVERIFY(others.mayHaveWritten(later));
    // Old lines that come late, from an archive, are theirs as well.
    QVERIFY(others.mayHaveWritten(m_now.addDays(-1)));
    QVERIFY(!others.mayHaveWritten(later.addMSecs(2'000)));
    QVERIFY(others.look(later.addSecs(5)));
    QVERIFY(!others.mayHaveWritten(later.addSecs(5)));
}

QTEST_GUILESS_MAIN(OtherWritersTest)
#include "tst_other_writers.moc"
