// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/CommandNumbers.h"

#include <QSet>
#include <QTest>

using namespace sgn;
using namespace sgn::core;

namespace {

bool isFree(CommandNo)
{
    return false;
}

// Places 1, 5001, 10001...
CommandNumbers rows()
{
    return CommandNumbers([place = CommandNo{1}]() mutable { return std::exchange(place, place + 5000); });
}

} // namespace

class CommandNumbersTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsOn()
    {
        CommandNumbers numbers = rows();
        for (CommandNo expected = 1; expected <= CommandNumbers::rowLength; ++expected) {
            QCOMPARE(numbers.take(isFree), expected);
        }
        QCOMPARE(numbers.take(isFree), CommandNo{5001});
    }

    void leavesOutWhatIsTaken()
    {
        CommandNumbers numbers = rows();
        QCOMPARE(numbers.take([](CommandNo number) { return number < 4 || number == 5; }), CommandNo{4});
        QCOMPARE(numbers.take([](CommandNo number) { return number == 5; }), CommandNo{6});
        QCOMPARE(numbers.take([](CommandNo number) { return number <= CommandNumbers::rowLength; }), CommandNo{5001});
    }

    void goesOnElsewhereWhereAnotherProgramCounts_data()
    {
        QTest::addColumn<quint32>("seen");
        QTest::addColumn<quint32>("next");
        QTest::newRow("the next one") << 3U << 5001U;
        QTest::newRow("the last one of the row") << 1000U << 5001U;
        QTest::newRow("its own last one") << 2U << 3U;
        QTest::newRow("behind the row") << 1001U << 3U;
        QTest::newRow("typed by hand") << 2'147'483'647U << 3U;
        QTest::newRow("none") << 0U << 3U;
    }

    void goesOnElsewhereWhereAnotherProgramCounts()
    {
        QFETCH(const quint32, seen);
        QFETCH(const quint32, next);
        CommandNumbers numbers = rows();
        numbers.avoid(seen);
        QCOMPARE(numbers.take(isFree), CommandNo{1});
        QCOMPARE(numbers.take(isFree), CommandNo{2});
        numbers.avoid(seen);
        QCOMPARE(numbers.take(isFree), next);
    }

    void twoProgramsBeginAtDifferentPlaces()
    {
        QSet<CommandNo> places;
        for (int program = 0; program < 200; ++program) {
            CommandNumbers numbers;
            const CommandNo first = numbers.take(isFree);
            QVERIFY(first >= CommandNumbers::lowest && first <= CommandNumbers::highest());
            places += first;
        }
        // 200 of two billion; two alike are as likely as one in a hundred thousand.
        QVERIFY(places.size() >= 199);
    }
};

QTEST_GUILESS_MAIN(CommandNumbersTest)
#include "tst_command_numbers.moc"
