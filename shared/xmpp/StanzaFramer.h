// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <optional>
#include <QByteArray>

namespace sgn::xmpp {

// Cuts the bytes of an XMPP stream into its parts: the opening tag, each whole stanza, the closing tag. The XMPP
// library behind it parses a stanza only when it is complete and small enough; without that, any account could block
// this process for minutes with one stanza of many small elements, because the library parses everything anew with
// every piece that arrives.
//
// A stanza over the limits isn't kept in memory but replaced by an empty one of the same kind, so that the count of
// stanzas (XEP-0198) stays that of the server. What is let through is ASCII: all else becomes character references,
// because the library decodes UTF-8 piece by piece and would damage a character that is split over two.
//
// Pure. Accepts what RFC 6120 section 11.1 allows in a stream; no comments, no processing instructions, no document
// types.
class StanzaFramer
{
public:
    struct Size
    {
        // As it arrives.
        qsizetype bytes = 0;
        // Tags and attributes.
        int parts = 0;
    };
    struct Limits
    {
        // The limits for an <iq/>, which carries a panel's roster, and for all else.
        Size iq;
        Size other;
        // How many bytes of an oversized stanza are read and dropped before the stream is ended.
        qsizetype skippedBytes = 16 * 1024 * 1024;
    };
    static constexpr int maxDepth = 32;
    // The limit for one element.
    static constexpr int maxAttributes = 32;

    explicit StanzaFramer(Limits limits)
        : m_limits(limits)
    {}

    // The complete parts that end in these bytes, one after another; empty when there are none yet. An error ends the
    // stream: what follows can't be understood.
    [[nodiscard]] Result<QByteArray> feed(QByteArrayView bytes);

    // Oversized stanzas since the last call.
    [[nodiscard]] int takeDropped();
    // Whether no part is unfinished.
    [[nodiscard]] bool isAtRest() const { return m_part.isEmpty() && !m_skipping && m_state == State::Text; }

private:
    enum class State { Text, TagStart, OpenTag, CloseTag, Quoted, Declaration, CdataStart, Cdata };

    [[nodiscard]] const Size &limit() const { return m_stanzaName == "iq" ? m_limits.iq : m_limits.other; }
    [[nodiscard]] Outcome take(char c);
    [[nodiscard]] Outcome takeText(char c);
    [[nodiscard]] Outcome takeTagStart(char c);
    [[nodiscard]] Outcome takeOpenTag(char c);
    [[nodiscard]] Outcome takeCdataStart(char c);
    [[nodiscard]] Outcome takeCdata(char c);
    [[nodiscard]] Outcome opened(bool empty);
    [[nodiscard]] Outcome closed();
    [[nodiscard]] Outcome countPart();
    [[nodiscard]] Outcome keep(char c);
    [[nodiscard]] Outcome keep(QByteArrayView text);
    [[nodiscard]] Outcome drop();
    void finishPart();

    Limits m_limits;
    State m_state = State::Text;
    // 0 outside the stream, 1 between stanzas.
    int m_depth = 0;
    int m_parts = 0;
    int m_attributes = 0;
    char m_quote = 0;
    char m_previous = 0;
    qsizetype m_bytes = 0;
    bool m_skipping = false;
    int m_dropped = 0;
    // The bits so far of a UTF-8 character that isn't complete yet, and how many bytes are missing.
    char32_t m_codePoint = 0;
    int m_continuation = 0;
    // How many characters of "<![CDATA[" or "]]>" have matched.
    int m_matched = 0;
    QByteArray m_stanzaName;
    QByteArray m_part;
    QByteArray m_out;
};

} // namespace sgn::xmpp
