// SPDX-License-Identifier: GPL-3.0-or-later
#include "technician/Findings.h"

#include <functional>
#include <QJsonArray>
#include <QtTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace sgn;
using namespace sgn::technician;

namespace {

const QDateTime now(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);
const QString secret = u"abcd1234"_s;
const QString config = u"/d/cfg/config_file.bin"_s;

// With every part well.
ServerFacts goodServer()
{
    ServerFacts server;
    server.account = u"meter@im.example"_s;
    server.domain = u"im.example"_s;
    server.caFile = u"/d/certs/cacert.pem"_s;
    server.name = {u"xmpp.im.example"_s, false, true, 2, {"192.0.2.7"}, {u"10.0.0.1"_s}};
    server.reach = ReachFacts{xmpp::Endpoint{u"xmpp.im.example"_s, 5223, xmpp::Account::Tls::Direct}, {}};
    server.trust = TrustFacts{};
    server.login = LoginFacts{};
    return server;
}

FileFacts goodFile(FileFacts::Kind kind, mode_t mode)
{
    FileFacts file;
    file.path = u"/d/x"_s;
    file.kind = kind;
    file.exists = true;
    file.isOwners = true;
    file.owner = u"pi"_s;
    file.mode = mode;
    return file;
}

// `parts` have to be in what the finding states or advises; without any the finding has to be ok.
void expect(const CheckFinding &finding, const QStringList &parts)
{
    const QString text = finding.what + u" / "_s + finding.cure;
    QVERIFY2((finding.verdict == Verdict::Wrong) == !parts.isEmpty(), qPrintable(text));
    QCOMPARE(finding.cure.isEmpty(), parts.isEmpty());
    for (const QString &part : parts) {
        QVERIFY2(text.contains(part), qPrintable(part + u" is not in: "_s + text));
    }
}

} // namespace

