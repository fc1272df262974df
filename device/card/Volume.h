// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Result.h"

#include <QByteArrayList>
#include <QList>
#include <QMap>
#include <QString>
#include <sys/types.h>

namespace sgn::card {

// What is at a path of a card, a link itself and not where it leads.
struct Node
{
    enum class Type {
        File,
        Folder,
        Symlink,
        Other,
        None, // in a wish alone: nothing is to be there
    };

    Type type = Type::File;
    mode_t mode = 0; // the lowest twelve bits
    uid_t uid = 0;
    gid_t gid = 0;
    qint64 size = 0;
    QByteArray target = {}; // of a link
    bool hasOwner = true;   // false on FAT, where owner and mode don't count

    friend bool operator==(const Node &, const Node &) = default;
};

// What is to be at a path of a card.
struct Wish
{
    QByteArray path; // absolute on the card: "/etc/hostname"
    Node::Type type = Node::Type::File;
    QByteArray content = {}; // of a file; the target of a link
    QString source = {};     // a file of this computer that has the content instead
    mode_t mode = 0644;
    uid_t uid = 0;
    gid_t gid = 0;

    friend bool operator==(const Wish &, const Wish &) = default;
};

// Whether a card may be written.
enum class Access { Read, Change };

// A file system of a card, mounted or in an image, whose paths are those that the device will see: "/" is its root, and
// no link on it ever leads out of it. All functions block. Each takes many paths at once, because an image is read by
// starting a program.
//
// Errors: NotFound, Refused (not allowed, or no such file system), NoSpace, BadRequest (a path that can't be named),
// Io.
class Volume
{
public:
    virtual ~Volume() = default;

    // What is missing is left out.
    [[nodiscard]] virtual Result<QMap<QByteArray, Node>> look(const QByteArrayList &paths) = 0;
    // The same, of a link what it leads to.
    [[nodiscard]] virtual Result<QMap<QByteArray, Node>> lookThrough(const QByteArrayList &paths) = 0;
    // The contents of regular files, links to them are followed; what is missing or no such file is left out. TooLarge
    // over `maxSize` bytes each.
    [[nodiscard]] virtual Result<QMap<QByteArray, QByteArray>> read(const QByteArrayList &paths, qint64 maxSize) = 0;
    // The names in a folder, sorted; none where there is no folder.
    [[nodiscard]] virtual Result<QByteArrayList> list(const QByteArray &folder) = 0;
    [[nodiscard]] virtual Result<qint64> freeBytes() = 0;

    // Puts these there, in this order, in place of whatever is in their places; folders above them must be there or
    // come before them. What is to be gone is removed, unless it is a folder (Refused). Each file is whole or not there
    // at all, on a mounted card also after a power cut. A link in place of a folder stays if the folder that it leads
    // to belongs to whom it is to belong to (else Refused): whoever owns a home can put links there, and must not get
    // folders of root by them.
    [[nodiscard]] virtual Outcome apply(const QList<Wish> &wishes) = 0;
};

// Refused: an image whose change was interrupted, and may not be undone because it is only read.
[[nodiscard]] Error interruptedChange(const QString &image);

// Refused: a link where a folder is to be leads to one that isn't `wanted`'s, or to none. Sentences without a subject.
[[nodiscard]] Error foreignFolder(uid_t owner, uid_t wanted);
[[nodiscard]] Error linkToNothing();

// "/a/b" without "." and "..", empty parts, control characters, quotation marks and backslashes; of less than 2000
// bytes.
[[nodiscard]] Outcome checkCardPath(const QByteArray &path);

// The same for something that is to be put there, which can't be the root.
[[nodiscard]] Outcome checkPutPath(const QByteArray &path);

// BadRequest for a wish that no card can meet: its path, or where its link leads. What a release or a folder of
// libraries contains comes from others, and goes into commands of debugfs(8), which runs whatever begins with "!".
[[nodiscard]] Outcome checkWish(const Wish &wish);

} // namespace sgn::card
