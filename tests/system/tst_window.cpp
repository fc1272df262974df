// SPDX-License-Identifier: GPL-3.0-or-later
#include "DemoFleet.h"
#include "models/Application.h"
#include "qml/Engine.h"
#include "support/NoKeyring.h"
#include "support/VirtualScreen.h"
#include "WindowInput.h"

#include <csignal>
#include <ctime>
#include <optional>
#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QJsonDocument>
#include <QQmlApplicationEngine>
#include <QTemporaryDir>
#include <QTest>

using namespace sgn;
using namespace sgn::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int limit = 120'000;
// A device confirms a release, or rolls it back, only after its programs have had their time.
constexpr int updateLimit = 300'000;
// High enough for the longest dialog.
constexpr QSize windowSize{1440, 1200};

const QStringList names{u"altimeter_0001"_s, u"altimeter_0002"_s, u"altimeter_0003"_s};

// Within the time by a clock: a QTRY that fails has waited for three times its limit.
bool comesTrue(const std::function<bool()> &condition, int limitMs = limit)
{
    return QTest::qWaitFor(condition, limitMs);
}

QDateTime nextMinute(const QDateTime &utc)
{
    return QDateTime(utc.date(), QTime(utc.time().hour(), utc.time().minute()), Qt::UTC).addSecs(60);
}

QByteArray readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// The window as the dashboard shows it to who starts it for the first time.
class LiveWindow
{
public:
    // It has QVERIFYs: check QTest::currentTestFailed().
    void show()
    {
        QVERIFY(m_place.isValid());
        const Outcome prepared = ui::prepareEngine(m_engine);
        QVERIFY2(prepared, prepared ? "" : qPrintable(prepared.error().message));
        QObject::connect(&m_engine, &QQmlEngine::warnings, &m_engine, [this](const QList<QQmlError> &warnings) {
            for (const QQmlError &warning : warnings) {
                m_warnings += warning.toString();
            }
        });
        m_engine.setInitialProperties({{u"app"_s, QVariant::fromValue(&m_application)},
                                       {u"width"_s, windowSize.width()},
                                       {u"height"_s, windowSize.height()}});
        m_engine.load(QUrl(u"qrc:/qt/qml/Sgn/Ui/shell/Main.qml"_s));
        QVERIFY2(window(), qPrintable(m_warnings.join(u'\n')));
        QVERIFY(QTest::qWaitForWindowExposed(window(), limit));
        window()->requestActivate();
        QVERIFY(QTest::qWaitForWindowActive(window(), limit));
    }

    [[nodiscard]] models::Workspace *workspace() const { return m_application.workspace(); }
    [[nodiscard]] QQuickWindow *window() const { return qobject_cast<QQuickWindow *>(m_engine.rootObjects().value(0)); }
    // What the views have warned of.
    [[nodiscard]] const QStringList &warnings() const { return m_warnings; }

private:
    QTemporaryDir m_place;
    SystemClock m_clock;
    models::Preferences m_preferences{m_place.filePath(u"dashboard.ini"_s)};
    NoKeyring m_keyring;
    models::Application m_application{{m_preferences, m_keyring, m_clock, m_place.path()}};
    QStringList m_warnings;
    QQmlApplicationEngine m_engine; // after the models, so that the views go first
};

} // namespace

// The real window by mouse and keyboard, signed in to the demo's real fleet. Each function finds the window signed in
// and uses what the fleet has then, so that they can be run by themselves and in any order; a device's versions only
// rise from one to the next. With SGN_SCREENSHOTS a picture of the window is kept there after each.
class WindowTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void signsIn();
    void acceptsADevice();
    void aCanaryStopsItself();
    void showsALog();
    void goesOnForADeskThatDied();
    void aTagBringsAStandingRelease();
    void waitsForTheMaintenanceWindow();
    void cleanup();
    void cleanupTestCase();

