// SPDX-License-Identifier: GPL-3.0-or-later
#include "download/PartFile.h"

#include "base/AtomicFile.h"
#include "base/StateFile.h"
#include "protocol/Json.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <QDir>
#include <QFileInfo>
#include <QJsonObject>
#include <unistd.h>

namespace sgn::download {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 blockSize = 256 * 1024;
constexpr qint64 maxOrigin = 64 * 1024;
// The address may carry a token, so only the owner may read it.
constexpr unsigned ownerOnly = 0600;

tl::unexpected<Error> writeFailure(const QFile &file)
{
    const bool full = file.error() == QFileDevice::ResourceError || errno == ENOSPC || errno == EDQUOT;
    return fail(full ? ErrorCode::NoSpace : ErrorCode::Io,
                u"cannot write %1: %2"_s.arg(file.fileName(), file.errorString()));
}

} // namespace

PartFile::PartFile(const QString &path)
    : m_file(path)
{}

QString PartFile::originPath(const QString &path)
{
    return path + ".from"_L1;
}

QString PartFile::patchesPath(const QString &path)
{
    return path + ".patches"_L1;
}

QString PartFile::validatorFor(const QUrl &url) const
{
    const QString path = m_file.fileName();
    const auto origin = readStateObject(originPath(path), maxOrigin);
    if (!origin || QFileInfo(path).size() == 0 || origin->value("url"_L1) != url.toString(QUrl::FullyEncoded)) {
        return {};
    }
    return origin->value("validator"_L1).toString();
}

Result<PartFile::Kept> PartFile::readKept(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(path, file.errorString()));
    }
    Kept kept{0, std::make_shared<Sha256>()};
    QByteArray block(blockSize, Qt::Uninitialized);
    for (;;) {
        const qint64 n = file.read(block.data(), block.size());
        if (n < 0) {
            return fail(ErrorCode::Io, u"cannot read %1: %2"_s.arg(path, file.errorString()));
        }
        if (n == 0) {
            return kept;
        }
        kept.hash->addData(QByteArrayView(block.constData(), static_cast<qsizetype>(n)));
        kept.bytes += n;
    }
}

Outcome PartFile::begin(const QUrl &url, const QString &validator)
{
    m_file.close();
    // The old origin goes before the old bytes, and the new one comes after them: it must never stand beside another
    // download's bytes.
    if (auto removed = removeFileDurably(originPath(m_file.fileName())); !removed) {
        return removed;
    }
    if (!m_file.open(QIODevice::WriteOnly | QIODevice::Truncate | QIODevice::Unbuffered)) {
        return writeFailure(m_file);
    }
    m_bytes = 0;
    m_hash = std::make_shared<Sha256>();
    if (validator.isEmpty()) {
        return {};
    }
    return writeFileAtomically(originPath(m_file.fileName()),
                               toAsciiJson({{"url"_L1, url.toString(QUrl::FullyEncoded)}, {"validator"_L1, validator}}),
                               ownerOnly);
}

Outcome PartFile::resume(Kept kept)
{
    m_file.close();
    if (!m_file.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered)) {
        return writeFailure(m_file);
    }
    m_bytes = kept.bytes;
    m_hash = std::move(kept.hash);
    return {};
}

Outcome PartFile::append(QByteArrayView data)
{
    if (m_file.write(data.constData(), data.size()) != data.size()) {
        return writeFailure(m_file);
    }
    m_hash->addData(data);
    m_bytes += data.size();
    return {};
}

void PartFile::close()
{
    m_file.close();
}

QByteArray PartFile::finishHash()
{
    return m_hash ? m_hash->finish() : QByteArray();
}

Outcome PartFile::remove(const QString &path)
{
    removeTemporaries(originPath(path));
    QFile::remove(patchesPath(path));
    QFile::remove(path + ".ranges"_L1);
    QDir(path + ".patched"_L1).removeRecursively();
    // The second is removed even if the first can't be.
    auto origin = removeFileDurably(originPath(path));
    auto bytes = removeFileDurably(path);
    return origin ? bytes : origin;
}

Outcome PartFile::sync(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadWrite) || ::fsync(file.handle()) != 0) {
        return fail(ErrorCode::Io, u"cannot sync "_s + path);
    }
    return syncFolder(QFileInfo(path).absolutePath());
}

} // namespace sgn::download
