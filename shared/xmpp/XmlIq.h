// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <QXmlStreamWriter>
#include <QXmppIq.h>

namespace sgn::xmpp {

// An <iq/> whose payload is written here and whose reply is read as XML, for requests where the library's own classes
// would load more than is needed (its MIME database alone costs megabytes).
class XmlIq final : public QXmppIq
{
public:
    using Payload = std::function<void(QXmlStreamWriter &)>;

    XmlIq(Type type, const QString &to, Payload payload)
        : QXmppIq(type)
        , m_payload(std::move(payload))
    {
        setTo(to);
    }

    // <name xmlns="nameSpace"/>
    static XmlIq query(const QString &to, QStringView name, QStringView nameSpace)
    {
        return {Get, to, [name, nameSpace](QXmlStreamWriter &xml) {
                    xml.writeStartElement(name.toString());
                    xml.writeDefaultNamespace(nameSpace.toString());
                    xml.writeEndElement();
                }};
    }

protected:
    void toXmlElementFromChild(QXmlStreamWriter *writer) const override { m_payload(*writer); }

private:
    Payload m_payload;
};

} // namespace sgn::xmpp
