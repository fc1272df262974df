// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/DeviceQuery.h"
#include "models/FleetModel.h"
#include "models/TableFilter.h"
#include "records/SavedViews.h"

namespace sgn::models {

// The fleet narrowed by a head figure, a process's version and the text filter, whose text may also be a query, see
// core::DeviceQuery.
//
// The base is named in full, because the QML type registration of Qt 6.4 looks it up by the text.
class FleetFilter final : public sgn::models::TableFilter
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    Q_PROPERTY(Group group READ group WRITE setGroup NOTIFY groupChanged FINAL)
    Q_PROPERTY(QString groupText READ groupText NOTIFY groupChanged FINAL)
    Q_PROPERTY(QString versionText READ versionText NOTIFY versionChanged FINAL)
    Q_PROPERTY(bool narrowed READ isNarrowed NOTIFY filterChanged FINAL)

public:
    enum Group { All, Online, Offline, Dead, Updating, Attention };
    Q_ENUM(Group)

    explicit FleetFilter(FleetModel &fleet, QObject *parent = nullptr);

    [[nodiscard]] Group group() const { return m_group; }
    void setGroup(Group group);
    [[nodiscard]] QString groupText() const;
    // The chip "ocr 2"; empty: off.
    [[nodiscard]] QString versionText() const;
    [[nodiscard]] bool isNarrowed() const;

    // On, or off when it is on already.
    Q_INVOKABLE void toggleGroup(sgn::models::FleetFilter::Group group);
    Q_INVOKABLE void setVersion(const QString &process, const QString &version);
    Q_INVOKABLE void clearVersion();
    Q_INVOKABLE void clear();
    // What narrows it, to be saved and shown again.
    [[nodiscard]] records::ViewContent content() const;
    void show(const records::ViewContent &content);
    // The device that needs eyes most, if nothing is current yet.
    void chooseCurrent();

Q_SIGNALS:
    void groupChanged();
    void versionChanged();

protected:
    [[nodiscard]] bool accepts(int sourceRow) const override;
    [[nodiscard]] Needle needleOf(const QString &text) override;

private:
    FleetModel &m_fleet;
    Group m_group = All;
    std::optional<core::DeviceQuery> m_query; // while the text is one
    QString m_process;
    QString m_version;
};

} // namespace sgn::models
