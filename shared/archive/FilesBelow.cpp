// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/Zip.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <QFile>
#include <QFileInfo>
#include <QSet>
#include <QStringDecoder>
#include <sys/stat.h>
#include <vector>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

namespace fs = std::filesystem;

// Leaves room for what makes a name unique.
constexpr qsizetype maxEntryName = 900;

// A name that zipPath() takes.
QString harmless(const QByteArray &name)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    QString text = decoder(name);
    if (decoder.hasError()) {
        text = QString::fromLatin1(name); // so that what was written in another encoding can still be recognised
        for (QChar &c : text) {
            c = c.unicode() < 0x7f ? c : u'_';
        }
    }
    for (QChar &c : text) {
        c = c.category() == QChar::Other_Control || c == u'\\' ? QChar(u'_') : c;
    }
    return text;
}

// What was changed in names may have made two of them one.
void makeUnique(QList<PackFile> &files)
{
    QSet<QString> names;
    for (PackFile &file : files) {
        while (names.contains(file.name)) {
            file.name = file.name.size() < maxEntryName ? file.name + u'_'
                                                        : file.name.left(maxEntryName) + QString::number(names.size());
        }
        names += file.name;
    }
}

class Listing
{
public:
    Listing(const QString &nameInZip, const ListLimits &limits)
        : m_limits(limits)
        , m_name(nameInZip)
    {}

    FileList run(const QByteArray &folder)
    {
        m_folders = {{folder.toStdString(), m_name}};
        while (!m_folders.isEmpty() && !m_limits.stop.stop_requested()) {
            const auto [path, name] = m_folders.takeLast();
            std::error_code error;
            for (fs::directory_iterator it(path, error); !error && it != fs::directory_iterator();
                 it.increment(error)) {
                if (++m_entries > m_limits.entries) {
                    m_list.isWhole = false;
                    m_folders.clear();
                    break;
                }
                look(it->path(), name);
            }
            if (error) {
                cannotRead(name);
            }
        }
        for (Candidate &candidate : m_newest) {
            m_list.files += std::move(candidate.file);
        }
        std::ranges::sort(m_list.files, {}, &PackFile::name);
        makeUnique(m_list.files);
        return std::move(m_list);
    }

private:
    struct Candidate
    {
        qint64 modified = 0; // ns since 1970
        PackFile file;
    };

    void look(const fs::path &entry, const QString &folder)
    {
        struct stat info
        {
        };
        const bool isKnown = ::lstat(entry.c_str(), &info) == 0;
        const auto nameInZip = [&] {
            return folder + u'/' + harmless(QByteArray::fromStdString(entry.filename().native()));
        };
        if (!isKnown && errno != ENOENT) {
            cannotRead(nameInZip());
        } else if (isKnown && S_ISREG(info.st_mode)) {
            take(entry, nameInZip, info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec);
        } else if (isKnown && S_ISDIR(info.st_mode)) {
            if (m_folders.size() < m_limits.folders) {
                m_folders += {entry, nameInZip()};
            } else {
                m_list.isWhole = false;
            }
        }
    }

    // The oldest of those that are kept is the first of the heap.
    void take(const fs::path &entry, const auto &nameInZip, qint64 modified)
    {
        const bool isFull = static_cast<qsizetype>(m_newest.size()) >= m_limits.files;
        m_list.older += isFull ? 1 : 0;
        if (isFull && (m_newest.empty() || modified <= m_newest.front().modified)) {
            return;
        }
        if (isFull) {
            std::ranges::pop_heap(m_newest, std::greater<>(), &Candidate::modified);
            m_newest.pop_back();
        }
        const QByteArray raw = QByteArray::fromStdString(entry.native());
        const QString source = QFile::decodeName(raw);
        m_newest.push_back({modified, {source, nameInZip(), QFile::encodeName(source) == raw ? QByteArray() : raw}});
        std::ranges::push_heap(m_newest, std::greater<>(), &Candidate::modified);
    }

    void cannotRead(const QString &name)
    {
        if (m_list.unreadable.size() < m_limits.files) {
            m_list.unreadable += name;
        }
    }

    const ListLimits &m_limits;
    const QString &m_name;
    FileList m_list;
    QList<std::pair<fs::path, QString>> m_folders; // that are still to be looked through
    std::vector<Candidate> m_newest;
    qint64 m_entries = 0;
};

} // namespace

Result<FileList> filesBelow(const QString &folder, const QString &nameInZip, const ListLimits &limits)
{
    const QFileInfo info(folder);
    if (!info.isDir()) {
        return fail(info.exists() ? ErrorCode::Io : ErrorCode::NotFound, u"%1 is not a folder"_s.arg(folder));
    }
    FileList list = Listing(nameInZip, limits).run(QFile::encodeName(info.absoluteFilePath()));
    if (limits.stop.stop_requested()) {
        return fail(ErrorCode::Cancelled, u"listing was cancelled"_s);
    }
    return list;
}

} // namespace sgn
