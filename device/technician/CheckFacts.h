// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Error.h"
#include "xmpp/Endpoints.h"
#include "xmpp/TlsConfig.h"

#include <chrono>
#include <optional>
#include <QByteArrayList>
#include <QDateTime>
#include <QString>
#include <QStringList>
#include <sys/types.h>

namespace sgn::technician {

// What is known of a device before anything is judged (Findings.h).

struct AccountFacts
{
    QString configFile;
    QString keyFile;
    QStringList oddFiles;     // of these two that are no regular file
    bool hasGoodCopy = false; // of a configuration by which it was online, which the agent restores at its start
};

struct DiskFacts
{
    QString folder;
    std::optional<QString> problem; // it can't be looked at
    qint64 freeBytes = 0;
    qint64 totalBytes = 0;
    qint64 freeFiles = 0;
    qint64 totalFiles = 0; // 0: the file system has no such limit
    bool isReadOnly = false;
};

// A file or folder, and what it has to be.
struct FileFacts
{
    enum class Kind {
        Folder,  // the owner's, who writes in it; no other user may
        Data,    // the owner can read it
        Secret,  // no other user can
        Program, // the owner can run it; no other user may change it
    };
    QString path;
    Kind kind = Kind::Data;
    bool isRequired = true;

    bool exists = false;
    QString problem; // it can't be looked at, is of another kind, or the watchdog's rules refuse to start it
    bool isOtherKind = false;
    bool isOwners = false;
    bool isRoots = false;
    QString owner;
    mode_t mode = 0;
};

struct ClockFacts
{
    QDateTime now; // of this machine
    // A time that has certainly passed, and what shows that.
    std::optional<QDateTime> notBefore;
    QString notBeforeBy; // "the configuration was written"
    // Server's clock minus ours.
    std::optional<std::chrono::milliseconds> serverTime;
    bool isTooEarlyForCertificate = false;
    bool isSynchronised = false; // a time service has set it
};

struct NameFacts
{
    QString name;           // that is looked up: of the server or of the proxy
    bool isAddress = false; // nothing to look up
    bool hasNetwork = true; // an interface other than loopback has an address
    qsizetype records = 0;  // SRV
    QByteArrayList addresses;
    QStringList nameServers; // that this machine queries
};

struct ReachFacts
{
    std::optional<xmpp::Endpoint> endpoint; // that answered
    std::optional<Error> failure;
};

struct TrustFacts
{
    std::optional<Error> failure;
    std::optional<xmpp::CertificateFault> fault;
};

struct LoginFacts
{
    std::optional<Error> failure;
    std::optional<std::chrono::milliseconds> serverTime;
};

// Later parts are empty where an earlier one failed.
struct ServerFacts
{
    QString account; // JID
    QString domain;
    QString caFile;
    QString proxy; // host and port; empty: none
    NameFacts name;
    std::optional<ReachFacts> reach;
    std::optional<TrustFacts> trust;
    std::optional<LoginFacts> login;
};

} // namespace sgn::technician
