// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ImportPlan.h"

namespace sgn::core {

namespace {

// What of the two is there afterwards.
QString chosen(const QString &listed, const QString &present, EmptyCells emptyCells)
{
    return listed.isEmpty() && emptyCells == EmptyCells::Keep ? present : listed;
}

} // namespace

ImportPlan planImport(const DeviceList &list, EmptyCells emptyCells,
                      const std::function<KnownDevice(const QString &jid)> &known)
{
    ImportPlan plan;
    for (const ListedDevice &listed : list.devices) {
        const KnownDevice present = known(listed.jid);
        records::LabelChange label{.jid = listed.jid, .name = std::nullopt, .tags = std::nullopt};
        if (const QString name = chosen(listed.name.value_or(present.label.name), present.label.name, emptyCells);
            name != present.label.name) {
            label.name = name;
        }
        const bool namesTags = listed.tags && (!listed.tags->isEmpty() || emptyCells == EmptyCells::Remove);
        if (namesTags && *listed.tags != present.tags && *listed.tags != present.label.tags) {
            label.tags = *listed.tags;
        }
        records::DeviceNotes notes = present.notes;
        notes.text = chosen(listed.text.value_or(notes.text), notes.text, emptyCells);
        for (auto it = listed.fields.cbegin(); it != listed.fields.cend(); ++it) {
            const QString value = chosen(it.value(), notes.fields.value(it.key()), emptyCells);
            if (value.isEmpty()) {
                notes.fields.remove(it.key());
            } else {
                notes.fields.insert(it.key(), value);
            }
        }
        if (!present.isDevice) {
            plan.accepted += listed.jid;
        }
        const bool isLabelled = label.name || label.tags;
        if (isLabelled) {
            plan.labels += label;
        }
        if (notes != present.notes) {
            plan.notes += {listed.jid, notes};
        }
        if (present.isDevice && !isLabelled && notes == present.notes) {
            ++plan.unchanged;
        }
    }
    return plan;
}

} // namespace sgn::core
