// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/SaslPrep.h"

#include <cstdlib>
#include <memory>
#include <stringprep.h>

namespace sgn::xmpp {

QString saslPrepared(const QString &password)
{
    if (password.contains(QChar(0))) {
        return password;
    }
    char *output = nullptr;
    const int code = stringprep_profile(password.toUtf8().constData(), &output, "SASLprep", STRINGPREP_NO_UNASSIGNED);
    const std::unique_ptr<char, decltype(&std::free)> prepared(output, &std::free);
    return code == STRINGPREP_OK && *prepared != '\0' ? QString::fromUtf8(prepared.get()) : password;
}

} // namespace sgn::xmpp
