// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <optional>
#include <QByteArray>
#include <QByteArrayList>
#include <QCommandLineParser>

namespace sgn::provision {

// What may be neither an argument nor in the environment, where other users see it.
struct Secrets
{
    std::optional<QByteArray> password; // of the first user
    std::optional<QByteArray> wifiPassphrase;
};

// Ends the program where the options contradict each other.
void checkSecretOptions(const QCommandLineParser &parser);

// Each from a file of its own, or from a line of stdin: the password's first, then the passphrase's, in whatever order
// the options stand. Line ends, also those of Windows, don't belong to a secret. BadFile: a line is missing, or there
// is more; Io.
[[nodiscard]] Result<Secrets> readSecrets(const QCommandLineParser &parser);

// The lines of an input that is to have exactly these; the names are for the sentence. BadFile. Pure.
[[nodiscard]] Result<QByteArrayList> linesOf(const QByteArray &input, const QStringList &names);

} // namespace sgn::provision
