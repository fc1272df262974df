// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/OrderDigest.h"

#include "base/AtomicFile.h"
#include "crypto/Sha256.h"

#include <algorithm>
#include <QDataStream>
#include <QDirIterator>
#include <QFile>
#include <QMessageAuthenticationCode>
#include <QRandomGenerator>

namespace sgn::provision {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype keySize = 32;

// A file counts by its content, a folder by all files in it with their paths, anything else as the text that it is.
Result<QByteArray> describedValue(const QString &value)
{
    const QFileInfo info(value);
    if (info.isFile()) {
        return sha256OfFile(value);
    }
    if (!info.isDir()) {
        return value.toUtf8();
    }
    QStringList files;
    QDirIterator all(value, QDir::Files | QDir::Hidden | QDir::System, QDirIterator::Subdirectories);
    while (all.hasNext()) {
        files += all.next();
    }
    files.sort();
    QByteArray described;
    for (const QString &file : std::as_const(files)) {
        const QFileInfo entry(file);
        const auto content =
            entry.isSymLink() ? Result<QByteArray>(entry.symLinkTarget().toUtf8()) : sha256OfFile(file);
        if (!content) {
            return fail(content.error());
        }
        described += file.sliced(value.size()).toUtf8() + '\0' + *content;
    }
    return described;
}

} // namespace

Result<QByteArray> digestKey(const QString &folder)
{
    const QString path = folder + u"/.batch.key"_s;
    if (auto key = readFile(path, keySize); key && key->size() == keySize) {
        return key;
    }
    QByteArray key(keySize, '\0');
    for (char &byte : key) {
        byte = static_cast<char>(QRandomGenerator::system()->bounded(256));
    }
    const auto written = writeFileAtomically(path, key, 0600);
    return written ? Result<QByteArray>(key) : fail(written.error());
}

Result<QByteArray> describedOrder(const CommandLine &line, const QStringList &ignored, const card::CardOrder &order)
{
    QStringList names = line.parser().optionNames();
    names.sort();
    names.removeDuplicates();
    QByteArray described;
    QDataStream stream(&described, QIODevice::WriteOnly);
    for (const QString &name : std::as_const(names)) {
        if (ignored.contains(name)) {
            continue;
        }
        stream << name;
        for (const QString &value : line.valuesOf(name)) {
            const auto one = describedValue(value);
            if (!one) {
                return fail(one.error());
            }
            stream << *one;
        }
    }
    stream << order.password.value_or(QByteArray());
    stream << (order.wifi ? order.wifi->passphrase.value_or(QByteArray()) : QByteArray());
    return described;
}

QByteArray orderDigest(const QByteArray &key, const QByteArrayList &parts)
{
    QByteArray all;
    QDataStream stream(&all, QIODevice::WriteOnly);
    for (const QByteArray &part : parts) {
        stream << part;
    }
    return QMessageAuthenticationCode::hash(all, key, QCryptographicHash::Sha256);
}

} // namespace sgn::provision
