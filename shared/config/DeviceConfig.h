// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"
#include "crypto/PublicKey.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>
#include <QUrl>

namespace sgn {

class DeviceTree;

// The content of config_file.bin: seed step (13) and the optional fields of protocol section 6. A value of this type is
// always complete and checked.
struct DeviceConfig
{
    // xmpp_client.client_jid, .client_password, .cpanel_jid; bare JIDs, in lower case, as a server sends them.
    QString clientJid;
    QString clientPassword;
    QString panelJid;
    // rpi_unique_id, as it goes into the `from` of every reply.
    QString rpiUniqueId;

    // xmpp_client.host and .port; empty and 0: what the domain of the JID names, see xmpp::Account.
    QString host;
    quint16 port = 0;
    // xmpp_client.start_tls: STARTTLS and nothing else.
    bool startTls = false;
    // http_proxy: through which all servers are reached, the XMPP server by CONNECT; empty: none.
    QUrl proxy;

    // panel_map_url, log_upload_url; empty when there are none.
    QUrl panelMapUrl;
    QUrl logUploadUrl;
    // allow_http: releases may come by plain http. For tests on one machine.
    bool allowHttp = false;

    // site_packages: the folder of the Python packages that the meter's scripts use; empty: it is looked for.
    QString sitePackages;

    // heartbeat_timeout_s: silent for longer is dead.
    int heartbeatTimeoutS = 60;
    // start_timeout_s: a meter process has to send its first heartbeat within this time.
    int startTimeoutS = 300;

    // serial: set by sgn-provision when it encrypts the file, milliseconds since 1970. A configuration that is sent to
    // a device has to have a higher one than each before it.
    qint64 serial = 0;

    // release_keys, operator_keys: lists of JSON Web Keys (PublicKey.h). Not empty means that a signature is required.
    QList<PublicKey> releaseKeys;
    QList<PublicKey> operatorKeys;

    // What may be a slip of the one who wrote it, one sentence each: unknown fields, which a newer version may know,
    // and repeated ones.
    QStringList remarks;
};

// Reads and checks the decrypted text. Unknown fields are remarked upon, not refused. BadFile with one plain sentence
// that names the field and never quotes a secret.
[[nodiscard]] Result<DeviceConfig> parseDeviceConfig(QByteArrayView json);

// Reads cfg/config_file.bin of either envelope, with cfg/device.key for the second one. Errors: NotFound, TooLarge, Io,
// Refused (key file open to others), BadFile; the sentence names the file. Nothing on disk is ever changed.
[[nodiscard]] Result<DeviceConfig> loadDeviceConfig(const DeviceTree &tree);

// The two halves of it: the encrypted file, and what is in it.
[[nodiscard]] Result<QByteArray> readConfigFile(const DeviceTree &tree);
[[nodiscard]] Result<DeviceConfig> openDeviceConfig(const QByteArray &file, const DeviceTree &tree);

} // namespace sgn
