// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/Jws.h"
#include "fuzz/Fuzz.h"

using namespace sgn;
using namespace sgn::fuzz;

namespace {

// RFC 8037 appendix A.1.
const QByteArray seed = QByteArray::fromHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
const QByteArray payload = R"({"command_no":7})";

} // namespace

// Nothing but what was signed is ever taken for signed.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const SigningKey key{QStringLiteral("k1"), SecureBytes(QByteArrayView(seed))};
    static const QList<PublicKey> trusted{{QStringLiteral("other"), QByteArray(32, '\x01')}, publicKeyOf(key).value()};
    static const QByteArray genuine = signJws(payload, key).value();

    const QByteArray jws = bytesOf(data, size);
    if (const auto verified = verifyJws(jws, trusted, 64 * 1024)) {
        require(jws == genuine && verified->payload == payload && verified->kid == key.kid);
    }
    // Most inputs never get past the first dot; the genuine one with a piece of it replaced gets everywhere.
    if (size > 2) {
        QByteArray changed = genuine;
        changed.replace(data[0] % genuine.size(), data[1], jws.sliced(2));
        require(changed == genuine || !verifyJws(changed, trusted, 64 * 1024));
    }
    return 0;
}
