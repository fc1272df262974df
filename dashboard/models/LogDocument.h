// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/LogService.h"
#include "models/LogLinesModel.h"

#include <QAbstractListModel>
#include <QFutureWatcher>
#include <QtQml/qqmlregistration.h>
#include <QUrl>

namespace sgn::core {
class Fleet;
}

namespace sgn::models {

// The files of one set of logs.
class LogFileModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ANONYMOUS

public:
    enum Role { NameRole = Qt::UserRole, SizeRole };

    using QAbstractListModel::QAbstractListModel;

    void show(const QList<core::LogFile> &files);
    [[nodiscard]] const QList<core::LogFile> &files() const { return m_files; }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

private:
    QList<core::LogFile> m_files;
};

// What the log viewer shows: a set of logs, one of its files, that file's lines.
class LogDocument final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    Q_PROPERTY(QString delivery READ delivery WRITE setDelivery NOTIFY changed FINAL)
    Q_PROPERTY(QString title READ title NOTIFY changed FINAL)
    // Instead of files: why there are none.
    Q_PROPERTY(QString message READ message NOTIFY changed FINAL)
    Q_PROPERTY(bool busy READ isBusy NOTIFY changed FINAL)
    Q_PROPERTY(double progress READ progress NOTIFY changed FINAL)
    Q_PROPERTY(int currentFile READ currentFile WRITE setCurrentFile NOTIFY changed FINAL)
    Q_PROPERTY(QString currentName READ currentName NOTIFY changed FINAL)
    Q_PROPERTY(bool canRemove READ canRemove NOTIFY changed FINAL)
    Q_PROPERTY(sgn::models::LogFileModel *files READ files CONSTANT FINAL)
    Q_PROPERTY(sgn::models::LogLinesModel *lines READ lines CONSTANT FINAL)

public:
    // Outlives the document.
    LogDocument(core::LogService &logs, const core::Fleet &fleet, QObject *parent = nullptr);

    [[nodiscard]] QString delivery() const { return m_id == 0 ? QString() : QString::number(m_id); }
    void setDelivery(const QString &id);
    [[nodiscard]] QString title() const;
    [[nodiscard]] QString message() const { return m_message; }
    [[nodiscard]] bool isBusy() const { return m_isBusy; }
    [[nodiscard]] double progress() const { return m_progress; }
    [[nodiscard]] int currentFile() const { return m_file; }
    void setCurrentFile(int file);
    [[nodiscard]] QString currentName() const;
    [[nodiscard]] bool canRemove() const;
    [[nodiscard]] LogFileModel *files() { return &m_files; }
    [[nodiscard]] LogLinesModel *lines() { return &m_lines; }

    // The file as it came, without what the viewer makes of it.
    Q_INVOKABLE void saveAs(const QUrl &target);
    Q_INVOKABLE void remove();

Q_SIGNALS:
    void changed();
    void notified(const QString &text, bool isError);

private:
    void update();
    void load();

    core::LogService &m_logs;
    const core::Fleet &m_fleet;
    qint64 m_id = 0;
    int m_file = -1;
    QString m_message;
    bool m_isBusy = false;
    double m_progress = -1;
    LogFileModel m_files;
    LogLinesModel m_lines;
    QFutureWatcher<records::Expected<QString>> m_reader;
};

} // namespace sgn::models
