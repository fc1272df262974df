// SPDX-License-Identifier: GPL-3.0-or-later
#include "wording/Problems.h"

#include "wording/Durations.h"
#include "wording/Processes.h"

#include <algorithm>
#include <array>
#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

namespace sgn::wording {

using namespace Qt::StringLiterals;
using records::FactCode;

namespace {

struct Phrase
{
    FactCode code;
    const char *source;
};

constexpr auto phrases = std::to_array<Phrase>({
    {FactCode::NoDeviceChosen, QT_TRANSLATE_NOOP("Problem", "no device was chosen")},
    {FactCode::NotPersisted, QT_TRANSLATE_NOOP("Problem", "not sent, because it could not be stored")},
    {FactCode::NotSent, QT_TRANSLATE_NOOP("Problem", "not sent")},
    {FactCode::Undeliverable, QT_TRANSLATE_NOOP("Problem", "the server could not deliver it")},
    {FactCode::Withdrawn, QT_TRANSLATE_NOOP("Problem", "withdrawn before it was sent")},
    {FactCode::NotAnswered, QT_TRANSLATE_NOOP("Problem", "not answered in time")},
    {FactCode::DeviceRetired, QT_TRANSLATE_NOOP("Problem", "the device was taken out of the fleet")},
    {FactCode::HeldAtDevice, QT_TRANSLATE_NOOP("Problem", "held by the file cfg/hold on the device")},
    {FactCode::SignedCommandTooLarge,
     QT_TRANSLATE_NOOP("Problem", "the signed command has %1 bytes, a message takes %2")},
    {FactCode::CommandTooLarge, QT_TRANSLATE_NOOP("Problem", "the command has %1 bytes, a message takes %2")},
    {FactCode::BadProcessName, QT_TRANSLATE_NOOP("Problem", "\"%1\" can't be a process's name")},
    {FactCode::BadConfigFile,
     QT_TRANSLATE_NOOP("Problem", "\"%1\" is no config_file.bin that is encrypted for one device (version 2)")},
    {FactCode::UnknownCommand, QT_TRANSLATE_NOOP("Problem", "there is no command %1")},
    {FactCode::NotAnUpdate, QT_TRANSLATE_NOOP("Problem", "command %1 is no update")},
    {FactCode::UnknownUpdate, QT_TRANSLATE_NOOP("Problem", "there is no update #%1")},
    {FactCode::BadAcceptPattern,
     QT_TRANSLATE_NOOP("Problem", "\"%1\" is no pattern of devices; write altimeter_* or altimeter_*@server")},
    {FactCode::SentBy, QT_TRANSLATE_NOOP("Problem", "by %1")},
    {FactCode::ContactsMissing,
     QT_TRANSLATE_NOOP("Problem", "The server's list of contacts lacks %1 of %2 devices. They stay here, in case the "
                                  "server has lost them; those that are permanently gone can be removed.")},
    {FactCode::NotConnected, QT_TRANSLATE_NOOP("Problem", "not connected to the server")},
    {FactCode::NotesTooLong,
     QT_TRANSLATE_NOOP("Problem", "these notes take %1 bytes on the server, where %2 have room; shorten them")},
    {FactCode::TooManyFields,
     QT_TRANSLATE_NOOP("Problem", "a device has at most %1 fields, with names of at most %2 characters")},
    {FactCode::NotShared, QT_TRANSLATE_NOOP("Problem", "the other desks don't get the notes")},
    {FactCode::BadLabel,
     QT_TRANSLATE_NOOP("Problem", "\"%1\" can't be a device's name: 1 to 100 characters on one line")},
    {FactCode::BadTag,
     QT_TRANSLATE_NOOP("Problem", "\"%1\" can't be a tag: 1 to 50 characters without comma, at most 20 for a device")},
    {FactCode::BadQuery,
     QT_TRANSLATE_NOOP("Problem", "\"%1\" is no condition; write for example online, tag=north, ocr<3 or !dead")},
    {FactCode::BadViewName, QT_TRANSLATE_NOOP("Problem", "\"%1\" is no name for a view: 1 to 60 characters")},
    {FactCode::TooManyViews, QT_TRANSLATE_NOOP("Problem", "more than %1 views can't be saved; remove one first")},
    {FactCode::BadFleetFile,
     QT_TRANSLATE_NOOP("Problem", "this is neither a table (CSV) with a column jid nor a birth record or the "
                                  "fleet.json of sgn-provision batch")},
    {FactCode::ImportCutShort,
     QT_TRANSLATE_NOOP("Problem", "the import ended after %1 of %2 steps, import the list again")},
    {FactCode::NotAccepted,
     QT_TRANSLATE_NOOP("Problem", "the server hasn't confirmed it as a contact; its name and tags "
                                  "are left as they were. Is the account spelt as on the server?")},
    {FactCode::ColumnTwice, QT_TRANSLATE_NOOP("Problem", "two columns are called \"%1\"")},
    {FactCode::TooManyColumns,
     QT_TRANSLATE_NOOP("Problem", "the first line names %1 columns, at most %2 can be taken")},
    {FactCode::NoRegularFile, QT_TRANSLATE_NOOP("Problem", "%1 is no regular file")},
    {FactCode::InLine, QT_TRANSLATE_NOOP("Problem", "line %1")},
    {FactCode::InRecord, QT_TRANSLATE_NOOP("Problem", "record %1")},
    {FactCode::ListFields, QT_TRANSLATE_NOOP("Problem", "it has %1 fields, and the first line names %2")},
    {FactCode::ListedTwice, QT_TRANSLATE_NOOP("Problem", "%1 is listed before (%2); the first one counts")},
    {FactCode::UpdateWithoutProcess, QT_TRANSLATE_NOOP("Problem", "the update names no process")},
    {FactCode::ProcessNamedTwice, QT_TRANSLATE_NOOP("Problem", "the process \"%1\" is named twice")},
    {FactCode::BadProcessVersion, QT_TRANSLATE_NOOP("Problem", "the version of \"%1\" must be 0 or more")},
    {FactCode::BadVersion, QT_TRANSLATE_NOOP("Problem", "the version must be 0 or more")},
    {FactCode::BadDeviceJid, QT_TRANSLATE_NOOP("Problem", "\"%1\" is no device's JID")},
    {FactCode::WrongComponent, QT_TRANSLATE_NOOP("Problem", "the zip holds %1, not %2")},
    {FactCode::BadAddress, QT_TRANSLATE_NOOP("Problem", "\"%1\" is no web address a device could fetch")},
    {FactCode::FileNotSigned, QT_TRANSLATE_NOOP("Problem", "the file could not be signed")},
    {FactCode::FileNotUploaded, QT_TRANSLATE_NOOP("Problem", "the file could not be uploaded")},
    {FactCode::FileListNotWritten,
     QT_TRANSLATE_NOOP("Problem", "the list of the release's files could not be written")},
    {FactCode::FileListNotUploaded,
     QT_TRANSLATE_NOOP("Problem", "the list of the release's files could not be uploaded")},
    {FactCode::ReleaseGone, QT_TRANSLATE_NOOP("Problem", "%1 hasn't kept the file; make a new update with it")},
    {FactCode::ReleaseAddressNotHttps, QT_TRANSLATE_NOOP("Problem", "\"%1\" is no address that begins with https://")},
    {FactCode::ReleaseTooLarge, QT_TRANSLATE_NOOP("Problem", "it has more than the %1 bytes that a device takes")},
    {FactCode::ReleaseRefusedByServer, QT_TRANSLATE_NOOP("Problem", "%1 answered HTTP %2")},
    {FactCode::ReleaseCertificate, QT_TRANSLATE_NOOP("Problem", "%1 has no certificate that is valid here")},
    {FactCode::ReleaseNotFetched, QT_TRANSLATE_NOOP("Problem", "it could not be fetched from %1")},
    {FactCode::RolloutExpired, QT_TRANSLATE_NOOP("Problem", "its time was over at %1")},
    {FactCode::RolloutPaused, QT_TRANSLATE_NOOP("Problem", "paused by %1")},
    {FactCode::RolloutStopped, QT_TRANSLATE_NOOP("Problem", "stopped by itself")},
    {FactCode::RolloutEnded, QT_TRANSLATE_NOOP("Problem", "the rollout has ended")},
    {FactCode::RolloutFailures, QT_TRANSLATE_NOOP("Problem", "%1 of %2 devices failed, which is more than %3")},
    {FactCode::RolloutVanished,
     QT_TRANSLATE_NOOP("Problem", "%1 of %2 devices are offline since they were sent to, which is more than %3")},
    {FactCode::RolloutAlreadyThere, QT_TRANSLATE_NOOP("Problem", "it has the release")},
    {FactCode::RolloutGate,
     QT_TRANSLATE_NOOP("Problem",
                       "the next wave begins when %2 of this one have run the release for %3; %1 have so far")},
    {FactCode::RolloutPenalty, QT_TRANSLATE_NOOP("Problem", "it failed %1 times and is left alone for a day")},
    {FactCode::RolloutUnreachable, QT_TRANSLATE_NOOP("Problem", "offline; it runs when the device is next seen")},
    {FactCode::RolloutNetwork, QT_TRANSLATE_NOOP("Problem", "it is in a network (%1) that isn't one of: %2")},
    {FactCode::RolloutWindow,
     QT_TRANSLATE_NOOP("Problem", "waits for its maintenance window, %1 to %2 by its local time")},
    {FactCode::RolloutGrowth, QT_TRANSLATE_NOOP("Problem", "%1 at a time after %2 successes")},
    {FactCode::RolloutSlots, QT_TRANSLATE_NOOP("Problem", "waits for a place: %1 at a time")},
    {FactCode::RolloutAbsent, QT_TRANSLATE_NOOP("Problem", "last seen at %1; its result is awaited")},
    {FactCode::RolloutPlaceKept,
     QT_TRANSLATE_NOOP("Problem", "last seen at %1; its result is awaited, and its place is kept until %2")},
    {FactCode::RolloutPlaceFree,
     QT_TRANSLATE_NOOP("Problem", "last seen at %1; its result is awaited, and others may have its place meanwhile")},
    {FactCode::BadRollout, QT_TRANSLATE_NOOP("Problem", "the plan can't be right")},
    {FactCode::UnknownRollout, QT_TRANSLATE_NOOP("Problem", "there is no rollout %1")},
    {FactCode::RolloutTooLarge,
     QT_TRANSLATE_NOOP("Problem",
                       "the rollout has %1 bytes, more than the %2 that the server keeps; give the devices a tag")},
    {FactCode::NoTargets, QT_TRANSLATE_NOOP("Problem", "no device meets its targets")},
    {FactCode::PanelClosed,
     QT_TRANSLATE_NOOP("Problem", "the panel was closed before they were here; get the logs again")},
    {FactCode::UploadedElsewhere, QT_TRANSLATE_NOOP("Problem", "the device has uploaded its logs to its own server")},
    {FactCode::DeviceUploadFailed, QT_TRANSLATE_NOOP("Problem", "the device could not upload its logs")},
    {FactCode::LogsAddressNotHttps, QT_TRANSLATE_NOOP("Problem", "the logs' address is not https: %1")},
    {FactCode::LogsTooLarge, QT_TRANSLATE_NOOP("Problem", "the logs are %1 bytes, over the limit of %2")},
    {FactCode::LogsLongerThanStated,
     QT_TRANSLATE_NOOP("Problem", "the server sends more than the %1 bytes of the logs")},
    {FactCode::LogsRefusedByServer, QT_TRANSLATE_NOOP("Problem", "%1 answered HTTP %2 for the logs")},
    {FactCode::LogsTimedOut, QT_TRANSLATE_NOOP("Problem", "%1 sent nothing for %2 s")},
    {FactCode::LogsCertificate, QT_TRANSLATE_NOOP("Problem", "%1 has no certificate of our CA")},
    {FactCode::LogsNotFetched, QT_TRANSLATE_NOOP("Problem", "the logs could not be fetched from %1")},
    {FactCode::LogsNotUnpacked, QT_TRANSLATE_NOOP("Problem", "the logs could not be unpacked")},
    {FactCode::LogsSizeDiffers, QT_TRANSLATE_NOOP("Problem", "%1 bytes of logs arrived, %2 were announced")},
    {FactCode::LogsHashDiffers,
     QT_TRANSLATE_NOOP("Problem", "what arrived isn't what the device has sent (SHA-256 differs)")},
    {FactCode::InFile, QT_TRANSLATE_NOOP("Problem", "%1")},
    {FactCode::FileMissing, QT_TRANSLATE_NOOP("Problem", "there is no file %1")},
    {FactCode::FileUnread, QT_TRANSLATE_NOOP("Problem", "cannot read %1")},
    {FactCode::FileUnwritten, QT_TRANSLATE_NOOP("Problem", "cannot write %1")},
    {FactCode::FolderUnwritten, QT_TRANSLATE_NOOP("Problem", "cannot write below %1")},
    {FactCode::PasswordFile, QT_TRANSLATE_NOOP("Problem", "password file")},
    {FactCode::PasswordFileMissing, QT_TRANSLATE_NOOP("Problem", "there is no password file %1")},
    {FactCode::PasswordFileOpenToAll,
     QT_TRANSLATE_NOOP("Problem", "every user of this machine can read the password file %1; run: chmod 600 %1")},
    {FactCode::PasswordFileOpenToGroup,
     QT_TRANSLATE_NOOP("Problem", "the group of the password file %1 can read it; chmod 600 keeps it to yourself")},
    {FactCode::PasswordFileLines,
     QT_TRANSLATE_NOOP("Problem", "the password file %1 must hold one line, the password")},
    {FactCode::BadAccount, QT_TRANSLATE_NOOP("Problem", "\"%1\" is no account; write it as name@server")},
    {FactCode::NoPassword, QT_TRANSLATE_NOOP("Problem", "the password is missing")},
    {FactCode::BadPort, QT_TRANSLATE_NOOP("Problem", "the port must be 1 to 65535")},
    {FactCode::BadProxy, QT_TRANSLATE_NOOP("Problem", "a proxy is named http://host:port")},
    {FactCode::NoCaFile,
     QT_TRANSLATE_NOOP(
         "Problem", "the server's CA certificate is missing; choose the PEM file that the devices have as cacert.pem")},
    {FactCode::NoStoreFile, QT_TRANSLATE_NOOP("Problem", "the place for the store is missing")},
    {FactCode::UnknownField, QT_TRANSLATE_NOOP("Problem", "%1: field \"%2\" is unknown and ignored")},
    {FactCode::StoreFolder, QT_TRANSLATE_NOOP("Problem", "cannot make the folder %1 for the store")},
    {FactCode::StoreLocked, QT_TRANSLATE_NOOP("Problem", "cannot open the store %1: another program holds %1.lock")},
    {FactCode::StoreDamaged, QT_TRANSLATE_NOOP("Problem", "the store is damaged")},
    {FactCode::StoreNotQuarantined, QT_TRANSLATE_NOOP("Problem", "the store %1 is damaged and can't be renamed to %2")},
    {FactCode::StoreReplaced,
     QT_TRANSLATE_NOOP("Problem", "The store %1 was damaged. It was renamed to %2 and a new one was made, which fills "
                                  "from the server's archive and from what devices report.")},
    {FactCode::StoreToBeReplaced,
     QT_TRANSLATE_NOOP("Problem", "The store %1 is damaged. Start this program again: it then renames the store and "
                                  "makes a new one, which fills from the server's archive and from what devices "
                                  "report.")},
    {FactCode::StoreOfOther,
     QT_TRANSLATE_NOOP("Problem", "the store belongs to %1, not to %2; choose another store file")},
    {FactCode::StoreNewer,
     QT_TRANSLATE_NOOP("Problem", "a newer version of this program made the store; use that one")},
    {FactCode::StoreNotWritten, QT_TRANSLATE_NOOP("Problem", "What arrives now can't be stored for the next start")},
    {FactCode::NoSqlDriver,
     QT_TRANSLATE_NOOP("Problem", "Qt's SQLite driver is not installed (package libqt6sql6-sqlite)")},
    {FactCode::ClaimsIdOf, QT_TRANSLATE_NOOP("Problem", "claims the id %1 of %2")},
    {FactCode::SpokeAs, QT_TRANSLATE_NOOP("Problem", "sent a message as %1, but is %2")},
});

// The text of a library or a device is English. In English it stands alone; elsewhere its kind, in the reader's
// language, goes around it.
struct Kind
{
    ErrorCode code;
    struct
    {
        const char *source;
        const char *comment;
    } text;
};

constexpr auto kinds = std::to_array<Kind>({
    {ErrorCode::Authentication, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "the server refused the login")},
    {ErrorCode::Network, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "network or server not reachable")},
    {ErrorCode::Timeout, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "no reply in time")},
    {ErrorCode::Refused, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "not allowed")},
    {ErrorCode::NotFound, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "not found")},
    {ErrorCode::Io, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "reading or writing failed")},
    {ErrorCode::BadFile, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "damaged file, or one of another kind")},
    {ErrorCode::TooLarge, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "too large")},
    {ErrorCode::NoSpace, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "no space left")},
    {ErrorCode::HashMismatch, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "the hash differs")},
    {ErrorCode::BadArchive, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "the archive can't be used")},
    {ErrorCode::Cancelled, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "cancelled")},
    {ErrorCode::BadRequest, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "the request isn't valid")},
    {ErrorCode::UnknownCommand, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "the device doesn't have this command")},
    {ErrorCode::Expired, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "its time was over")},
    {ErrorCode::NotSigned, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "the signature is missing")},
    {ErrorCode::BadSignature, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "the signature is wrong")},
    {ErrorCode::Downgrade, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "a lower version")},
    {ErrorCode::Busy, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "busy with something else")},
    {ErrorCode::DownloadFailed, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "the download failed")},
    {ErrorCode::InstallFailed, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "the installation failed")},
    {ErrorCode::NotHealthy, QT_TRANSLATE_NOOP3("ErrorKind", "%1", "no heartbeats of the new version")},
});

