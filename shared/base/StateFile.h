// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/AtomicFile.h"

#include <type_traits>
#include <utility>

namespace sgn {

// What quarantine() does where an earlier damaged file is quarantined already.
enum class EarlierDamage {
    Replace, // so that a device's card keeps one at most
    Keep,    // beside the new one, as "<path>.damaged-2" and so on, up to 99
};

// Renames a damaged file to "<path>.damaged", so that its owner can start anew and it can still be examined.
// Returns where it is now. Durable. Works on whatever bears the name, and follows no link; nothing but a regular file
// or a link is ever replaced: with something else at that name it gets the next of "<path>.damaged-2" and so on.
// Errors: NotFound (there is nothing), Refused (all names are taken), Io.
[[nodiscard]] Result<QString> quarantine(const QString &path, EarlierDamage earlier = EarlierDamage::Replace);

// Quarantines the file at `path`, which was found damaged for the reason `damage`; `damage` with a sentence of where
// the file is now, or of why it is still there.
[[nodiscard]] Error quarantineDamaged(const QString &path, const Error &damage);

// As readJsonFile() for a program's own file: a link, a pipe or a folder in its place is a BadFile.
[[nodiscard]] Result<QJsonObject> readStateObject(const QString &path, qint64 maxSize);

// Writes a program's own state durably (writeFileAtomically()), and quarantines a folder that bears the name.
[[nodiscard]] Outcome writeStateFile(const QString &path, const QByteArray &content, unsigned mode = 0644);

// Reads a program's own state from a JSON file: `parse` makes the state of the object, or an error. NotFound when there
// is no file: the program starts with none. Whatever is wrong with a file otherwise, it is quarantined, and the error
// names the reason and the new place, for the log: the program starts with none, too.
//   auto journal = readStateFile(path, maxSize, journalFromJson);
template <typename Parse>
[[nodiscard]] auto readStateFile(const QString &path, qint64 maxSize, Parse &&parse)
    -> std::invoke_result_t<Parse, const QJsonObject &>
{
    const auto object = readStateObject(path, maxSize);
    if (!object && object.error().code == ErrorCode::NotFound) {
        return fail(object.error());
    }
    using State = std::invoke_result_t<Parse, const QJsonObject &>;
    State state = object ? std::forward<Parse>(parse)(*object) : State(fail(object.error()));
    if (!state) {
        return fail(quarantineDamaged(path, {ErrorCode::BadFile, state.error().message}));
    }
    return state;
}

} // namespace sgn
