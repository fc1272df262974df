// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/StorageMonitor.h"

#include "system/Logging.h"
#include "system/MemoryOverlay.h"

namespace sgn::system {

using namespace Qt::StringLiterals;

StorageMonitor::StorageMonitor(const DeviceTree &tree, const UserAccount &owner, std::chrono::milliseconds interval)
    : StorageMonitor(
          tree,
          [root = tree.root(), owner](const QStringList &folders) {
              const OwnRights own(owner);
              return makeWritable(root, folders, owner);
          },
          interval)
{}

StorageMonitor::StorageMonitor(const DeviceTree &tree, MakeWritable makeWritable, std::chrono::milliseconds interval)
    : m_tree(tree)
    , m_makeWritable(std::move(makeWritable))
{
    m_timer.setInterval(interval);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        check({m_tree.logs(), m_tree.downloads()});
        logFinding();
    });
}

void StorageMonitor::checkAtStart()
{
    check({m_tree.wdog(), m_tree.logs(), m_tree.downloads()});
}

void StorageMonitor::check(const QStringList &folders)
{
    const Result<bool> made = m_makeWritable(folders);
    if (!made) {
        m_finding = u"the card is read-only, and there is no memory in its place: "_s + made.error().message;
    } else if (*made) {
        m_finding = u"the card is read-only: what is written now goes to memory and is lost at the next start of the "
                    "machine; nothing can be installed"_s;
    }
}

void StorageMonitor::begin()
{
    logFinding();
    m_timer.start();
}

void StorageMonitor::logFinding()
{
    if (m_finding != m_logged) {
        m_logged = m_finding;
        qCWarning(lcSystem).noquote() << m_finding;
    }
}

} // namespace sgn::system
