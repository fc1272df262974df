// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/StorageMonitor.h"

#include "system/Logging.h"
#include "system/MemoryOverlay.h"

namespace sgn::system {

using namespace Qt::StringLiterals;

StorageMonitor::StorageMonitor(DeviceTree tree, Account owner, std::chrono::milliseconds interval)
    : m_tree(std::move(tree))
    , m_owner(std::move(owner))
{
    m_timer.setInterval(interval);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        check({m_tree.logs(), m_tree.downloads()});
        say();
    });
}

void StorageMonitor::checkAtStart()
{
    check({m_tree.wdog(), m_tree.logs(), m_tree.downloads()});
}

void StorageMonitor::check(const QStringList &folders)
{
    const OwnRights own(m_owner);
    const Result<bool> made = makeWritable(m_tree.root(), folders, m_owner);
    if (!made) {
        m_finding = u"the card is read-only, and there is no memory in its place: "_s + made.error().message;
    } else if (*made) {
        m_finding = u"the card is read-only: what is written now goes to memory and is lost at the next start of the "
                    "machine; nothing can be installed"_s;
    }
}

void StorageMonitor::begin()
{
    say();
    m_timer.start();
}

void StorageMonitor::say()
{
    if (m_finding != m_said) {
        m_said = m_finding;
        qCWarning(lcSystem).noquote() << m_finding;
    }
}

} // namespace sgn::system
