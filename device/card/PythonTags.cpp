// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/PythonTags.h"

#include <algorithm>
#include <QRegularExpression>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

// More than any Python of one minor version ever had.
constexpr int maxPatch = 60;

int minorOf(const QByteArray &python)
{
    return python.split('.').value(1).toInt();
}

// The minor version of glibc 2 of each Debian.
int glibcOf(int release)
{
    switch (release) {
    case 10:
        return 28;
    case 11:
        return 31;
    case 12:
        return 36;
    default:
        return 41;
    }
}

bool fitsPlatform(const QString &tag, const CardFacts &facts)
{
    if (tag == u"any"_s) {
        return true;
    }
    static const QRegularExpression form(u"^(linux|manylinux1|manylinux2010|manylinux2014|manylinux_2_(\\d+))_(.+)$"_s);
    const QRegularExpressionMatch match = form.match(tag);
    const QString machine = match.captured(3);
    // A card doesn't name its board; ARMv7 is every one but the first and the Zero.
    const bool isMachine =
        facts.architecture == u"arm64"_s ? machine == u"aarch64"_s : machine == u"armv6l"_s || machine == u"armv7l"_s;
    return match.hasMatch() && isMachine && match.captured(2).toInt() <= glibcOf(facts.release);
}

bool fitsInterpreter(const QString &python, const QString &abi, int minor)
{
    static const QRegularExpression form(u"^(py|cp)3(\\d*)$"_s);
    const QRegularExpressionMatch match = form.match(python);
    if (!match.hasMatch()) {
        return false;
    }
    const int wanted = match.captured(2).toInt();
    if (match.captured(1) == u"py"_s) {
        return abi == u"none"_s && wanted <= minor;
    }
    if (abi == u"abi3"_s) {
        return wanted <= minor;
    }
    const QString own = u"cp3%1"_s.arg(minor);
    // Up to 3.7 with the flag of its allocator.
    return wanted == minor && (abi == u"none"_s || abi == own || (minor <= 7 && abi == own + u'm'));
}

using Version = QList<int>;

// nullopt: no number at its beginning.
std::optional<Version> parseVersion(const QString &text)
{
    static const QRegularExpression form(u"^v?(\\d{1,6}(?:\\.\\d{1,6}){0,5})"_s);
    const QRegularExpressionMatch match = form.match(text);
    if (!match.hasMatch()) {
        return std::nullopt;
    }
    Version version;
    for (const QString &part : match.captured(1).split(u'.')) {
        version += part.toInt();
    }
    return version;
}

// Below 0, 0, above 0; what is missing is 0.
int compareVersions(const Version &a, const Version &b)
{
    for (qsizetype i = 0; i < std::max(a.size(), b.size()); ++i) {
        if (const int difference = a.value(i) - b.value(i); difference != 0) {
            return difference;
        }
    }
    return 0;
}

bool startsWith(const Version &version, const Version &beginning)
{
    for (qsizetype i = 0; i < beginning.size(); ++i) {
        if (version.value(i) != beginning[i]) {
            return false;
        }
    }
    return true;
}

// A clause that isn't understood excludes nothing, as in pip.
bool fulfils(const Version &python, const QString &clause)
{
    static const QRegularExpression form(u"^(~=|===?|!=|<=|>=|<|>)\\s*(.+)$"_s);
    const QRegularExpressionMatch match = form.match(clause.trimmed());
    const auto wanted = match.hasMatch() ? parseVersion(match.captured(2)) : std::nullopt;
    if (!wanted) {
        return true;
    }
    const QString sign = match.captured(1);
    const bool isPrefix = match.captured(2).trimmed().endsWith(u".*"_s);
    const int order = compareVersions(python, *wanted);
    const bool isEqual = isPrefix ? startsWith(python, *wanted) : order == 0;
    if (sign == u"~="_s) {
        return order >= 0 && startsWith(python, wanted->first(std::max<qsizetype>(wanted->size() - 1, 1)));
    }
    if (sign == u"!="_s) {
        return !isEqual;
    }
    if (sign.startsWith(u"=="_s)) {
        return isEqual;
    }
    return sign == u"<"_s ? order < 0 : sign == u">"_s ? order > 0 : sign == u"<="_s ? order <= 0 : order >= 0;
}

