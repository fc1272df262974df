// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/DeviceArguments.h"

#include "cli/Arguments.h"
#include "cli/FleetJobs.h"
#include "cli/ImportJob.h"
#include "cli/LabelJobs.h"
#include "cli/MembershipJobs.h"
#include "wording/Problems.h"

namespace sgn::cli {

using namespace Qt::StringLiterals;

void addDevicesArguments(CommandLine &line)
{
    line.addOption({u"online"_s, u"Only devices that are online."_s});
    line.addOption({u"dead"_s, u"Only devices with a dead process."_s});
    line.addOption({u"behind"_s, u"Only devices that don't run yet what the last update brings."_s});
    line.addOption({u"tag"_s, u"Only devices with this tag."_s, u"TAG"_s});
    line.addOption({u"where"_s, u"Only devices for which these conditions hold, such as 'online ocr<3 !tag=old'."_s,
                    u"CONDITIONS"_s});
    line.addOption({u"csv"_s, u"As CSV, which import reads."_s});
    line.addOption({u"new"_s, u"Instead: accounts that have shown up and aren't accepted as devices."_s});
}

JobMaker readDevices(CommandLine &line)
{
    expectNoOperands(line);
    QStringList conditions;
    for (const QString &flag : {u"online"_s, u"dead"_s, u"behind"_s}) {
        if (line.parser().isSet(flag)) {
            conditions += flag;
        }
    }
    for (const QString &tag : line.parser().values(u"tag"_s)) {
        conditions += u"tag=\"%1\""_s.arg(tag);
    }
    conditions += line.parser().values(u"where"_s);
    if (line.parser().isSet(u"new"_s)) {
        if (!conditions.isEmpty() || line.parser().isSet(u"csv"_s)) {
            CommandLine::usageError(u"--new can't be combined with conditions or --csv"_s);
        }
        return [](const Terms &terms) {
            return std::make_unique<NewcomersJob>(terms);
        };
    }
    const records::Expected<core::DeviceQuery> which = core::DeviceQuery::parse(conditions.join(u' '));
    if (!which) {
        CommandLine::usageError(wording::sentence(which.error()));
    }
    const auto format = line.parser().isSet(u"csv"_s) ? DevicesJob::Format::Csv : DevicesJob::Format::Table;
    return [which = *which, format](const Terms &terms) {
        return std::make_unique<DevicesJob>(terms, which, format);
    };
}

void addAcceptArguments(CommandLine &line)
{
    line.addPositionalArgument(u"DEVICE"_s, u"New devices, or patterns of them, like 'altimeter_*'."_s,
                               u"[DEVICE...]"_s);
    line.addOption({u"all"_s, u"All new devices of the panel's own server."_s});
    line.addOption({u"records"_s,
                    u"The devices of a birth record, of the fleet.json of sgn-provision batch, or of a table."_s,
                    u"FILE"_s});
}

JobMaker readAccept(CommandLine &line)
{
    const AcceptJob::Whom whom{operands(line), line.parser().isSet(u"all"_s), line.parser().value(u"records"_s)};
    if (whom.names.isEmpty() && !whom.all && whom.listFile.isEmpty()) {
        CommandLine::usageError(u"accept takes at least one device, --all or --records"_s);
    }
    return [whom](const Terms &terms) {
        return std::make_unique<AcceptJob>(terms, whom);
    };
}

void addImportArguments(CommandLine &line)
{
    line.addPositionalArgument(
        u"FILE"_s, u"A table (CSV) whose first line names the columns: jid, and any of name, tags, notes; "
                   "others become fields, such as address. As devices --csv writes it, or birth records."_s);
    line.addOption({u"clear"_s, u"An empty cell removes what was there; without it the old text stays."_s});
    line.addOption({u"dry-run"_s, u"Only show what would change."_s});
}

JobMaker readImport(CommandLine &line)
{
    const QStringList files = operands(line);
    if (files.size() != 1) {
        CommandLine::usageError(u"import takes one file"_s);
    }
    const ImportJob::Wish wish{files.front(),
                               line.parser().isSet(u"clear"_s) ? core::EmptyCells::Remove : core::EmptyCells::Keep,
                               line.parser().isSet(u"dry-run"_s)};
    return [wish](const Terms &terms) {
        return std::make_unique<ImportJob>(terms, wish);
    };
}

void addRemoveArguments(CommandLine &line)
{
    line.addPositionalArgument(u"DEVICE"_s, u"Devices that leave the fleet, or new ones that aren't accepted."_s,
                               u"DEVICE..."_s);
}

JobMaker readRemove(CommandLine &line)
{
    const QStringList names = operands(line);
    if (names.isEmpty()) {
        CommandLine::usageError(u"remove takes at least one device"_s);
    }
    return [names](const Terms &terms) {
        return std::make_unique<RemoveJob>(terms, names);
    };
}

void addRenameArguments(CommandLine &line)
{
    line.addPositionalArgument(u"DEVICE"_s, u"Which device."_s);
    line.addPositionalArgument(u"NAME"_s, u"What all desks call it from now on; '' is none."_s);
}

JobMaker readRename(CommandLine &line)
{
    const QStringList given = operands(line);
    if (given.size() != 2) {
        CommandLine::usageError(u"rename takes a device and its name"_s);
    }
    const records::Expected<QString> label = core::Labels::labelFrom(given.at(1));
    if (!label) {
        CommandLine::usageError(wording::sentence(label.error()));
    }
    return [device = given.front(), label = *label](const Terms &terms) {
        return std::make_unique<RenameJob>(terms, device, label);
    };
}

void addTagArguments(CommandLine &line)
{
    line.addPositionalArgument(u"DEVICE"_s, u"Which devices."_s, u"DEVICE..."_s);
    line.addOption({u"add"_s, u"The tag they get; may be repeated."_s, u"TAG"_s});
    line.addOption({u"remove"_s, u"The tag that is taken off them; may be repeated."_s, u"TAG"_s});
}

JobMaker readTag(CommandLine &line)
{
    const TagJob::Wish wish{operands(line), line.parser().values(u"add"_s), line.parser().values(u"remove"_s)};
    if (wish.devices.isEmpty()) {
        CommandLine::usageError(u"tag takes at least one device"_s);
    }
    if (wish.added.isEmpty() && wish.removed.isEmpty()) {
        CommandLine::usageError(u"tag takes --add or --remove"_s);
    }
    for (const QString &text : wish.added) {
        if (const records::Expected<QString> tag = core::Labels::tagFrom(text); !tag) {
            CommandLine::usageError(wording::sentence(tag.error()));
        }
    }
    return [wish](const Terms &terms) {
        return std::make_unique<TagJob>(terms, wish);
    };
}

void addNoteArguments(CommandLine &line)
{
    line.addPositionalArgument(u"DEVICE"_s, u"Which device."_s);
    line.addOption({u"set"_s,
                    u"A field of it, such as address='High Street 1'; without a value the field is removed. "
                    "May be repeated."_s,
                    u"FIELD=VALUE"_s});
    line.addOption({u"text"_s, u"The note itself; '' is none."_s, u"TEXT"_s});
}

JobMaker readNote(CommandLine &line)
{
    const QStringList names = operands(line);
    if (names.size() != 1) {
        CommandLine::usageError(u"note takes one device"_s);
    }
    NoteJob::Wish wish{names.front(), {}, {}};
    for (const QString &text : line.parser().values(u"set"_s)) {
        const qsizetype equals = text.indexOf(u'=');
        const QString field = text.left(equals).simplified();
        if (equals < 1 || field.isEmpty()) {
            CommandLine::usageError(u"--set takes FIELD=VALUE, such as cupboard=12, not '%1'"_s.arg(text));
        }
        wish.fields.insert(records::noteFieldFrom(field), text.sliced(equals + 1).trimmed());
    }
    if (line.parser().isSet(u"text"_s)) {
        wish.text = line.parser().value(u"text"_s);
    }
    return [wish](const Terms &terms) {
        return std::make_unique<NoteJob>(terms, wish);
    };
}

} // namespace sgn::cli
