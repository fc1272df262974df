// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Dashboard.h"

#include "app/Screenshot.h"
#include "base/CommandLine.h"
#include "core/PanelConfig.h"
#include "qml/Engine.h"
#include "wording/Problems.h"

#include <QLoggingCategory>
#include <QQuickWindow>
#include <QScreen>

using namespace Qt::StringLiterals;

namespace sgn::app {

Q_LOGGING_CATEGORY(lcDashboard, "sgn.dashboard")

namespace {

// What a window manager may put around the window.
constexpr int titleBar = 48;

} // namespace

Dashboard::Dashboard(Options options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_preferences(m_options.configFolder + u"/dashboard.ini"_s)
    , m_application({m_preferences, m_keychain, m_clock, m_options.dataFolder})
{
    connect(&m_preferences, &models::Preferences::languageChanged, this,
            [this] { m_languages.use(m_preferences.language()); });
    connect(&m_languages, &Languages::changed, this, [this] {
        m_engine.retranslate();
        m_application.retranslate();
    });
    if (m_options.theme) {
        m_preferences.overrideTheme(*m_options.theme);
    }
    m_languages.use(m_preferences.language());
}

Dashboard::~Dashboard() = default;

records::Expected<> Dashboard::start()
{
    return m_options.panelFile.isEmpty() ? startWithForm() : startWithPanelFile();
}

records::Expected<> Dashboard::startWithForm()
{
    return openWindow().map([this] {
        if (m_options.screenName != "signin"_L1) {
            m_application.signIn()->resume();
        }
        takeScreenshot();
    });
}

records::Expected<> Dashboard::startWithPanelFile()
{
    const records::Expected<core::PanelConfig> config = core::loadPanelConfig(m_options.panelFile);
    if (!config) {
        return tl::unexpected(config.error());
    }
    for (const records::Problem &warning : config->warnings) {
        qCWarning(lcDashboard, "%s", qUtf8Printable(wording::sentence(warning)));
    }
    // The account of the file can't be opened here; another one would be a surprise.
    connect(&m_application, &models::Application::openingFailed, this, [](const records::Problem &problem) {
        qCritical("%s", qUtf8Printable(wording::sentence(problem)));
        QCoreApplication::exit(ExitFailed);
    });
    connect(&m_application, &models::Application::openingChanged, this, [this] {
        if (m_application.workspace()) {
            takeScreenshot();
        }
    });
    return openWindow().map([this, &config] { m_application.open(*config); });
}

records::Expected<> Dashboard::openWindow()
{
    if (const Outcome prepared = ui::prepareEngine(m_engine); !prepared) {
        return fail(prepared.error());
    }
    QVariantMap properties{{u"app"_s, QVariant::fromValue(&m_application)}};
    if (!m_options.screenName.isEmpty()) {
        properties.insert(u"screenName"_s, m_options.screenName);
    }
    if (!m_options.size.isEmpty()) {
        properties.insert(u"width"_s, m_options.size.width());
        properties.insert(u"height"_s, m_options.size.height());
    }
    m_engine.setInitialProperties(properties);
    m_engine.load(QUrl(u"qrc:/qt/qml/Sgn/Ui/shell/Main.qml"_s));
    if (!window()) {
        return fail(Error{ErrorCode::Internal, u"the window's views can't be loaded"_s});
    }
    if (m_options.size.isEmpty()) {
        const QSize available = window()->screen()->availableSize();
        const bool fits = window()->width() <= available.width() && window()->height() + titleBar <= available.height();
        if (!fits) {
            // Its edges would be out of reach.
            window()->resize(window()->size().boundedTo(available));
            window()->showMaximized();
        }
    }
    return {};
}

QQuickWindow *Dashboard::window() const
{
    return m_engine.rootObjects().isEmpty() ? nullptr : qobject_cast<QQuickWindow *>(m_engine.rootObjects().first());
}

void Dashboard::takeScreenshot()
{
    if (m_options.screenshotFile.isEmpty()) {
        return;
    }
    auto *screenshot = new Screenshot(*window(), m_options.screenshotFile, this);
    screenshot->begin();
    models::Workspace *workspace = m_application.workspace();
    if (!workspace || workspace->panel().session().isSettled()) {
        screenshot->ready();
    } else {
        connect(&workspace->panel().session(), &core::PanelSession::settled, screenshot, &Screenshot::ready);
    }
}

} // namespace sgn::app
