// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/CommandNumbers.h"

#include <QRandomGenerator>
#include <utility>

namespace sgn::core {

CommandNumbers::CommandNumbers(std::function<CommandNo()> draw)
    : m_draw(std::move(draw))
{}

CommandNo CommandNumbers::take(const std::function<bool(CommandNo)> &isTaken)
{
    CommandNo number = 0;
    do {
        if (m_left == 0) {
            m_next = m_draw();
            m_left = rowLength;
        }
        number = m_next++;
        --m_left;
    } while (isTaken(number));
    return number;
}

void CommandNumbers::avoid(CommandNo number)
{
    if (number >= m_next && number - m_next < m_left) {
        m_left = 0;
    }
}

CommandNo CommandNumbers::randomPlace()
{
    return QRandomGenerator::system()->bounded(lowest, highest() + 1);
}

} // namespace sgn::core
