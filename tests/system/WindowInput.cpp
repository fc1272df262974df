// SPDX-License-Identifier: GPL-3.0-or-later
#include "WindowInput.h"

#include <algorithm>
#include <QAccessible>
#include <QCoreApplication>
#include <QTest>
#include <QWheelEvent>

namespace sgn::test {

using namespace Qt::StringLiterals;

namespace {

constexpr int reachLimit = 120'000;

void collect(QQuickItem *item, QList<QQuickItem *> &found)
{
    if (!item->isVisible() || item->opacity() <= 0) {
        return;
    }
    found.append(item);
    for (QQuickItem *child : item->childItems()) {
        collect(child, found);
    }
}

QList<QQuickItem *> below(QQuickItem *item)
{
    QList<QQuickItem *> found;
    if (item) {
        collect(item, found);
    }
    return found;
}

// A view of our own.
bool isOf(const QObject &object, const char *type)
{
    return QByteArrayView(object.metaObject()->className()).startsWith(QByteArray(type) + "_QMLTYPE");
}

QString accessibleName(QObject &object)
{
    const QAccessibleInterface *accessible = QAccessible::queryAccessibleInterface(&object);
    return accessible ? accessible->text(QAccessible::Name) : QString();
}

QString textOf(const QObject &object)
{
    return object.property("text").toString();
}

QQuickItem *firstOf(const QList<QQuickItem *> &items, const std::function<bool(QQuickItem &)> &isWanted)
{
    const auto found = std::ranges::find_if(items, [&](QQuickItem *item) { return isWanted(*item); });
    return found != items.end() ? *found : nullptr;
}

bool isPartOf(const QQuickItem &item, const QString &whole)
{
    bool isPart = whole.isEmpty();
    for (QQuickItem *above = item.parentItem(); above && !isPart; above = above->parentItem()) {
        isPart = accessibleName(*above) == whole;
    }
    return isPart;
}

QQuickItem *viewOf(const QList<QQuickItem *> &items, const QString &table)
{
    QQuickItem *found =
        firstOf(items, [&](QQuickItem &item) { return isOf(item, "DataTable") && accessibleName(item) == table; });
    return firstOf(below(found), [](const QQuickItem &item) { return item.inherits("QQuickTableView"); });
}

// The view keeps cells that it shows no more for rows to come; this is none of them.
QQuickItem *cellAt(QQuickItem &view, int row, int column)
{
    QQuickItem *item = nullptr;
    QMetaObject::invokeMethod(&view, "itemAtCell", Q_RETURN_ARG(QQuickItem *, item),
                              Q_ARG(QPoint, QPoint(column, row)));
    return item;
}

} // namespace

QList<QQuickItem *> WindowInput::visible() const
{
    return below(m_window.contentItem());
}

bool WindowInput::shows(const QString &text) const
{
    const QList<QQuickItem *> items = visible();
    return std::ranges::any_of(
        items, [&](const QQuickItem *item) { return item->inherits("QQuickText") && textOf(*item).contains(text); });
}

bool WindowInput::hasNamed(const QString &name) const
{
    const QList<QQuickItem *> items = visible();
    return std::ranges::any_of(items, [&](QQuickItem *item) { return accessibleName(*item) == name; });
}

QString WindowInput::texts() const
{
    QStringList texts;
    const QList<QQuickItem *> items = visible();
    for (const QQuickItem *item : items) {
        if (item->inherits("QQuickText") && !textOf(*item).isEmpty()) {
            texts += textOf(*item);
        }
    }
    return texts.join(u'\n');
}

QList<QStringList> WindowInput::rows(const QString &table) const
{
    QQuickItem *view = viewOf(visible(), table);
    QList<QStringList> rows;
    for (int row = 0; view && row < view->property("rows").toInt(); ++row) {
        QStringList texts;
        for (int column = 0; column < view->property("columns").toInt(); ++column) {
            const QQuickItem *cell = cellAt(*view, row, column);
            texts += cell ? textOf(*cell) : QString();
        }
        rows += texts;
    }
    return rows;
}

QStringList WindowInput::row(const QString &table, const QString &first) const
{
    const QList<QStringList> all = rows(table);
    const auto found = std::ranges::find_if(all, [&](const QStringList &row) { return row.value(0) == first; });
    return found != all.end() ? *found : QStringList();
}

QStringList WindowInput::logLines() const
{
    QStringList lines;
    const QList<QQuickItem *> items = visible();
    for (const QQuickItem *item : items) {
        if (isOf(*item, "LogLine")) {
            lines += textOf(*item);
        }
    }
    return lines;
}

QQuickItem *WindowInput::button(const QString &text, const QString &within) const
{
    return firstOf(visible(), [&](QQuickItem &item) {
        return item.inherits("QQuickAbstractButton") && textOf(item) == text && isPartOf(item, within);
    });
}

QQuickItem *WindowInput::field(const QString &label) const
{
    QQuickItem *form =
        firstOf(visible(), [&](QQuickItem &item) { return isOf(item, "Field") && item.property("label") == label; });
    // A screen reader has to read out the same; Qt 6.4 gives it no name of a field that hides its text.
    return firstOf(below(form), [&](QQuickItem &item) {
        return item.inherits("QQuickTextField") &&
               (accessibleName(item) == label || item.property("echoMode").toInt() != 0);
    });
}

QQuickItem *WindowInput::cell(const QString &table, const QString &first) const
{
    QQuickItem *view = viewOf(visible(), table);
    for (int row = 0; view && row < view->property("rows").toInt(); ++row) {
        if (QQuickItem *cell = cellAt(*view, row, 0); cell && textOf(*cell) == first) {
            return cell;
        }
    }
    return nullptr;
}

bool WindowInput::hasButton(const QString &text, const QString &within) const
{
    const QQuickItem *found = button(text, within);
    return found && found->isEnabled();
}

// Not scrolled out of sight, and not below a notice, which takes clicks for its own button.
bool WindowInput::isInReach(const QQuickItem &item) const
{
    const QPointF at = item.mapToScene(item.boundingRect().center());
    bool isInSight = item.isEnabled() && QRectF({}, m_window.size()).contains(at);
    for (const QQuickItem *above = item.parentItem(); above && isInSight; above = above->parentItem()) {
        isInSight = !above->clip() || above->contains(above->mapFromScene(at));
    }
    const auto isBelow = [&](const QQuickItem *other) {
        return isOf(*other, "Toast") && other->contains(other->mapFromScene(at));
    };
    const QList<QQuickItem *> items = visible();
    return isInSight && std::ranges::none_of(items, isBelow);
}

void WindowInput::scrollTo(const QQuickItem &item) const
{
    constexpr int notch = 120;
    const QPointF at = item.mapToScene(item.boundingRect().center());
    for (const QQuickItem *view = item.parentItem(); view; view = view->parentItem()) {
        if (view->inherits("QQuickFlickable") && !view->contains(view->mapFromScene(at))) {
            const bool isBelow = view->mapFromScene(at).y() > view->height();
            const QPointF over = view->mapToScene(view->boundingRect().center());
            QWheelEvent wheel(over, m_window.mapToGlobal(over), {}, {0, isBelow ? -notch : notch}, Qt::NoButton,
                              Qt::NoModifier, Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(&m_window, &wheel);
            return;
        }
    }
}

bool WindowInput::press(const Find &find)
{
    QPoint at;
    const auto isReached = [&] {
        // Lays out what has changed since, so that it is where it is going to be.
        if (!find() || m_window.grabWindow().isNull()) {
            return false;
        }
        const QQuickItem *item = find();
        if (!item || !isInReach(*item)) {
            if (item) {
                scrollTo(*item);
            }
            return false;
        }
        const QPoint before = std::exchange(at, item->mapToScene(item->boundingRect().center()).toPoint());
        return before == at;
    };
    if (!QTest::qWaitFor(isReached, reachLimit)) {
        return false;
    }
    QTest::mouseMove(&m_window, at);
    QTest::mouseClick(&m_window, Qt::LeftButton, {}, at);
    return true;
}

bool WindowInput::click(const QString &button, const QString &within)
{
    return press([&] { return this->button(button, within); });
}

bool WindowInput::clickRow(const QString &table, const QString &first)
{
    return press([&] { return cell(table, first); });
}

bool WindowInput::tick(const QString &table, const QString &first)
{
    return press([&] {
        return firstOf(below(cell(table, first)), [](const QQuickItem &item) { return isOf(item, "CheckMark"); });
    });
}

bool WindowInput::type(const QString &label, const QString &text)
{
    if (!press([&] { return field(label); })) {
        return false;
    }
    QTest::keySequence(&m_window, QKeySequence::SelectAll);
    QTest::keyClick(&m_window, Qt::Key_Delete);
    for (const QChar letter : text) {
        QTest::keyClick(&m_window, letter.toLatin1());
    }
    const QQuickItem *typed = field(label);
    return typed && textOf(*typed) == text;
}

} // namespace sgn::test
