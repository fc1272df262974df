// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/Secrets.h"

#include "base/AtomicFile.h"
#include "base/CommandLine.h"
#include "provision/PlainText.h"

#include <array>
#include <cstdio>
#include <QFile>

namespace sgn::provision {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 maxInput = 64 * 1024;

struct Secret
{
    QString option; // without "-stdin" and "-file"
    QString name;
    std::optional<QByteArray> Secrets::*value;
};

// In the order of stdin.
const std::array<Secret, 2> &allSecrets()
{
    static const std::array secrets{
        Secret{u"password"_s, u"the password"_s, &Secrets::password},
        Secret{u"wifi-passphrase"_s, u"the Wi-Fi's passphrase"_s, &Secrets::wifiPassphrase},
    };
    return secrets;
}

Result<QByteArray> readStdin()
{
    QFile input;
    if (!input.open(stdin, QIODevice::ReadOnly)) {
        return fail(ErrorCode::Io, u"nothing can be read from stdin"_s);
    }
    return input.read(maxInput);
}

} // namespace

void checkSecretOptions(const QCommandLineParser &parser)
{
    for (const Secret &secret : allSecrets()) {
        if (parser.isSet(secret.option + u"-stdin"_s) && parser.isSet(secret.option + u"-file"_s)) {
            CommandLine::usageError(u"either --%1-stdin or --%1-file gives %2"_s.arg(secret.option, secret.name));
        }
    }
    const bool hasPassphrase = parser.isSet(u"wifi-passphrase-stdin"_s) || parser.isSet(u"wifi-passphrase-file"_s);
    const bool isOpen = parser.isSet(u"wifi-open"_s);
    const bool hasWifi = parser.isSet(u"wifi-ssid"_s);
    if (!hasWifi && (hasPassphrase || isOpen || parser.isSet(u"wifi-hidden"_s) || parser.isSet(u"wifi-country"_s))) {
        CommandLine::usageError(u"--wifi-ssid is missing"_s);
    }
    if (hasWifi && !parser.isSet(u"wifi-country"_s)) {
        CommandLine::usageError(u"--wifi-country is missing: without a country the radio stays off"_s);
    }
    if (hasWifi && hasPassphrase == isOpen) {
        CommandLine::usageError(
            u"a Wi-Fi network has either --wifi-passphrase-stdin or --wifi-passphrase-file, or is --wifi-open"_s);
    }
}

Result<QByteArrayList> linesOf(const QByteArray &input, const QStringList &names)
{
    const auto text = plainText(input);
    if (!text) {
        return fail(text.error());
    }
    QByteArrayList lines = text->split('\n');
    while (!lines.isEmpty() && lines.constLast().trimmed().isEmpty() && lines.size() > names.size()) {
        lines.removeLast();
    }
    if (lines.size() > names.size()) {
        return fail(ErrorCode::BadFile,
                    u"%1 lines come where %2 is to be the last"_s.arg(lines.size()).arg(names.constLast()));
    }
    for (qsizetype i = 0; i < names.size(); ++i) {
        QByteArray line = lines.value(i);
        while (line.endsWith('\r')) {
            line.chop(1);
        }
        if (line.isEmpty()) {
            return fail(ErrorCode::BadFile, u"line %1 has to be %2, and is empty"_s.arg(i + 1).arg(names[i]));
        }
        lines.resize(names.size());
        lines[i] = line;
    }
    return lines;
}

Result<Secrets> readSecrets(const QCommandLineParser &parser)
{
    Secrets secrets;
    QList<Secret> fromStdin;
    QStringList names;
    for (const Secret &secret : allSecrets()) {
        if (const QString file = parser.value(secret.option + u"-file"_s); !file.isEmpty()) {
            const auto content = readFile(file, maxInput);
            const auto lines = content ? linesOf(*content, {secret.name}) : fail(content.error());
            if (!lines) {
                return fail(content ? lines.error().withContext(file) : content.error());
            }
            secrets.*secret.value = lines->constFirst();
        } else if (parser.isSet(secret.option + u"-stdin"_s)) {
            fromStdin += secret;
            names += secret.name;
        }
    }
    if (fromStdin.isEmpty()) {
        return secrets;
    }
    const auto content = readStdin();
    const auto lines = content ? linesOf(*content, names) : fail(content.error());
    if (!lines) {
        return fail(content ? lines.error().withContext(u"stdin"_s) : lines.error());
    }
    for (qsizetype i = 0; i < fromStdin.size(); ++i) {
        secrets.*fromStdin[i].value = lines->at(i);
    }
    return secrets;
}

} // namespace sgn::provision
