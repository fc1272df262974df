// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/JsonText.h"

#include <nlohmann/json.hpp>
#include <QList>
#include <QSet>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

// Makes nothing of what it is given, and keeps where the text stops to be JSON.
class Validator : public nlohmann::json_sax<nlohmann::json>
{
public:
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t &) override { return true; }
    bool string(string_t &) override { return true; }
    bool binary(binary_t &) override { return true; }
    bool start_object(std::size_t) override { return true; }
    bool key(string_t &) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t position, const std::string &, const nlohmann::json::exception &) override
    {
        m_badByte = position;
        return false;
    }

    [[nodiscard]] std::size_t badByte() const { return m_badByte; }

private:
    std::size_t m_badByte = 0;
};

class NameCounter final : public Validator
{
public:
    bool start_object(std::size_t) override
    {
        m_objects += QSet<QString>();
        return true;
    }
    bool key(string_t &name) override
    {
        const QString text = QString::fromStdString(name);
        if (m_objects.last().contains(text) && !m_repeated.contains(text)) {
            m_repeated += text;
        }
        m_objects.last() += text;
        return true;
    }
    bool end_object() override
    {
        m_objects.removeLast();
        return true;
    }

    [[nodiscard]] const QStringList &repeated() const { return m_repeated; }

private:
    QList<QSet<QString>> m_objects; // the names in each of those that are open
    QStringList m_repeated;
};

// As Windows' editors save it: a byte order mark, or ASCII with a zero byte in each pair.
bool isUtf16(QByteArrayView text)
{
    return text.startsWith("\xff\xfe") || text.startsWith("\xfe\xff") ||
           (text.size() >= 2 && (text.front() == 0) != (text[1] == 0));
}

} // namespace

Result<QJsonDocument> parseJson(QByteArrayView text)
{
    if (isUtf16(text)) {
        return fail(ErrorCode::BadRequest, u"not valid JSON at byte 0: it is UTF-16, and JSON is UTF-8"_s);
    }
    QJsonParseError error;
    QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromRawData(text.data(), text.size()), &error);
    if (error.error != QJsonParseError::NoError) {
        return fail(ErrorCode::BadRequest,
                    u"not valid JSON at byte %1: %2"_s.arg(error.offset).arg(error.errorString()));
    }
    Validator validator;
    if (!nlohmann::json::sax_parse(text.cbegin(), text.cend(), &validator)) {
        return fail(ErrorCode::BadRequest,
                    u"not valid JSON at byte %1: RFC 8259 forbids it"_s.arg(validator.badByte()));
    }
    return document;
}

QStringList repeatedNames(QByteArrayView text)
{
    NameCounter counter;
    (void)nlohmann::json::sax_parse(text.cbegin(), text.cend(), &counter);
    return counter.repeated();
}

QByteArray toJsonText(const QJsonObject &object, QJsonDocument::JsonFormat format)
{
    QByteArray text = QJsonDocument(object).toJson(format);
    // A whole pair is written in UTF-8, so an escaped surrogate is half of one.
    for (qsizetype at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 2)) {
        const QByteArray escape = text.mid(at, 4).toLower();
        if (escape.startsWith("\\ud") && escape.size() == 4 && escape.back() >= '8') {
            text.replace(at + 2, 4, "fffd");
        }
    }
    return text;
}

Result<QJsonObject> parseJsonFile(QByteArrayView content, const QString &path)
{
    const auto document = parseJson(content);
    if (!document) {
        return fail(ErrorCode::BadFile, u"%1 is %2"_s.arg(path, document.error().message));
    }
    if (!document->isObject()) {
        return fail(ErrorCode::BadFile, path + u" holds no JSON object"_s);
    }
    return document->object();
}

} // namespace sgn
