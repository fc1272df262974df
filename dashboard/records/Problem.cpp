// SPDX-License-Identifier: GPL-3.0-or-later
#include "records/Problem.h"

#include "base/EnumNames.h"

#include <algorithm>
#include <QJsonArray>
#include <QJsonDocument>

namespace sgn::records {

using namespace Qt::StringLiterals;

namespace {

constexpr auto names = enumNames<FactCode>({
    {FactCode::NoDeviceChosen, "no_device_chosen"_L1},
    {FactCode::NotPersisted, "not_persisted"_L1},
    {FactCode::NotSent, "not_sent"_L1},
    {FactCode::Undeliverable, "undeliverable"_L1},
    {FactCode::Withdrawn, "withdrawn"_L1},
    {FactCode::NotAnswered, "not_answered"_L1},
    {FactCode::DeviceRetired, "device_retired"_L1},
    {FactCode::HeldAtDevice, "held_at_device"_L1},
    {FactCode::SignedCommandTooLarge, "signed_command_too_large"_L1},
    {FactCode::CommandTooLarge, "command_too_large"_L1},
    {FactCode::BadProcessName, "bad_process_name"_L1},
    {FactCode::BadConfigFile, "bad_config_file"_L1},
    {FactCode::UnknownCommand, "unknown_command"_L1},
    {FactCode::NotAnUpdate, "not_an_update"_L1},
    {FactCode::UnknownUpdate, "unknown_update"_L1},
    {FactCode::BadAcceptPattern, "bad_accept_pattern"_L1},
    {FactCode::SentBy, "sent_by"_L1},
    {FactCode::ContactsMissing, "contacts_missing"_L1},
    {FactCode::NotConnected, "not_connected"_L1},
    {FactCode::NotesTooLong, "notes_too_long"_L1},
    {FactCode::TooManyFields, "too_many_fields"_L1},
    {FactCode::NotShared, "not_shared"_L1},
    {FactCode::BadLabel, "bad_label"_L1},
    {FactCode::BadTag, "bad_tag"_L1},
    {FactCode::BadQuery, "bad_query"_L1},
    {FactCode::BadViewName, "bad_view_name"_L1},
    {FactCode::TooManyViews, "too_many_views"_L1},
    {FactCode::BadFleetFile, "bad_fleet_file"_L1},
    {FactCode::ImportCutShort, "import_cut_short"_L1},
    {FactCode::NotAccepted, "not_accepted"_L1},
    {FactCode::ColumnTwice, "column_twice"_L1},
    {FactCode::TooManyColumns, "too_many_columns"_L1},
    {FactCode::NoRegularFile, "no_regular_file"_L1},
    {FactCode::InLine, "in_line"_L1},
    {FactCode::InRecord, "in_record"_L1},
    {FactCode::ListFields, "list_fields"_L1},
    {FactCode::ListedTwice, "listed_twice"_L1},
    {FactCode::UpdateWithoutProcess, "update_without_process"_L1},
    {FactCode::ProcessNamedTwice, "process_named_twice"_L1},
    {FactCode::BadProcessVersion, "bad_process_version"_L1},
    {FactCode::BadVersion, "bad_version"_L1},
    {FactCode::BadDeviceJid, "bad_device_jid"_L1},
    {FactCode::WrongComponent, "wrong_component"_L1},
    {FactCode::BadAddress, "bad_address"_L1},
    {FactCode::FileNotSigned, "file_not_signed"_L1},
    {FactCode::FileNotUploaded, "file_not_uploaded"_L1},
    {FactCode::FileListNotWritten, "file_list_not_written"_L1},
    {FactCode::FileListNotUploaded, "file_list_not_uploaded"_L1},
    {FactCode::ReleaseGone, "release_gone"_L1},
    {FactCode::ReleaseAddressNotHttps, "release_address_not_https"_L1},
    {FactCode::ReleaseTooLarge, "release_too_large"_L1},
    {FactCode::ReleaseRefusedByServer, "release_refused_by_server"_L1},
    {FactCode::ReleaseCertificate, "release_certificate"_L1},
    {FactCode::ReleaseNotFetched, "release_not_fetched"_L1},
    {FactCode::RolloutExpired, "rollout_expired"_L1},
    {FactCode::RolloutPaused, "rollout_paused"_L1},
    {FactCode::RolloutStopped, "rollout_stopped"_L1},
    {FactCode::RolloutEnded, "rollout_ended"_L1},
    {FactCode::RolloutFailures, "rollout_failures"_L1},
    {FactCode::RolloutVanished, "rollout_vanished"_L1},
    {FactCode::RolloutAlreadyThere, "rollout_already_there"_L1},
    {FactCode::RolloutGate, "rollout_gate"_L1},
    {FactCode::RolloutPenalty, "rollout_penalty"_L1},
    {FactCode::RolloutUnreachable, "rollout_unreachable"_L1},
    {FactCode::RolloutNetwork, "rollout_network"_L1},
    {FactCode::RolloutWindow, "rollout_window"_L1},
    {FactCode::RolloutGrowth, "rollout_growth"_L1},
    {FactCode::RolloutSlots, "rollout_slots"_L1},
    {FactCode::RolloutAbsent, "rollout_absent"_L1},
    {FactCode::RolloutPlaceKept, "rollout_place_kept"_L1},
    {FactCode::RolloutPlaceFree, "rollout_place_free"_L1},
    {FactCode::BadRollout, "bad_rollout"_L1},
    {FactCode::UnknownRollout, "unknown_rollout"_L1},
    {FactCode::RolloutTooLarge, "rollout_too_large"_L1},
    {FactCode::NoTargets, "no_targets"_L1},
    {FactCode::PanelClosed, "panel_closed"_L1},
    {FactCode::UploadedElsewhere, "uploaded_elsewhere"_L1},
    {FactCode::DeviceUploadFailed, "device_upload_failed"_L1},
    {FactCode::LogsAddressNotHttps, "logs_address_not_https"_L1},
    {FactCode::LogsTooLarge, "logs_too_large"_L1},
    {FactCode::LogsLongerThanStated, "logs_longer_than_stated"_L1},
    {FactCode::LogsRefusedByServer, "logs_refused_by_server"_L1},
    {FactCode::LogsTimedOut, "logs_timed_out"_L1},
    {FactCode::LogsCertificate, "logs_certificate"_L1},
    {FactCode::LogsNotFetched, "logs_not_fetched"_L1},
    {FactCode::LogsNotUnpacked, "logs_not_unpacked"_L1},
    {FactCode::LogsSizeDiffers, "logs_size_differs"_L1},
    {FactCode::LogsHashDiffers, "logs_hash_differs"_L1},
    {FactCode::InFile, "in_file"_L1},
    {FactCode::FileMissing, "file_missing"_L1},
    {FactCode::FileUnread, "file_unread"_L1},
    {FactCode::FileUnwritten, "file_unwritten"_L1},
    {FactCode::FolderUnwritten, "folder_unwritten"_L1},
    {FactCode::PasswordFile, "password_file"_L1},
    {FactCode::PasswordFileMissing, "password_file_missing"_L1},
    {FactCode::PasswordFileOpenToAll, "password_file_open_to_all"_L1},
    {FactCode::PasswordFileOpenToGroup, "password_file_open_to_group"_L1},
    {FactCode::PasswordFileLines, "password_file_lines"_L1},
    {FactCode::BadAccount, "bad_account"_L1},
    {FactCode::NoPassword, "no_password"_L1},
    {FactCode::BadPort, "bad_port"_L1},
    {FactCode::BadProxy, "bad_proxy"_L1},
    {FactCode::NoCaFile, "no_ca_file"_L1},
    {FactCode::NoStoreFile, "no_store_file"_L1},
    {FactCode::UnknownField, "unknown_field"_L1},
    {FactCode::StoreFolder, "store_folder"_L1},
    {FactCode::StoreLocked, "store_locked"_L1},
    {FactCode::StoreDamaged, "store_damaged"_L1},
    {FactCode::StoreNotQuarantined, "store_not_quarantined"_L1},
    {FactCode::StoreReplaced, "store_replaced"_L1},
    {FactCode::StoreToBeReplaced, "store_to_be_replaced"_L1},
    {FactCode::StoreOfOther, "store_of_other"_L1},
    {FactCode::StoreNewer, "store_newer"_L1},
    {FactCode::StoreNotWritten, "store_not_written"_L1},
    {FactCode::NoSqlDriver, "no_sql_driver"_L1},
    {FactCode::OfflineFor, "offline_for"_L1},
    {FactCode::ProcessExit, "process_exit"_L1},
    {FactCode::ClaimsIdOf, "claims_id_of"_L1},
    {FactCode::SpokeAs, "spoke_as"_L1},
});

} // namespace

QLatin1StringView nameOf(FactCode code)
{
    return names.nameOf(code);
}

std::optional<FactCode> factCodeFromString(QStringView text)
{
    return names.valueOf(text);
}

QString toText(const Facts &facts)
{
    if (facts.isEmpty()) {
        return {};
    }
    QJsonArray list;
    for (const Fact &fact : facts) {
        QJsonArray words{QString(nameOf(fact.code))};
        for (const QString &value : fact.values) {
            words += value;
        }
        list += words;
    }
    return QString::fromUtf8(QJsonDocument(list).toJson(QJsonDocument::Compact));
}

Facts factsFromText(const QString &text)
{
    Facts facts;
    const QJsonArray list = QJsonDocument::fromJson(text.toUtf8()).array();
    for (const QJsonValue &entry : list) {
        QStringList words;
        for (const QJsonValue &word : entry.toArray()) {
            words += word.toString();
        }
        if (const auto code = factCodeFromString(words.value(0))) {
            facts += Fact{*code, words.mid(1)};
        }
    }
    return facts;
}

Problem::Problem(Error cause)
    : error(cause.code)
    , text(std::move(cause.message))
{}

Problem::Problem(ErrorCode code, FactCode fact, QStringList values, QString cause)
    : error(code)
    , facts{Fact{fact, std::move(values)}}
    , text(std::move(cause))
{}

Problem Problem::withContext(FactCode fact, const QStringList &values) const
{
    Problem problem = *this;
    problem.facts.prepend({fact, values});
    return problem;
}

bool Problem::has(FactCode code) const
{
    return std::ranges::any_of(facts, [code](const Fact &fact) { return fact.code == code; });
}

QDebug operator<<(QDebug debug, const Problem &problem)
{
    QDebugStateSaver saver(debug);
    debug.noquote().nospace() << toText(problem.facts) << ' ' << problem.text << " (" << nameOf(problem.error) << ')';
    return debug;
}

} // namespace sgn::records
