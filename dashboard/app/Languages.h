// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTranslator>

class QQmlEngine;

namespace sgn::app {

// Changes the language while the program runs: texts, numbers and dates, and the direction of writing.
class Languages final : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    // "de"; empty: the system's.
    void use(const QString &language);

Q_SIGNALS:
    void changed();

private:
    QTranslator m_own;
    QTranslator m_qt;
};

} // namespace sgn::app
