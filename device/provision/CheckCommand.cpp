// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/Printable.h"
#include "card/Comparison.h"
#include "card/Inspection.h"
#include "provision/CardOptions.h"
#include "provision/ProvisionCommands.h"

#include <algorithm>
#include <cstdio>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace sgn::provision {

using namespace Qt::StringLiterals;
using namespace card;

namespace {

// Options that name the card or how the result is shown, and so no order.
const QStringList &plainOptions()
{
    static const QStringList names{u"root"_s, u"image"_s, u"boot"_s, u"json"_s};
    return names;
}

// One finding for each step that is right, and one for each thing that isn't.
QList<CardFinding> findingsOf(const QList<Step> &steps, const QList<Difference> &differences)
{
    QList<CardFinding> findings;
    for (const Step &step : steps) {
        const bool isGood = std::ranges::none_of(differences, [&](const Difference &d) { return d.step == step.name; });
        if (isGood) {
            findings += {step.name, {}, {}};
        }
        for (const Difference &difference : differences) {
            if (difference.step == step.name) {
                findings += {step.name, u"%1 %2"_s.arg(QString::fromUtf8(difference.wish.path), difference.what),
                             u"run 'sgn-provision card' with the same options"_s};
            }
        }
    }
    return findings;
}

Result<QList<CardFinding>> judge(const CardArguments &arguments, bool hasOrder)
{
    const auto volume = openCard(arguments, Access::Read);
    if (!volume) {
        return fail(volume.error());
    }
    if (!hasOrder) {
        return Inspection(**volume, QDateTime::currentDateTimeUtc()).run();
    }
    Provisioning provisioning(arguments.order, arguments.files, **volume);
    const auto steps = provisioning.steps();
    const auto differences = steps ? compare(*steps, **volume) : fail(steps.error());
    return differences ? Result<QList<CardFinding>>(findingsOf(*steps, *differences)) : fail(differences.error());
}

void print(const QList<CardFinding> &findings)
{
    for (const CardFinding &finding : findings) {
        std::printf("%-20s %s\n", qUtf8Printable(finding.subject),
                    finding.problem.isEmpty() ? "ok" : qUtf8Printable(printable(finding.problem)));
        if (!finding.problem.isEmpty()) {
            std::printf("%-20s   cure: %s\n", "", qUtf8Printable(finding.cure));
        }
    }
}

void printJson(const QList<CardFinding> &findings, bool isGood)
{
    QJsonArray list;
    for (const CardFinding &finding : findings) {
        QJsonObject object{{u"step"_s, finding.subject}, {u"ok"_s, finding.problem.isEmpty()}};
        if (!finding.problem.isEmpty()) {
            object.insert(u"problem"_s, finding.problem);
            object.insert(u"cure"_s, finding.cure);
        }
        list += object;
    }
    const QJsonDocument document(QJsonObject{{u"ok"_s, isGood}, {u"findings"_s, list}});
    std::printf("%s", printableJson(document.toJson()).constData());
}

} // namespace

int runCheck(const QStringList &arguments)
{
    CommandLine line(
        u"Compares a card with its order, which are the options of 'card', and names for each step what is "
        "wrong and the cure. Without an order: whether the card will be a device. Changes nothing; the "
        "exit code is 1 if anything is wrong."_s,
        u"sgn-provision check --image pi.img --hostname meter-1"_s);
    line.addPositionalArgument(u"check"_s, u"This command."_s, u"check"_s);
    addCardOptions(line);
    line.addOption({u"json"_s, u"Print the result as JSON."_s});
    line.process(arguments);
    (void)operands(line, {});
    const QStringList given = line.parser().optionNames();
    const bool hasOrder =
        std::ranges::any_of(given, [](const QString &name) { return !plainOptions().contains(name); });
    const auto card = readCardArguments(line.parser());
    const auto findings = card ? judge(*card, hasOrder) : fail(card.error());
    if (!findings) {
        complain(findings.error().message);
        return ExitFailed;
    }
    const bool isGood = std::ranges::all_of(*findings, &QString::isEmpty, &CardFinding::problem);
    line.parser().isSet(u"json"_s) ? printJson(*findings, isGood) : print(*findings);
    return isGood ? ExitDone : ExitFailed;
}

} // namespace sgn::provision
