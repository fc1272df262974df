// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <QString>

namespace sgn::test {

// The text in a config_file.bin of the device `id`, with an account of that name; without a serial where it is 0.
inline QByteArray configText(const QString &account, const QString &id, qint64 serial = 0)
{
    const QString domain = QStringLiteral("@localhost");
    QJsonObject object{
        {QStringLiteral("xmpp_client"), QJsonObject{{QStringLiteral("client_jid"), account + domain},
                                                    {QStringLiteral("client_password"), QStringLiteral("x")},
                                                    {QStringLiteral("cpanel_jid"), QStringLiteral("panel") + domain}}},
        {QStringLiteral("rpi_unique_id"), id}};
    if (serial > 0) {
        object.insert(QStringLiteral("serial"), serial);
    }
    return QJsonDocument(object).toJson();
}

} // namespace sgn::test
