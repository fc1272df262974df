// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/RowOrder.h"

#include <QRandomGenerator>
#include <QTest>

using namespace sgn;
using namespace sgn::models;
using namespace Qt::StringLiterals;

namespace {

// One column of texts, one of versions; tied rows are in the order of their keys.
class Versions final : public TableModel
{
public:
    struct Row
    {
        QString key;
        QString version;
    };

    enum Columns { Texts, Reported, ColumnCount };

    explicit Versions(QList<Row> rows)
        : m_rows(std::move(rows))
    {}

    [[nodiscard]] int rowCount(const QModelIndex & = {}) const override { return static_cast<int>(m_rows.size()); }
    [[nodiscard]] int columnCount(const QModelIndex & = {}) const override { return ColumnCount; }
    [[nodiscard]] Column column(int) const override { return {}; }
    [[nodiscard]] Cell cell(int row, int) const override
    {
        Cell cell;
        cell.text = m_rows.at(row).version;
        return cell;
    }
    [[nodiscard]] QString key(int row) const override { return m_rows.at(row).key; }
    [[nodiscard]] SortKey sortKey(int row, int column) const override
    {
        return column == Reported ? sortKeyOf(ReportedVersion::fromText(m_rows.at(row).version))
                                  : TableModel::sortKey(row, column);
    }
    [[nodiscard]] SortKey tieKey(int row) const override { return {.text = m_rows.at(row).key.toUtf8()}; }

    [[nodiscard]] QString keysOf(const QList<int> &rows) const
    {
        QString keys;
        for (const int row : rows) {
            keys += m_rows.at(row).key;
        }
        return keys;
    }

    void setVersion(int row, const QString &version) { m_rows[row].version = version; }

private:
    QList<Row> m_rows;
};

} // namespace

class RowOrderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isNatural()
    {
        const Versions table({{u"a"_s, u"meter-10"_s}, {u"b"_s, u"meter-2"_s}, {u"c"_s, u"Meter-3"_s}});
        RowOrder order(table);
        QCOMPARE(table.keysOf(order.all()), u"bca"_s);
    }

    void equalRowsKeepTheirOrderBothWays()
    {
        const Versions table({{u"d"_s, u"1"_s}, {u"b"_s, u"2"_s}, {u"a"_s, u"1"_s}, {u"c"_s, u"2"_s}});
        RowOrder order(table);
        QCOMPARE(table.keysOf(order.all()), u"adbc"_s);
        order.sortBy(Versions::Texts, true);
        QCOMPARE(table.keysOf(order.all()), u"bcad"_s);
    }

    // Numbers are compared as such, texts by what is in them, and both with each other.
    void versionsOfAllKinds_data()
    {
        QTest::addColumn<int>("column");
        QTest::newRow("as versions") << static_cast<int>(Versions::Reported);
        QTest::newRow("as texts") << static_cast<int>(Versions::Texts);
    }

    void versionsOfAllKinds()
    {
        QFETCH(const int, column);
        const Versions table({{u"i"_s, u"v2"_s},
                              {u"h"_s, u"99999999999999999999"_s},
                              {u"g"_s, u"10"_s},
                              {u"f"_s, u"2-rc1"_s},
                              {u"e"_s, u"2"_s},
                              {u"d"_s, u"1.3.10"_s},
                              {u"c"_s, u"1.3.2"_s},
                              {u"b"_s, u"1"_s},
                              {u"a"_s, u"-"_s},
                              {u"0"_s, QString()}});
        RowOrder order(table);
        order.sortBy(column, false);
        QCOMPARE(table.keysOf(order.all()), u"0abcdefghi"_s);
        order.sortBy(column, true);
        QCOMPARE(table.keysOf(order.all()), u"ihgfedcba0"_s);
    }

    void aColumnThatIsGoneLeavesTheTies()
    {
        const Versions table({{u"b"_s, u"1"_s}, {u"a"_s, u"2"_s}});
        RowOrder order(table);
        order.sortBy(Versions::ColumnCount, false);
        QCOMPARE(table.keysOf(order.all()), u"ab"_s);
    }

    void mergingIsSortingAgain()
    {
        QRandomGenerator random(1);
        QList<Versions::Row> rows;
        for (int i = 0; i < 200; ++i) {
            rows += {QString(QChar(u'a' + random.bounded(26))), QString::number(random.bounded(20))};
        }
        Versions table(rows);
        for (const bool isDescending : {false, true}) {
            RowOrder order(table);
            order.sortBy(Versions::Reported, isDescending);
            QList<int> sorted = order.all();
            for (int round = 0; round < 20; ++round) {
                QList<int> changed;
                for (int row = random.bounded(9); row < table.rowCount(); row += 1 + random.bounded(40)) {
                    table.setVersion(row, QString::number(random.bounded(20)));
                    changed += row;
                }
                sorted.removeIf([&changed](int row) { return changed.contains(row); });
                sorted = order.merged(sorted, changed);
                QCOMPARE(table.keysOf(sorted), table.keysOf(order.all()));
            }
        }
    }
};

QTEST_GUILESS_MAIN(RowOrderTest)
#include "tst_row_order.moc"
