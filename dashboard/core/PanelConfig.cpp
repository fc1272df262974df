// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/PanelConfig.h"

#include "base/AtomicFile.h"
#include "base/ProxyAddress.h"
#include "core/AcceptRules.h"
#include "protocol/Json.h"
#include "xmpp/Jid.h"

#include <QDir>
#include <QFileInfo>
#include <QStringConverter>
#include <QUrl>

namespace sgn::core {

using namespace Qt::StringLiterals;
using records::FactCode;

namespace {

constexpr qint64 maxConfigSize = 64 * 1024;
constexpr qint64 maxPasswordFileSize = 4096;
constexpr qsizetype maxPath = 4096;
constexpr qsizetype maxAddress = 2048;
constexpr qsizetype maxAcceptRules = 100;
constexpr int maxKeepDays = 36'500;

records::Expected<QString> readPassword(const QString &path, QList<records::Problem> &warnings)
{
    const QFileInfo info(path);
    if (!info.isFile()) {
        return fail(ErrorCode::NotFound, FactCode::PasswordFileMissing, {path});
    }
    // Only its owner needs to open it; a group may be an administrator's choice.
    if (info.permission(QFile::ReadOther)) {
        return fail(ErrorCode::Refused, FactCode::PasswordFileOpenToAll, {path});
    }
    if (info.permission(QFile::ReadGroup)) {
        warnings += records::Problem(ErrorCode::Refused, FactCode::PasswordFileOpenToGroup, {path});
    }
    const Result<QByteArray> content = readFile(path, maxPasswordFileSize);
    if (!content) {
        return fail(records::Problem(content.error()).withContext(FactCode::PasswordFile));
    }
    // An editor puts a line break at the end, and that is all that may follow the password.
    const auto encoding = QStringConverter::encodingForData(*content); // by a byte order mark
    QString password = QStringDecoder(encoding.value_or(QStringConverter::Utf8))(*content);
    while (password.endsWith(u'\n') || password.endsWith(u'\r')) {
        password.chop(1);
    }
    if (password.isEmpty() || password.contains(u'\n')) {
        return fail(ErrorCode::BadFile, FactCode::PasswordFileLines, {path});
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
    account.tls = startTls ? xmpp::Account::Tls::StartTls : xmpp::Account::Tls::Direct;
    account.proxy = proxy;
    account.caFile = caFile;
    return account;
}

QString PanelConfig::logsFolder() const
{
    const QFileInfo store(storeFile);
    return store.absoluteDir().filePath(store.completeBaseName() + u"-logs"_s);
}

records::Expected<> PanelConfig::check() const
{
    if (!xmpp::isBareAccountJid(jid)) {
        return fail(ErrorCode::BadRequest, FactCode::BadAccount, {jid});
    }
    if (password.isEmpty()) {
        return fail(ErrorCode::BadRequest, FactCode::NoPassword);
    }
    if (caFile.isEmpty()) {
        return fail(ErrorCode::BadRequest, FactCode::NoCaFile);
    }
    if (storeFile.isEmpty()) {
        return fail(ErrorCode::BadRequest, FactCode::NoStoreFile);
    }
    return {};
}

records::Expected<PanelConfig> loadPanelConfig(const QString &path)
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
    config.port = static_cast<quint16>(reader.optionalInteger("port"_L1, 1, 65535).value_or(0));
    config.startTls = reader.optionalBool("start_tls"_L1, false);
    const QString proxy = reader.optionalText("http_proxy"_L1, maxAddress);
    config.proxy = proxyAddress(proxy).value_or(QUrl());
    const QString ca = reader.requiredText("ca"_L1, maxPath);
    const QString store = reader.requiredText("store"_L1, maxPath);
    config.operatorName = reader.optionalText("operator"_L1, 100).simplified();
    config.keepDays =
        static_cast<int>(reader.optionalInteger("keep_days"_L1, 0, maxKeepDays).value_or(config.keepDays));
    config.accept = reader.optionalTexts("accept"_L1, maxAcceptRules, 1023);
    JsonReader keys(reader.optionalObject("keys"_L1).value_or(QJsonObject()), u"keys."_s);
    const QString releaseKey = keys.optionalText("release"_L1, maxPath);
    const QString operatorKey = keys.optionalText("operator"_L1, maxPath);
    if (!reader.error() && !xmpp::isBareAccountJid(config.jid)) {
        reader.reject("jid"_L1, u"must be an account, name@server"_s);
    }
    if (!reader.error() && !proxy.isEmpty() && config.proxy.isEmpty()) {
        reader.reject("http_proxy"_L1, u"must be the address of a proxy, http://host:port"_s);
    }
    if (const auto rules = AcceptRules::parse(config.accept, xmpp::domainOf(config.jid)); !reader.error() && !rules) {
        return fail(rules.error().withContext(FactCode::InFile, {path}));
    }
    for (const JsonReader *part : {&reader, &keys}) {
        if (part->error()) {
            return fail(ErrorCode::BadFile, FactCode::InFile, {path}, part->error()->message);
        }
    }
    static const QStringList known{u"jid"_s,       u"password_file"_s, u"host"_s,     u"port"_s,
                                   u"start_tls"_s, u"http_proxy"_s,    u"ca"_s,       u"store"_s,
                                   u"keys"_s,      u"accept"_s,        u"operator"_s, u"keep_days"_s};
    for (const QString &key : object->keys()) {
        if (!known.contains(key)) {
            config.warnings += records::Problem(ErrorCode::BadFile, FactCode::UnknownField, {path, key.left(64)});
        }
    }
    const QDir folder = QFileInfo(path).absoluteDir();
    const auto absolute = [&folder](const QString &file) {
        return file.isEmpty() ? QString() : QDir::cleanPath(folder.absoluteFilePath(file));
    };
    records::Expected<QString> password = readPassword(absolute(passwordFile), config.warnings);
    if (!password) {
        return fail(password.error().withContext(FactCode::InFile, {path}));
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
