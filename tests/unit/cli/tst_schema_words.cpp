// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Error.h"
#include "protocol/Process.h"
#include "records/Activity.h"
#include "records/Attention.h"
#include "records/CommandState.h"
#include "records/LogDelivery.h"
#include "rollouts/Rollout.h"
#include "wording/Rollouts.h"

#include <functional>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTest>

using namespace sgn;
using namespace Qt::StringLiterals;

namespace {

using Words = QSet<QString>;

// All spellings of an enum, whose values are numbered from 0 on.
template <typename Enum>
Words wordsOf(const std::function<QString(Enum)> &nameOf)
{
    constexpr int more = 100; // than any enum has values
    Words words;
    for (int value = 0; value < more; ++value) {
        if (const QString word = nameOf(static_cast<Enum>(value)); !word.isEmpty()) {
            words += word;
        }
    }
    return words;
}

template <typename Enum>
Words wordsOf()
{
    return wordsOf<Enum>([](Enum value) { return QString(nameOf(value)); });
}

} // namespace

// The values that the schema of sgnctl's JSON lists are those that the program has, also those that no test makes it
// print.
class SchemaWordsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listsEveryValue_data();
    void listsEveryValue();
};

void SchemaWordsTest::listsEveryValue_data()
{
    QTest::addColumn<QString>("definition");
    QTest::addColumn<QString>("field"); // none: the definition itself
    QTest::addColumn<Words>("words");
    QTest::newRow("states of a command") << u"targetState"_s << QString() << wordsOf<records::TargetState>();
    QTest::newRow("error codes") << u"targetFields"_s << u"error"_s << wordsOf<ErrorCode>();
    QTest::newRow("states of a process") << u"processFields"_s << u"state"_s
                                         << wordsOf<ProcessState>() - Words{u"unknown"_s};
    QTest::newRow("attention") << u"deviceFields"_s << u"attention"_s << wordsOf<records::Attention::Level>();
    QTest::newRow("states of logs") << u"delivery"_s << u"state"_s << wordsOf<records::LogDelivery::State>();
    QTest::newRow("states of a rollout") << u"rollout"_s << u"state"_s << wordsOf<rollouts::RolloutState>();
    QTest::newRow("steps of a rollout's device")
        << u"rolloutDevice"_s << u"state"_s
        << wordsOf<rollouts::DeviceStep>([](rollouts::DeviceStep step) { return QString(wording::stepName(step)); });
    QTest::newRow("kinds of activity") << u"activityEntry"_s << u"kind"_s << wordsOf<records::ActivityKind>();
}

void SchemaWordsTest::listsEveryValue()
{
    QFETCH(const QString, definition);
    QFETCH(const QString, field);
    QFile file(QStringLiteral(SGN_SOURCE_DIR "/dashboard/cli/sgnctl.schema.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonValue part = QJsonDocument::fromJson(file.readAll())[u"$defs"_s][definition];
    Words listed;
    for (const QJsonValue &word : (field.isEmpty() ? part : part[u"properties"_s][field])[u"enum"_s].toArray()) {
        if (!word.isNull()) {
            listed += word.toString();
        }
    }
    QTEST(listed, "words");
}

QTEST_GUILESS_MAIN(SchemaWordsTest)
#include "tst_schema_words.moc"