QString describe(const CardFacts &facts)
{
    return u"Python %1 on %2 (%3)"_s.arg(QString::fromUtf8(facts.python), facts.architecture, facts.codename);
}

} // namespace

Result<WheelName> parseWheelName(const QString &fileName)
{
    static const QRegularExpression form(
        u"^([A-Za-z0-9_.]+)-([A-Za-z0-9_.!+]+)(?:-\\d[A-Za-z0-9_.]*)?-([a-z0-9_.]+)-([a-z0-9_.]+)-([a-z0-9_.]+)\\.whl$"_s);
    const QRegularExpressionMatch match = form.match(fileName);
    if (!match.hasMatch()) {
        return fail(ErrorCode::BadRequest, u"%1 isn't named as a wheel is (NAME-VERSION-PYTHON-ABI-PLATFORM.whl); keep "
                                           "the name that pip has given it"_s.arg(fileName));
    }
    return WheelName{match.captured(1), match.captured(2), match.captured(3).split(u'.'), match.captured(4).split(u'.'),
                     match.captured(5).split(u'.')};
}

QString wheelProblem(const WheelName &wheel, const CardFacts &facts)
{
    const int minor = minorOf(facts.python);
    const bool isForPython = std::ranges::any_of(wheel.pythons, [&](const QString &python) {
        return std::ranges::any_of(wheel.abis, [&](const QString &abi) { return fitsInterpreter(python, abi, minor); });
    });
    const bool isForPlatform =
        std::ranges::any_of(wheel.platforms, [&](const QString &tag) { return fitsPlatform(tag, facts); });
    if (isForPython && isForPlatform) {
        return {};
    }
    return u"it is for %1-%2-%3, and the card has %4"_s.arg(wheel.pythons.join(u'.'), wheel.abis.join(u'.'),
                                                            wheel.platforms.join(u'.'), describe(facts));
}

QString moduleProblem(const QString &fileName, const CardFacts &facts)
{
    static const QRegularExpression form(u"\\.cpython-3(\\d+)([a-z]*)-([A-Za-z0-9_-]+)\\.so$"_s);
    const QRegularExpressionMatch match = form.match(fileName);
    if (!match.hasMatch()) {
        return {};
    }
    const int minor = minorOf(facts.python);
    const QString flags = match.captured(2);
    const QString machine = facts.architecture == u"arm64"_s ? u"aarch64-linux-gnu"_s : u"arm-linux-gnueabihf"_s;
    const bool isPython = match.captured(1).toInt() == minor && (flags.isEmpty() || (minor <= 7 && flags == u"m"_s));
    return isPython && match.captured(3) == machine
               ? QString()
               : u"it was compiled for Python 3.%1%2 on %3, and the card has %4"_s.arg(
                     match.captured(1), flags, match.captured(3), describe(facts));
}

QString requiresProblem(const QByteArray &metadata, const QByteArray &python)
{
    static const QByteArray name = "requires-python:"_ba;
    QString specifier;
    for (const QByteArray &line : metadata.split('\n')) {
        if (line.trimmed().isEmpty()) {
            break; // the description
        }
        if (line.toLower().startsWith(name)) {
            specifier = QString::fromUtf8(line.sliced(name.size())).trimmed();
        }
    }
    const QStringList clauses = specifier.split(u',', Qt::SkipEmptyParts);
    const auto own = parseVersion(QString::fromUtf8(python));
    for (int patch = 0; own && patch < maxPatch; ++patch) {
        const Version version = *own + Version{patch};
        if (std::ranges::all_of(clauses, [&](const QString &clause) { return fulfils(version, clause); })) {
            return {};
        }
    }
    return u"it requires Python %1, and the card has %2"_s.arg(specifier, QString::fromUtf8(python));
}

} // namespace sgn::card
