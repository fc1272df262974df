// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/ConfigFiles.h"
#include "provision/ProvisionCommands.h"

#include <cstdio>
#include <QFileInfo>

namespace sgn::provision {

using namespace Qt::StringLiterals;

int runEncrypt(const QStringList &arguments)
{
    CommandLine commandLine(u"Checks the config in IN.json and writes it encrypted to OUT.bin.\n\n"
                            "By default only the device's own key opens the file, and any change to it is noticed. The "
                            "older format of --v1 can be read by "
                            "older devices, by openssl, and by every user of its published key."_s,
                            u"sgn-provision encrypt config.json cfg/config_file.bin"_s);
    const QCommandLineParser &parser = commandLine.parser();
    commandLine.addPositionalArgument(u"encrypt"_s, u"This command."_s, u"encrypt"_s);
    commandLine.addPositionalArgument(u"IN.json"_s, u"The config as plain JSON."_s);
    commandLine.addPositionalArgument(u"OUT.bin"_s, u"The file to write, mode 0600."_s);
    commandLine.addOption({u"v1"_s, u"Write the older format."_s});
    commandLine.addOption({u"key-file"_s,
                           u"The device's key; made when there is none. Default: device.key beside OUT.bin."_s,
                           u"FILE"_s});
    commandLine.process(arguments);
    const QStringList files = operands(commandLine, {u"IN.json"_s, u"OUT.bin"_s});
    if (parser.isSet(u"v1"_s) && parser.isSet(u"key-file"_s)) {
        CommandLine::usageError(u"--v1 uses no key file, so --key-file can't go with it"_s);
    }
    if (QFileInfo(files.at(0)) == QFileInfo(files.at(1))) {
        CommandLine::usageError(u"OUT.bin is the same file as IN.json"_s);
    }

    EncryptRequest request{files.at(0), files.at(1), EnvelopeVersion::V2, defaultKeyFile(files.at(1))};
    if (parser.isSet(u"v1"_s)) {
        request.version = EnvelopeVersion::V1;
    }
    if (parser.isSet(u"key-file"_s)) {
        request.keyFile = parser.value(u"key-file"_s);
    }
    const auto encrypted = encryptConfigFile(request);
    if (!encrypted) {
        complain(encrypted.error().message);
        return ExitFailed;
    }
    for (const QString &remark : encrypted->remarks) {
        complain(u"warning: %1: %2"_s.arg(request.input, remark));
    }
    QString done = u"wrote "_s + request.output;
    if (encrypted->key != KeyFileState::NotUsed) {
        done += (encrypted->key == KeyFileState::Made ? u" and a new key for it, "_s : u" for the key "_s) +
                request.keyFile;
    }
    std::fputs(qUtf8Printable(done + u'\n'), stdout);
    return ExitDone;
}

} // namespace sgn::provision
