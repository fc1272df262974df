// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/ReportBlob.h"

#include <algorithm>
#include <QCborStreamReader>
#include <QCborStreamWriter>
#include <QCborValue>
#include <QVarLengthArray>
#include <variant>

namespace sgn::store {

namespace {

using Absent = std::monostate;

// An array by position, without the defaults at its end.
class PositionalWriter
{
public:
    PositionalWriter &operator<<(std::optional<qint64> value) { return value ? append(*value) : append(Absent()); }
    PositionalWriter &operator<<(std::optional<int> value) { return value ? append(qint64{*value}) : append(Absent()); }
    PositionalWriter &operator<<(std::optional<double> value) { return value ? append(*value) : append(Absent()); }
    PositionalWriter &operator<<(const QString &text) { return text.isEmpty() ? append(Absent()) : append(text); }
    PositionalWriter &operator<<(const QStringList &texts)
    {
        return texts.isEmpty() ? append(Absent()) : append(texts);
    }
    PositionalWriter &operator<<(const QDateTime &time)
    {
        return time.isValid() ? append(time.toMSecsSinceEpoch()) : append(Absent());
    }
    PositionalWriter &operator<<(const ReportedVersion &version)
    {
        const std::optional<int> number = version.number();
        return number ? append(qint64{*number}) : *this << version.text();
    }
    PositionalWriter &flag(bool value) { return value ? append(qint64{1}) : append(Absent()); }
    PositionalWriter &number(qint64 value) { return value != 0 ? append(value) : append(Absent()); }

    void writeTo(QCborStreamWriter &out) const
    {
        out.startArray(static_cast<quint64>(m_used));
        for (qsizetype i = 0; i < m_used; ++i) {
            std::visit([&out](const auto &value) { write(out, value); }, m_values[i]);
        }
        out.endArray();
    }

private:
    using Value = std::variant<Absent, qint64, double, QString, QStringList>;

    PositionalWriter &append(Value value)
    {
        const bool isAbsent = std::holds_alternative<Absent>(value);
        m_values.append(std::move(value));
        if (!isAbsent) {
            m_used = m_values.size();
        }
        return *this;
    }

    static void write(QCborStreamWriter &out, Absent) { out.appendNull(); }
    static void write(QCborStreamWriter &out, qint64 value) { out.append(value); }
    static void write(QCborStreamWriter &out, double value) { out.append(value); }
    static void write(QCborStreamWriter &out, const QString &text) { out.append(text); }
    static void write(QCborStreamWriter &out, const QStringList &texts)
    {
        out.startArray(static_cast<quint64>(texts.size()));
        for (const QString &text : texts) {
            out.append(text);
        }
        out.endArray();
    }

    QVarLengthArray<Value, 16> m_values;
    qsizetype m_used = 0;
};

// The values of an array, one after the other; each is taken, whatever it is.
class PositionalReader
{
public:
    explicit PositionalReader(QCborStreamReader &in)
        : m_in(in)
        , m_isOpen(in.isArray() && in.enterContainer())
    {
        if (!m_isOpen) {
            in.next();
        }
    }
    PositionalReader(const PositionalReader &) = delete;
    PositionalReader &operator=(const PositionalReader &) = delete;
    ~PositionalReader()
    {
        while (hasNext()) {
            m_in.next();
        }
        if (m_isOpen && m_in.lastError() == QCborError::NoError) {
            m_in.leaveContainer();
        }
    }

    [[nodiscard]] bool hasNext() const { return m_isOpen && m_in.lastError() == QCborError::NoError && m_in.hasNext(); }

    std::optional<qint64> integer() { return take(&QCborStreamReader::isInteger, &QCborStreamReader::toInteger); }
    std::optional<int> smallInteger()
    {
        const std::optional<qint64> value = integer();
        return value && *value == static_cast<int>(*value) ? std::optional(static_cast<int>(*value)) : std::nullopt;
    }
    std::optional<double> real() { return take(&QCborStreamReader::isDouble, &QCborStreamReader::toDouble); }
    QString text() { return hasNext() ? readText() : QString(); }
    QDateTime time()
    {
        const std::optional<qint64> value = integer();
        return value ? QDateTime::fromMSecsSinceEpoch(*value, Qt::UTC) : QDateTime();
    }
    ReportedVersion version()
    {
        if (hasNext() && m_in.isString()) {
            return ReportedVersion::fromText(readText());
        }
        return smallInteger();
    }
    QStringList texts()
    {
        QStringList texts;
        if (hasNext()) {
            PositionalReader list(m_in);
            while (list.hasNext()) {
                texts += list.text();
            }
        }
        return texts;
    }

private:
    template <typename Value>
    std::optional<Value> take(bool (QCborStreamReader::*isOne)() const, Value (QCborStreamReader::*read)() const)
    {
        if (!hasNext()) {
            return std::nullopt;
        }
        const auto value = (m_in.*isOne)() ? std::optional((m_in.*read)()) : std::nullopt;
        m_in.next();
        return value;
    }
    QString readText()
    {
        if (!m_in.isString()) {
            m_in.next();
            return {};
        }
        QString text;
        auto chunk = m_in.readString();
        while (chunk.status == QCborStreamReader::Ok) {
            text = text.isEmpty() ? chunk.data : text + chunk.data;
            chunk = m_in.readString();
        }
        return text;
    }

