// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/FleetServer.h"

#include "support/EjabberdServer.h"
#include "support/ProsodyServer.h"

namespace sgn::test {

bool FleetServer::isEjabberd()
{
    return qEnvironmentVariable("SGN_TEST_SERVER") == QLatin1String("ejabberd");
}

std::unique_ptr<FleetServer> FleetServer::make(const Options &options)
{
    if (isEjabberd()) {
        return std::make_unique<EjabberdServer>(options);
    }
    return std::make_unique<ProsodyServer>(options);
}

} // namespace sgn::test
