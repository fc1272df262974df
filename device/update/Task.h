// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Command.h"

#include <optional>
#include <QDateTime>
#include <QString>
#include <variant>

namespace sgn::update {

// What an installer can carry out. All tasks pass the same states; they differ in what is fetched, what is replaced and
// how the new release is confirmed.
using Task = std::variant<UpdateCommand, CaCertUpdate, Rollback>;

// Returns nullopt for a command that is no task of the installer.
[[nodiscard]] std::optional<Task> taskOf(const CommandBody &command);
[[nodiscard]] CommandBody commandOf(const Task &task);

// Returns nullopt for the CA file.
[[nodiscard]] std::optional<Component> componentOf(const Task &task);
// What is replaced, e.g. "SmartMeter" or "the CA file", for sentences.
[[nodiscard]] QString subjectOf(const Task &task);

// What a task fetches, and how to verify it.
struct Source
{
    QUrl url;
    QByteArray sha256;          // 32 bytes, or empty where the command names none
    std::optional<qint64> size; // bytes
    QString release;            // signed release manifest, or empty

    friend bool operator==(const Source &, const Source &) = default;
};

// Returns nullopt for a rollback, which fetches nothing.
[[nodiscard]] std::optional<Source> sourceOf(const Task &task);

// Where a release comes from that a USB stick has brought (control/StickHandover.h).
struct StickPart
{
    QString key;   // of the hand-over
    int index = 0; // in its list

    friend bool operator==(const StickPart &, const StickPart &) = default;
};

// The number of an order that came by a stick, which no panel has given: none of a panel that counts from 1 will get
// there, and an older agent can read the journal.
inline constexpr CommandNo stickNumber = 2147483647;

// A task under the number it came with.
struct Order
{
    CommandNo number = 0;
    QByteArray fingerprint; // commandFingerprint() of the message
    Task task;
    bool progress = false;             // the panel understands progress messages
    std::optional<QDateTime> notAfter; // checked again while users at the device postpone the swap
    // Of an order that came by a stick and not from the panel: nothing is downloaded, and no message goes to the panel.
    std::optional<StickPart> stick = {};
    QString request = {};                   // Command::request
    std::optional<LocalWindow> window = {}; // Command::window

    friend bool operator==(const Order &, const Order &) = default;
};

// "update 7", or "the update from a stick", for sentences.
[[nodiscard]] QString nameOf(const Order &order);

} // namespace sgn::update
