// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/PanelFeatures.h"

#include "base/StateFile.h"
#include "protocol/Json.h"

namespace sgn::agent {

using namespace Qt::StringLiterals;

namespace {

constexpr auto key = "features"_L1;
constexpr qsizetype maxFeatures = 32;
constexpr qsizetype maxLength = 64;

} // namespace

PanelFeatures::PanelFeatures(QString path)
    : m_path(std::move(path))
{}

Outcome PanelFeatures::load()
{
    m_features.clear();
    const auto object = readStateObject(m_path, maxBodySize);
    if (!object) {
        return object.error().code == ErrorCode::NotFound ? Outcome() : fail(object.error());
    }
    JsonReader reader(*object);
    const QStringList features = reader.optionalTexts(key, maxFeatures, maxLength);
    if (reader.error()) {
        return fail(reader.error()->withContext(m_path));
    }
    m_features = features;
    return {};
}

Outcome PanelFeatures::set(const QStringList &features)
{
    QStringList sorted = features;
    sorted.sort();
    sorted.removeDuplicates();
    if (sorted == m_features) {
        return {};
    }
    m_features = sorted;
    return writeStateFile(m_path, toAsciiJson({{key, QJsonArray::fromStringList(sorted)}}));
}

} // namespace sgn::agent
