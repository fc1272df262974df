// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/PanelConfig.h"

#include "base/AtomicFile.h"
#include "protocol/Json.h"
#include "xmpp/Jid.h"

#include <QDir>
#include <QFileInfo>
#include <QUrl>

namespace sgn::core {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxConfigSize = 64 * 1024;
constexpr qint64 maxPasswordFileSize = 4096;
constexpr qsizetype maxPath = 4096;

Result<QString> readPassword(const QString &path, QStringList &warnings)
{
    const QFileInfo info(path);
    if (!info.isFile()) {
        return fail(ErrorCode::NotFound, u"there is no password file %1"_s.arg(path));
    }
    // Nobody but its owner has a reason to open it; a group may be an administrator's choice.
    if (info.permission(QFile::ReadOther)) {
        return fail(ErrorCode::Refused,
                    u"everyone on this machine can read the password file %1; run: chmod 600 %1"_s.arg(path));
    }
    if (info.permission(QFile::ReadGroup)) {
        warnings += u"the group of the password file %1 can read it; chmod 600 keeps it to yourself"_s.arg(path);
    }
    const Result<QByteArray> content = readFile(path, maxPasswordFileSize);
    if (!content) {
        return fail(content.error().withContext(u"password file"_s));
    }
    // An editor puts a line break at the end, and that is all that may follow the password.
    QString password = QString::fromUtf8(*content);
    while (password.endsWith(u'\n') || password.endsWith(u'\r')) {
        password.chop(1);
    }
    if (password.isEmpty() || password.contains(u'\n')) {
        return fail(ErrorCode::BadFile, u"the password file %1 must hold one line, the password"_s.arg(path));
    }
    return password;
}

} // namespace

xmpp::Account PanelConfig::account() const
{
    xmpp::Account account;
    account.jid = jid;
    account.password = password;
    account.host = host;
    account.port = port;
    account.caFile = caFile;
    return account;
}

QString PanelConfig::logsFolder() const
{
    const QFileInfo store(storeFile);
    return store.absoluteDir().filePath(store.completeBaseName() + u"-logs"_s);
}

Outcome PanelConfig::check() const
{
    if (!xmpp::isBareAccountJid(jid)) {
        return fail(ErrorCode::BadRequest, u"\"%1\" is no account; write it as name@server"_s.arg(jid));
    }
    if (password.isEmpty()) {
        return fail(ErrorCode::BadRequest, u"the password is missing"_s);
    }
    if (port == 0) {
        return fail(ErrorCode::BadRequest, u"the port must be 1 to 65535"_s);
    }
    if (caFile.isEmpty()) {
        return fail(
            ErrorCode::BadRequest,
            u"the server's CA certificate is missing; choose the PEM file that the devices have as cacert.pem"_s);
    }
    if (storeFile.isEmpty()) {
        return fail(ErrorCode::BadRequest, u"the place for the store is missing"_s);
    }
    return {};
}

Result<PanelConfig> loadPanelConfig(const QString &path)
{
    const Result<QJsonObject> object = readJsonFile(path, maxConfigSize);
    if (!object) {
        return fail(object.error());
    }
    JsonReader reader(*object);
    PanelConfig config;
    config.jid = reader.requiredText("jid"_L1, 1023);
    const QString passwordFile = reader.requiredText("password_file"_L1, maxPath);
    config.host = reader.optionalText("host"_L1, 255);
    config.port = static_cast<quint16>(reader.optionalInteger("port"_L1, 1, 65535).value_or(5223));
    const QString ca = reader.requiredText("ca"_L1, maxPath);
    const QString store = reader.requiredText("store"_L1, maxPath);
    JsonReader keys(reader.optionalObject("keys"_L1).value_or(QJsonObject()), u"keys."_s);
    const QString releaseKey = keys.optionalText("release"_L1, maxPath);
    const QString operatorKey = keys.optionalText("operator"_L1, maxPath);
    if (!reader.error() && !xmpp::isBareAccountJid(config.jid)) {
        reader.reject("jid"_L1, u"must be an account, name@server"_s);
    }
    for (const JsonReader *part : {&reader, &keys}) {
        if (part->error()) {
            return fail(ErrorCode::BadFile, u"%1: %2"_s.arg(path, part->error()->message));
        }
    }
    static const QStringList known{u"jid"_s, u"password_file"_s, u"host"_s, u"port"_s, u"ca"_s, u"store"_s, u"keys"_s};
    for (const QString &key : object->keys()) {
        if (!known.contains(key)) {
            config.warnings += u"%1: field \"%2\" is unknown and ignored"_s.arg(path, key.left(64));
        }
    }
    const QDir folder = QFileInfo(path).absoluteDir();
    const auto absolute = [&folder](const QString &file) {
        return file.isEmpty() ? QString() : QDir::cleanPath(folder.absoluteFilePath(file));
    };
    Result<QString> password = readPassword(absolute(passwordFile), config.warnings);
    if (!password) {
        return fail(std::move(password).error().withContext(path));
    }
    config.password = *std::move(password);
    config.caFile = absolute(ca);
    config.storeFile = absolute(store);
    config.releaseKeyFile = absolute(releaseKey);
    config.operatorKeyFile = absolute(operatorKey);
    return config;
}

QString storeFileFor(const QString &dataFolder, const QString &jid)
{
    // Percent-encoded, so that no name leaves the folder or meets another one.
    const QByteArray name = QUrl::toPercentEncoding(xmpp::bareJid(jid), "@");
    return QDir(dataFolder).filePath(QString::fromLatin1(name) + u".sqlite"_s);
}

} // namespace sgn::core
