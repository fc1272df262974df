// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Keychain.h"
#include "app/Languages.h"
#include "base/Clock.h"
#include "models/Application.h"

#include <memory>
#include <optional>
#include <QQmlApplicationEngine>
#include <QQuickWindow>
#include <QSize>

namespace sgn::app {

class Screenshot;

// The whole program, wired: clock, preferences, keyring, models, window.
class Dashboard final : public QObject
{
    Q_OBJECT

public:
    struct Options
    {
        QString configFolder; // preferences
        QString dataFolder;   // stores
        QString panelFile;    // signs in with it; empty: the form
        QString screenshotFile;
        QString screenName;
        std::optional<models::Preferences::Theme> theme;
        QSize size; // of the window; empty: its own
    };

    explicit Dashboard(Options options, QObject *parent = nullptr);
    ~Dashboard() override;

    // Opens the window and signs in. An error is about the panel file or the installation; what is wrong with the
    // account's store ends the program later.
    [[nodiscard]] records::Expected<> start();

    [[nodiscard]] QQuickWindow *window() const;

private:
    [[nodiscard]] records::Expected<> startWithForm();
    [[nodiscard]] records::Expected<> startWithPanelFile();
    [[nodiscard]] records::Expected<> openWindow();
    void takeScreenshot();

    Options m_options;
    SystemClock m_clock;
    models::Preferences m_preferences;
    Keychain m_keychain;
    Languages m_languages;
    models::Application m_application;
    // After the models: the views go first.
    QQmlApplicationEngine m_engine;
};

} // namespace sgn::app
