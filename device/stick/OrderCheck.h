// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "release/StickOrder.h"
#include "stick/StickFiles.h"
#include "stick/StickService.h"

namespace sgn::stick {

// An order as it lies on the stick, with the manifests that it names, unchecked.
struct FoundOrder
{
    QByteArray json;
    Result<StickOrder> order = fail(ErrorCode::NotFound, QString()); // or why it can't be carried out
    QByteArrayList manifests = {};
    QString digest = {}; // over all of it: what is to be done
};

// NotFound: there is none; TooLarge; Io.
[[nodiscard]] Result<FoundOrder> readOrder(const StickFiles &files);

// A release that may be copied: signed, and of the size that was signed.
struct CheckedRelease
{
    QString zip;
    QByteArray manifest;
    qint64 size = 0;
    QByteArray sha256;
};

// The releases of an order that this device takes, else the reason, for a person: NotSigned, Refused (for other
// devices), BadRequest, BadFile, TooLarge, HashMismatch (not of the size that was signed), Io.
[[nodiscard]] Result<QList<CheckedRelease>> checkOrder(const StickDevice &device, const StickFiles &files,
                                                       const FoundOrder &found);

} // namespace sgn::stick