private:
    [[nodiscard]] QJsonObject panel() const { return QJsonDocument::fromJson(readAll(m_fleet.panelFile())).object(); }
    [[nodiscard]] bool fillIn(const QString &password);
    void signIn();
    // Selects one device alone on the Fleet screen.
    void choose(const QString &device);
    // Opens "New rollout…" with a file; Qt's dialog for it is not ours.
    void beginRollout(const QString &zip, const QString &name, const QString &waves);
    [[nodiscard]] QString meterRelease(int version) const;
    [[nodiscard]] QByteArray installedVersion(const QString &device) const;
    // Higher than what any device has, so that each takes it.
    [[nodiscard]] int nextVersion() const;
    // Shows the window as it is now, where SGN_SCREENSHOTS names a folder.
    void keepPicture(const QString &name) const;
    // The versions of a device's programs that the Fleet screen shows.
    [[nodiscard]] QStringList versions(const QString &device) const;

    // Whether the window comes to show it in time.
    [[nodiscard]] bool sees(const QString &text, int limitMs = limit) const;
    [[nodiscard]] bool seesRows(const QString &table, qsizetype count) const;
    [[nodiscard]] bool seesRow(const QString &table, const QString &first) const;
    [[nodiscard]] bool seesState(const QString &rollout, const QString &state, int limitMs = limit) const;
    // All programs of the device have this version.
    [[nodiscard]] bool seesVersion(const QString &device, const QString &version, int limitMs = limit) const;
    [[nodiscard]] bool seesAllOnline() const;

    DemoFleet m_fleet;
    QTemporaryDir m_folder;
    LiveWindow m_live;
    std::optional<WindowInput> m_input;
};

void WindowTest::initTestCase()
{
    QVERIFY(m_folder.isValid());
    const QString problem = m_fleet.start(static_cast<int>(names.size()));
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    // The desk isn't where the devices are, in no zone that is a machine's own.
    qputenv("TZ", "<-0330>3:30");
    ::tzset();
    m_live.show();
    if (!QTest::currentTestFailed()) {
        m_input.emplace(*m_live.window());
    }
}

void WindowTest::init()
{
    if (QByteArrayView(QTest::currentTestFunction()) != "signsIn" && !m_live.workspace()) {
        signIn();
    }
}

bool WindowTest::fillIn(const QString &password)
{
    const QJsonObject known = panel();
    return m_input->type(u"Address"_s, known["jid"_L1].toString()) && m_input->type(u"Password"_s, password) &&
           m_input->type(u"Certification authority"_s, known["ca"_L1].toString()) &&
           m_input->type(u"Server"_s, known["host"_L1].toString()) &&
           m_input->type(u"Port"_s, QString::number(known["port"_L1].toInt()));
}

void WindowTest::signIn()
{
    const QString file = QFileInfo(m_fleet.panelFile()).dir().filePath(panel()["password_file"_L1].toString());
    QVERIFY(fillIn(QString::fromUtf8(readAll(file).trimmed())));
    QVERIFY(m_input->click(u"Sign in"_s));
    QVERIFY(comesTrue([&] { return m_live.workspace() != nullptr; }));
    QVERIFY(seesRows(u"Devices"_s, names.size()));
}

void WindowTest::choose(const QString &device)
{
    QVERIFY(m_input->click(u"Fleet"_s));
    if (m_input->hasButton(u"Clear"_s)) {
        QVERIFY(m_input->click(u"Clear"_s));
    }
    QVERIFY(comesTrue([&] { return !m_input->hasButton(u"Clear"_s); }));
    QVERIFY(m_input->tick(u"Devices"_s, device));
    QVERIFY(comesTrue([&] { return m_input->hasNamed(u"1 selected"_s); }));
}

