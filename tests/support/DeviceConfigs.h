// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <QString>

namespace sgn::test {

// The text in a config_file.bin of the device `id`, with an account of that name.
inline QByteArray configText(const QString &account, const QString &id)
{
    const QString domain = QStringLiteral("@localhost");
    return QJsonDocument(QJsonObject{{QStringLiteral("xmpp_client"),
                                      QJsonObject{{QStringLiteral("client_jid"), account + domain},
                                                  {QStringLiteral("client_password"), QStringLiteral("x")},
                                                  {QStringLiteral("cpanel_jid"), QStringLiteral("panel") + domain}}},
                                     {QStringLiteral("rpi_unique_id"), id}})
        .toJson();
}

} // namespace sgn::test
