// SPDX-License-Identifier: GPL-3.0-or-later
#include "web/Request.h"

#include "base/AtomicFile.h"

#include <QUuid>

namespace sgn::web {

namespace {

constexpr qint64 maxCaFile = 1024 * 1024;

} // namespace

Trust trustWithSystems(const QString &caFile)
{
    Trust trust{.authorities = {}, .systems = true};
    if (const auto pem = readFile(caFile, maxCaFile)) {
        trust.authorities = QSslCertificate::fromData(*pem, QSsl::Pem);
        trust.authorities.removeIf([](const QSslCertificate &certificate) { return certificate.isNull(); });
    }
    return trust;
}

Form formOf(const QString &file, const QByteArray &field, const QByteArray &name, const QByteArray &contentType)
{
    const QByteArray boundary = "sgn-" + QUuid::createUuid().toByteArray(QUuid::WithoutBraces);
    Form form;
    form.contentType = "multipart/form-data; boundary=" + boundary;
    form.body.before = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"" +
                       name + "\"\r\nContent-Type: " + contentType + "\r\n\r\n";
    form.body.file = file;
    form.body.after = "\r\n--" + boundary + "--\r\n";
    return form;
}

} // namespace sgn::web
