// SPDX-License-Identifier: GPL-3.0-or-later
#include "xmpp/ArchiveReader.h"

#include "xmpp/Dom.h"
#include "xmpp/Namespaces.h"
#include "xmpp/XmlIq.h"

#include <QUuid>
#include <QXmppClient.h>
#include <QXmppTask.h>

namespace sgn::xmpp {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// Servers cut it to what they allow: Prosody to 50 as it comes.
constexpr int pageSize = 250;
constexpr auto pageTimeout = 60s;

void writeField(QXmlStreamWriter &xml, const QString &name, const QString &value)
{
    xml.writeStartElement(u"field"_s);
    xml.writeAttribute(u"var"_s, name);
    xml.writeTextElement(u"value"_s, value);
    xml.writeEndElement();
}

void writeQuery(QXmlStreamWriter &xml, const QString &queryId, const QString &afterId, const ArchiveStart &start)
{
    xml.writeStartElement(u"query"_s);
    xml.writeDefaultNamespace(ns::archive.toString());
    xml.writeAttribute(u"queryid"_s, queryId);
    xml.writeStartElement(u"x"_s);
    xml.writeDefaultNamespace(ns::dataForms.toString());
    xml.writeAttribute(u"type"_s, u"submit"_s);
    writeField(xml, u"FORM_TYPE"_s, ns::archive.toString());
    // Paging goes by id; the time counts only for where no id is known yet.
    if (start.since.isValid() && start.afterId.isEmpty()) {
        writeField(xml, u"start"_s, start.since.toUTC().toString(Qt::ISODateWithMs));
    }
    xml.writeEndElement();
    xml.writeStartElement(u"set"_s);
    xml.writeDefaultNamespace(ns::resultSet.toString());
    xml.writeTextElement(u"max"_s, QString::number(pageSize));
    if (start.what == ArchiveStart::What::NewestPage) {
        xml.writeEmptyElement(u"before"_s);
    } else if (!afterId.isEmpty()) {
        xml.writeTextElement(u"after"_s, afterId);
    }
    xml.writeEndElement();
    xml.writeEndElement();
}

} // namespace

ArchiveReader::ArchiveReader(QObject *parent)
    : QObject(parent)
{
    m_timeout.setSingleShot(true);
    connect(&m_timeout, &QTimer::timeout, this,
            [this] { end(fail(ErrorCode::Timeout, u"the server doesn't reply to the archive request"_s)); });
}

void ArchiveReader::start(QXmppClient *client, const ArchiveStart &start)
{
    m_client = client;
    m_start = start;
    m_lastId = start.afterId;
    m_queryId = QUuid::createUuid().toString(QUuid::WithoutBraces);
    requestPage();
}

void ArchiveReader::lost(const Error &reason)
{
    if (isRunning()) {
        end(tl::unexpected(reason));
    }
}

void ArchiveReader::requestPage()
{
    m_timeout.start(pageTimeout);
    XmlIq request(QXmppIq::Set, {}, [query = m_queryId, after = m_lastId, start = m_start](QXmlStreamWriter &xml) {
        writeQuery(xml, query, after, start);
    });
    m_client->sendIq(std::move(request)).then(this, [this, query = m_queryId](QXmppClient::IqResult &&result) {
        if (query != m_queryId) {
            return;
        }
        if (const auto *answer = std::get_if<QDomElement>(&result)) {
            return readPage(*answer);
        }
        const auto &error = std::get<QXmppError>(result);
        const auto stanza = error.value<QXmppStanza::Error>();
        const bool gone = stanza && stanza->condition() == QXmppStanza::Error::ItemNotFound;
        end(gone ? Result<ArchivePage>(
                       fail(ErrorCode::NotFound, u"the archive no longer has the message to go on from"_s))
                 : Result<ArchivePage>(fail(ErrorCode::Refused, u"the archive can't be read: "_s + error.description)));
    });
}

void ArchiveReader::readPage(const QDomElement &answer)
{
    const QDomElement fin = child(answer, u"fin", ns::archive);
    if (fin.isNull()) {
        return end(fail(ErrorCode::Refused, u"the server's reply to the archive request can't be understood"_s));
    }
    const QString last = plainText(child(child(fin, u"set", ns::resultSet), u"last", ns::resultSet));
    const bool complete = fin.attribute(u"complete"_s) == u"true" || fin.attribute(u"complete"_s) == u"1";
    const bool progress = !last.isEmpty() && last != m_lastId;
    if (progress) {
        m_lastId = last;
    }
    if (m_start.what == ArchiveStart::What::NewestPage) {
        return end(ArchivePage{last, complete});
    }
    // A page without anything new is the end, whatever the server states: else it could make this loop for ever.
    if (complete || !progress) {
        return end(ArchivePage{m_lastId, true});
    }
    const QPointer<ArchiveReader> self = this;
    Q_EMIT pageRead({m_lastId, false});
    if (self && isRunning()) {
        requestPage();
    }
}

void ArchiveReader::end(const Result<ArchivePage> &result)
{
    m_timeout.stop();
    m_queryId.clear();
    m_client = nullptr;
    Q_EMIT finished(result);
}

} // namespace sgn::xmpp
