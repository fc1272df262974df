// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/StanzaFramer.h"

#include <utility>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

namespace {

constexpr QByteArrayView cdataOpening = "![CDATA[";
constexpr QByteArrayView cdataClosing = "]]>";

bool isSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

tl::unexpected<Error> notXmpp(const QString &why)
{
    return fail(ErrorCode::Refused, u"the server doesn't speak XMPP: "_s + why);
}

QByteArray reference(char32_t codePoint)
{
    return "&#x" + QByteArray::number(static_cast<uint>(codePoint), 16) + ';';
}

bool isXmlCharacter(char32_t c)
{
    return c >= 0x80 && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) && c != 0xfffe && c != 0xffff;
}

} // namespace

Result<QByteArray> StanzaFramer::feed(QByteArrayView bytes)
{
    for (const char c : bytes) {
        if (const Outcome taken = take(c); !taken) {
            return tl::unexpected(taken.error());
        }
    }
    return std::exchange(m_out, {});
}

int StanzaFramer::takeDropped()
{
    return std::exchange(m_dropped, 0);
}

Outcome StanzaFramer::take(char c)
{
    ++m_bytes;
    if (!m_skipping && m_bytes > limit().bytes) {
        if (const Outcome dropped = drop(); !dropped) {
            return dropped;
        }
    }
    if (m_skipping && m_bytes > m_limits.skippedBytes) {
        return fail(ErrorCode::TooLarge, u"the server sends more than can be read"_s);
    }
    if (static_cast<unsigned char>(c) < 0x20 && !isSpace(c)) {
        return notXmpp(u"a control character"_s);
    }

    switch (m_state) {
    case State::Text:
        return takeText(c);
    case State::TagStart:
        return takeTagStart(c);
    case State::OpenTag:
        return takeOpenTag(c);
    case State::Quoted:
        if (c == m_quote) {
            m_state = State::OpenTag;
        } else if (c == '<') {
            return notXmpp(u"a tag in an attribute"_s);
        }
        return keep(c);
    case State::CloseTag:
        if (const Outcome kept = keep(c); !kept || c != '>') {
            return kept;
        }
        return closed();
    case State::Declaration:
        // <?xml version='1.0'?>, which is dropped.
        if (m_previous == '?' && c == '>') {
            m_state = State::Text;
            m_bytes = 0;
        }
        m_previous = c;
        return {};
    case State::CdataStart:
        return takeCdataStart(c);
    case State::Cdata:
        return takeCdata(c);
    }
    return {};
}

Outcome StanzaFramer::takeText(char c)
{
    if (c == '<') {
        m_state = State::TagStart;
        return {};
    }
    if (m_depth > 1) {
        return keep(c);
    }
    if (!isSpace(c)) {
        return notXmpp(u"text between stanzas"_s);
    }
    // White space that keeps the connection alive.
    m_bytes = 0;
    return {};
}

Outcome StanzaFramer::takeTagStart(char c)
{
    if (c == '/') {
        if (m_depth == 0) {
            return notXmpp(u"an end without a beginning"_s);
        }
        m_state = State::CloseTag;
        return keep("</");
    }
    // Before the stream, and before it begins anew after the login.
    if (c == '?' && m_depth <= 1) {
        m_state = State::Declaration;
        m_previous = 0;
        return {};
    }
    if (c == '!' && m_depth > 1) {
        m_state = State::CdataStart;
        m_matched = 1;
        return {};
    }
    const bool isName = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!isName) {
        return notXmpp(u"XML that isn't allowed in a stream"_s);
    }
    if (m_depth == 1) {
        m_stanzaName.clear();
    }
    m_state = State::OpenTag;
    m_previous = 0;
    m_attributes = 0;
    if (const Outcome counted = countPart(); !counted) {
        return counted;
    }
    if (const Outcome kept = keep('<'); !kept) {
        return kept;
    }
    return takeOpenTag(c);
}

Outcome StanzaFramer::takeOpenTag(char c)
{
    const char previous = std::exchange(m_previous, c);
    if (c == '<') {
        return notXmpp(u"a tag in a tag"_s);
    }
    if (c == '\'' || c == '"') {
        m_quote = c;
        m_state = State::Quoted;
        if (++m_attributes > maxAttributes) {
            if (const Outcome dropped = drop(); !dropped) {
                return dropped;
            }
        }
        if (const Outcome counted = countPart(); !counted) {
            return counted;
        }
        return keep(c);
    }
    // The first word of a stanza; what is longer than any of ours needs no name.
    if (m_depth == 1 && !m_skipping && m_part.size() == m_stanzaName.size() + 1 && m_stanzaName.size() < 16 &&
        c != '>' && c != '/' && !isSpace(c)) {
        m_stanzaName += c;
    }
    if (const Outcome kept = keep(c); !kept || c != '>') {
        return kept;
    }
    return opened(previous == '/');
}

