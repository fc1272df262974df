// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Panel.h"
#include "models/Keyring.h"
#include "models/Preferences.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>
#include <QUrl>

namespace sgn::models {

// One private key on this machine that signs what is sent, for the settings screen: chosen as a file, and copied
// into the keyring if wanted. The window shows the key's id and where it is, never the key.
class KeyChoice final : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the workspace")
    // Empty: nothing is signed.
    Q_PROPERTY(QString keyId READ keyId NOTIFY changed FINAL)
    // Where the key is, in words.
    Q_PROPERTY(QString place READ place NOTIFY changed FINAL)
    Q_PROPERTY(bool inKeyring READ isInKeyring NOTIFY changed FINAL)
    // It is in a file that was chosen here, and can be copied into the keyring.
    Q_PROPERTY(bool keepable READ isKeepable NOTIFY changed FINAL)
    // Why the last choice wasn't taken, or why there is no key although one was chosen.
    Q_PROPERTY(QString error READ error NOTIFY changed FINAL)

public:
    // `panel` outlives this.
    KeyChoice(core::Panel &panel, Preferences::KeyPurpose purpose, QObject *parent = nullptr);

    // Takes up what was chosen before, where the panel has no key of its own, and remembers what is chosen. Both
    // outlive this.
    void keepIn(Preferences &preferences, Keyring &keyring);

    [[nodiscard]] QString keyId() const;
    [[nodiscard]] QString place() const;
    [[nodiscard]] bool isInKeyring() const;
    [[nodiscard]] bool isKeepable() const;
    [[nodiscard]] QString error() const;
    // The keyring hasn't answered yet.
    [[nodiscard]] bool isAwaited() const { return m_isAwaited; }
    // One was chosen and isn't here: it is awaited, the keyring is locked, or the file is gone.
    [[nodiscard]] bool isMissing() const { return keyId().isEmpty() && chosen() != Preferences::KeyPlace(); }

    Q_INVOKABLE void choose(const QUrl &file);
    Q_INVOKABLE void keepInKeyring();
    // Signs no more; what the keyring has of it is deleted.
    Q_INVOKABLE void forget();

Q_SIGNALS:
    void changed();

private:
    enum class Failure { None, Choice, KeyringRead, KeyringWrite };

    void useFile(const QString &file);
    void readFromKeyring(const QString &id);
    void takeFromKeyring(const QString &id, const Result<QString> &secret);
    records::Expected<QString> use(const QString &file);
    void use(SigningKey key);
    [[nodiscard]] Preferences::KeyPlace chosen() const;
    void remember(const Preferences::KeyPlace &place);
    void setFailure(Failure failure, const records::Problem &why);

    core::Panel &m_panel;
    const Preferences::KeyPurpose m_purpose;
    Preferences *m_preferences = nullptr;
    Keyring *m_keyring = nullptr;
    bool m_isAwaited = false;
    Failure m_failure = Failure::None;
    records::Problem m_why;
};

} // namespace sgn::models
