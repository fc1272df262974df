// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/UpdateArguments.h"

#include "cli/Arguments.h"

#include <QFileInfo>

namespace sgn::cli {

using namespace Qt::StringLiterals;

namespace {

QList<ProcessVersion> readProcesses(const QStringList &texts)
{
    QList<ProcessVersion> processes;
    for (const QString &text : texts) {
        const qsizetype equals = text.lastIndexOf(u'=');
        bool ok = false;
        const ProcessVersion process{text.left(equals), text.mid(equals + 1).toInt(&ok)};
        if (equals < 1 || !ok || process.version < 0 || !isValidProcessName(process.name)) {
            CommandLine::usageError(u"--process takes NAME=VERSION, such as ocr=2, not '%1'"_s.arg(text));
        }
        processes += process;
    }
    return processes;
}

QStringList readTargets(CommandLine &line)
{
    QStringList targets;
    // "--to a,b", "--to a --to b" and "--to a b" all mean the same.
    for (const QString &list : line.parser().values(u"to"_s) + operands(line).mid(2)) {
        targets += list.split(u',', Qt::SkipEmptyParts);
    }
    for (const QString &tag : line.parser().values(u"tag"_s)) {
        targets += u"tag:"_s + tag;
    }
    if (targets.isEmpty() != line.parser().isSet(u"all"_s)) {
        CommandLine::usageError(u"name the devices with --to or --tag, or all of them with --all"_s);
    }
    return targets;
}

QDateTime readNotAfter(CommandLine &line)
{
    if (!line.parser().isSet(u"not-after"_s)) {
        return {};
    }
    const QString text = line.parser().value(u"not-after"_s);
    const QDateTime time = QDateTime::fromString(text, Qt::ISODate);
    if (!time.isValid() || time.timeSpec() == Qt::LocalTime) {
        CommandLine::usageError(
            u"--not-after takes a time with zone, such as 2026-01-31T12:00:00Z, not '%1'"_s.arg(text));
    }
    return time.toUTC();
}

bool isWebAddress(const QString &source)
{
    return source.startsWith("https://"_L1) || source.startsWith("http://"_L1);
}

void readSource(const QString &source, ReleaseJob::Wish &wish)
{
    if (isWebAddress(source)) {
        wish.url = QUrl(source, QUrl::StrictMode);
        if (!wish.url.isValid()) {
            CommandLine::usageError(u"'%1' is no web address"_s.arg(source));
        }
        const bool isRelease = wish.what == core::UpdateRequest::What::Release;
        if (isRelease && wish.component == Component::SmartMeter && wish.processes.isEmpty()) {
            CommandLine::usageError(u"an address needs --process NAME=VERSION for each process of the release"_s);
        }
        if (isRelease && wish.component != Component::SmartMeter && !wish.version) {
            CommandLine::usageError(u"an address needs --version N"_s);
        }
        return;
    }
    if (!QFileInfo(source).isFile()) {
        CommandLine::usageError(u"there is no file '%1'"_s.arg(source));
    }
    wish.file = source;
}

void readComponent(const QString &word, ReleaseJob::Wish &wish)
{
    if (word == "ca"_L1) {
        wish.what = core::UpdateRequest::What::CaFile;
    } else if (const auto component = componentFrom(word)) {
        wish.component = *component;
    } else {
        CommandLine::usageError(u"the component is %1 or ca, not '%2'"_s.arg(componentWords(), word));
    }
}

// Which versions there can be depends on the component.
void readVersionsOf(CommandLine &line, ReleaseJob::Wish &wish)
{
    const bool isRelease = wish.what == core::UpdateRequest::What::Release;
    const bool hasProcesses = isRelease && wish.component == Component::SmartMeter;
    wish.processes = readProcesses(line.parser().values(u"process"_s));
    if (!hasProcesses && !wish.processes.isEmpty()) {
        CommandLine::usageError(u"--process is for smart-meter only"_s);
    }
    if (!line.parser().isSet(u"version"_s)) {
        return;
    }
    if (hasProcesses) {
        CommandLine::usageError(u"--version isn't for smart-meter, which has --process NAME=VERSION"_s);
    }
    if (!isRelease) {
        CommandLine::usageError(u"--version isn't for ca, which has none"_s);
    }
    wish.version = line.number(u"version"_s, 0, maxVersion);
}

void readSignature(CommandLine &line, ReleaseJob::Wish &wish)
{
    wish.keyFile = line.parser().value(u"sign"_s);
    wish.releaseFile = line.parser().value(u"release"_s);
    if (!wish.keyFile.isEmpty() && !wish.releaseFile.isEmpty()) {
        CommandLine::usageError(u"--sign and --release can't be combined"_s);
    }
    if (!wish.keyFile.isEmpty() && wish.file.isEmpty()) {
        CommandLine::usageError(u"--sign needs the file itself; an address goes with --release FILE"_s);
    }
    const QString files = line.parser().value(u"files"_s);
    if (!files.isEmpty() && wish.releaseFile.isEmpty()) {
        CommandLine::usageError(u"--files goes with --release"_s);
    }
    if (!files.isEmpty() && isWebAddress(files) != wish.file.isEmpty()) {
        CommandLine::usageError(u"--files takes a file with a zip, and an address with an address"_s);
    }
    (wish.file.isEmpty() ? wish.releaseUrl : wish.listFile) = files;
}

} // namespace

void addReleaseOptions(CommandLine &line)
{
    line.addOption({u"process"_s,
                    u"A process and its version; may be repeated. Without: those of the zip, each one "
                    "version higher than any in the fleet."_s,
                    u"NAME=VERSION"_s});
    line.addOption({u"version"_s, u"The version of any other component."_s, u"N"_s});
    line.addOption({u"not-after"_s,
                    u"A device that gets it later does nothing, e.g. 2026-01-31T12:00:00Z. "
                    "Without: a week from now."_s,
                    u"TIME"_s});
    line.addOption({u"force"_s, u"Install even a lower version or one that is there already."_s});
    line.addOption({u"sign"_s, u"Sign the zip with this release key, a file of 'sgn-provision keys'."_s, u"KEY"_s});
    line.addOption({u"release"_s,
                    u"The zip's signed manifest, a file of 'sgn-provision sign'; the key stays elsewhere."_s,
                    u"FILE"_s});
    line.addOption({u"files"_s,
                    u"The list of the zip's files, of 'sgn-provision sign --files', or for an address where devices "
                    "can fetch it."_s,
                    u"FILE_OR_URL"_s});
    addWait(line);
}

ReleaseJob::Wish readReleaseWish(CommandLine &line, const QString &component, const QString &source)
{
    ReleaseJob::Wish wish;
    readComponent(component, wish);
    readVersionsOf(line, wish);
    wish.notAfter = readNotAfter(line);
    wish.force = line.parser().isSet(u"force"_s);
    readSource(source, wish);
    readSignature(line, wish);
    return wish;
}

void addUpdateArguments(CommandLine &line)
{
    line.addPositionalArgument(u"COMPONENT"_s, componentWords() + u" or ca."_s, {}, componentNameList() << u"ca"_s);
    line.addPositionalArgument(
        u"FILE_OR_URL"_s,
        u"A release zip, or for ca a PEM file, which is put into the server's file store, or where devices can fetch "
        "one."_s);
    line.addOption({u"to"_s, u"A device; may be repeated or be a list with commas."_s, u"DEVICE"_s});
    line.addOption({u"tag"_s, u"All devices with this tag; may be repeated."_s, u"TAG"_s});
    line.addOption({u"all"_s, u"To all devices."_s});
    addReleaseOptions(line);
}

JobMaker readUpdate(CommandLine &line)
{
    const QStringList given = operands(line);
    const bool hasMoreTargets = given.size() > 2 && line.parser().isSet(u"to"_s);
    if (given.size() != 2 && !hasMoreTargets) {
        CommandLine::usageError(
            u"update takes a component (%1 or ca) and a zip or PEM file, or its address"_s.arg(componentWords()));
    }
    const ReleaseJob::Wish wish = readReleaseWish(line, given.at(0), given.at(1));
    return [wish, targets = readTargets(line), until = readWait(line)](const Terms &terms) {
        return std::make_unique<UpdateJobRun>(terms, wish, targets, until);
    };
}

} // namespace sgn::cli
