// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/AtomicFile.h"
#include "crypto/SigningKey.h"
#include "provision/ProvisionCommands.h"

#include <cstdio>
#include <QDir>
#include <QJsonDocument>

namespace sgn::provision {

using namespace Qt::StringLiterals;

namespace {

// The private part first: a public part without it would only invite mistakes.
Result<QString> makeKey(const QString &purpose, const QDir &folder)
{
    const auto key = newSigningKey(purpose);
    if (!key) {
        return fail(key.error());
    }
    const auto publicKey = publicKeyOf(*key);
    if (!publicKey) {
        return fail(publicKey.error());
    }
    Outcome written = saveSigningKey(*key, folder.filePath(key->kid + u".private.jwk"_s));
    if (written) {
        written = writeFileAtomically(folder.filePath(key->kid + u".public.jwk"_s),
                                      QJsonDocument(toJwk(*publicKey)).toJson());
    }
    if (!written) {
        return fail(std::move(written).error());
    }
    return key->kid;
}

} // namespace

int runKeys(const QStringList &arguments)
{
    CommandLine commandLine(
        u"Makes a new Ed25519 key: DIR/<key id>.private.jwk, to be kept where releases or commands are signed, and "
        "DIR/<key id>.public.jwk, to be put into a device's release_keys or operator_keys."_s,
        u"sgn-provision keys new release --out keys"_s);
    const QCommandLineParser &parser = commandLine.parser();
    commandLine.addPositionalArgument(u"keys"_s, u"This command."_s, u"keys new"_s);
    commandLine.addPositionalArgument(u"PURPOSE"_s, u"What the key signs: release or operator."_s, {},
                                      {u"release"_s, u"operator"_s});
    commandLine.addOption({u"out"_s, u"The folder for both parts; made when there is none."_s, u"DIR"_s});
    commandLine.process(arguments);
    const QStringList given = operands(commandLine, {u"new"_s, u"PURPOSE"_s});
    if (given.at(0) != "new"_L1) {
        CommandLine::usageError(u"there is no command 'keys %1', only 'keys new'"_s.arg(given.at(0)));
    }
    const QString &purpose = given.at(1);
    if (purpose != "release"_L1 && purpose != "operator"_L1) {
        CommandLine::usageError(u"a key is for 'release' or 'operator', not '%1'"_s.arg(purpose));
    }
    const QString folder = parser.value(u"out"_s);
    if (folder.isEmpty()) {
        CommandLine::usageError(u"--out is missing"_s);
    }
    if (!QDir().mkpath(folder)) {
        complain(u"cannot make the folder "_s + folder);
        return ExitFailed;
    }
    const auto kid = makeKey(purpose, QDir(folder));
    if (!kid) {
        complain(kid.error().message);
        return ExitFailed;
    }
    std::fputs(qUtf8Printable(*kid + u'\n'), stdout);
    return ExitDone;
}

} // namespace sgn::provision
