// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/RootKeys.h"

#include "base/AtomicFile.h"
#include "base/JsonText.h"
#include "config/ConfigReader.h"

#include <QJsonArray>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxFileSize = 64 * 1024;

QJsonArray toJson(const QList<PublicKey> &keys)
{
    QJsonArray array;
    for (const PublicKey &key : keys) {
        array += toJwk(key);
    }
    return array;
}

} // namespace

Result<RootKeys> loadRootKeys(const QString &path)
{
    const auto content = readRegularFile(path, maxFileSize);
    const auto object = content ? parseJsonFile(*content, path) : fail(content.error());
    if (!object) {
        return fail(object.error());
    }
    ConfigReader reader(*object, {});
    RootKeys keys;
    keys.releaseKeys = reader.publicKeys("release_keys"_L1);
    keys.operatorKeys = reader.publicKeys("operator_keys"_L1);
    if (!reader.error().isEmpty()) {
        return fail(ErrorCode::BadFile, path + u": "_s + reader.error());
    }
    if (keys.releaseKeys.isEmpty() && keys.operatorKeys.isEmpty()) {
        return fail(ErrorCode::BadFile, path + u" lists neither release_keys nor operator_keys"_s);
    }
    return keys;
}

DeviceConfig withRootKeys(DeviceConfig config, const RootKeys &keys)
{
    if (!keys.releaseKeys.isEmpty()) {
        config.releaseKeys = keys.releaseKeys;
    }
    if (!keys.operatorKeys.isEmpty()) {
        config.operatorKeys = keys.operatorKeys;
    }
    return config;
}

QByteArray encodeRootKeys(const RootKeys &keys)
{
    QJsonObject object;
    if (!keys.releaseKeys.isEmpty()) {
        object["release_keys"_L1] = toJson(keys.releaseKeys);
    }
    if (!keys.operatorKeys.isEmpty()) {
        object["operator_keys"_L1] = toJson(keys.operatorKeys);
    }
    return QJsonDocument(object).toJson();
}

} // namespace sgn
