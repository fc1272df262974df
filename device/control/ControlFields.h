// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/Control.h"
#include "protocol/Json.h"

#include <QJsonObject>

// The fields of each message as Control.h has it; what kind of message they are is in Control.cpp. Pure.
namespace sgn::control {

inline constexpr qsizetype maxName = 64;
inline constexpr qsizetype maxRemarks = 4096;

// Each writes the fields of one message. Text that is longer than its reader takes is cut.
[[nodiscard]] QJsonObject fieldsOf(const Hello &hello);
[[nodiscard]] QJsonObject fieldsOf(const Hold &hold);
[[nodiscard]] QJsonObject fieldsOf(const Resume &resume);
[[nodiscard]] QJsonObject fieldsOf(const Restart &restart);
[[nodiscard]] QJsonObject fieldsOf(const Online &online);
[[nodiscard]] QJsonObject fieldsOf(const Offline &offline);
[[nodiscard]] QJsonObject fieldsOf(const Swap &swap);
[[nodiscard]] QJsonObject fieldsOf(const SwapStatus &status);
[[nodiscard]] QJsonObject fieldsOf(const HelloReply &hello);
[[nodiscard]] QJsonObject fieldsOf(const StatusReply &status);
[[nodiscard]] QJsonObject fieldsOf(const SwapStatusReply &status);
[[nodiscard]] QJsonObject fieldsOf(const ProcessChanged &changed);
[[nodiscard]] QJsonObject fieldsOf(const ProblemChanged &changed);
[[nodiscard]] QJsonObject fieldsOf(const SwapChanged &changed);
// The others have none.
template <typename Body>
[[nodiscard]] QJsonObject fieldsOf(const Body &)
{
    return {};
}

// Each reads what a message has under its keys; what is wrong is the reader's error afterwards.
[[nodiscard]] int readVersion(JsonReader &reader, QLatin1StringView key);
[[nodiscard]] int readSeconds(JsonReader &reader, QLatin1StringView key);
[[nodiscard]] int readProtocol(JsonReader &reader);
[[nodiscard]] std::optional<int> readLimit(JsonReader &reader, QLatin1StringView key);
[[nodiscard]] Component readComponent(JsonReader &reader);
[[nodiscard]] Component readSwapComponent(JsonReader &reader);
[[nodiscard]] Swap readSwap(JsonReader &reader);
[[nodiscard]] SwapStatusReply readSwapStatus(JsonReader &reader);
[[nodiscard]] StatusReply readStatus(JsonReader &reader);

} // namespace sgn::control
