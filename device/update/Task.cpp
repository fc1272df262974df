// SPDX-License-Identifier: GPL-3.0-or-later
#include "update/Task.h"

#include "base/Overloaded.h"

namespace sgn::update {

using namespace Qt::StringLiterals;

std::optional<Task> taskOf(const CommandBody &command)
{
    if (const auto *const update = std::get_if<UpdateCommand>(&command)) {
        return *update;
    }
    if (const auto *const update = std::get_if<CaCertUpdate>(&command)) {
        return *update;
    }
    if (const auto *const rollback = std::get_if<Rollback>(&command)) {
        return *rollback;
    }
    return std::nullopt;
}

CommandBody commandOf(const Task &task)
{
    return std::visit([](const auto &command) { return CommandBody(command); }, task);
}

std::optional<Component> componentOf(const Task &task)
{
    return std::visit(Overloaded{
                          [](const UpdateCommand &update) { return std::optional(update.component); },
                          [](const CaCertUpdate &) { return std::optional<Component>(); },
                          [](const Rollback &rollback) { return std::optional(rollback.component); },
                      },
                      task);
}

QString subjectOf(const Task &task)
{
    const auto component = componentOf(task);
    return component ? QString(folderName(*component)) : u"the CA file"_s;
}

std::optional<Source> sourceOf(const Task &task)
{
    const auto source = [](const auto &update) {
        return std::optional(Source{update.url, update.sha256, update.size, update.release});
    };
    return std::visit(Overloaded{
                          [&](const UpdateCommand &update) { return source(update); },
                          [&](const CaCertUpdate &update) { return source(update); },
                          [](const Rollback &) { return std::optional<Source>(); },
                      },
                      task);
}

QString nameOf(const Order &order)
{
    return order.stick ? u"the update from a stick"_s : u"update %1"_s.arg(order.number);
}

} // namespace sgn::update
