// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/DeviceConfig.h"

#include "base/AtomicFile.h"
#include "base/DeviceTree.h"
#include "base/JsonText.h"
#include "config/ConfigReader.h"
#include "crypto/ConfigEnvelope.h"
#include "crypto/DeviceSecret.h"

#include <QFileInfo>

namespace sgn {

using namespace Qt::StringLiterals;

Result<DeviceConfig> parseDeviceConfig(QByteArrayView json)
{
    const auto document = parseJson(json);
    if (!document) {
        return fail(ErrorCode::BadFile, u"the config is "_s + document.error().message);
    }
    if (!document->isObject()) {
        return fail(ErrorCode::BadFile, u"the config is not a JSON object"_s);
    }

    ConfigReader top(document->object(), {});
    ConfigReader xmpp = top.object("xmpp_client"_L1);
    DeviceConfig config;
    config.clientJid = xmpp.bareJid("client_jid"_L1);
    config.clientPassword = xmpp.text("client_password"_L1, 1, 1024);
    config.panelJid = xmpp.bareJid("cpanel_jid"_L1);
    config.startTls = xmpp.boolean("start_tls"_L1, false);
    config.host = xmpp.has("host"_L1) ? xmpp.hostName("host"_L1) : QString();
    config.port = static_cast<quint16>(xmpp.number("port"_L1, 1, 65535, 0));

    config.rpiUniqueId = top.text("rpi_unique_id"_L1, 1, 256);
    config.panelMapUrl = top.webAddress("panel_map_url"_L1);
    config.logUploadUrl = top.webAddress("log_upload_url"_L1);
    config.proxy = top.proxy("http_proxy"_L1);
    config.allowHttp = top.boolean("allow_http"_L1, false);
    config.sitePackages = top.folder("site_packages"_L1);
    config.heartbeatTimeoutS = top.number("heartbeat_timeout_s"_L1, 1, 24 * 3600, config.heartbeatTimeoutS);
    config.startTimeoutS = top.number("start_timeout_s"_L1, 1, 24 * 3600, config.startTimeoutS);
    config.serial = top.serial("serial"_L1);
    config.releaseKeys = top.publicKeys("release_keys"_L1);
    config.operatorKeys = top.publicKeys("operator_keys"_L1);

    for (const ConfigReader *reader : {&xmpp, &top}) {
        if (!reader->error().isEmpty()) {
            return fail(ErrorCode::BadFile, reader->error());
        }
    }
    for (const QString &name : top.unread() + xmpp.unread()) {
        config.remarks += u"the field '%1' is unknown and has no effect"_s.arg(name);
    }
    for (const QString &name : repeatedNames(json)) {
        config.remarks += u"the field '%1' is there more than once; the last one counts"_s.arg(name.left(64));
    }
    if (config.clientJid == config.panelJid) {
        return fail(ErrorCode::BadFile, u"xmpp_client.client_jid and xmpp_client.cpanel_jid are the same account"_s);
    }
    return config;
}

Result<DeviceConfig> openDeviceConfig(const QByteArray &file, const DeviceTree &tree)
{
    SecureBytes secret;
    if (envelopeVersion(file) == EnvelopeVersion::V2) {
        auto loaded = loadDeviceSecret(tree.deviceKey());
        if (!loaded) {
            return fail(std::move(loaded).error());
        }
        secret = *std::move(loaded);
    }
    const auto plain = decryptEnvelope(file, secret);
    return plain ? parseDeviceConfig(plain->view()) : fail(plain.error());
}

Result<DeviceConfig> loadDeviceConfig(const DeviceTree &tree)
{
    const auto file = readConfigFile(tree);
    if (!file) {
        return fail(file.error());
    }
    auto config = openDeviceConfig(*file, tree);
    return config ? config : fail(config.error().withContext(tree.configFile()));
}

Result<QByteArray> readConfigFile(const DeviceTree &tree)
{
    // A link may lead to the file, but a pipe in its place must not stop the program.
    const QString target = QFileInfo(tree.configFile()).canonicalFilePath();
    return readRegularFile(target.isEmpty() ? tree.configFile() : target, maxConfigFileSize);
}

} // namespace sgn
