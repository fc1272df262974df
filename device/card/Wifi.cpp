// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Wifi.h"

#include "card/TextBlock.h"

#include <algorithm>
#include <QByteArrayList>
#include <QUuid>

namespace sgn::card {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxSsid = 32;
constexpr qsizetype minPassphrase = 8;
constexpr qsizetype maxPassphrase = 63;
constexpr qsizetype keyDigits = 64;
const QByteArray ownMark = "# Written by sgn-provision.\n"_ba;

auto badWifi(const QString &why)
{
    return fail(ErrorCode::BadRequest, why);
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isPrintable(char c)
{
    return c >= ' ' && c <= '~';
}

bool isKey(const QByteArray &passphrase)
{
    return passphrase.size() == keyDigits && std::ranges::all_of(passphrase, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

// Readable without any escape in each of the formats; begins with a letter, so that none takes it for numbers.
bool isPlain(const QByteArray &ssid)
{
    return isLetter(ssid.front()) && ssid.back() != ' ' && std::ranges::all_of(ssid, [](char c) {
               return isLetter(c) || (c >= '0' && c <= '9') || c == ' ' || c == '-' || c == '_' || c == '.';
           });
}

// A keyfile's list of bytes, which has no escapes.
QByteArray keyfileBytes(const QByteArray &bytes)
{
    QByteArray list;
    for (const char c : bytes) {
        list += QByteArray::number(static_cast<uchar>(c)) + ';';
    }
    return list;
}

// A keyfile's string: blanks at its ends would be cut off.
QByteArray keyfileString(const QByteArray &text)
{
    QByteArray escaped;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const bool isAtEnd = i == 0 || i == text.size() - 1;
        escaped += text[i] == '\\'             ? QByteArray("\\\\")
                   : text[i] == ' ' && isAtEnd ? QByteArray("\\s")
                                               : QByteArray(1, text[i]);
    }
    return escaped;
}

// A double-quoted scalar of YAML 1.2 (section 7.3.1). UTF-8 stays; other bytes can't be in YAML.
QByteArray yamlString(const QByteArray &text)
{
    QByteArray quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
        }
        if (static_cast<uchar>(c) < ' ' || c == '\x7f') {
            quoted += "\\x" + QByteArray(1, c).toHex();
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

} // namespace

Outcome checkWifi(const Wifi &wifi)
{
    if (wifi.ssid.isEmpty() || wifi.ssid.size() > maxSsid || wifi.ssid.contains('\0')) {
        return badWifi(u"the name of a Wi-Fi network has 1 to 32 bytes, and \"%1\" has %2"_s
                           .arg(QString::fromUtf8(wifi.ssid.left(64)))
                           .arg(wifi.ssid.size()));
    }
    if (!QByteArrayView(wifi.ssid).isValidUtf8() || wifi.ssid.contains("\xef\xbf\xbd")) {
        return badWifi(u"the name of the Wi-Fi network isn't UTF-8"_s);
    }
    if (wifi.country.size() != 2 || !std::ranges::all_of(wifi.country, [](char c) { return c >= 'A' && c <= 'Z'; })) {
        return badWifi(u"the country of the Wi-Fi is two capital letters as in DE or IN, not \"%1\""_s.arg(
            QString::fromUtf8(wifi.country.left(64))));
    }
    if (!wifi.passphrase || isKey(*wifi.passphrase)) {
        return {};
    }
    if (wifi.passphrase->size() < minPassphrase || wifi.passphrase->size() > maxPassphrase ||
        !std::ranges::all_of(*wifi.passphrase, isPrintable)) {
        return badWifi(u"the Wi-Fi's passphrase has to have 8 to 63 characters of ASCII, or be a key of 64 hexadecimal "
                       "digits; this one has %1"_s.arg(wifi.passphrase->size()));
    }
    return {};
}

QByteArray networkManagerConnection(const Wifi &wifi)
{
    // Always the same for the same network, so that a second run changes nothing.
    const QUuid space(u"{0b7e6a0c-6d0b-4a7c-9a55-0f5a6d0c7e10}"_s);
    const QByteArray uuid = QUuid::createUuidV5(space, wifi.ssid).toByteArray(QUuid::WithoutBraces);
    QByteArray text = ownMark + "[connection]\nid=sgn-wifi\nuuid=" + uuid +
                      "\ntype=wifi\n\n[wifi]\nmode=infrastructure\nssid=" +
                      (isPlain(wifi.ssid) ? wifi.ssid : keyfileBytes(wifi.ssid)) + '\n';
    text += wifi.isHidden ? "hidden=true\n" : "";
    if (wifi.passphrase) {
        text += "\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=" + keyfileString(*wifi.passphrase) + '\n';
    }
    return text + "\n[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\n";
}

QByteArray cloudNetworkConfig(const Wifi &wifi)
{
    QByteArray text = ownMark +
                      "network:\n  version: 2\n  wifis:\n    wlan0:\n      dhcp4: true\n      optional: true\n"
                      "      regulatory-domain: " +
                      yamlString(wifi.country) + "\n      access-points:\n        " + yamlString(wifi.ssid) + ":\n";
    text += wifi.isHidden ? "          hidden: true\n" : "";
    text += wifi.passphrase ? "          password: " + yamlString(*wifi.passphrase) + '\n'
            : wifi.isHidden ? QByteArray()
                            : "          {}\n"_ba;
    return text;
}

bool mayReplaceNetworkConfig(const QByteArray &present)
{
    return present.startsWith(ownMark) || std::ranges::all_of(present.split('\n'), [](const QByteArray &line) {
               const QByteArray text = line.trimmed();
               return text.isEmpty() || text.startsWith('#');
           });
}

QByteArray wpaSupplicantConf(const Wifi &wifi, const QByteArray &present)
{
    QByteArrayList kept = withoutBlock(present).split('\n');
    kept.removeIf([](const QByteArray &line) { return line.trimmed().startsWith("country="); });
    QByteArray others = kept.join('\n');
    if (others.trimmed().isEmpty()) {
        others = "ctrl_interface=DIR=/var/run/wpa_supplicant GROUP=netdev\nupdate_config=1\n";
    }
    QByteArray block = "network={\n\tssid=";
    block += isPlain(wifi.ssid) ? '"' + wifi.ssid + '"' : wifi.ssid.toHex();
    block += wifi.isHidden ? "\n\tscan_ssid=1" : "";
    // A passphrase reaches to the last quotation mark of its line.
    block += !wifi.passphrase          ? "\n\tkey_mgmt=NONE"_ba
             : isKey(*wifi.passphrase) ? "\n\tpsk=" + *wifi.passphrase
                                       : "\n\tpsk=\"" + *wifi.passphrase + '"';
    return withBlock("country=" + wifi.country + '\n' + others, block + "\n}\n");
}

QByteArray withCountry(const QByteArray &cmdline, const QByteArray &country)
{
    const QByteArray name = "cfg80211.ieee80211_regdom="_ba;
    // One line is all that the firmware reads.
    QByteArrayList words = cmdline.split('\n').constFirst().simplified().split(' ');
    words.removeIf([&name](const QByteArray &word) { return word.isEmpty() || word.startsWith(name); });
    words += name + country;
    return words.join(' ') + '\n';
}

QByteArray withWirelessOn(const QByteArray &state)
{
    const QByteArray name = "WirelessEnabled="_ba;
    QByteArrayList lines = state.split('\n');
    const auto line = std::ranges::find_if(lines, [&name](const QByteArray &each) { return each.startsWith(name); });
    if (line != lines.end()) {
        *line = name + "true";
        return lines.join('\n');
    }
    return state.isEmpty() ? "[main]\n" + name + "true\n" : state;
}

} // namespace sgn::card
