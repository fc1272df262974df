// SPDX-License-Identifier: GPL-3.0-or-later
#include "card/Comparison.h"
#include "card/PasswordHash.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace sgn;
using namespace sgn::card;

namespace {

const QDate today(2026, 11, 29);
const QByteArray key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ desk"_ba;

CardFacts buster()
{
    CardFacts facts;
    facts.release = 10;
    facts.architecture = u"armhf"_s;
    facts.user = {"pi", 1000, 1001, "/home/pi", "/bin/bash"};
    facts.hostName = "raspberrypi";
    facts.bootFolder = "/boot";
    return facts;
}

PresentFiles present()
{
    return {.shadow = "root:*:1:0:99999:7:::\npi:!:1:0:99999:7:::\n",
            .hosts = "127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n",
            .authorizedKeys = {},
            .rootsCrontab = {}};
}

// A card that has just these nodes and contents.
class MemoryVolume final : public Volume
{
public:
    [[nodiscard]] Result<QMap<QByteArray, Node>> look(const QByteArrayList &paths) override
    {
        QMap<QByteArray, Node> found;
        for (const QByteArray &path : paths) {
            if (nodes.contains(path)) {
                found.insert(path, nodes.value(path));
            }
        }
        return found;
    }
    [[nodiscard]] Result<QMap<QByteArray, Node>> lookThrough(const QByteArrayList &paths) override
    {
        QMap<QByteArray, Node> found;
        for (const QByteArray &path : paths) {
            QByteArray place = path;
            while (nodes.value(place).type == Node::Type::Symlink) {
                place = nodes.value(place).target;
            }
            if (nodes.contains(place)) {
                found.insert(path, nodes.value(place));
            }
        }
        return found;
    }
    [[nodiscard]] Result<QMap<QByteArray, QByteArray>> read(const QByteArrayList &paths, qint64) override
    {
        QMap<QByteArray, QByteArray> found;
        for (const QByteArray &path : paths) {
            if (nodes.value(path, {Node::Type::Other}).type == Node::Type::File) {
                found.insert(path, contents.value(path));
            }
        }
        return found;
    }
    [[nodiscard]] Result<QByteArrayList> list(const QByteArray &) override { return QByteArrayList(); }
    [[nodiscard]] Result<qint64> freeBytes() override { return 1; }
    [[nodiscard]] Outcome apply(const QList<Wish> &wishes) override
    {
        for (const Wish &wish : wishes) {
            if (wish.type == Node::Type::None) {
                nodes.remove(wish.path);
                contents.remove(wish.path);
                continue;
            }
            const bool isLink = wish.type == Node::Type::Symlink;
            nodes.insert(wish.path, {wish.type, wish.mode, wish.uid, wish.gid,
                                     wish.type == Node::Type::File ? wish.content.size() : 0,
                                     isLink ? wish.content : QByteArray()});
            contents.insert(wish.path, wish.content);
        }
        return {};
    }

    QMap<QByteArray, Node> nodes;
    QMap<QByteArray, QByteArray> contents;
};

QStringList namesOf(const QList<Step> &steps)
{
    QStringList names;
    for (const Step &step : steps) {
        names += step.name;
    }
    return names;
}

} // namespace

class CardStepsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hasTheStepsOfItsOrder()
    {
        CardOrder order;
        QCOMPARE(namesOf(stepsFor(order, buster(), present(), today).value()), QStringList{u"06 folders"_s});
        order.password = "secret";
        order.timeZone = "Europe/Berlin";
        order.caCertificate = "PEM";
        order.configFile = "config";
        order.deviceKey = "key";
        order.hostName = "meter-1";
        order.ssh = true;
        order.sshKeys = {key};
        order.rootKeys = "keys";
        order.init = CardOrder::Init::Systemd;
        const auto steps = stepsFor(order, buster(), present(), today);
        QVERIFY2(steps, steps ? "" : qPrintable(steps.error().message));
        QCOMPARE(namesOf(*steps), (QStringList{u"02 password"_s, u"03 time zone"_s, u"06 folders"_s,
                                               u"07 certificate"_s, u"11 root's keys"_s, u"12 start at boot"_s,
                                               u"13 config_file.bin"_s, u"host name"_s, u"ssh"_s}));
        QHash<QByteArray, Wish> wishes;
        for (const Step &step : *steps) {
            for (const Wish &wish : step.wishes) {
                QVERIFY2(checkPutPath(wish.path), wish.path.constData());
                wishes.insert(wish.path, wish);
            }
        }
        const QByteArray shadow = wishes["/etc/shadow"].content;
        QVERIFY(passwordHashIn(shadow, "pi").startsWith("$6$")); // Buster knows no yescrypt
        QVERIFY(matchesPassword("secret", passwordHashIn(shadow, "pi")));
        QCOMPARE(wishes["/etc/shadow"].mode, mode_t{0640});
        QCOMPARE(wishes["/etc/localtime"].content, QByteArray("/usr/share/zoneinfo/Europe/Berlin"));
        QCOMPARE(wishes["/etc/hosts"].content, QByteArray("127.0.0.1\tlocalhost\n127.0.1.1\tmeter-1\n"));
        const Wish config = wishes["/home/pi/technospurs/cfg/config_file.bin"];
        QCOMPARE(config.mode, mode_t{0600});
        QCOMPARE(config.uid, uid_t{1000});
        QCOMPARE(config.gid, gid_t{1001});
        QCOMPARE(wishes["/home/pi/technospurs/certs/cacert.pem"].content, QByteArray("PEM"));
        QCOMPARE(wishes["/home/root/WatchDog.keys"].uid, uid_t{0});
        const QByteArray unit = wishes["/etc/systemd/system/sgn-watchdog.service"].content;
        QVERIFY(unit.contains("--root /home/pi/technospurs "));
        QCOMPARE(wishes["/etc/systemd/system/multi-user.target.wants/sgn-watchdog.service"].content,
                 QByteArray("/etc/systemd/system/sgn-watchdog.service"));
        QVERIFY(wishes["/etc/sgn/heartbeats.nft"].content.contains("{ root, pi }"));
        QCOMPARE(wishes["/home/pi/.ssh/authorized_keys"].content, key + '\n');
    }

    // Everywhere that the owner's name or home stands.
    void startsForAnyOwner()
    {
        CardFacts facts = buster();
        facts.user = {"meter", 1000, 1000, "/home/meter", "/bin/bash"};
        facts.crontabGroup = 105;
        CardOrder order;
        order.init = CardOrder::Init::Cron;
        PresentFiles files = present();
        files.rootsCrontab = "0 1 * * * other\n";
        const auto steps = stepsFor(order, facts, files, today);
        QVERIFY(steps);
        const QList<Wish> wishes = steps->last().wishes;
        QVERIFY(wishes[1].content.contains("{ root, meter }"));
        const Wish &crontab = wishes[2];
        QCOMPARE(crontab.path, QByteArray("/var/spool/cron/crontabs/root"));
        QCOMPARE(crontab.gid, gid_t{105});
        QCOMPARE(crontab.mode, mode_t{0600});
        QVERIFY(crontab.content.startsWith("0 1 * * * other\n"));
        QVERIFY(crontab.content.contains("--root /home/meter/technospurs"));
        QVERIFY(!crontab.content.contains("/home/pi"));
    }

    // One of them starts the watchdog, and what the other one needs is gone, nothing else.
    void changesWhatStartsIt()
    {
        const QByteArray others = "0 1 * * * other\n"_ba;
        MemoryVolume card;
        PresentFiles files = present();
        const auto provision = [&](CardOrder::Init init) {
            CardOrder order;
            order.init = init;
            files.rootsCrontab = card.contents.value("/var/spool/cron/crontabs/root");
            const auto steps = stepsFor(order, buster(), files, today);
            const auto differences = compare(steps.value(), card);
            for (const Difference &difference : differences.value()) {
                (void)card.apply({difference.wish});
            }
            return *differences;
        };
        const QByteArray unit = "/etc/systemd/system/sgn-watchdog.service";
        const QByteArray enabled = "/etc/systemd/system/multi-user.target.wants/sgn-watchdog.service";
        const QByteArray crontab = "/var/spool/cron/crontabs/root";
        for (int i = 0; i < 2; ++i) {
            QVERIFY(card.apply({{.path = crontab, .content = others, .mode = 0600}}));
            (void)provision(CardOrder::Init::Systemd);
            QVERIFY(card.nodes.contains(unit) && card.nodes.contains(enabled));
            QCOMPARE(card.contents.value(crontab), others);
            QVERIFY(provision(CardOrder::Init::Systemd).isEmpty());
            const QList<Difference> toCron = provision(CardOrder::Init::Cron);
            QCOMPARE(toCron.size(), 3);
            QCOMPARE(toCron[1].wish.path, enabled);
            QCOMPARE(toCron[1].what, u"should not be there"_s);
            QVERIFY(!card.nodes.contains(unit) && !card.nodes.contains(enabled));
            QVERIFY(card.contents.value(crontab).startsWith(others + "# sgn: begin\n"));
            QVERIFY(provision(CardOrder::Init::Cron).isEmpty());
        }
        QCOMPARE(provision(CardOrder::Init::Systemd).size(), 3);
        QCOMPARE(card.contents.value(crontab), others);
        // A crontab that has nothing else goes as a whole.
        QVERIFY(card.apply({{.path = crontab, .content = withCronLines({}, "x"), .mode = 0600}}));
        (void)provision(CardOrder::Init::Systemd);
        QVERIFY(!card.nodes.contains(crontab));
    }

    void hashesAsTheCardCan_data()
    {
        QTest::addColumn<int>("release");
        QTest::addColumn<bool>("md5");
        QTest::addColumn<QByteArray>("prefix");
        QTest::newRow("Buster") << 10 << false << QByteArray("$6$");
        QTest::newRow("Bullseye") << 11 << false << QByteArray("$y$");
        QTest::newRow("Trixie") << 13 << false << QByteArray("$y$");
        QTest::newRow("the seed's") << 12 << true << QByteArray("$1$");
    }

    void hashesAsTheCardCan()
    {
        QFETCH(const int, release);
        QFETCH(const bool, md5);
        QFETCH(const QByteArray, prefix);
        CardFacts facts = buster();
        facts.release = release;
        CardOrder order;
        order.password = "secret";
        order.hashing = md5 ? CardOrder::PasswordHashing::Md5 : CardOrder::PasswordHashing::OfTheCard;
        const auto steps = stepsFor(order, facts, present(), today);
        QVERIFY(steps);
        QVERIFY(passwordHashIn(steps->first().wishes.first().content, "pi").startsWith(prefix));
    }

    // A second run finds nothing to do, also of a password, whose hash would be another one each time.
    void aSecondRunChangesNothing()
    {
        CardOrder order;
        order.password = "secret";
        order.timeZone = "UTC";
        order.hostName = "meter-1";
        order.sshKeys = {key, key};
        MemoryVolume card;
        PresentFiles files = present();
        const auto first = stepsFor(order, buster(), files, today);
        QVERIFY(first);
        const auto before = compare(*first, card);
        QVERIFY(before && !before->isEmpty());
        for (const Difference &difference : *before) {
            QVERIFY(card.apply({difference.wish}));
        }
        files.shadow = card.contents.value("/etc/shadow");
        files.hosts = card.contents.value("/etc/hosts");
        files.authorizedKeys = card.contents.value("/home/pi/.ssh/authorized_keys");
        const auto second = stepsFor(order, buster(), files, today.addDays(3));
        QVERIFY(second);
        const auto after = compare(*second, card);
        QVERIFY(after);
        QVERIFY2(after->isEmpty(), after->isEmpty() ? "" : qPrintable(after->first().what));
    }

    void refusesOrdersThatNoCardCanHave_data()
    {
        QTest::addColumn<CardOrder>("order");
        QTest::addColumn<QString>("words");
        const auto row = [](const char *name, const std::function<void(CardOrder &)> &change, const QString &words) {
            CardOrder order;
            change(order);
            QTest::newRow(name) << order << words;
        };
        row(
            "an empty password", [](CardOrder &order) { order.password = ""; }, u"a password has"_s);
        for (const char *zone : {"../../etc/passwd", "Europe/Ber lin", "/UTC", "a/b/c/d", "x\ny", "UTC\n"}) {
            row(
                zone, [zone](CardOrder &order) { order.timeZone = zone; }, u"a time zone is named"_s);
        }
        for (const char *name : {"-meter", "meter_1", "a b", "m.example", "x\ny"}) {
            row(
                name, [name](CardOrder &order) { order.hostName = name; }, u"a host name has"_s);
        }
        row(
            "a long host name", [](CardOrder &order) { order.hostName = QByteArray(64, 'a'); }, u"a host name has"_s);
        row(
            "no key", [](CardOrder &order) { order.sshKeys = {"hello"}; }, u"no public key"_s);
        row(
            "a private key", [](CardOrder &order) { order.sshKeys = {"-----BEGIN OPENSSH PRIVATE KEY-----"}; },
            u"no public key"_s);
        row(
            "a key with a byte order mark", [](CardOrder &order) { order.sshKeys = {"\xef\xbb\xbf" + key}; },
            u"no public key"_s);
        row(
            "a key that writes to the terminal", [](CardOrder &order) { order.sshKeys = {key + "\x1b[2J"}; },
            u"no public key"_s);
        row(
            "two lines", [](CardOrder &order) { order.sshKeys = {key + "\nssh-rsa AAAA x"}; }, u"no public key"_s);
    }

    void refusesOrdersThatNoCardCanHave()
    {
        QFETCH(const CardOrder, order);
        QFETCH(const QString, words);
        const auto steps = stepsFor(order, buster(), present(), today);
        QVERIFY(!steps);
        QCOMPARE(steps.error().code, ErrorCode::BadRequest);
        QVERIFY2(steps.error().message.contains(words), qPrintable(steps.error().message));
    }

    void namesEachDifference_data()
    {
        QTest::addColumn<Node>("node");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("what");
        const Node good{Node::Type::File, 0600, 1000, 1001, 2};
        const auto with = [&good](auto change) {
            Node node = good;
            change(node);
            return node;
        };
        QTest::newRow("none") << good << QByteArray("ab") << QString();
        QTest::newRow("content") << good << QByteArray("ac") << u"has another content"_s;
        QTest::newRow("size") << with([](Node &node) { node.size = 3; }) << QByteArray("abc")
                              << u"has another content"_s;
        QTest::newRow("mode") << with([](Node &node) { node.mode = 0644; }) << QByteArray("ab")
                              << u"has mode 0644 instead of 0600"_s;
        QTest::newRow("owner") << with([](Node &node) { node.uid = 0; }) << QByteArray("ab")
                               << u"belongs to 0:1001 instead of 1000:1001"_s;
        QTest::newRow("type") << with([](Node &node) { node.type = Node::Type::Folder; }) << QByteArray()
                              << u"is a folder instead of a file"_s;
    }

    void namesEachDifference()
    {
        QFETCH(const Node, node);
        QFETCH(const QByteArray, content);
        QFETCH(const QString, what);
        MemoryVolume card;
        const Wish wish{.path = "/f", .content = "ab", .mode = 0600, .uid = 1000, .gid = 1001};
        QCOMPARE(compare({{u"x"_s, {wish}}}, card).value().first().what, u"is missing"_s);
        card.nodes.insert("/f", node);
        card.contents.insert("/f", content);
        const auto found = compare({{u"x"_s, {wish}}}, card);
        QVERIFY(found);
        QCOMPARE(found->isEmpty() ? QString() : found->first().what, what);
    }

    // Where a link leads counts, as for the device.
    void takesALinkForTheFolderBehindIt()
    {
        MemoryVolume card;
        const Wish wish{.path = "/f", .type = Node::Type::Folder, .mode = 0755, .uid = 1000, .gid = 1001};
        const auto whatIs = [&card, &wish] {
            const auto found = compare({{u"x"_s, {wish}}}, card);
            return found && !found->isEmpty() ? found->first().what : QString();
        };
        card.nodes.insert("/f", {.type = Node::Type::Symlink, .mode = 0777, .target = "/g"});
        QCOMPARE(whatIs(), u"is a link instead of a folder"_s);
        card.nodes.insert("/g", {.type = Node::Type::File});
        QCOMPARE(whatIs(), u"is a link instead of a folder"_s);
        card.nodes.insert("/g", {.type = Node::Type::Folder, .mode = 0755});
        QCOMPARE(whatIs(), u"belongs to 0:0 instead of 1000:1001"_s);
        card.nodes.insert("/g", {.type = Node::Type::Folder, .mode = 0755, .uid = 1000, .gid = 1001});
        QCOMPARE(whatIs(), QString());
    }

    // Day 0 would demand another password at the first login.
    void aClockThatIsNotSetLocksOutNoUser()
    {
        CardOrder order;
        order.password = "secret";
        const auto steps = stepsFor(order, buster(), present(), QDate(1970, 1, 1));
        QVERIFY(steps);
        QVERIFY(steps->first().wishes.first().content.contains(":1:0:99999:"));
    }

    void writesItsLinesIntoOthersFiles_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        const QByteArray block = "# sgn: begin\n@reboot x\n# sgn: end\n";
        QTest::newRow("nothing") << QByteArray() << block;
        QTest::newRow("others") << QByteArray("0 1 * * * y") << "0 1 * * * y\n" + block;
        QTest::newRow("its own of before") << QByteArray("a\n# sgn: begin\nold\n# sgn: end\nb\n\n") << "a\nb\n" + block;
        QTest::newRow("put there by hand") << QByteArray("a\n@reboot x\nb\n") << "a\nb\n" + block;
        QTest::newRow("its own, saved on Windows")
            << QByteArray("a\n# sgn: begin\r\nold\r\n# sgn: end\r\nb\n") << "a\nb\n" + block;
        QTest::newRow("a torn one") << QByteArray("a\n# sgn: begin\nold") << "a\n" + block;
    }

    void writesItsLinesIntoOthersFiles()
    {
        QFETCH(const QByteArray, before);
        QFETCH(const QByteArray, after);
        QCOMPARE(withCronLines(before, "@reboot x"), after);
        QCOMPARE(withCronLines(after, "@reboot x"), after);
        QVERIFY(!withoutCronLines(after, "@reboot x").contains("sgn"));
        QCOMPARE(withoutCronLines("a\n\nb", "@reboot x"), QByteArray("a\n\nb"));
    }

    void namesTheMachineOnce()
    {
        QCOMPARE(withOwnName({}, "m"), QByteArray("127.0.1.1\tm\n"));
        QCOMPARE(withOwnName("127.0.0.1 localhost", "m"), QByteArray("127.0.0.1 localhost\n127.0.1.1\tm\n"));
        QCOMPARE(withOwnName("127.0.1.1   old older\n::1 x\n", "m"), QByteArray("127.0.1.1\tm\n::1 x\n"));
    }
};

QTEST_GUILESS_MAIN(CardStepsTest)
#include "tst_card_steps.moc"
