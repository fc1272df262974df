// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/Fuzz.h"
#include "xmpp/StanzaFramer.h"

#include <algorithm>

using namespace sgn;
using namespace sgn::fuzz;

namespace {

const QByteArray header = "<stream:stream xmlns='jabber:client' version='1.0'>";

struct Framed
{
    QByteArray output;
    bool isRefused = false;
    int dropped = 0;
};

Framed frame(const QByteArray &input, qsizetype piece)
{
    xmpp::StanzaFramer framer({.iq = {2000, 100}, .other = {200, 10}, .skippedBytes = 10'000});
    require(framer.feed(header).has_value());
    Framed framed;
    for (qsizetype at = 0; at < input.size() && !framed.isRefused; at += piece) {
        const auto parts = framer.feed(QByteArrayView(input).sliced(at, std::min(piece, input.size() - at)));
        if (parts) {
            framed.output += *parts;
        } else {
            framed.isRefused = true;
        }
    }
    framed.dropped = framer.takeDropped();
    return framed;
}

} // namespace

// The bytes of a stream: the same comes out however they arrive, in ASCII and no larger than escaping makes it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray input = bytesOf(data, size);
    const Framed whole = frame(input, std::max<qsizetype>(input.size(), 1));
    const Framed pieces = frame(input, 7);
    require(whole.isRefused == pieces.isRefused);
    if (!whole.isRefused) {
        require(whole.output == pieces.output && whole.dropped == pieces.dropped);
    }
    require(std::ranges::all_of(pieces.output, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
    require(pieces.output.size() <= 16 * input.size());
    return 0;
}
