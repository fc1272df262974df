// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <optional>
#include <QDebug>
#include <QList>
#include <QString>
#include <QStringList>

namespace sgn::records {

// What the panel states by itself, without words: the store keeps the code, and `wording` turns it into a sentence in
// the reader's language. Behind each, the values that it carries.
enum class FactCode {
    // A command.
    NoDeviceChosen,
    NotPersisted, // not sent, because the store could not keep it
    NotSent,
    Undeliverable,
    Withdrawn, // before it was sent
    NotAnswered,
    DeviceRetired,
    HeldAtDevice,          // the exchange, by users at the device
    SignedCommandTooLarge, // bytes, limit
    CommandTooLarge,       // bytes, limit
    BadProcessName,        // name
    BadConfigFile,         // path
    UnknownCommand,        // number
    NotAnUpdate,           // number
    UnknownUpdate,         // number

    SentBy, // operator

    // Who belongs to the fleet.
    BadAcceptPattern, // pattern
    ContactsMissing,  // how many, of how many
    NotConnected,
    NotesTooLong,  // bytes, limit
    TooManyFields, // limit, limit of a name's characters
    NotShared,     // with the other desks; what follows is why
    BadLabel,      // what
    BadTag,        // what
    BadQuery,      // term
    BadFleetFile,
    ImportCutShort, // steps done, of how many; what follows is why
    NotAccepted,    // by the server, as a contact
    ColumnTwice,    // column
    TooManyColumns, // how many, limit
    NoRegularFile,  // path
    InLine,         // line of a table; what follows is about it
    InRecord,       // which one of a file; what follows is about it
    ListFields,     // how many, how many columns
    ListedTwice,    // JID, line or record of the first
    BadViewName,    // name
    TooManyViews,   // limit

    // An update on its way to becoming a command.
    UpdateWithoutProcess,
    ProcessNamedTwice, // name
    BadProcessVersion, // name
    BadVersion,
    BadDeviceJid,   // JID
    WrongComponent, // what the zip holds, what was wanted
    BadAddress,     // URL
    FileNotSigned,
    FileNotUploaded,
    FileListNotWritten,
    FileListNotUploaded,
    ReleaseGone, // host

    // A release at an address.
    ReleaseAddressNotHttps, // URL
    ReleaseTooLarge,        // limit, bytes
    ReleaseRefusedByServer, // host, HTTP status
    ReleaseCertificate,     // host
    ReleaseNotFetched,      // host

    // A rollout.
    RolloutExpired, // when
    RolloutPaused,  // operator
    RolloutStopped, // what follows is why
    RolloutEnded,
    RolloutFailures, // failed, ended, limit
    RolloutVanished, // offline, sent to, limit
    RolloutAlreadyThere,
    RolloutGate,    // healthy, needed, seconds
    RolloutPenalty, // failures
    RolloutUnreachable,
    RolloutNetwork,   // its network, allowed ones
    RolloutWindow,    // from, to
    RolloutGrowth,    // at a time, successes
    RolloutSlots,     // limit
    RolloutAbsent,    // when it was last seen
    RolloutPlaceKept, // when it was last seen, until when
    RolloutPlaceFree, // when it was last seen
    BadRollout,
    UnknownRollout,  // id
    RolloutTooLarge, // bytes, limit
    NoTargets,

    // Logs of a device.
    PanelClosed,       // before they were here
    UploadedElsewhere, // to the device's own server
    DeviceUploadFailed,
    LogsAddressNotHttps,  // URL
    LogsTooLarge,         // bytes, limit
    LogsLongerThanStated, // bytes
    LogsRefusedByServer,  // host, HTTP status
    LogsTimedOut,         // host, seconds
    LogsCertificate,      // host
    LogsNotFetched,       // host
    LogsNotUnpacked,
    LogsSizeDiffers, // bytes that arrived, bytes announced
    LogsHashDiffers,

    // Files.
    InFile,          // path; what follows is about it
    FileMissing,     // path
    FileUnread,      // path
    FileUnwritten,   // path
    FolderUnwritten, // path

    // The panel's configuration.
    PasswordFile,            // what follows is about it
    PasswordFileMissing,     // path
    PasswordFileOpenToAll,   // path
    PasswordFileOpenToGroup, // path
    PasswordFileLines,       // path
    BadAccount,              // JID
    NoPassword,
    BadPort,
    BadProxy,
    NoCaFile,
    NoStoreFile,
    UnknownField, // path, field

    // The store.
    StoreFolder, // path
    StoreLocked, // path
    StoreDamaged,
    StoreNotQuarantined, // path, where to
    StoreReplaced,       // path, where the damaged one is now
    StoreToBeReplaced,   // path; at the next start
    StoreOfOther,        // its account, the wanted account
    StoreNewer,
    StoreNotWritten,
    NoSqlDriver,

    // What happened to a device.
    OfflineFor,  // seconds
    ProcessExit, // exit code, signal, seconds since the last heartbeat; empty where unknown
    ClaimsIdOf,  // its id, JID of the device that had it first
    SpokeAs,     // the id it named, its own
};

// Stable spelling for the store, e.g. "not_answered".
[[nodiscard]] QLatin1StringView nameOf(FactCode code);
[[nodiscard]] std::optional<FactCode> factCodeFromString(QStringView text);

struct Fact
{
    FactCode code{};
    QStringList values;

    friend bool operator==(const Fact &, const Fact &) = default;
};

// From the outermost to its cause: "the file could not be uploaded", "the file is too large".
using Facts = QList<Fact>;

// [["not_sent"],["signed_command_too_large","200000","131072"]]; empty for no facts.
[[nodiscard]] QString toText(const Facts &facts);
// Leaves out what this version doesn't know; empty for text that toText() didn't write.
[[nodiscard]] Facts factsFromText(const QString &text);

// Why something failed, or what an operator has to know.
struct Problem
{
    Problem() = default;
    // From a library below the panel, which has a sentence for it already. Implicit, because errors become problems on
    // their way up.
    Problem(Error cause);
    Problem(ErrorCode code, FactCode fact, QStringList values = {}, QString cause = {});

    ErrorCode error = ErrorCode::Internal; // to decide on
    Facts facts;
    QString text; // of a device, a server or a library; comes after the facts

    // The fact in front of the others.
    [[nodiscard]] Problem withContext(FactCode fact, const QStringList &values = {}) const;
    [[nodiscard]] bool has(FactCode code) const;

    friend bool operator==(const Problem &, const Problem &) = default;
};

// For logs: its codes, its text and the kind of error.
QDebug operator<<(QDebug debug, const Problem &problem);

// A value, or why there is none.
template <typename T = void>
using Expected = tl::expected<T, Problem>;

// `return fail(ErrorCode::Io, FactCode::FileUnread, {path});` from any function that returns an Expected.
[[nodiscard]] inline tl::unexpected<Problem> fail(ErrorCode code, FactCode fact, QStringList values = {},
                                                  QString text = {})
{
    return tl::unexpected(Problem(code, fact, std::move(values), std::move(text)));
}

[[nodiscard]] inline tl::unexpected<Problem> fail(Problem problem)
{
    return tl::unexpected(std::move(problem));
}

} // namespace sgn::records