void WindowTest::beginRollout(const QString &zip, const QString &name, const QString &waves)
{
    QVERIFY(m_input->click(u"Rollouts"_s));
    QVERIFY(m_input->click(u"New rollout…"_s));
    QVERIFY(sees(u"Drop a file here"_s));
    m_live.workspace()->newUpdate()->choose(QUrl::fromLocalFile(zip));
    QVERIFY(sees(u"Processes and their new versions"_s));
    QVERIFY(m_input->type(u"Name"_s, name));
    QVERIFY(m_input->type(u"Waves"_s, waves));
}

// A release that works.
QString WindowTest::meterRelease(int version) const
{
    const QDir folder(m_folder.filePath(QString::number(version)));
    const QDir sources(QStringLiteral(SGN_SOURCE_DIR "/deploy/demo/SmartMeter"));
    if (!folder.mkpath(u"SmartMeter"_s)) {
        return {};
    }
    for (const QString &program : sources.entryList({u"*.py"_s})) {
        const QString copy = folder.filePath(u"SmartMeter/"_s + program);
        if (!QFile::copy(sources.filePath(program), copy) || !QFile::setPermissions(copy, QFile::Permissions(0x7755))) {
            return {};
        }
    }
    QFile versionFile(folder.filePath(u"SmartMeter/version"_s));
    if (!versionFile.open(QIODevice::WriteOnly) || versionFile.write(QByteArray::number(version)) <= 0) {
        return {};
    }
    versionFile.close();
    QProcess zip;
    zip.setWorkingDirectory(folder.path());
    zip.start(u"python3"_s, {u"-m"_s, u"zipfile"_s, u"-c"_s, u"release.zip"_s, u"SmartMeter/"_s});
    return zip.waitForFinished() && zip.exitCode() == 0 ? folder.filePath(u"release.zip"_s) : QString();
}

QByteArray WindowTest::installedVersion(const QString &device) const
{
    return readAll(m_fleet.deviceRoot(device) + u"/SmartMeter/version"_s).trimmed();
}

int WindowTest::nextVersion() const
{
    int highest = 0;
    for (const QString &device : names) {
        highest = std::max(highest, installedVersion(device).toInt());
    }
    return highest + 1;
}

void WindowTest::keepPicture(const QString &name) const
{
    if (const QString folder = qEnvironmentVariable("SGN_SCREENSHOTS"); !folder.isEmpty()) {
        const QString function = QString::fromLatin1(QTest::currentTestFunction());
        const QString path = folder + u"/window-"_s + function + (name.isEmpty() ? name : u'-' + name) + u".png"_s;
        QVERIFY(QDir().mkpath(folder) && m_live.window()->grabWindow().save(path));
    }
}

QStringList WindowTest::versions(const QString &device) const
{
    // Between when it was seen, and agent and reason.
    const QStringList row = m_input->row(u"Devices"_s, device);
    return row.size() > 4 ? row.sliced(2, row.size() - 4) : QStringList();
}

bool WindowTest::sees(const QString &text, int limitMs) const
{
    return comesTrue([&] { return m_input->shows(text); }, limitMs);
}

bool WindowTest::seesRows(const QString &table, qsizetype count) const
{
    return comesTrue([&] { return m_input->rows(table).size() == count; });
}

bool WindowTest::seesRow(const QString &table, const QString &first) const
{
    return comesTrue([&] { return !m_input->row(table, first).isEmpty(); });
}

bool WindowTest::seesState(const QString &rollout, const QString &state, int limitMs) const
{
    return comesTrue([&] { return m_input->row(u"Rollouts"_s, rollout).value(2) == state; }, limitMs);
}

bool WindowTest::seesVersion(const QString &device, const QString &version, int limitMs) const
{
    return comesTrue([&] { return versions(device) == QStringList{version, version, version}; }, limitMs);
}

bool WindowTest::seesAllOnline() const
{
    return comesTrue([&] { return m_input->hasNamed(u"Online: %1"_s.arg(names.size())); });
}

