// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Device.h"
#include "records/TextPool.h"

#include <QByteArray>

namespace sgn::store {

// What a device reported last, facts and processes, as one value of the store: it is read and written as a whole, and a
// fleet's processes are its largest table otherwise. CBOR (RFC 8949): an array of two, the facts and the list of
// processes, each of them an array by position, cut after its last value that isn't the default. A later version of the
// program may append values; what is missing, or of another type, is the default.
[[nodiscard]] QByteArray reportBlob(const DeviceFacts &facts, const QList<records::DeviceProcess> &processes);

struct ReportContent
{
    DeviceFacts facts;
    QList<records::DeviceProcess> processes; // at most maxProcesses
};

// Never fails: bytes that make no sense are an empty report. `texts` gives names that many devices have.
[[nodiscard]] ReportContent readReportBlob(const QByteArray &blob, records::TextPool &texts);

} // namespace sgn::store
