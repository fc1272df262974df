// SPDX-License-Identifier: GPL-3.0-or-later
#include "Icon.h"

#include <QFile>
#include <QLoggingCategory>
#include <QPainter>
#include <QSvgRenderer>

using namespace Qt::StringLiterals;

namespace sgn::ui {

Q_LOGGING_CATEGORY(lcIcon, "sgn.icon")

Icon::Icon(QQuickItem *parent)
    : QQuickPaintedItem(parent)
{
    setAntialiasing(true);
    setImplicitSize(16, 16);
}

void Icon::setName(const QString &name)
{
    if (name == m_name) {
        return;
    }
    m_name = name;
    update();
    Q_EMIT nameChanged();
}

void Icon::setColor(const QColor &color)
{
    if (color == m_color) {
        return;
    }
    m_color = color;
    update();
    Q_EMIT colorChanged();
}

void Icon::setStrokeWidth(qreal width)
{
    if (qFuzzyCompare(width, m_strokeWidth)) {
        return;
    }
    m_strokeWidth = width;
    update();
    Q_EMIT strokeWidthChanged();
}

void Icon::paint(QPainter *painter)
{
    if (m_name.isEmpty()) {
        return;
    }
    QFile file(u":/qt/qml/Sgn/Ui/icons/"_s + m_name + u".svg"_s);
    if (!file.open(QIODevice::ReadOnly)) {
        qCWarning(lcIcon, "There is no icon \"%s\"", qUtf8Printable(m_name));
        return;
    }
    QByteArray svg = file.readAll();
    svg.replace("currentColor", m_color.name(QColor::HexRgb).toLatin1());
    svg.replace("stroke-width=\"2\"", "stroke-width=\"" + QByteArray::number(m_strokeWidth) + '"');
    QSvgRenderer renderer(svg);
    const qreal side = qMin(width(), height());
    renderer.render(painter, QRectF((width() - side) / 2, (height() - side) / 2, side, side));
}

} // namespace sgn::ui
