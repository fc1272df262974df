// SPDX-License-Identifier: GPL-3.0-or-later
#include "provision/ConfigFiles.h"
#include "provision/ProvisionCommands.h"

#include <cstdio>

namespace sgn::provision {

using namespace Qt::StringLiterals;

int runDecrypt(const QStringList &arguments)
{
    CommandLine commandLine(u"Prints the config in IN.bin as JSON, of either format, with its secrets hidden."_s,
                            u"sgn-provision decrypt cfg/config_file.bin"_s);
    const QCommandLineParser &parser = commandLine.parser();
    commandLine.addPositionalArgument(u"decrypt"_s, u"This command."_s, u"decrypt"_s);
    commandLine.addPositionalArgument(u"IN.bin"_s, u"A config_file.bin."_s);
    commandLine.addOption({u"key-file"_s, u"The device's key. Default: device.key beside IN.bin."_s, u"FILE"_s});
    commandLine.addOption({u"show-secrets"_s, u"Print the text as it was encrypted, with the password."_s});
    commandLine.process(arguments);
    const QString input = operands(commandLine, {u"IN.bin"_s}).constFirst();

    const QString keyFile = parser.isSet(u"key-file"_s) ? parser.value(u"key-file"_s) : defaultKeyFile(input);
    const auto config =
        decryptConfigFile(input, keyFile, parser.isSet(u"show-secrets"_s) ? Secrets::Show : Secrets::Hide);
    if (!config) {
        complain(config.error().message);
        return ExitFailed;
    }
    const QByteArrayView text = config->text.view();
    std::fwrite(text.data(), 1, static_cast<size_t>(text.size()), stdout);
    if (!text.endsWith('\n')) {
        std::fputc('\n', stdout);
    }
    if (!config->problem.isEmpty()) {
        complain(u"a device would refuse this config: "_s + config->problem);
    }
    return ExitDone;
}

} // namespace sgn::provision
