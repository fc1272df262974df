// SPDX-License-Identifier: GPL-3.0-or-later
#include "web/Client.h"

#include "web/CurlOptions.h"
#include "web/NameLookup.h"
#include "web/TransferPrivate.h"

namespace sgn::web {

using namespace Qt::StringLiterals;

Client::Private::Private()
    : m_handle([this](CURL *easy, CURLcode code) { finish(easy, code); }, [this] { deliver(); })
{}

Client::Private::~Private()
{
    for (auto it = m_transfers.cbegin(); it != m_transfers.cend(); ++it) {
        m_handle.remove(it.key());
    }
}

void Client::Private::begin(Transfer *transfer)
{
    const WebRequest &request = transfer->d->m_request;
    const QByteArray name = nameToLookUp(request.url, request.proxy);
    if (name.isEmpty()) {
        return add(transfer);
    }
    // The transfer is gone before this is.
    lookUpAddresses(name, transfer, [this, transfer](const QByteArrayList &addresses) {
        if (!addresses.isEmpty()) {
            Transfer::Private &started = *transfer->d;
            started.m_addresses =
                setAddresses(started.m_easy, started.m_request.url, started.m_request.proxy, addresses);
            return add(transfer);
        }
        transfer->d->m_failure = WebFailure{WebFailure::Kind::Network, u"its name cannot be found"_s};
        transfer->d->m_isComplete = true;
        transfer->d->deliver();
    });
}

void Client::Private::add(Transfer *transfer)
{
    m_transfers.insert(transfer->d->m_easy, transfer);
    m_handle.add(transfer->d->m_easy);
}

void Client::Private::remove(CURL *easy)
{
    if (m_transfers.remove(easy) > 0) {
        m_handle.remove(easy);
    }
}

void Client::Private::finish(CURL *easy, CURLcode code)
{
    if (const QPointer<Transfer> transfer = m_transfers.take(easy)) {
        transfer->d->complete(code);
        // Not in the list any more, so delivered here, but only after all were collected.
        QMetaObject::invokeMethod(
            transfer, [transfer] { transfer->d->deliver(); }, Qt::QueuedConnection);
    }
}

void Client::Private::deliver()
{
    const QPointer<Private> self = this;
    const QHash<CURL *, QPointer<Transfer>> transfers = m_transfers;
    for (const QPointer<Transfer> &transfer : transfers) {
        if (transfer) {
            transfer->d->deliver();
        }
        if (!self) {
            return;
        }
    }
}

Client::Client(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{}

Client::~Client()
{
    // Before the multi handle that they are part of.
    const auto transfers = findChildren<Transfer *>(Qt::FindDirectChildrenOnly);
    qDeleteAll(transfers);
}

Transfer *Client::start(const WebRequest &request)
{
    auto *const transfer = new Transfer(this);
    transfer->d = std::make_unique<Transfer::Private>(transfer, request);
    if (transfer->d->setUp()) {
        transfer->d->m_client = this;
        d->begin(transfer);
    } else {
        transfer->d->m_isComplete = true;
        QMetaObject::invokeMethod(
            transfer, [transfer] { transfer->d->deliver(); }, Qt::QueuedConnection);
    }
    return transfer;
}

} // namespace sgn::web
