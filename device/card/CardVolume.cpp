// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/CardVolume.h"

namespace sgn::card {

using namespace Qt::StringLiterals;

CardVolume::CardVolume(CardLock lock, std::unique_ptr<Volume> root, std::unique_ptr<Volume> boot, QByteArray bootFolder)
    : m_lock(std::move(lock))
    , m_root(std::move(root))
    , m_boot(std::move(boot))
    , m_bootFolder(std::move(bootFolder))
{}

bool CardVolume::isBootFile(const QByteArray &path) const
{
    return path.startsWith(m_bootFolder + '/');
}

QByteArray CardVolume::inBoot(const QByteArray &path) const
{
    return path.sliced(m_bootFolder.size());
}

Result<QMap<QByteArray, Node>> CardVolume::look(const QByteArrayList &paths)
{
    return lookBy(&Volume::look, paths);
}

Result<QMap<QByteArray, Node>> CardVolume::lookThrough(const QByteArrayList &paths)
{
    return lookBy(&Volume::lookThrough, paths);
}

Result<QMap<QByteArray, Node>> CardVolume::lookBy(Look look, const QByteArrayList &paths)
{
    QByteArrayList boot;
    QByteArrayList root;
    for (const QByteArray &path : paths) {
        isBootFile(path) ? boot += inBoot(path) : root += path;
    }
    auto found = (*m_root.*look)(root);
    if (!found || !m_boot || boot.isEmpty()) {
        return found;
    }
    const auto more = (*m_boot.*look)(boot);
    if (!more) {
        return fail(more.error());
    }
    for (auto it = more->cbegin(); it != more->cend(); ++it) {
        found->insert(m_bootFolder + it.key(), it.value());
    }
    return found;
}

Result<QMap<QByteArray, QByteArray>> CardVolume::read(const QByteArrayList &paths, qint64 maxSize)
{
    QByteArrayList boot;
    QByteArrayList root;
    for (const QByteArray &path : paths) {
        isBootFile(path) ? boot += inBoot(path) : root += path;
    }
    auto found = m_root->read(root, maxSize);
    if (!found || !m_boot || boot.isEmpty()) {
        return found;
    }
    const auto more = m_boot->read(boot, maxSize);
    if (!more) {
        return fail(more.error());
    }
    for (auto it = more->cbegin(); it != more->cend(); ++it) {
        found->insert(m_bootFolder + it.key(), it.value());
    }
    return found;
}

Result<QByteArrayList> CardVolume::list(const QByteArray &folder)
{
    if (folder != m_bootFolder && !isBootFile(folder)) {
        return m_root->list(folder);
    }
    return m_boot ? m_boot->list(folder == m_bootFolder ? QByteArray("/") : inBoot(folder)) : QByteArrayList();
}

Result<qint64> CardVolume::freeBytes()
{
    return m_root->freeBytes();
}

Outcome CardVolume::apply(const QList<Wish> &wishes)
{
    QList<Wish> boot;
    QList<Wish> root;
    for (const Wish &wish : wishes) {
        if (isBootFile(wish.path)) {
            boot += wish;
            boot.last().path = inBoot(wish.path);
        } else {
            root += wish;
        }
    }
    if (!boot.isEmpty() && !m_boot) {
        return fail(ErrorCode::Refused, u"the card's boot partition isn't mounted at %1 of its root"_s.arg(
                                            QString::fromUtf8(m_bootFolder)));
    }
    if (auto done = m_root->apply(root); !done || boot.isEmpty()) {
        return done;
    }
    return m_boot->apply(boot);
}

} // namespace sgn::card
