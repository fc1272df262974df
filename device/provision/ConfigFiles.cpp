// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/ConfigFiles.h"

#include "base/AtomicFile.h"
#include "base/SystemError.h"
#include "config/ConfigSerial.h"
#include "config/DeviceConfig.h"
#include "crypto/DeviceSecret.h"

#include <algorithm>
#include <cerrno>
#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <sys/stat.h>
#include <unistd.h>

namespace sgn::provision {

using namespace Qt::StringLiterals;

namespace {

Outcome giveToOwnerOfFolder(const QString &path)
{
    struct stat folder
    {
    };
    if (::geteuid() != 0) {
        return {};
    }
    if (::stat(QFile::encodeName(QFileInfo(path).absolutePath()).constData(), &folder) != 0 ||
        ::chown(QFile::encodeName(path).constData(), folder.st_uid, folder.st_gid) != 0) {
        return fail(systemError(u"cannot give %1 to the owner of its folder"_s.arg(path), errno));
    }
    return {};
}

bool isSecret(const QString &field)
{
    constexpr std::array words{"password"_L1, "secret"_L1, "token"_L1, "private"_L1};
    // "d" is the private part of a JSON Web Key.
    return field == "d"_L1 || std::ranges::any_of(words, [&field](QLatin1StringView word) {
               return field.contains(word, Qt::CaseInsensitive);
           });
}

QJsonValue withoutSecrets(const QJsonValue &value)
{
    if (value.isArray()) {
        QJsonArray list;
        for (const auto &item : value.toArray()) {
            list.append(withoutSecrets(item));
        }
        return list;
    }
    if (!value.isObject()) {
        return value;
    }
    QJsonObject object = value.toObject();
    for (auto it = object.begin(); it != object.end(); ++it) {
        it.value() = isSecret(it.key()) ? QJsonValue(u"********"_s) : withoutSecrets(it.value());
    }
    return object;
}

} // namespace

QString defaultKeyFile(const QString &configFile)
{
    return QFileInfo(configFile).path() + u"/device.key"_s;
}

Result<Encrypted> encryptConfigFile(const EncryptRequest &request)
{
    auto plain = readFile(request.input, maxConfigSize);
    if (!plain) {
        return fail(std::move(plain).error());
    }
    const auto config = parseDeviceConfig(*plain);
    if (!config) {
        return fail(config.error().withContext(request.input));
    }
    KeyFileState keyState = KeyFileState::NotUsed;
    Result<QByteArray> sealed;
    if (request.version == EnvelopeVersion::V1) {
        sealed = encryptV1(*plain);
    } else {
        keyState = QFileInfo::exists(request.keyFile) ? KeyFileState::Existed : KeyFileState::Made;
        const auto secret =
            keyState == KeyFileState::Made ? createDeviceSecret(request.keyFile) : loadDeviceSecret(request.keyFile);
        if (!secret) {
            return fail(secret.error());
        }
        if (keyState == KeyFileState::Made) {
            if (auto given = giveToOwnerOfFolder(request.keyFile); !given) {
                return fail(std::move(given).error());
            }
        }
        QByteArray text = withSerial(*plain, QDateTime::currentMSecsSinceEpoch());
        sealed = encryptV2(text, *secret);
        SecureBytes::wipe(text);
    }
    SecureBytes::wipe(*plain);
    if (!sealed) {
        return fail(std::move(sealed).error());
    }
    Outcome written = writeFileAtomically(request.output, *sealed, 0600);
    if (written) {
        written = giveToOwnerOfFolder(request.output);
    }
    if (!written) {
        return fail(std::move(written).error());
    }
    return Encrypted{keyState, config->remarks};
}

Result<DecryptedConfig> decryptConfigFile(const QString &input, const QString &keyFile, Secrets secrets)
{
    const auto file = readFile(input, maxConfigFileSize);
    if (!file) {
        return fail(file.error());
    }
    SecureBytes secret;
    if (envelopeVersion(*file) == EnvelopeVersion::V2) {
        auto loaded = loadDeviceSecret(keyFile);
        if (!loaded) {
            return fail(std::move(loaded).error());
        }
        secret = *std::move(loaded);
    }
    auto plain = decryptEnvelope(*file, secret);
    if (!plain) {
        return fail(plain.error().withContext(input));
    }
    DecryptedConfig result;
    if (const auto config = parseDeviceConfig(plain->view()); !config) {
        result.problem = config.error().message;
    }
    const QJsonDocument document =
        QJsonDocument::fromJson(QByteArray::fromRawData(plain->view().data(), plain->size()));
    if (!document.isObject()) {
        return fail(Error{ErrorCode::BadFile, result.problem}.withContext(input));
    }
    if (secrets == Secrets::Show) {
        result.text = *std::move(plain);
    } else {
        const QJsonDocument shown(withoutSecrets(document.object()).toObject());
        result.text = SecureBytes(QByteArrayView(shown.toJson(QJsonDocument::Indented)));
    }
    return result;
}

} // namespace sgn::provision