void WindowTest::signsIn()
{
    if (m_live.workspace()) {
        QVERIFY(m_input->click(u"Settings"_s));
        QVERIFY(m_input->click(u"Sign out"_s));
        QVERIFY(comesTrue([&] { return !m_live.workspace(); }));
        QVERIFY(m_input->click(u"Advanced"_s)); // it knows the server from before, and shows it no more
    }
    QVERIFY(fillIn(u"not the password"_s));
    QVERIFY(m_input->click(u"Sign in"_s));
    QVERIFY(sees(u"Check the address and the password."_s));
    QVERIFY(!m_live.workspace());
    signIn();
    if (QTest::currentTestFailed()) {
        return;
    }
    QVERIFY(!m_input->hasButton(u"Sign in"_s));
    QVERIFY(seesAllOnline());
    for (const QString &device : names) {
        QVERIFY(seesVersion(device, QString::fromLatin1(installedVersion(device))));
    }
}

void WindowTest::acceptsADevice()
{
    const QString &device = names.at(2);
    QVERIFY(m_input->click(u"Fleet"_s));
    QVERIFY(comesTrue([&] { return !versions(device).isEmpty(); }));
    const QStringList before = versions(device);
    const DemoFleet::Answer removed = m_fleet.sgnctl({u"remove"_s, device});
    QVERIFY2(removed.exitCode == 0, (removed.output + removed.errors).constData());
    QVERIFY(seesRows(u"Devices"_s, names.size() - 1));

    // Its next message or login is what makes it one that waits.
    const QList<qint64> agents = m_fleet.pids(device + u"/technospurs/JabberClient/sgn-agent"_s);
    QCOMPARE(agents.size(), 1);
    QCOMPARE(::kill(static_cast<pid_t>(agents.first()), SIGKILL), 0);
    QVERIFY(m_input->click(u"New devices"_s));
    QVERIFY(seesRow(u"New devices"_s, device));
    QVERIFY(m_input->tick(u"New devices"_s, device));
    QVERIFY(m_input->click(u"Accept"_s, u"1 selected"_s));
    QVERIFY(seesRows(u"New devices"_s, 0));

    QVERIFY(m_input->click(u"Fleet"_s));
    QVERIFY(seesAllOnline());
    QVERIFY(comesTrue([&] { return versions(device) == before; }));
}

void WindowTest::aCanaryStopsItself()
{
    QHash<QString, QByteArray> before;
    for (const QString &device : names) {
        before[device] = installedVersion(device);
    }
    beginRollout(m_fleet.release(u"SmartMeter-3-broken.zip"_s), u"Canary"_s, u"1, 100%"_s);
    if (QTest::currentTestFailed()) {
        return;
    }
    // Other functions may have brought higher versions.
    QVERIFY(m_input->click(u"Install even where the same or a higher version is installed"_s));
    QVERIFY(m_input->click(u"Start rollout"_s));
    QVERIFY(seesRow(u"Rollouts"_s, u"Canary"_s));
    QVERIFY(seesState(u"Canary"_s, u"stopped"_s, updateLimit));
    QVERIFY(sees(u"1 of 1 devices failed, which is more than 5%"_s));
    const QList<QStringList> canaries = m_input->rows(u"Devices of the rollout"_s);
    QCOMPARE(canaries.size(), 1);
    QVERIFY2(!canaries.first().value(3).isEmpty(), "the reason of the device");

    QVERIFY(m_input->click(u"Cancel…"_s));
    QVERIFY(m_input->click(u"Cancel rollout"_s));
    QVERIFY(seesState(u"Canary"_s, u"cancelled"_s));
    for (const QString &device : names) {
        QCOMPARE(installedVersion(device), before[device]);
    }
}

void WindowTest::showsALog()
{
    const QString &device = names.at(0);
    choose(device);
    if (QTest::currentTestFailed()) {
        return;
    }
    QVERIFY(m_input->click(u"Get logs"_s, u"1 selected"_s));
    QVERIFY(seesRow(u"Logs"_s, device));
    QVERIFY(m_input->click(u"logs/ocr.log"_s));
    QVERIFY(comesTrue([&] { return !m_input->logLines().filter(u" kW"_s).isEmpty(); }));
    const QByteArray log = readAll(m_fleet.deviceRoot(device) + u"/logs/ocr.log"_s);
    for (const QString &line : m_input->logLines().filter(u" kW"_s)) {
        QVERIFY2(log.contains(line.toUtf8()), qPrintable(line));
    }
}

