// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

namespace sgn {

// What a USB stick carries to a device that has no network (shared/protocol/README.md, Files), all of it below one
// folder:
//   sgn/order.json       {"format": 1, "releases": [{"zip": "SmartMeter.zip", "release": "SmartMeter.jws"}],
//                         "devices": ["device@example.org", "b8:27:eb:00:00:01"]}
//   sgn/SmartMeter.zip   the release, and its signed manifest (ReleaseSignature.h), which alone names what it is
//   sgn/results/         what each device has written back (StickResult.h)
// Whoever has held the stick may have written it: nothing in it counts but what a release key has signed.
struct StickRelease
{
    QString zip;     // names of files in the folder itself, as isStickFileName() has them
    QString release; // of the signed manifest

    friend bool operator==(const StickRelease &, const StickRelease &) = default;
};

struct StickOrder
{
    QList<StickRelease> releases; // in the order in which they are installed, at least one
    QStringList devices;          // JIDs or rpi_unique_id; empty: for every device

    friend bool operator==(const StickOrder &, const StickOrder &) = default;
};

inline constexpr QLatin1StringView stickFolder("sgn");
inline constexpr QLatin1StringView stickOrderFile("order.json");
inline constexpr QLatin1StringView stickResultsFolder("results");

inline constexpr qsizetype maxStickOrder = 256 * 1024; // bytes of order.json
inline constexpr qsizetype maxStickReleases = 8;       // each component twice, as no order needs
inline constexpr qsizetype maxStickDevices = 2'000;
// The largest zip in bytes, which a device copies before it knows whether the content is good. FAT holds four times as
// much.
inline constexpr qint64 maxStickZip = qint64{1024} * 1024 * 1024;

// 1 to 64 letters, digits, '.', '_' and '-' of ASCII, no dot at the beginning: a name that every file system of a stick
// can hold and that leads to no other folder.
[[nodiscard]] bool isStickFileName(QStringView name);

// Whether the order is for a device with this account and id; letters count without their case.
[[nodiscard]] bool isFor(const StickOrder &order, QStringView jid, QStringView id);

[[nodiscard]] QByteArray encode(const StickOrder &order);
// BadRequest with the field that is missing, wrong or out of bounds. Unknown fields are ignored.
[[nodiscard]] Result<StickOrder> parseStickOrder(const QByteArray &json);

} // namespace sgn
