// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Problem.h"
#include "store/Retention.h"
#include "xmpp/Account.h"

#include <QString>
#include <QUrl>

namespace sgn::core {

// What a control panel needs before it can start: its account, its server, the certification authority and the place of
// its store. Filled by loadPanelConfig() or by the sign-in form.
struct PanelConfig
{
    QString jid; // of the control panel, the `cpanel_jid` of the devices (seed step 13)
    QString password;
    // Empty and 0: what the domain of the JID names, see xmpp::Account.
    QString host;
    quint16 port = 0;
    bool startTls = false; // STARTTLS and nothing else
    QUrl proxy;            // through which all servers are reached; empty: none
    QString caFile;
    QString storeFile; // SQLite; logs of devices are kept in a folder beside it
    // Private keys; empty: nothing is signed.
    QString releaseKeyFile;  // signs the releases that are sent from here
    QString operatorKeyFile; // signs every command
    // Who becomes a device without being accepted; patterns of AcceptRules.
    QStringList accept;
    // Who is named as the one who sends commands; empty: login and machine.
    QString operatorName;
    // For how many days commands and the timeline are kept; 0: no matter how old.
    int keepDays = store::Retention().days;
    // What an operator should know although it doesn't stop anything.
    QList<records::Problem> warnings;

    [[nodiscard]] xmpp::Account account() const;
    // Where downloaded logs go: "<store without suffix>-logs" beside the store.
    [[nodiscard]] QString logsFolder() const;
    // BadRequest with the first field that can't be right.
    [[nodiscard]] records::Expected<> check() const;
};

// The file that `sgnctl --panel` takes: {"jid", "password_file", "host", "port", "start_tls", "http_proxy", "ca",
// "store", "keys": {"release", "operator"}, "accept": ["altimeter_*"], "operator": "Anna", "keep_days": 400}; the keys
// are files of `sgn-provision keys` and optional; relative paths are relative to the file. Errors: NotFound, Io,
// BadFile with the field's name; Refused when others can read the password file.
[[nodiscard]] records::Expected<PanelConfig> loadPanelConfig(const QString &path);

// Where the sign-in form keeps the store of an account: one file per account below `dataFolder`.
[[nodiscard]] QString storeFileFor(const QString &dataFolder, const QString &jid);

} // namespace sgn::core
