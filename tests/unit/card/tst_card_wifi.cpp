// SPDX-License-Identifier: GPL-3.0-or-later
// What makes a device join a network, and what lets a user log in, by the system of the card.
#include "card/SystemSteps.h"
#include "card/TextBlock.h"
#include "card/WifiStep.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::card;

namespace {

CardFacts cardWith(NetworkBy network)
{
    CardFacts facts;
    facts.release = network == NetworkBy::WpaSupplicant ? 10 : 12;
    facts.user = {"pi", 1000, 1000, "/home/pi", "/bin/bash"};
    facts.network = network;
    facts.bootFolder = network == NetworkBy::WpaSupplicant ? "/boot" : "/boot/firmware";
    facts.hasBootFiles = true;
    return facts;
}

QMap<QByteArray, Wish> byPath(const QList<Wish> &wishes)
{
    QMap<QByteArray, Wish> found;
    for (const Wish &wish : wishes) {
        found.insert(wish.path, wish);
    }
    return found;
}

const Wifi home{.ssid = "Meter net", .country = "DE", .passphrase = "correct horse"};

} // namespace

class CardWifiTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesWhatNetworkManagerReads_data()
    {
        QTest::addColumn<Wifi>("wifi");
        QTest::addColumn<QByteArray>("line");
        const auto named = [](const QByteArray &ssid) {
            return Wifi{ssid, "DE", "correct horse"};
        };
        const auto with = [](const QByteArray &passphrase) {
            return Wifi{"n", "DE", passphrase};
        };
        QTest::newRow("plain") << named("Meter net") << QByteArray("ssid=Meter net");
        QTest::newRow("a semicolon") << named("a;b") << QByteArray("ssid=97;59;98;");
        QTest::newRow("quotes") << named("\"a\"") << QByteArray("ssid=34;97;34;");
        QTest::newRow("UTF-8") << named("\xc3\xbc") << QByteArray("ssid=195;188;");
        QTest::newRow("digits") << named("12") << QByteArray("ssid=49;50;");
        QTest::newRow("a blank at the end") << named("a ") << QByteArray("ssid=97;32;");
        QTest::newRow("a line break") << named("a\n[b]") << QByteArray("ssid=97;10;91;98;93;");
        QTest::newRow("passphrase") << with("correct horse") << QByteArray("psk=correct horse");
        QTest::newRow("blanks and backslashes") << with(" a\\b;#\"c ") << QByteArray("psk=\\sa\\\\b;#\"c\\s");
        QTest::newRow("key") << with(QByteArray(64, 'A')) << "psk=" + QByteArray(64, 'A');
        QTest::newRow("hidden") << Wifi{"n", "DE", "correct horse", true} << QByteArray("hidden=true");
    }

    void writesWhatNetworkManagerReads()
    {
        QFETCH(const Wifi, wifi);
        QFETCH(const QByteArray, line);
        QVERIFY(checkWifi(wifi));
        const QByteArray text = networkManagerConnection(wifi);
        QVERIFY2(text.split('\n').contains(line), text.constData());
        QCOMPARE(networkManagerConnection(wifi), text);
    }

    void writesWhatCloudInitReads_data()
    {
        QTest::addColumn<Wifi>("wifi");
        QTest::addColumn<QByteArray>("end");
        QTest::newRow("plain") << home << QByteArray("        \"Meter net\":\n          password: \"correct horse\"\n");
        QTest::newRow("quotes") << Wifi{"a\"\\: #", "DE", "p\"\\assword"}
                                << QByteArray("        \"a\\\"\\\\: #\":\n          password: \"p\\\"\\\\assword\"\n");
        QTest::newRow("a line break") << Wifi{"a\nb", "DE", "12345678"}
                                      << QByteArray("        \"a\\x0ab\":\n          password: \"12345678\"\n");
        QTest::newRow("open") << Wifi{"n", "DE"} << QByteArray("        \"n\":\n          {}\n");
        QTest::newRow("open and hidden") << Wifi{"n", "DE", {}, true}
                                         << QByteArray("        \"n\":\n          hidden: true\n");
    }

    void writesWhatCloudInitReads()
    {
        QFETCH(const Wifi, wifi);
        QFETCH(const QByteArray, end);
        const QByteArray text = cloudNetworkConfig(wifi);
        QVERIFY2(text.endsWith(end), text.constData());
        QVERIFY(text.contains("      regulatory-domain: \"DE\"\n"));
        QVERIFY(mayReplaceNetworkConfig(text));
    }

    void replacesOnlyWhatIsNoOnes()
    {
        QVERIFY(mayReplaceNetworkConfig({}));
        QVERIFY(mayReplaceNetworkConfig("# a comment\n\n  # another\n"));
        QVERIFY(!mayReplaceNetworkConfig("# a comment\nnetwork:\n  version: 2\n"));
    }

    void writesWhatWpaSupplicantReads_data()
    {
        QTest::addColumn<Wifi>("wifi");
        QTest::addColumn<QByteArray>("network");
        QTest::newRow("plain") << home << QByteArray("\tssid=\"Meter net\"\n\tpsk=\"correct horse\"\n");
        QTest::newRow("quotes") << Wifi{"a\"b", "DE", "a\"b#cdefg"}
                                << QByteArray("\tssid=612262\n\tpsk=\"a\"b#cdefg\"\n");
        QTest::newRow("key") << Wifi{"n", "DE", QByteArray(64, 'a')}
                             << "\tssid=\"n\"\n\tpsk=" + QByteArray(64, 'a') + '\n';
        QTest::newRow("open and hidden") << Wifi{"n", "DE", {}, true}
                                         << QByteArray("\tssid=\"n\"\n\tscan_ssid=1\n\tkey_mgmt=NONE\n");
    }

    void writesWhatWpaSupplicantReads()
    {
        QFETCH(const Wifi, wifi);
        QFETCH(const QByteArray, network);
        const QByteArray text = wpaSupplicantConf(wifi, "ctrl_interface=x\ncountry=GB\nnetwork={\n\tssid=\"o\"\n}\n");
        QVERIFY2(text.startsWith("country=DE\nctrl_interface=x\nnetwork={\n\tssid=\"o\"\n}\n"), text.constData());
        QVERIFY2(text.contains("network={\n" + network + "}\n"), text.constData());
        QVERIFY(!text.contains("GB"));
        QCOMPARE(wpaSupplicantConf(wifi, text), text);
        QVERIFY(wpaSupplicantConf(wifi, {}).contains("update_config=1"));
    }

    void refusesWhatNoNetworkCanHave_data()
    {
        QTest::addColumn<Wifi>("wifi");
        QTest::addColumn<QString>("words");
        QTest::newRow("no name") << Wifi{"", "DE"} << u"1 to 32 bytes"_s;
        QTest::newRow("33 bytes") << Wifi{QByteArray(33, 'a'), "DE"} << u"1 to 32 bytes"_s;
        QTest::newRow("17 umlauts") << Wifi{QByteArray("\xc3\xbc").repeated(17), "DE"} << u"has 34"_s;
        QTest::newRow("not UTF-8") << Wifi{"\xff", "DE"} << u"isn't UTF-8"_s;
        QTest::newRow("country") << Wifi{"n", "de"} << u"two capital letters"_s;
        QTest::newRow("a country with more") << Wifi{"n", "DE x"} << u"two capital letters"_s;
        QTest::newRow("short") << Wifi{"n", "DE", "1234567"} << u"this one has 7"_s;
        QTest::newRow("long") << Wifi{"n", "DE", QByteArray(64, 'x')} << u"this one has 64"_s;
        QTest::newRow("umlaut") << Wifi{"n", "DE", "1234567\xc3\xbc"} << u"ASCII"_s;
        QTest::newRow("a line break") << Wifi{"n", "DE", "12345678\n[x]"} << u"ASCII"_s;
    }

    void refusesWhatNoNetworkCanHave()
    {
        QFETCH(const Wifi, wifi);
        QFETCH(const QString, words);
        const auto checked = checkWifi(wifi);
        QVERIFY(!checked);
        QVERIFY2(checked.error().message.contains(words), qPrintable(checked.error().message));
        QVERIFY(!wifi.passphrase || !checked.error().message.contains(QString::fromUtf8(*wifi.passphrase)));
        QVERIFY(checkWifi({.ssid = QByteArray(32, 'a'), .country = "DE", .passphrase = QByteArray(63, 'x')}));
    }

    void takesTheWayOfTheCard()
    {
        PresentFiles present;
        present.cmdline = "console=tty1 rootwait\n";
        present.networkState = "[main]\nWirelessEnabled=false\n";
        present.radios = {"/var/lib/systemd/rfkill/platform-soc:wlan"};
        const auto wishesOf = [&](const CardFacts &facts) {
            const auto step = wifiStep(home, facts, present);
            return step ? byPath(step->wishes) : QMap<QByteArray, Wish>();
        };
        const QByteArray keyfile = "/etc/NetworkManager/system-connections/sgn-wifi.nmconnection";
        const auto manager = wishesOf(cardWith(NetworkBy::NetworkManager));
        QCOMPARE(manager.value(keyfile).mode, mode_t{0600});
        QCOMPARE(manager.value("/boot/firmware/cmdline.txt").content,
                 QByteArray("console=tty1 rootwait cfg80211.ieee80211_regdom=DE\n"));
        QCOMPARE(manager.value("/var/lib/NetworkManager/NetworkManager.state").content,
                 QByteArray("[main]\nWirelessEnabled=true\n"));
        QCOMPARE(manager.value(present.radios.first()).content, QByteArray("0\n"));

        CardFacts cloud = cardWith(NetworkBy::CloudInit);
        QVERIFY(!wishesOf(cloud).contains(keyfile));
        QVERIFY(wishesOf(cloud).contains("/boot/firmware/network-config"));
        cloud.hasBooted = true; // network-config isn't read again
        QVERIFY(wishesOf(cloud).contains(keyfile));
        present.networkConfig = cloudNetworkConfig(home);
        QVERIFY(!wishesOf(cloud).contains(keyfile));
        present.networkConfig = "network:\n  version: 2\n";
        QCOMPARE(wifiStep(home, cloud, present).error().code, ErrorCode::Refused);

        const auto old = wishesOf(cardWith(NetworkBy::WpaSupplicant));
        QCOMPARE(old.value("/etc/wpa_supplicant/wpa_supplicant.conf").mode, mode_t{0600});
        QVERIFY(!old.contains("/boot/cmdline.txt"));
    }

    // With the country alone in it, the card would not boot any more.
    void refusesACmdlineThatIsNotThere_data()
    {
        QTest::addColumn<QByteArray>("cmdline");
        QTest::newRow("none") << QByteArray();
        QTest::newRow("blank") << QByteArray(" \n");
        QTest::newRow("an empty first line") << QByteArray("\nconsole=tty1 rootwait\n");
    }
    void refusesACmdlineThatIsNotThere()
    {
        QFETCH(const QByteArray, cmdline);
        PresentFiles present;
        present.cmdline = cmdline;
        CardFacts facts = cardWith(NetworkBy::NetworkManager);
        const auto step = wifiStep(home, facts, present);
        QVERIFY(!step);
        QVERIFY2(step.error().message.contains(u"cmdline.txt"_s), qPrintable(step.error().message));
        facts.hasBootFiles = false; // not mounted, which checkBootFiles() of Provisioning finds
        QVERIFY(wifiStep(home, facts, present));
    }

    void setsTheCountryOnce()
    {
        const QByteArray once = withCountry("a b\nc\n", "DE");
        QCOMPARE(once, QByteArray("a b cfg80211.ieee80211_regdom=DE\n"));
        QCOMPARE(withCountry(once, "DE"), once);
        QCOMPARE(withCountry(once, "FR"), QByteArray("a b cfg80211.ieee80211_regdom=FR\n"));
        QCOMPARE(withWirelessOn("[main]\nNetworkingEnabled=true\n"), QByteArray("[main]\nNetworkingEnabled=true\n"));
    }

    void letsTheUserLogIn()
    {
        CardFacts facts = cardWith(NetworkBy::CloudInit);
        PresentFiles present;
        present.passwd = "root:x:0:0::/root:/bin/bash\npi:x:1000:1000::/home/pi:/usr/sbin/nologin\n";
        QVERIFY(loginWishes("$y$x", facts, present).isEmpty());
        facts.user.shell = "/usr/sbin/nologin";
        facts.hasFirstBootWizard = true;
        const auto wishes = byPath(loginWishes("$y$x", facts, present));
        QCOMPARE(wishes.value("/etc/passwd").content,
                 QByteArray("root:x:0:0::/root:/bin/bash\npi:x:1000:1000::/home/pi:/bin/bash\n"));
        QCOMPARE(wishes.value("/boot/firmware/userconf.txt").content, QByteArray("pi:$y$x\n"));
    }

    void usesTheHardwaresWatchdog()
    {
        PresentFiles present;
        present.bootConfig = "[pi4]\narm_boost=1\n";
        const CardFacts facts = cardWith(NetworkBy::NetworkManager);
        const QByteArray config = hardwareWatchdogStep(facts, present).wishes.last().content;
        QCOMPARE(config, QByteArray("[pi4]\narm_boost=1\n# sgn: begin\n[all]\ndtparam=watchdog=on\n# sgn: end\n"));
        present.bootConfig = config;
        QCOMPARE(hardwareWatchdogStep(facts, present).wishes.last().content, config);
    }

    void namesServersOfTheTime()
    {
        const auto step = timeServersStep({"ntp.example.net", "192.0.2.1"});
        QVERIFY(step);
        QVERIFY(step->wishes[1].content.contains("NTP=ntp.example.net 192.0.2.1\n"));
        for (const QByteArray &server : {QByteArray("a b"), QByteArray("x\nFallbackNTP=y"), QByteArray("-x")}) {
            QVERIFY(!timeServersStep({server}));
        }
    }
};

QTEST_GUILESS_MAIN(CardWifiTest)
#include "tst_card_wifi.moc"
