// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/ScramGuard.h"

#include <QByteArray>
#include <QByteArrayList>

namespace sgn::xmpp {

namespace {

bool isBearable(const QByteArray &text)
{
    const auto decoded = QByteArray::fromBase64Encoding(text, QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded) {
        return false;
    }
    for (const QByteArray &attribute : (*decoded).split(',')) {
        bool isNumber = false;
        if (attribute.startsWith("i=") && (attribute.sliced(2).toInt(&isNumber) > maxScramIterations || !isNumber)) {
            return false;
        }
    }
    return true;
}

} // namespace

bool areChallengesBearable(QByteArrayView stanzas)
{
    constexpr QByteArrayView tag = "challenge";
    for (qsizetype at = stanzas.indexOf(tag); at >= 0; at = stanzas.indexOf(tag, at + tag.size())) {
        // A prefix of a namespace may stand before the name.
        const qsizetype bracket = stanzas.first(at).lastIndexOf('<');
        const bool isTag = bracket >= 0 && !stanzas.sliced(bracket, at - bracket).contains('>') &&
                           !stanzas.sliced(bracket, at - bracket).contains('/') &&
                           !stanzas.sliced(bracket, at - bracket).contains(' ');
        const qsizetype begin = stanzas.indexOf('>', at);
        if (!isTag || begin < 0 || stanzas[begin - 1] == '/') {
            continue;
        }
        qsizetype end = stanzas.indexOf("</", begin);
        end = end < 0 ? stanzas.size() : end;
        if (!isBearable(stanzas.sliced(begin + 1, end - begin - 1).toByteArray().simplified())) {
            return false;
        }
    }
    return true;
}

} // namespace sgn::xmpp
