// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "records/Device.h"
#include "records/Problem.h"

#include <QList>
#include <QString>

namespace sgn::core {

// Which devices are meant, as a person writes it: terms that all have to hold, separated by spaces.
//
//     online  offline  dead  behind  updating     how it is
//     tag=north  name~street  jid=...  id=...      what it is; also model, os, note
//     ocr  ocr<3  agent>=12                        has the process; its version, or that of agent, watchdog, python
//     !tag=old                                     not
//
// Operators: = != < <= > >= and ~ (contains, in any case of letters). A value with spaces is put in quotation marks.
// A version that isn't known is neither less nor more than another one. Pure.
class DeviceQuery
{
public:
    // BadRequest: the term that can't be understood.
    [[nodiscard]] static records::Expected<DeviceQuery> parse(const QString &text);

    // True for every device if the text was empty.
    [[nodiscard]] bool matches(const records::Device &device) const;

private:
    enum class Operator { Is, Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual, Contains };

    struct Term
    {
        QString key;
        Operator op = Operator::Is;
        QString value;
        bool isNegated = false;
    };

    [[nodiscard]] static records::Expected<Term> parseTerm(const QString &text);
    [[nodiscard]] static bool holds(const Term &term, const records::Device &device);

    QList<Term> m_terms;
};

} // namespace sgn::core
