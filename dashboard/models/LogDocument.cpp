// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/LogDocument.h"

#include "core/Fleet.h"
#include "records/LogDelivery.h"
#include "wording/Commands.h"
#include "wording/Problems.h"

#include <QFile>
#include <QFileInfo>
#include <QLocale>
#include <QSaveFile>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

namespace sgn::models {

namespace {

records::Expected<> copyFile(const QString &from, const QString &to)
{
    QFile source(from);
    if (!source.open(QIODevice::ReadOnly)) {
        return fail(ErrorCode::Io, records::FactCode::FileUnread, {from}, source.errorString());
    }
    QSaveFile target(to);
    if (!target.open(QIODevice::WriteOnly)) {
        return fail(ErrorCode::Io, records::FactCode::FileUnwritten, {to}, target.errorString());
    }
    constexpr qint64 piece = qint64{1} << 20;
    while (!source.atEnd()) {
        target.write(source.read(piece));
    }
    if (!target.commit()) {
        return fail(ErrorCode::Io, records::FactCode::FileUnwritten, {to}, target.errorString());
    }
    return {};
}

} // namespace

void LogFileModel::show(const QList<core::LogFile> &files)
{
    if (files == m_files) {
        return;
    }
    beginResetModel();
    m_files = files;
    endResetModel();
}

int LogFileModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_files.size());
}

QVariant LogFileModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const core::LogFile &file = m_files.at(index.row());
    if (role == SizeRole) {
        return QLocale().formattedDataSize(file.size, 1, QLocale::DataSizeSIFormat);
    }
    return role == NameRole || role == Qt::DisplayRole ? file.name : QVariant();
}

QHash<int, QByteArray> LogFileModel::roleNames() const
{
    return {{NameRole, "name"}, {SizeRole, "size"}};
}

LogDocument::LogDocument(core::LogService &logs, const core::Fleet &fleet, QObject *parent)
    : QObject(parent)
    , m_logs(logs)
    , m_fleet(fleet)
{
    const auto own = [this](qint64 id) {
        if (id == m_id) {
            update();
        }
    };
    connect(&logs, &core::LogService::deliveryChanged, this, own);
    connect(&logs, &core::LogService::deliveryRemoved, this, own);
    connect(&m_reader, &QFutureWatcherBase::finished, this, [this] {
        if (m_reader.isCanceled()) {
            return;
        }
        m_isBusy = false;
        const records::Expected<QString> text = m_reader.result();
        m_message = text ? QString() : wording::sentence(text.error());
        m_lines.setText(text ? *text : QString());
        Q_EMIT changed();
    });
}

void LogDocument::setDelivery(const QString &id)
{
    const qint64 number = id.toLongLong();
    if (number == m_id) {
        return;
    }
    m_id = number;
    m_file = -1;
    m_files.show({});
    m_lines.setText({});
    update();
}

QString LogDocument::title() const
{
    const std::optional<records::LogDelivery> delivery = m_logs.delivery(m_id);
    return delivery ? m_fleet.nameOf(delivery->jid) : QString();
}

QString LogDocument::currentName() const
{
    return m_files.files().value(m_file).name;
}

bool LogDocument::canRemove() const
{
    const std::optional<records::LogDelivery> delivery = m_logs.delivery(m_id);
    return delivery && isFinal(delivery->state);
}

void LogDocument::setCurrentFile(int file)
{
    if (file == m_file || file < 0 || file >= m_files.files().size()) {
        return;
    }
    m_file = file;
    load();
}

void LogDocument::load()
{
    m_isBusy = true;
    m_message.clear();
    m_lines.setText({});
    const QString path = m_files.files().at(m_file).path;
    m_reader.setFuture(QtConcurrent::run([path] { return core::readLogText(path); }));
    Q_EMIT changed();
}

void LogDocument::update()
{
    const std::optional<records::LogDelivery> delivery = m_logs.delivery(m_id);
    m_message.clear();
    m_progress = -1;
    m_isBusy = false;
    if (!delivery) {
        m_id = 0;
        m_file = -1;
        m_files.show({});
        m_lines.setText({});
        Q_EMIT changed();
        return;
    }
    switch (delivery->state) {
    case records::LogDelivery::State::Requested:
        m_isBusy = true;
        m_message = tr("Asked. Waiting for the device to send its logs.");
        break;
    case records::LogDelivery::State::Downloading:
        m_isBusy = true;
        m_progress =
            delivery->size > 0 ? static_cast<double>(delivery->received) / static_cast<double>(delivery->size) : -1;
        m_message = tr("Loading the logs.");
        break;
    case records::LogDelivery::State::Unpacking:
        m_isBusy = true;
        m_message = tr("Unpacking the logs.");
        break;
    case records::LogDelivery::State::Elsewhere:
        m_message = wording::standing(wording::remarksText(*delivery));
        break;
    case records::LogDelivery::State::Failed:
        m_message = wording::standing(wording::remarksText(*delivery));
        if (m_message.isEmpty()) {
            m_message = tr("The logs didn't come.");
        }
        break;
    case records::LogDelivery::State::Ready:
        m_files.show(m_logs.files(m_id));
        if (m_files.files().isEmpty()) {
            m_message = tr("The device sent no files.");
        } else if (m_file < 0) {
            setCurrentFile(0);
            return;
        }
        break;
    }
    Q_EMIT changed();
}

void LogDocument::saveAs(const QUrl &target)
{
    const QString path = target.toLocalFile();
    if (m_file < 0 || path.isEmpty()) {
        return;
    }
    const records::Expected<> outcome = copyFile(m_files.files().at(m_file).path, path);
    if (outcome) {
        Q_EMIT notified(tr("Saved as %1.").arg(QFileInfo(path).fileName()), false);
    } else {
        Q_EMIT notified(tr("Not saved: %1.").arg(wording::sentence(outcome.error())), true);
    }
}

void LogDocument::remove()
{
    if (canRemove()) {
        m_logs.remove(m_id);
    }
}

} // namespace sgn::models