void WindowTest::goesOnForADeskThatDied()
{
    QJsonObject config = panel();
    config["store"_L1] = u"second.sqlite"_s;
    config["operator"_L1] = u"Second desk"_s;
    QFile file(QFileInfo(m_fleet.panelFile()).dir().filePath(u"second.json"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QJsonDocument(config).toJson());
    file.close();
    const int version = nextVersion();
    const QString zip = meterRelease(version);
    QVERIFY(!zip.isEmpty());
    QProcess desk;
    // Its second wave begins half a minute after the first device runs the release: so long it has to be killed.
    desk.start(QStringLiteral(SGN_BIN_DIR "/sgnctl"),
               {u"--panel"_s, file.fileName(), u"rollout"_s, u"start"_s, u"smart-meter"_s, zip, u"--all"_s, u"--name"_s,
                u"Relay"_s, u"--wave"_s, u"1"_s, u"--wave"_s, u"100%"_s, u"--soak"_s, u"30"_s, u"--wait"_s});
    QVERIFY(m_input->click(u"Rollouts"_s));
    QVERIFY(m_input->clickRow(u"Rollouts"_s, u"Relay"_s));
    QVERIFY(sees(u"running · driven by Second desk"_s));
    QVERIFY(seesRows(u"Devices of the rollout"_s, 1));
    desk.kill();
    QVERIFY(desk.waitForFinished());
    QCOMPARE(desk.exitStatus(), QProcess::CrashExit);
    QCOMPARE(m_input->rows(u"Devices of the rollout"_s).size(), 1);

    QVERIFY(sees(u"running · driven by this desk"_s, updateLimit));
    QVERIFY(seesState(u"Relay"_s, u"done"_s, updateLimit));
    QVERIFY(sees(u"wave 2: 3 of 3 done"_s));
    QVERIFY(seesRows(u"Devices of the rollout"_s, names.size()));
    QVERIFY(m_input->click(u"Fleet"_s));
    for (const QString &device : names) {
        QVERIFY(seesVersion(device, QString::number(version)));
    }
}

void WindowTest::aTagBringsAStandingRelease()
{
    const QString &device = names.at(1);
    const int version = nextVersion();
    const QString zip = meterRelease(version);
    QVERIFY(!zip.isEmpty());
    beginRollout(zip, u"Pilots"_s, u"100%"_s);
    if (QTest::currentTestFailed()) {
        return;
    }
    QVERIFY(m_input->type(u"Only with tag"_s, u"pilot"_s));
    QVERIFY(m_input->click(u"Also devices that meet this later"_s));
    QVERIFY(m_input->click(u"Start rollout"_s));
    QVERIFY(seesState(u"Pilots"_s, u"running"_s));
    QVERIFY(sees(u"No wave yet"_s));

    choose(device);
    if (QTest::currentTestFailed()) {
        return;
    }
    QVERIFY(m_input->click(u"Tags…"_s, u"1 selected"_s));
    QVERIFY(m_input->type(u"Add"_s, u"pilot"_s));
    QVERIFY(m_input->click(u"Save"_s));
    QVERIFY(m_input->click(u"Rollouts"_s));
    QVERIFY(comesTrue([&] { return m_input->row(u"Devices of the rollout"_s, device).value(2) == u"done"_s; },
                      updateLimit));
    QCOMPARE(m_input->rows(u"Devices of the rollout"_s).size(), 1);

    QVERIFY(m_input->click(u"Fleet"_s));
    QVERIFY(seesVersion(device, QString::number(version)));
    QVERIFY(!versions(names.at(0)).contains(QString::number(version)));
    QVERIFY(!versions(names.at(2)).contains(QString::number(version)));
}

void WindowTest::waitsForTheMaintenanceWindow()
{
    const int version = nextVersion();
    const QString zip = meterRelease(version);
    QVERIFY(!zip.isEmpty());
    const QJsonValue offset = m_fleet.device(names.at(0))["facts"_L1]["utc_offset_s"_L1];
    QVERIFY(offset.isDouble());
    QHash<QString, QByteArray> before;
    for (const QString &device : names) {
        before[device] = installedVersion(device);
    }
    beginRollout(zip, u"Night shift"_s, u"100%"_s);
    if (QTest::currentTestFailed()) {
        return;
    }
    QVERIFY(m_input->type(u"Maintenance window"_s, u"01:00-01:00"_s));
    QVERIFY(sees(u"Two different times of the day"_s));
    QVERIFY(!m_input->hasButton(u"Start rollout"_s));

    // Far enough ahead for the devices to fetch the release before.
    const QDateTime opens = nextMinute(QDateTime::currentDateTimeUtc().addSecs(20));
    const QTime from = opens.addSecs(offset.toInt()).time();
    const QString begin = from.toString(u"HH:mm");
    const QString end = from.addSecs(3600).toString(u"HH:mm");
    QVERIFY(m_input->type(u"Maintenance window"_s, begin + u'-' + end));
    QVERIFY(m_input->click(u"Start rollout"_s));
    const QStringList waits{u"1"_s, u"waiting"_s,
                            u"waits for its maintenance window, %1 to %2 by its local time"_s.arg(begin, end)};
    for (const QString &device : names) {
        QVERIFY2(comesTrue([&] { return m_input->row(u"Devices of the rollout"_s, device).mid(1) == waits; }),
                 qPrintable(device));
        const QString staged = m_fleet.deviceRoot(device) + u"/downloads/staged-SmartMeter/SmartMeter/version"_s;
        QCOMPARE(readAll(staged).toInt(), version);
        QCOMPARE(installedVersion(device), before[device]);
    }
    QVERIFY2(QDateTime::currentDateTimeUtc() < opens, "the devices had fetched it only when the window was open");
    QVERIFY(seesState(u"Night shift"_s, u"running"_s));
    keepPicture(u"closed"_s);

    QHash<QString, QDateTime> exchanged;
    const auto isExchanged = [&] {
        for (const QString &device : names) {
            if (!exchanged.contains(device) && installedVersion(device) != before[device]) {
                exchanged[device] = QDateTime::currentDateTimeUtc();
            }
        }
        return exchanged.size() == names.size();
    };
    QVERIFY(comesTrue(isExchanged));
    for (const QString &device : names) {
        QVERIFY2(exchanged[device] >= opens, qPrintable(device));
    }
    QVERIFY(seesState(u"Night shift"_s, u"done"_s, updateLimit));
    QVERIFY(sees(u"wave 1: 3 of 3 done"_s));
    QVERIFY(m_input->click(u"Fleet"_s));
    for (const QString &device : names) {
        QVERIFY(seesVersion(device, QString::number(version)));
    }
}

void WindowTest::cleanup()
{
    if (!m_input) {
        return;
    }
    if (QTest::currentTestFailed()) {
        qWarning("the window shows:\n%s", qPrintable(m_input->texts()));
    }
    keepPicture({});
}

void WindowTest::cleanupTestCase()
{
    QVERIFY2(m_live.warnings().isEmpty(), qPrintable(m_live.warnings().join(u'\n')));
}

int main(int argc, char *argv[])
{
    VirtualScreen screen;
    const QByteArray display = screen.start(u"1600x1300"_s);
    if (display.isEmpty()) {
        qCritical("Xvfb does not start");
        return 1;
    }
    qputenv("DISPLAY", display);
    qputenv("QT_QPA_PLATFORM", "xcb");
    QGuiApplication application(argc, argv);
    WindowTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_window.moc"