// All at once, so that a value with a "%1" in it stays what it is.
QString filledIn(const QString &pattern, const QStringList &values)
{
    switch (values.size()) {
    case 0:
        return pattern;
    case 1:
        return pattern.arg(values.at(0));
    case 2:
        return pattern.arg(values.at(0), values.at(1));
    default:
        return pattern.arg(values.at(0), values.at(1), values.at(2));
    }
}

QString timeText(const QString &isoTime)
{
    const QDateTime time = QDateTime::fromString(isoTime, Qt::ISODate);
    return time.isValid() ? QLocale().toString(time.toLocalTime(), QLocale::ShortFormat) : isoTime;
}

// As the words name them.
QStringList shownValues(const records::Fact &fact)
{
    QStringList values = fact.values;
    if (fact.code == FactCode::RolloutGate && values.size() == 3) {
        values[2] = durationText(values.at(2).toLongLong());
    } else if (fact.code == FactCode::RolloutAbsent || fact.code == FactCode::RolloutPlaceKept ||
               fact.code == FactCode::RolloutPlaceFree) {
        std::ranges::transform(values, values.begin(), timeText);
    }
    return values;
}

QString ofKind(ErrorCode error, const QString &text)
{
    const auto kind = std::ranges::find(kinds, error, &Kind::code);
    if (kind == kinds.end() || text.isEmpty()) {
        return text;
    }
    return QCoreApplication::translate("ErrorKind", kind->text.source, kind->text.comment).arg(text);
}

} // namespace

QString phrase(const records::Fact &fact)
{
    if (fact.code == FactCode::ProcessExit) {
        return deathText(fact);
    }
    if (fact.code == FactCode::OfflineFor) {
        return durationText(fact.values.value(0).toLongLong());
    }
    const auto known = std::ranges::find(phrases, fact.code, &Phrase::code);
    return known == phrases.end() ? QString()
                                  : filledIn(QCoreApplication::translate("Problem", known->source), shownValues(fact));
}

QString sentence(const records::Problem &problem)
{
    return sentence(problem.facts, problem.error, problem.text);
}

QString sentence(const records::Facts &facts, std::optional<ErrorCode> error, const QString &text)
{
    QStringList parts;
    for (const records::Fact &fact : facts) {
        parts += phrase(fact);
    }
    if (!text.isEmpty()) {
        parts += error ? ofKind(*error, text) : text;
    }
    return parts.join(u": "_s);
}

QString standing(QString sentence)
{
    if (!sentence.isEmpty()) {
        sentence[0] = sentence.at(0).toUpper();
    }
    return sentence;
}

} // namespace sgn::wording
