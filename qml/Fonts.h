// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace sgn::ui {

// The font families: the preferred ones if they are installed, else the system's.
class Fonts : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON
    Q_PROPERTY(QString text READ text CONSTANT FINAL)
    Q_PROPERTY(QString mono READ mono CONSTANT FINAL)

public:
    using QObject::QObject;

    [[nodiscard]] static QString text();
    [[nodiscard]] static QString mono();
};

} // namespace sgn::ui
