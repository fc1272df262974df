// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/UploadService.h"

#include "xmpp/Dom.h"
#include "xmpp/Namespaces.h"
#include "xmpp/XmlIq.h"

#include <QXmppClient.h>
#include <QXmppTask.h>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;

namespace {

// At most so many components of a server are queried.
constexpr int maxItems = 32;

std::optional<qint64> sizeLimit(const QDomElement &info)
{
    const QDomElement form = child(info, u"x", ns::dataForms);
    for (QDomElement field = form.firstChildElement(); !field.isNull(); field = field.nextSiblingElement()) {
        if (field.attribute(u"var"_s) != u"max-file-size") {
            continue;
        }
        bool ok = false;
        const qint64 size = plainText(child(field, u"value", ns::dataForms)).trimmed().toLongLong(&ok);
        if (ok && size > 0) {
            return size;
        }
    }
    return std::nullopt;
}

} // namespace

void UploadService::search(QXmppClient *client, const QString &domain)
{
    forget();
    m_client = client;
    m_toAsk = 1;
    client->sendIq(XmlIq::query(domain, u"query", ns::discoItems))
        .then(this, [this, domain, search = m_search](QXmppClient::IqResult &&result) {
            if (search != m_search) {
                return;
            }
            QStringList jids{domain};
            if (const auto *answer = std::get_if<QDomElement>(&result)) {
                const QDomElement query = child(*answer, u"query", ns::discoItems);
                for (QDomElement item = query.firstChildElement(u"item"_s); !item.isNull() && jids.size() <= maxItems;
                     item = item.nextSiblingElement(u"item"_s)) {
                    if (const QString jid = item.attribute(u"jid"_s); !jid.isEmpty() && !jids.contains(jid)) {
                        jids.append(jid);
                    }
                }
            }
            for (const QString &jid : std::as_const(jids)) {
                ask(jid);
            }
            answered();
        });
}

void UploadService::forget()
{
    ++m_search;
    m_client = nullptr;
    m_toAsk = 0;
    m_jid.clear();
    m_maxFileSize.reset();
}

void UploadService::ask(const QString &jid)
{
    if (!m_client) {
        return;
    }
    ++m_toAsk;
    m_client->sendIq(XmlIq::query(jid, u"query", ns::discoInfo))
        .then(this, [this, jid, search = m_search](QXmppClient::IqResult &&result) {
            if (search != m_search) {
                return;
            }
            if (const auto *answer = std::get_if<QDomElement>(&result)) {
                readInfo(jid, child(*answer, u"query", ns::discoInfo));
            }
            answered();
        });
}

void UploadService::readInfo(const QString &jid, const QDomElement &info)
{
    for (QDomElement feature = info.firstChildElement(u"feature"_s); !feature.isNull() && !isFound();
         feature = feature.nextSiblingElement(u"feature"_s)) {
        if (feature.attribute(u"var"_s) == ns::upload) {
            m_jid = jid;
            m_maxFileSize = sizeLimit(info);
        }
    }
}

void UploadService::answered()
{
    if (--m_toAsk == 0) {
        Q_EMIT settled();
    }
}

} // namespace sgn::xmpp
