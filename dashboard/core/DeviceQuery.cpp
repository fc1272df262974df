// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/DeviceQuery.h"

#include "protocol/Version.h"

#include <algorithm>
#include <compare>
#include <QRegularExpression>

namespace sgn::core {

using namespace Qt::StringLiterals;

namespace {

using Texts = QStringList;

struct Flag
{
    QStringView name;
    bool (*isSet)(const records::Device &device) = nullptr;
};

constexpr Flag flags[] = {
    {u"online",
     [](const records::Device &device) {
         return device.online;
     }},
    {u"offline",
     [](const records::Device &device) {
         return !device.online;
     }},
    {u"dead",
     [](const records::Device &device) {
         return device.deadCount() > 0;
     }},
    {u"behind",
     [](const records::Device &device) {
         return device.isBehind();
     }},
    {u"updating",
     [](const records::Device &device) {
         return device.isUpdating();
     }},
};

struct Property
{
    QStringView name;
    Texts (*valuesOf)(const records::Device &device) = nullptr;
};

constexpr Property properties[] = {
    {u"tag",
     [](const records::Device &device) {
         return device.tags;
     }},
    {u"name",
     [](const records::Device &device) {
         return Texts{device.name().toString()};
     }},
    {u"jid",
     [](const records::Device &device) {
         return Texts{device.jid};
     }},
    {u"id",
     [](const records::Device &device) {
         return Texts{device.rpiUniqueId};
     }},
    {u"model",
     [](const records::Device &device) {
         return Texts{device.facts.model};
     }},
    {u"os",
     [](const records::Device &device) {
         return Texts{device.facts.os};
     }},
    {u"note",
     [](const records::Device &device) {
         return device.notes.fields.values() << device.notes.text;
     }},
};

struct ComponentKey
{
    QStringView name;
    Component component = Component::SmartMeter;
};

constexpr ComponentKey components[] = {
    {u"agent", Component::JabberClient},
    {u"watchdog", Component::WatchDog},
    {u"python", Component::SitePackages},
};

template <typename Entry, std::size_t size>
const Entry *entryNamed(const Entry (&entries)[size], QStringView name)
{
    const auto it = std::ranges::find(entries, name, &Entry::name);
    return it == std::end(entries) ? nullptr : &*it;
}

// Empty: not known.
QString versionTextOf(const records::Device &device, const QString &key)
{
    if (const records::DeviceProcess *process = device.process(key)) {
        return versionOf(process->report);
    }
    const auto component = std::ranges::find(components, key, &ComponentKey::name);
    return component == std::end(components) ? QString() : device.releaseVersion(component->component).text();
}

// Outside of quotation marks, which stay.
QStringList words(const QString &text)
{
    static const QRegularExpression word(uR"((?:[^\s"]|"[^"]*"?)+)"_s);
    QStringList found;
    for (auto it = word.globalMatch(text); it.hasNext();) {
        found += it.next().captured();
    }
    return found;
}

} // namespace

records::Expected<DeviceQuery> DeviceQuery::parse(const QString &text)
{
    DeviceQuery query;
    for (const QString &word : words(text)) {
        const records::Expected<Term> term = parseTerm(word);
        if (!term) {
            return fail(term.error());
        }
        query.m_terms += *term;
    }
    return query;
}

records::Expected<DeviceQuery::Term> DeviceQuery::parseTerm(const QString &text)
{
    static const QRegularExpression form(uR"(\A(!?)([^!=<>~"]+)(?:(!=|<=|>=|=|<|>|~)("[^"]*"|[^"=<>~]+))?\z)"_s);
    static const QHash<QString, Operator> operators{
        {u""_s, Operator::Is},
        {u"="_s, Operator::Equal},
        {u"!="_s, Operator::NotEqual},
        {u"<"_s, Operator::Less},
        {u"<="_s, Operator::LessOrEqual},
        {u">"_s, Operator::Greater},
        {u">="_s, Operator::GreaterOrEqual},
        {u"~"_s, Operator::Contains},
    };
    const QRegularExpressionMatch match = form.match(text);
    Term term{match.captured(2), operators.value(match.captured(3)), match.captured(4), !match.captured(1).isEmpty()};
    if (term.value.startsWith(u'"')) {
        term.value = term.value.sliced(1, term.value.size() - 2);
    }
    const bool isOrder = term.op != Operator::Is && term.op != Operator::Equal && term.op != Operator::NotEqual &&
                         term.op != Operator::Contains;
    const bool isFlag = entryNamed(flags, term.key) != nullptr;
    const bool isProperty = entryNamed(properties, term.key) != nullptr;
    if (!match.hasMatch() || (isFlag && term.op != Operator::Is) ||
        (isProperty && (isOrder || term.op == Operator::Is))) {
        return records::fail(ErrorCode::BadRequest, records::FactCode::BadQuery, {text});
    }
    return term;
}

bool DeviceQuery::matches(const records::Device &device) const
{
    return std::ranges::all_of(m_terms, [&device](const Term &term) { return holds(term, device) != term.isNegated; });
}

bool DeviceQuery::holds(const Term &term, const records::Device &device)
{
    if (const Flag *flag = entryNamed(flags, term.key)) {
        return flag->isSet(device);
    }
    const auto contains = [&term](const QString &text) {
        return text.contains(term.value, Qt::CaseInsensitive);
    };
    if (const Property *property = entryNamed(properties, term.key)) {
        const Texts values = property->valuesOf(device);
        if (term.op == Operator::Contains) {
            return std::ranges::any_of(values, contains);
        }
        return values.contains(term.value, Qt::CaseInsensitive) == (term.op == Operator::Equal);
    }
    const QString version = versionTextOf(device, term.key);
    if (term.op == Operator::Is || version.isEmpty()) {
        return term.op == Operator::Is && !version.isEmpty();
    }
    if (term.op == Operator::Contains) {
        return contains(version);
    }
    const auto order = compareVersions(version, term.value);
    return (order == 0 &&
            (term.op == Operator::Equal || term.op == Operator::LessOrEqual || term.op == Operator::GreaterOrEqual)) ||
           (order < 0 && (term.op == Operator::Less || term.op == Operator::LessOrEqual)) ||
           (order > 0 && (term.op == Operator::Greater || term.op == Operator::GreaterOrEqual)) ||
           (order != 0 && term.op == Operator::NotEqual);
}

} // namespace sgn::core