    QCborStreamReader &m_in;
    bool m_isOpen;
};

void writeFacts(QCborStreamWriter &out, const DeviceFacts &facts)
{
    PositionalWriter values;
    values << facts.agentVersion << facts.watchdogVersion << facts.os << facts.model << facts.uptimeS
           << facts.diskFreeMb << facts.memAvailableMb << facts.temperatureC << facts.clockOffsetS
           << facts.packagesVersion << facts.utcOffsetS << facts.network;
    values.flag(facts.readOnly).number(facts.processesOmitted) << facts.problem;
    values.writeTo(out);
}

DeviceFacts readFacts(QCborStreamReader &in, records::TextPool &texts)
{
    PositionalReader values(in);
    DeviceFacts facts;
    facts.agentVersion = values.version();
    facts.watchdogVersion = values.version();
    facts.os = values.text();
    facts.model = values.text();
    facts.uptimeS = values.integer();
    facts.diskFreeMb = values.integer();
    facts.memAvailableMb = values.integer();
    facts.temperatureC = values.real();
    facts.clockOffsetS = values.real();
    facts.packagesVersion = values.version();
    facts.utcOffsetS = values.smallInteger();
    facts.network = values.text();
    facts.readOnly = values.integer().value_or(0) != 0;
    facts.processesOmitted = values.smallInteger().value_or(0);
    facts.problem = values.text();
    texts.share(facts);
    return facts;
}

void writeExit(PositionalWriter &values, const Boxed<LastExit> &exit)
{
    const LastExit last = exit ? *exit : LastExit{};
    values << last.code << last.signal << last.at << last.heartbeatAgeS << last.lastLines;
}

Boxed<LastExit> readExit(PositionalReader &values)
{
    LastExit exit;
    exit.code = values.smallInteger();
    exit.signal = values.smallInteger();
    exit.at = values.time();
    exit.heartbeatAgeS = values.real();
    exit.lastLines = values.texts();
    return exit == LastExit{} ? Boxed<LastExit>() : Boxed<LastExit>(std::move(exit));
}

void writeProcess(QCborStreamWriter &out, const records::DeviceProcess &process)
{
    const ProcessReport &report = process.report;
    PositionalWriter values;
    values << report.name;
    values.number(report.version) << report.versionText;
    values.flag(report.isDead).number(static_cast<qint64>(report.state));
    values << report.since.value_or(QDateTime()) << process.deadSince << report.restarts24h << report.problem;
    values.flag(report.isHopeless);
    writeExit(values, report.lastExit);
    values.writeTo(out);
}

std::optional<records::DeviceProcess> readProcess(QCborStreamReader &in, records::TextPool &texts)
{
    PositionalReader values(in);
    records::DeviceProcess process;
    ProcessReport &report = process.report;
    report.name = texts.shared(values.text());
    report.version = std::max(0, values.smallInteger().value_or(0));
    report.versionText = values.text();
    report.isDead = values.integer().value_or(0) != 0;
    const qint64 state = values.integer().value_or(0);
    report.state = state >= 0 && state <= static_cast<qint64>(ProcessState::Dead) ? static_cast<ProcessState>(state)
                                                                                  : ProcessState::Unknown;
    if (const QDateTime since = values.time(); since.isValid()) {
        report.since = since;
    }
    process.deadSince = values.time();
    report.restarts24h = values.smallInteger();
    report.problem = values.text();
    report.isHopeless = values.integer().value_or(0) != 0;
    report.lastExit = readExit(values);
    return report.name.isEmpty() ? std::nullopt : std::optional(std::move(process));
}

} // namespace

QByteArray reportBlob(const DeviceFacts &facts, const QList<records::DeviceProcess> &processes)
{
    if (facts == DeviceFacts{} && processes.isEmpty()) {
        return ""; // not null, which would be NULL
    }
    QByteArray blob;
    QCborStreamWriter out(&blob);
    out.startArray(2);
    writeFacts(out, facts);
    out.startArray(static_cast<quint64>(processes.size()));
    for (const records::DeviceProcess &process : processes) {
        writeProcess(out, process);
    }
    out.endArray();
    out.endArray();
    return blob;
}

ReportContent readReportBlob(const QByteArray &blob, records::TextPool &texts)
{
    ReportContent content;
    if (blob.isEmpty()) {
        return content;
    }
    QCborStreamReader in(blob);
    PositionalReader parts(in);
    if (!parts.hasNext()) {
        return content;
    }
    content.facts = readFacts(in, texts);
    if (!parts.hasNext()) {
        return content;
    }
    constexpr quint64 most = maxProcesses;
    content.processes.reserve(
        static_cast<qsizetype>(in.isArray() && in.isLengthKnown() ? std::min(in.length(), most) : 0));
    PositionalReader list(in);
    while (list.hasNext() && content.processes.size() < maxProcesses) {
        if (std::optional<records::DeviceProcess> process = readProcess(in, texts)) {
            content.processes += *std::move(process);
        }
    }
    return content;
}

} // namespace sgn::store
