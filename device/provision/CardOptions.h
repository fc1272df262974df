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

void addCardOptions(QCommandLineParser &parser);

// Reads the files that the options name, and the password from stdin. Wrong usage ends the program.
[[nodiscard]] Result<CardArguments> readCardArguments(const QCommandLineParser &parser);

[[nodiscard]] Result<std::unique_ptr<card::Volume>> openCard(const CardArguments &arguments, card::Access access);

} // namespace sgn::provision
