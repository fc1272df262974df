// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/DeviceList.h"
#include "records/DeviceNotes.h"

#include <functional>
#include <QList>
#include <QStringList>

namespace sgn::core {

// What an empty cell of a list does to what is there.
enum class EmptyCells {
    Keep,
    Remove,
};

// What is known of an account before an import.
struct KnownDevice
{
    bool isDevice = false;           // and a contact, as the server has confirmed
    records::DeviceLabel label = {}; // as operators set it
    QStringList tags = {};           // as they are shown, with those of the server's own
    records::DeviceNotes notes = {};
};

// What an import has to do.
struct ImportPlan
{
    QStringList accepted; // become devices
    QList<records::LabelChange> labels;
    QList<records::NotesChange> notes;
    int unchanged = 0; // devices for which there is nothing to do
};

// Pure.
[[nodiscard]] ImportPlan planImport(const DeviceList &list, EmptyCells emptyCells,
                                    const std::function<KnownDevice(const QString &jid)> &known);

} // namespace sgn::core
