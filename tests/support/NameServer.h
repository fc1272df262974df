// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QHostAddress>
#include <QNetworkDatagram>
#include <QTcpServer>
#include <QUdpSocket>

namespace sgn::test {

// A name server (RFC 1035) of a few records; silent or answering that there is no such name for all others.
class NameServer : public QObject
{
public:
    static constexpr quint16 address = 1;
    static constexpr quint16 address6 = 28;
    static constexpr quint16 service = 33;

    [[nodiscard]] bool listen(const QHostAddress &where)
    {
        return m_socket.bind(where, 53) && m_silent.listen(where, 53);
    }

    NameServer()
    {
        connect(&m_socket, &QUdpSocket::readyRead, this, [this] {
            while (m_socket.hasPendingDatagrams()) {
                const QNetworkDatagram query = m_socket.receiveDatagram();
                if (!isSilent) {
                    // Not by makeReply(), which lets the kernel choose the address that it comes from.
                    m_socket.writeDatagram(answerTo(query.data()), query.senderAddress(),
                                           static_cast<quint16>(query.senderPort()));
                }
            }
        });
    }

    void addAddress(const QByteArray &name, const QHostAddress &value)
    {
        QByteArray data;
        if (value.protocol() == QAbstractSocket::IPv4Protocol) {
            append32(data, value.toIPv4Address());
        } else {
            const Q_IPV6ADDR bytes = value.toIPv6Address();
            data.append(reinterpret_cast<const char *>(bytes.c), sizeof bytes.c);
        }
        m_records[name] += {value.protocol() == QAbstractSocket::IPv4Protocol ? address : address6, data};
    }
    void addService(const QByteArray &name, quint16 priority, const QByteArray &target, quint16 port)
    {
        QByteArray data;
        append16(data, priority);
        append16(data, 0);
        append16(data, port);
        m_records[name] += {service, data + encoded(target)};
    }
    void clear() { m_records.clear(); }

    bool isSilent = false;
    // Has no room for any answer in UDP; what it is asked by TCP, it never answers.
    bool isTruncating = false;

private:
    struct Record
    {
        quint16 type = 0;
        QByteArray data;
    };

    static void append16(QByteArray &to, quint16 value)
    {
        to.append(static_cast<char>(value >> 8)).append(static_cast<char>(value & 0xff));
    }
    static void append32(QByteArray &to, quint32 value)
    {
        append16(to, static_cast<quint16>(value >> 16));
        append16(to, static_cast<quint16>(value & 0xffff));
    }
    static QByteArray encoded(const QByteArray &name)
    {
        QByteArray bytes;
        for (const QByteArray &label : name.split('.')) {
            if (!label.isEmpty()) {
                bytes.append(static_cast<char>(label.size())).append(label);
            }
        }
        return bytes.append('\0');
    }

    [[nodiscard]] QByteArray answerTo(const QByteArray &query) const
    {
        constexpr qsizetype headSize = 12;
        QByteArrayList labels;
        qsizetype at = headSize;
        while (at < query.size() && query.at(at) != 0) {
            labels += query.mid(at + 1, query.at(at)).toLower();
            at += query.at(at) + 1;
        }
        const qsizetype end = at + 5; // the zero, type and class
        if (end > query.size()) {
            return {};
        }
        const auto type =
            static_cast<quint16>(static_cast<quint8>(query.at(at + 1)) << 8 | static_cast<quint8>(query.at(at + 2)));
        const auto found = m_records.constFind(labels.join('.'));
        QByteArray records;
        quint16 count = 0;
        for (const Record &record : found != m_records.cend() ? *found : QList<Record>()) {
            if (record.type == type) {
                ++count;
                append16(records, 0xc00c); // the name of the question
                append16(records, type);
                append16(records, 1);
                append32(records, 60);
                append16(records, static_cast<quint16>(record.data.size()));
                records += record.data;
            }
        }
        QByteArray answer = query.first(2);
        const int truncated = isTruncating ? 0x0200 : 0;
        append16(answer, static_cast<quint16>((found != m_records.cend() ? 0x8180 : 0x8183) | truncated));
        append16(answer, 1);
        append16(answer, isTruncating ? 0 : count);
        append32(answer, 0);
        return answer + query.mid(headSize, end - headSize) + (isTruncating ? QByteArray() : records);
    }

    QUdpSocket m_socket;
    QTcpServer m_silent;
    QHash<QByteArray, QList<Record>> m_records;
};

} // namespace sgn::test