Outcome StanzaFramer::opened(bool empty)
{
    m_state = State::Text;
    if (m_depth == 0) {
        if (empty) {
            return notXmpp(u"a stream that ends at once"_s);
        }
        m_depth = 1;
        finishPart();
        return {};
    }
    if (empty) {
        if (m_depth == 1) {
            finishPart();
        }
        return {};
    }
    // The same stream begins anew (RFC 6120 section 4.3.3).
    if (m_depth == 1 && m_stanzaName == "stream:stream") {
        finishPart();
        return {};
    }
    ++m_depth;
    // The stream itself isn't counted.
    return m_depth - 1 > maxDepth ? drop() : Outcome{};
}

Outcome StanzaFramer::closed()
{
    m_state = State::Text;
    --m_depth;
    if (m_depth <= 1) {
        finishPart();
    }
    return {};
}

Outcome StanzaFramer::takeCdataStart(char c)
{
    if (c != cdataOpening.at(m_matched)) {
        return notXmpp(u"a comment or a document type"_s);
    }
    if (++m_matched == cdataOpening.size()) {
        m_state = State::Cdata;
        m_matched = 0;
    }
    return {};
}

// Comes out as ordinary text, so that it can hold character references.
Outcome StanzaFramer::takeCdata(char c)
{
    if (c == cdataClosing.at(m_matched)) {
        if (++m_matched < cdataClosing.size()) {
            return {};
        }
        m_matched = 0;
        m_state = State::Text;
        return {};
    }
    // "]]]>": the first bracket was text after all.
    if (m_matched == 2 && c == ']') {
        return keep(']');
    }
    const int brackets = std::exchange(m_matched, 0);
    for (int bracket = 0; bracket < brackets; ++bracket) {
        if (const Outcome kept = keep(']'); !kept) {
            return kept;
        }
    }
    switch (c) {
    case '<':
        return keep("&lt;");
    case '>':
        return keep("&gt;");
    case '&':
        return keep("&amp;");
    default:
        return keep(c);
    }
}

Outcome StanzaFramer::countPart()
{
    return ++m_parts > limit().parts && m_depth > 0 ? drop() : Outcome{};
}

Outcome StanzaFramer::keep(QByteArrayView text)
{
    for (const char c : text) {
        if (const Outcome kept = keep(c); !kept) {
            return kept;
        }
    }
    return {};
}

Outcome StanzaFramer::keep(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    if (m_continuation > 0) {
        if ((byte & 0xc0U) != 0x80) {
            return notXmpp(u"text that isn't UTF-8"_s);
        }
        m_codePoint = (m_codePoint << 6U) | (byte & 0x3fU);
        if (--m_continuation > 0 || m_skipping) {
            return {};
        }
        if (!isXmlCharacter(m_codePoint)) {
            return notXmpp(u"text that isn't UTF-8"_s);
        }
        m_part += reference(m_codePoint);
        return {};
    }
    if (byte < 0x80) {
        if (!m_skipping) {
            m_part += c;
        }
        return {};
    }
    if ((byte & 0xe0U) == 0xc0) {
        m_continuation = 1;
        m_codePoint = byte & 0x1fU;
    } else if ((byte & 0xf0U) == 0xe0) {
        m_continuation = 2;
        m_codePoint = byte & 0x0fU;
    } else if ((byte & 0xf8U) == 0xf0) {
        m_continuation = 3;
        m_codePoint = byte & 0x07U;
    } else {
        return notXmpp(u"text that isn't UTF-8"_s);
    }
    return {};
}

Outcome StanzaFramer::drop()
{
    if (m_skipping) {
        return {};
    }
    // Only these three are counted and can be left out; nothing else has a reason to be large.
    if (m_stanzaName != "message" && m_stanzaName != "presence" && m_stanzaName != "iq") {
        return fail(ErrorCode::TooLarge, u"the server sends more than can be read"_s);
    }
    m_skipping = true;
    m_part.clear();
    return {};
}

void StanzaFramer::finishPart()
{
    if (m_skipping) {
        m_out += '<' + m_stanzaName + "/>";
        ++m_dropped;
    } else {
        m_out += m_part;
    }
    m_skipping = false;
    m_part.clear();
    m_stanzaName.clear();
    m_bytes = 0;
    m_parts = 0;
}

} // namespace sgn::xmpp