class TestTechnicianFindings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void account_data()
    {
        QTest::addColumn<std::optional<Error>>("failure");
        QTest::addColumn<bool>("hasCopy");
        QTest::addColumn<QStringList>("parts");
        const auto row = [](const char *name, const std::optional<Error> &failure, bool hasCopy,
                            const QStringList &parts) {
            QTest::newRow(name) << failure << hasCopy << parts;
        };
        row("good", {}, false, {});
        row("missing", Error{ErrorCode::NotFound, u"no file"_s}, false, {u"sgn-provision encrypt"_s, config});
        row("missing, with a copy", Error{ErrorCode::NotFound, u"no file"_s}, true, {u"restart agent"_s});
        row("damaged", Error{ErrorCode::BadFile, u"not a config file"_s}, false,
            {u"not a config file"_s, u"sgn-provision encrypt"_s});
        row("a key that all can read", Error{ErrorCode::Refused, u"open to others"_s}, false,
            {u"sudo chmod 600 /d/cfg/device.key"_s});
    }

    void account()
    {
        QFETCH(std::optional<Error>, failure);
        QFETCH(bool, hasCopy);
        QFETCH(QStringList, parts);
        DeviceConfig good;
        good.clientJid = u"meter@im.example"_s;
        good.clientPassword = secret;
        good.panelJid = u"panel@im.example"_s;
        const Result<DeviceConfig> read = failure ? Result<DeviceConfig>(fail(*failure)) : good;
        const CheckFinding finding = accountFinding(read, {config, u"/d/cfg/device.key"_s, {}, hasCopy});
        expect(finding, parts);
        QVERIFY(!finding.what.contains(secret));
    }

    // Another mode would be no cure.
    void aFileOfAnotherKindIsMoved()
    {
        const auto read = fail(ErrorCode::Refused, config + u" is no regular file"_s);
        const CheckFinding finding = accountFinding(read, {config, u"/d/cfg/device.key"_s, {config}, false});
        expect(finding, {u"no regular file"_s, u"sudo mv %1 %1.old"_s.arg(config), u"sgn-provision encrypt"_s});
        QVERIFY(!finding.cure.contains(u"chmod"_s));
    }

    void disk_data()
    {
        QTest::addColumn<DiskFacts>("disk");
        QTest::addColumn<QStringList>("parts");
        constexpr qint64 mb = 1'000'000;
        QTest::newRow("room") << DiskFacts{{}, {}, 900 * mb, 8000 * mb, 5000, 9000, false} << QStringList();
        QTest::newRow("no limit of files") << DiskFacts{{}, {}, 900 * mb, 8000 * mb, 0, 0, false} << QStringList();
        QTest::newRow("full") << DiskFacts{{}, {}, 0, 8000 * mb, 5000, 9000, false}
                              << QStringList{u"0 of 8000 MB free"_s, u"sudo du -xh"_s};
        QTest::newRow("nearly full") << DiskFacts{{}, {}, 49 * mb, 8000 * mb, 5000, 9000, false}
                                     << QStringList{u"49 of 8000 MB"_s};
        QTest::newRow("no more files") << DiskFacts{{}, {}, 900 * mb, 8000 * mb, 3, 9000, false}
                                       << QStringList{u"3 more files"_s, u"--inodes"_s};
        QTest::newRow("worn") << DiskFacts{{}, {}, 0, 8000 * mb, 5000, 9000, true}
                              << QStringList{u"takes no writes"_s, u"sudo reboot"_s, u"replace it"_s};
        QTest::newRow("gone") << DiskFacts{{}, u"cannot look at the disk of /d"_s, 0, 0, 0, 0, false}
                              << QStringList{u"--folder"_s};
    }

    void disk()
    {
        QFETCH(DiskFacts, disk);
        QFETCH(QStringList, parts);
        expect(diskFinding(disk), parts);
    }

    void permissions_data()
    {
        QTest::addColumn<FileFacts>("file");
        QTest::addColumn<QStringList>("parts");
        using Kind = FileFacts::Kind;
        const auto row = [](const char *name, Kind kind, mode_t mode, const QStringList &parts,
                            const std::function<void(FileFacts &)> &change = {}) {
            FileFacts file = goodFile(kind, mode);
            if (change) {
                change(file);
            }
            QTest::newRow(name) << file << parts;
        };
        const auto notOwners = [](FileFacts &file) {
            file.isOwners = false;
            file.isRoots = true;
            file.owner = u"root"_s;
        };
        const auto missing = [](FileFacts &file) {
            file.exists = false;
        };
        row("folder", Kind::Folder, 0755, {});
        row("a folder of root's", Kind::Folder, 0755, {u"belongs to root, not to pi"_s, u"sudo chown pi: /d/x"_s},
            notOwners);
        row("a folder for all", Kind::Folder, 0777, {u"(mode 0777)"_s, u"sudo chmod go-w /d/x"_s});
        row("a folder for a group", Kind::Folder, 0775, {u"sudo chmod go-w /d/x"_s});
        row("a sticky folder", Kind::Folder, 01777, {});
        row("a folder that can't be written", Kind::Folder, 0555, {u"sudo chmod u+rwx /d/x"_s});
        row("no folder", Kind::Folder, 0, {u"is missing"_s, u"sudo install -d -o pi -m 755 /d/x"_s}, missing);
        row("secret", Kind::Secret, 0600, {});
        row("a secret for all", Kind::Secret, 0644, {u"sudo chmod 600 /d/x"_s});
        row("a secret of root's", Kind::Secret, 0600, {u"sudo chown pi: /d/x"_s}, notOwners);
        row("a secret without rights", Kind::Secret, 0, {u"can't be read by pi"_s, u"u+r"_s});
        row("data", Kind::Data, 0644, {});
        row("data of root's", Kind::Data, 0644, {}, notOwners);
        row("data that only root reads", Kind::Data, 0600, {u"can't be read by pi"_s, u"a+r"_s}, notOwners);
        row("no data", Kind::Data, 0, {u"is missing"_s}, missing);
        row("program", Kind::Program, 0755, {});
        row("a program of root's", Kind::Program, 0755, {}, notOwners);
        row("a program that isn't executable", Kind::Program, 0644, {u"sudo chmod a+x /d/x"_s});
        row("a program of root's that only root runs", Kind::Program, 0744, {u"sudo chmod a+x /d/x"_s}, notOwners);
        row("a program for all", Kind::Program, 0777, {u"sudo chmod go-w /d/x"_s});
        row("a program of a third user", Kind::Program, 0755, {u"belongs to eve"_s}, [](FileFacts &file) {
            file.isOwners = false;
            file.owner = u"eve"_s;
        });
        row("a program in a folder for all", Kind::Program, 0755, {u"the folder may be changed"_s, u"namei -l /d/x"_s},
            [](FileFacts &file) { file.problem = u"the folder may be changed"_s; });
        row("behind a closed folder", Kind::Data, 0, {u"Permission denied"_s, u"namei"_s}, [](FileFacts &file) {
            file.exists = false;
            file.problem = u"cannot look at /d/x: Permission denied"_s;
        });
        const auto another = [](FileFacts &file) {
            file.problem = u"/d/x is no regular file"_s;
            file.isOtherKind = true;
        };
        row("a folder in place of a file", Kind::Data, 0755, {u"sudo mv /d/x /d/x.old"_s}, another);
        // Its mode is not what is wrong.
        row("a folder in place of a secret", Kind::Secret, 0755, {u"no regular file"_s, u"sudo mv /d/x"_s}, another);
    }

    void permissions()
    {
        QFETCH(FileFacts, file);
        QFETCH(QStringList, parts);
        const auto findings = permissionFindings({goodFile(FileFacts::Kind::Folder, 0755), file}, u"pi"_s);
        QCOMPARE(findings.size(), 1);
        expect(findings.first(), parts);
    }

    void whatIsOptionalMayBeMissing()
    {
        FileFacts file = goodFile(FileFacts::Kind::Secret, 0);
        file.exists = false;
        file.isRequired = false;
        QVERIFY(areAllWell(permissionFindings({file}, u"pi"_s)));
    }

    void eachWrongFileIsAFinding()
    {
        const FileFacts file = goodFile(FileFacts::Kind::Secret, 0644);
        QCOMPARE(permissionFindings({file, goodFile(FileFacts::Kind::Data, 0644), file}, u"pi"_s).size(), 2);
    }

    void clock_data()
    {
        QTest::addColumn<ClockFacts>("clock");
        QTest::addColumn<QStringList>("parts");
        const QString written = u"the configuration was written"_s;
        QTest::newRow("right") << ClockFacts{now, now.addDays(-9), written, 1500ms, false, true} << QStringList();
        QTest::newRow("not compared") << ClockFacts{now, now.addDays(-9), written, {}, false, true} << QStringList();
        QTest::newRow("nothing known") << ClockFacts{now, {}, {}, {}, false, false} << QStringList();
        QTest::newRow("a little behind") << ClockFacts{now, {}, {}, 119s, false, true} << QStringList();
        QTest::newRow("behind") << ClockFacts{now, {}, {}, 121s, false, true}
                                << QStringList{u"121 s behind"_s, u"sudo date -s \"2026-01-31 12:02:01 UTC\""_s};
        QTest::newRow("ahead") << ClockFacts{now, {}, {}, -26h, false, true}
                               << QStringList{u"26 hours ahead of"_s, u"\"2026-01-30 10:00:00 UTC\""_s};
        QTest::newRow("years behind, offline")
            << ClockFacts{QDateTime(QDate(2023, 1, 1), QTime(0, 0), Qt::UTC), now, written, {}, false, false}
            << QStringList{u"at least 3 years behind"_s, u"it shows 2023-01-01"_s, written, u"timedatectl"_s};
        QTest::newRow("too early for the certificate")
            << ClockFacts{now, now.addDays(-9), written, {}, true, false} << QStringList{u"isn't valid yet"_s};
        // The desk's clock was wrong, the server's is right.
        QTest::newRow("a configuration of the future")
            << ClockFacts{now, now.addYears(9), written, 0ms, false, true} << QStringList();
    }

    void clock()
    {
        QFETCH(ClockFacts, clock);
        QFETCH(QStringList, parts);
        expect(clockFinding(clock), parts);
    }

    void server_data()
    {
        QTest::addColumn<ServerFacts>("server");
        QTest::addColumn<int>("wrongOne"); // 0 DNS to 3 login; 4: none
        QTest::addColumn<QStringList>("parts");
        const auto row = [](const char *name, int wrongOne, const QStringList &parts, auto &&change) {
            ServerFacts server = goodServer();
            change(server);
            QTest::newRow(name) << server << wrongOne << parts;
        };
        const auto cut = [](ServerFacts &server, int from) {
            server.reach = from > 0 ? server.reach : std::nullopt;
            server.trust = from > 1 ? server.trust : std::nullopt;
            server.login = std::nullopt;
        };
        row("well", 4, {}, [](ServerFacts &) {});
        row("an address", 4, {}, [](ServerFacts &server) { server.name = {u"192.0.2.7"_s, true, true, 0, {}, {}}; });
        row("no such name", 0, {u"xmpp.im.example can't be found"_s, u"getent hosts"_s, u"10.0.0.1"_s},
            [&cut](ServerFacts &server) {
                server.name.addresses.clear();
                cut(server, 0);
            });
        row("no cable", 0, {u"no address in any network"_s, u"plug in"_s}, [&cut](ServerFacts &server) {
            server.name.addresses.clear();
            server.name.hasNetwork = false;
            cut(server, 0);
        });
        row("no name server", 0, {u"knows no name server"_s, u"resolv.conf"_s}, [&cut](ServerFacts &server) {
            server.name.addresses.clear();
            server.name.nameServers.clear();
            cut(server, 0);
        });
        const auto reach = [&row, &cut](const char *name, ErrorCode code, const QStringList &parts,
                                        const QString &proxy) {
            row(name, 1, parts, [&](ServerFacts &server) {
                server.proxy = proxy;
                server.reach = ReachFacts{{}, Error{code, u"the port is silent"_s}};
                cut(server, 1);
            });
        };
        reach("refused", ErrorCode::Network, {u"the port is silent"_s, u"host and port in the configuration"_s}, {});
        reach("dropped", ErrorCode::Timeout, {u"firewall or router"_s}, {});
        reach("by a proxy", ErrorCode::Network, {u"proxy 10.0.0.2:3128"_s}, u"10.0.0.2:3128"_s);
        row("an address without a network", 1, {u"plug in"_s}, [&cut](ServerFacts &server) {
            server.name = {u"192.0.2.7"_s, true, false, 0, {}, {}};
            server.reach = ReachFacts{{}, Error{ErrorCode::Network, u"unreachable"_s}};
            cut(server, 1);
        });
        using xmpp::CertificateFault;
        const auto trust = [&row, &cut](const char *name, ErrorCode code, std::optional<CertificateFault> fault,
                                        const QStringList &parts) {
            row(name, 2, parts, [&](ServerFacts &server) {
                server.trust = TrustFacts{Error{code, u"refused for a reason"_s}, fault};
                cut(server, 2);
            });
        };
        const QString ca = u"/d/certs/cacert.pem"_s;
        trust("another authority", ErrorCode::Refused, CertificateFault::UnknownAuthority,
              {u"refused for a reason"_s, u"holds another authority"_s, ca});
        trust("another host", ErrorCode::Refused, CertificateFault::OtherHost, {u"has to name im.example"_s});
        trust("expired", ErrorCode::Refused, CertificateFault::Expired, {u"renewed"_s, ca});
        trust("not yet valid", ErrorCode::Refused, CertificateFault::NotYetValid, {u"set the clock"_s});
        trust("something else", ErrorCode::Refused, CertificateFault::Other, {u"openssl s_client"_s});
        trust("no CA file", ErrorCode::NotFound, {}, {u"copy the certificate"_s, ca});
        trust("an empty CA file", ErrorCode::BadFile, {}, {u"copy the certificate"_s, ca});
        trust("no TLS", ErrorCode::Timeout, {}, {u"5223"_s});
        const auto login = [&row](const char *name, ErrorCode code, const QStringList &parts) {
            row(name, 3, parts, [&](ServerFacts &server) {
                server.login = LoginFacts{Error{code, u"wrong password, or no such account"_s}, {}};
            });
        };
        login("wrong password", ErrorCode::Authentication,
              {u"wrong password"_s, u"sgnctl config"_s, u"meter@im.example"_s});
        login("ended by the server", ErrorCode::Refused, {u"its administrator"_s});
    }

    void server()
    {
        QFETCH(ServerFacts, server);
        QFETCH(int, wrongOne);
        QFETCH(QStringList, parts);
        const QList<CheckFinding> findings = serverFindings(server);
        QCOMPARE(findings.size(), 4);
        for (int i = 0; i < findings.size(); ++i) {
            if (i == wrongOne) {
                expect(findings.at(i), parts);
            } else {
                QCOMPARE(findings.at(i).verdict, i < wrongOne ? Verdict::Ok : Verdict::Skipped);
            }
        }
        QCOMPARE(areAllWell(findings), wrongOne == 4);
    }

    void showsFindings()
    {
        const QList<CheckFinding> findings{{u"disk"_s, Verdict::Ok, u"room"_s, {}},
                                           {u"TLS"_s, Verdict::Wrong, u"for \033[2Janother host"_s, u"set host"_s},
                                           {u"login"_s, Verdict::Skipped, u"not tried"_s, {}}};
        QCOMPARE(findingLines(findings, {}),
                 (QStringList{u"disk         ok: room"_s, u"TLS          WRONG: for  [2Janother host"_s,
                              u"             cure: set host"_s, u"login        not tried"_s}));
        const QJsonObject json = findingsJson(findings);
        QCOMPARE(json["ok"_L1], QJsonValue(false));
        QCOMPARE(json["findings"_L1][1]["verdict"_L1], QJsonValue(u"wrong"_s));
        QCOMPARE(json["findings"_L1][1]["cure"_L1], QJsonValue(u"set host"_s));
        QVERIFY(!json["findings"_L1][0].toObject().contains("cure"_L1));
    }
};

QTEST_GUILESS_MAIN(TestTechnicianFindings)
#include "tst_technician_findings.moc"
