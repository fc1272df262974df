// SPDX-License-Identifier: GPL-3.0-or-later
#include "table/CsvText.h"

#include <algorithm>
#include <csv.h>
#include <QStringDecoder>

namespace sgn {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxRows = 100'000;
// A quotation mark that isn't closed takes no more with it than that.
constexpr qsizetype maxRowSize = 16 * 1024;

// libcsv with one row.
class RowParser
{
public:
    explicit RowParser(char separator)
    {
        csv_init(&m_parser, CSV_STRICT | CSV_STRICT_FINI);
        csv_set_delim(&m_parser, static_cast<unsigned char>(separator));
    }
    RowParser(const RowParser &) = delete;
    RowParser &operator=(const RowParser &) = delete;
    ~RowParser() { csv_free(&m_parser); }

    // One more line, with its end. False: it isn't valid.
    bool take(const QByteArray &line)
    {
        const auto size = static_cast<size_t>(line.size());
        return csv_parse(&m_parser, line.constData(), size, field, row, this) == size;
    }
    [[nodiscard]] bool isComplete() const { return m_isComplete; }
    [[nodiscard]] const QStringList &fields() const { return m_fields; }

private:
    static void field(void *text, size_t size, void *self)
    {
        static_cast<RowParser *>(self)->m_fields +=
            QString::fromUtf8(static_cast<const char *>(text), static_cast<qsizetype>(size));
    }
    static void row(int, void *self) { static_cast<RowParser *>(self)->m_isComplete = true; }

    csv_parser m_parser = {};
    QStringList m_fields;
    bool m_isComplete = false;
};

// Latin-1 with the characters that Windows has in the place of its control characters; 0 where it has none.
QString fromWindows1252(const QByteArray &bytes)
{
    constexpr char16_t special[] =
        u"\u20ac\0\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\0\u017d\0"
        u"\0\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\0\u017e\u0178";
    QString text = QString::fromLatin1(bytes);
    for (QChar &c : text) {
        if (c.unicode() >= 0x80 && c.unicode() < 0xa0) {
            const char16_t other = special[c.unicode() - 0x80];
            c = other != 0 ? QChar(other) : c;
        }
    }
    return text;
}

Result<QString> decoded(const QByteArray &bytes)
{
    const auto encoding = QStringConverter::encodingForData(bytes).value_or(QStringConverter::Utf8);
    QStringDecoder decoder(encoding);
    QString text = decoder.decode(bytes);
    if (decoder.hasError() && encoding == QStringConverter::Utf8) {
        text = fromWindows1252(bytes);
    } else if (decoder.hasError()) {
        return fail(ErrorCode::BadFile, u"it is damaged UTF-16"_s);
    }
    if (text.contains(QChar(u'\0'))) {
        return fail(ErrorCode::BadFile, u"it is no text; save the table as CSV"_s);
    }
    return text.replace(u"\r\n"_s, u"\n"_s).replace(u'\r', u'\n');
}

char separatorOf(const QByteArray &line)
{
    constexpr auto all = ",;\t";
    return *std::ranges::max_element(all, all + 3, {}, [&line](char each) { return line.count(each); });
}

} // namespace

Result<QList<CsvRow>> readCsv(const QByteArray &bytes)
{
    const auto text = decoded(bytes);
    if (!text) {
        return fail(text.error());
    }
    const QByteArrayList lines = text->toUtf8().split('\n');
    qsizetype next = 0;
    char separator = separatorOf(lines.constFirst());
    if (lines.constFirst().startsWith("sep=") && lines.constFirst().size() == 5) {
        separator = lines.constFirst().at(4);
        next = 1;
    }
    QList<CsvRow> rows;
    while (next < lines.size()) {
        const qsizetype begin = next++;
        CsvRow row{.line = static_cast<int>(begin) + 1, .fields = {}, .problem = {}};
        if (lines[begin].trimmed().isEmpty()) {
            continue;
        }
        RowParser parser(separator);
        bool isValid = parser.take(lines[begin] + '\n');
        for (qsizetype size = lines[begin].size(); isValid && !parser.isComplete(); ++next) {
            size += next < lines.size() ? lines[next].size() + 1 : maxRowSize + 1;
            if (size > maxRowSize) {
                row.problem = u"has a quotation mark that isn't closed"_s;
                next = begin + 1;
                break;
            }
            isValid = parser.take(lines[next] + '\n');
        }
        if (!isValid) {
            row.problem = u"has a quotation mark inside of a field; there it has to be doubled, and the field quoted"_s;
            next = begin + 1;
        }
        row.fields = row.problem.isEmpty() ? parser.fields() : QStringList();
        if (!row.problem.isEmpty() || !std::ranges::all_of(row.fields, &QString::isEmpty)) {
            rows += row;
        }
        if (rows.size() > maxRows) {
            return fail(ErrorCode::BadFile, u"it has more than %1 rows"_s.arg(maxRows));
        }
    }
    return rows;
}

QByteArray csvLine(const QStringList &fields)
{
    QByteArrayList written;
    for (const QString &field : fields) {
        const QByteArray bytes = field.toUtf8();
        QByteArray quoted(2 * bytes.size() + 2, '\0');
        quoted.resize(static_cast<qsizetype>(csv_write(quoted.data(), static_cast<size_t>(quoted.size()),
                                                       bytes.constData(), static_cast<size_t>(bytes.size()))));
        written += quoted;
    }
    return written.join(',') + '\n';
}

} // namespace sgn
