// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/CommandLine.h"
#include "card/Provisioning.h"

namespace sgn::provision {

// What the command line of `card` and `check` names.
struct CardArguments
{
    QString root; // one of these two
    QString image;
    QString boot; // with root: where the boot files are mounted
    card::CardOrder order;
    card::OrderFiles files;
};

void addCardOptions(CommandLine &line);

// Those that may be the same on many cards: no place, configuration or host name.
void addOrderOptions(CommandLine &line);
// What they order. Reads the files that they name, and secrets from stdin. Wrong usage ends the program.
struct CommonOrder
{
    card::CardOrder order;
    card::OrderFiles files;
};
[[nodiscard]] Result<CommonOrder> readOrderOptions(const QCommandLineParser &parser);

// Reads the files that the options name, and the password from stdin. Wrong usage ends the program.
[[nodiscard]] Result<CardArguments> readCardArguments(const QCommandLineParser &parser);

[[nodiscard]] Result<std::unique_ptr<card::Volume>> openCard(const CardArguments &arguments, card::Access access);

} // namespace sgn::provision
