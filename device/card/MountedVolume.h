// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Descriptor.h"
#include "card/Volume.h"

#include <memory>

namespace sgn::card {

// A card that is mounted at a folder. The kernel resolves every path and every link on it inside that folder
// (openat2(2), RESOLVE_IN_ROOT). Owners can only be set by root.
class MountedVolume final : public Volume
{
public:
    // Owners and modes don't count on the FAT partition of the boot files.
    enum class Owners { Count, Ignored };

    // Refused if it is no folder.
    [[nodiscard]] static Result<std::unique_ptr<MountedVolume>> open(const QString &folder, Owners owners);
    // The same for a folder of this card; another file system may be mounted there.
    [[nodiscard]] Result<std::unique_ptr<MountedVolume>> openBelow(const QByteArray &folder, Owners owners) const;

    [[nodiscard]] Result<QMap<QByteArray, Node>> look(const QByteArrayList &paths) override;
    [[nodiscard]] Result<QMap<QByteArray, Node>> lookThrough(const QByteArrayList &paths) override;
    [[nodiscard]] Result<QMap<QByteArray, QByteArray>> read(const QByteArrayList &paths, qint64 maxSize) override;
    [[nodiscard]] Result<QByteArrayList> list(const QByteArray &folder) override;
    [[nodiscard]] Result<qint64> freeBytes() override;
    [[nodiscard]] Outcome apply(const QList<Wish> &wishes) override;

private:
    MountedVolume(Descriptor root, Owners owners);

    struct Place
    {
        Descriptor folder;
        QByteArray name;
    };
    [[nodiscard]] Result<Descriptor> openInside(const QByteArray &path, int flags) const;
    [[nodiscard]] Result<Place> placeOf(const QByteArray &path) const;
    [[nodiscard]] Result<QMap<QByteArray, Node>> lookBy(int flags, const QByteArrayList &paths) const;
    [[nodiscard]] Outcome checkLinks(const QList<Wish> &wishes) const;
    // What a run that was killed has left in the folders where these are put.
    void removeTemporaries(const QList<Wish> &wishes) const;
    [[nodiscard]] Outcome put(const Wish &wish) const;
    [[nodiscard]] Outcome putFolder(const Place &place, const Wish &wish) const;
    [[nodiscard]] Outcome putFile(const Place &place, const Wish &wish) const;
    [[nodiscard]] Outcome putLink(const Place &place, const Wish &wish) const;
    [[nodiscard]] static Outcome remove(const Place &place);
    [[nodiscard]] Outcome setOwner(int file, const Wish &wish) const;

    Descriptor m_root;
    Owners m_owners;
};

} // namespace sgn::card
