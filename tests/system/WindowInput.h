// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <QQuickItem>
#include <QQuickWindow>
#include <QStringList>

namespace sgn::test {

// Mouse, keyboard and eyes at a window: what is there is found by what it shows. Only what is visible counts.
class WindowInput
{
public:
    // The window outlives this.
    explicit WindowInput(QQuickWindow &window)
        : m_window(window)
    {}

    // Whether any text of the window contains this.
    [[nodiscard]] bool shows(const QString &text) const;
    // Whether a button, a figure or a form has this name for a screen reader.
    [[nodiscard]] bool hasNamed(const QString &name) const;
    // All texts, a line each.
    [[nodiscard]] QString texts() const;
    // The texts of a table's cells, row by row; empty without such a table.
    [[nodiscard]] QList<QStringList> rows(const QString &table) const;
    // Those of the row whose first cell has this text.
    [[nodiscard]] QStringList row(const QString &table, const QString &first) const;
    // The lines of the log viewer.
    [[nodiscard]] QStringList logLines() const;

    // These wait until it is there and can be pressed, at most for a time that is generous on a busy machine. They
    // return whether it was pressed.
    //
    // `within`: the name of what it is a part of; empty: anything.
    [[nodiscard]] bool click(const QString &button, const QString &within = {});
    [[nodiscard]] bool clickRow(const QString &table, const QString &first);
    // The check box of a row.
    [[nodiscard]] bool tick(const QString &table, const QString &first);
    // Replaces the text of a form's field by this one, of ASCII.
    [[nodiscard]] bool type(const QString &label, const QString &text);

    // Whether there is a button now that can be pressed.
    [[nodiscard]] bool hasButton(const QString &text, const QString &within = {}) const;

private:
    using Find = std::function<QQuickItem *()>;

    [[nodiscard]] QList<QQuickItem *> visible() const;
    [[nodiscard]] QQuickItem *button(const QString &text, const QString &within) const;
    [[nodiscard]] QQuickItem *field(const QString &label) const;
    [[nodiscard]] QQuickItem *cell(const QString &table, const QString &first) const;
    [[nodiscard]] bool press(const Find &find);
    [[nodiscard]] bool isInReach(const QQuickItem &item) const;
    // Turns the wheel over what the item is scrolled out of.
    void scrollTo(const QQuickItem &item) const;

    QQuickWindow &m_window;
};

} // namespace sgn::test
