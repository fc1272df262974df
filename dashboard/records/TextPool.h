// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/Reply.h"

#include <QSet>
#include <QString>

namespace sgn::records {

// One copy of each text that many devices have, such as the name of their model.
class TextPool
{
public:
    // The same text; beyond `most` different ones, which no honest fleet has, texts are no longer shared.
    [[nodiscard]] QString shared(const QString &text)
    {
        if (text.isEmpty()) {
            return {};
        }
        if (m_texts.size() >= most) {
            const auto it = m_texts.constFind(text);
            return it == m_texts.cend() ? text : *it;
        }
        return *m_texts.insert(text);
    }

    // What many devices have alike.
    void share(DeviceFacts &facts)
    {
        for (QString *text : {&facts.os, &facts.model, &facts.network}) {
            *text = shared(*text);
        }
    }

private:
    static constexpr qsizetype most = 1000;

    QSet<QString> m_texts;
};

} // namespace sgn::records
