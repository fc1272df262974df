// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/FilePatch.h"

#include "base/AtomicFile.h"
#include "base/SystemError.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <QFile>
#include <zstd.h>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr auto infix = ".zst-patch-from-"_L1;
constexpr qsizetype digestSize = 32;

template <auto function>
struct Freed
{
    template <typename T>
    void operator()(T *object) const
    {
        function(object);
    }
};

Error zstdError(size_t code)
{
    return {ErrorCode::BadArchive, u"not a patch of this file: "_s + QString::fromLatin1(::ZSTD_getErrorName(code))};
}

// The whole target as memory, so that the decoder needs no window of its own. Nothing else writes to the file.
Outcome decode(QByteArrayView patch, QByteArrayView oldContent, QFile &target, qint64 size)
{
    const std::unique_ptr<ZSTD_DCtx, Freed<::ZSTD_freeDCtx>> context(::ZSTD_createDCtx());
    uchar *const memory = target.map(0, size);
    if (!context || memory == nullptr) {
        return fail(ErrorCode::Io, u"cannot map %1: %2"_s.arg(target.fileName(), target.errorString()));
    }
    size_t done = ::ZSTD_DCtx_refPrefix(context.get(), oldContent.data(), static_cast<size_t>(oldContent.size()));
    if (::ZSTD_isError(done) == 0) {
        done = ::ZSTD_decompressDCtx(context.get(), memory, static_cast<size_t>(size), patch.data(),
                                     static_cast<size_t>(patch.size()));
    }
    if (::ZSTD_isError(done) != 0) {
        return fail(zstdError(done));
    }
    if (done != static_cast<size_t>(size)) {
        return fail(ErrorCode::BadArchive, u"not a patch of this file: it makes another size"_s);
    }
    return {};
}

} // namespace

QString toMemberPath(const PatchName &name)
{
    return name.path + infix + QString::fromLatin1(name.oldSha256.toHex());
}

std::optional<PatchName> patchNameFrom(const QString &memberPath)
{
    const qsizetype at = memberPath.lastIndexOf(infix);
    const QString digest = at > 0 ? memberPath.sliced(at + infix.size()) : QString();
    const QByteArray bytes = QByteArray::fromHex(digest.toLatin1());
    // Only as it is written: no other spelling of the digest.
    if (bytes.size() != digestSize || QString::fromLatin1(bytes.toHex()) != digest) {
        return std::nullopt;
    }
    return PatchName{memberPath.first(at), bytes};
}

Result<QByteArray> makePatch(QByteArrayView oldContent, QByteArrayView newContent)
{
    if (std::max(oldContent.size(), newContent.size()) > maxPatchedFile) {
        return fail(ErrorCode::TooLarge, u"the file is too large for a patch"_s);
    }
    constexpr int level = 19;
    constexpr int smallestWindow = 17;
    const std::unique_ptr<ZSTD_CCtx, Freed<::ZSTD_freeCCtx>> context(::ZSTD_createCCtx());
    if (!context) {
        return fail(ErrorCode::Internal, u"no memory for a patch"_s);
    }
    // The window reaches over all of the old file.
    const auto reach = static_cast<quint64>(oldContent.size() + newContent.size());
    const int window = std::max(smallestWindow, static_cast<int>(std::bit_width(reach)));
    ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
    ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, window);
    ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_enableLongDistanceMatching, 1);
    ::ZSTD_CCtx_refPrefix(context.get(), oldContent.data(), static_cast<size_t>(oldContent.size()));
    QByteArray patch(static_cast<qsizetype>(::ZSTD_compressBound(static_cast<size_t>(newContent.size()))), '\0');
    const size_t done = ::ZSTD_compress2(context.get(), patch.data(), static_cast<size_t>(patch.size()),
                                         newContent.data(), static_cast<size_t>(newContent.size()));
    if (::ZSTD_isError(done) != 0) {
        return fail(ErrorCode::Internal, u"cannot make a patch: "_s + QString::fromLatin1(::ZSTD_getErrorName(done)));
    }
    patch.truncate(static_cast<qsizetype>(done));
    return patch;
}

Outcome applyPatch(QByteArrayView patch, const QString &oldFile, const QString &target, qint64 size)
{
    if (size <= 0 || size > maxPatchedFile) {
        return fail(ErrorCode::TooLarge, u"the file is too large for a patch"_s);
    }
    const auto oldContent = readFile(oldFile, maxPatchedFile);
    if (!oldContent) {
        return fail(oldContent.error());
    }
    QFile file(target);
    if (!file.open(QIODevice::ReadWrite | QIODevice::Truncate | QIODevice::Unbuffered)) {
        return fail(systemError(u"cannot write "_s + target, errno));
    }
    // Its blocks are taken now: a write to memory that the disk has no room for would end the program.
    if (const int error = ::posix_fallocate(file.handle(), 0, size); error != 0) {
        file.remove();
        return fail(systemError(u"cannot write "_s + target, error));
    }
    Outcome decoded = decode(patch, *oldContent, file, size);
    if (!decoded) {
        file.remove();
    }
    return decoded;
}

} // namespace sgn
