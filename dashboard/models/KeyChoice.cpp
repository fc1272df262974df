// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/KeyChoice.h"

#include "crypto/SigningKey.h"
#include "wording/Problems.h"

#include <QPointer>

namespace sgn::models {

KeyChoice::KeyChoice(core::Panel &panel, Preferences::KeyPurpose purpose, QObject *parent)
    : QObject(parent)
    , m_panel(panel)
    , m_purpose(purpose)
{}

void KeyChoice::keepIn(Preferences &preferences, Keyring &keyring)
{
    m_preferences = &preferences;
    m_keyring = &keyring;
    if (!keyId().isEmpty()) {
        return;
    }
    const Preferences::KeyPlace known = preferences.keyPlace(m_purpose);
    if (!known.keyringId.isEmpty()) {
        readFromKeyring(known.keyringId);
    } else if (!known.file.isEmpty()) {
        useFile(known.file);
    }
}

QString KeyChoice::keyId() const
{
    return m_purpose == Preferences::ReleaseKey ? m_panel.releaseKey() : m_panel.operatorKey();
}

Preferences::KeyPlace KeyChoice::chosen() const
{
    return m_preferences ? m_preferences->keyPlace(m_purpose) : Preferences::KeyPlace();
}

void KeyChoice::remember(const Preferences::KeyPlace &place)
{
    if (m_preferences) {
        m_preferences->setKeyPlace(m_purpose, place);
    }
}

bool KeyChoice::isInKeyring() const
{
    return !chosen().keyringId.isEmpty();
}

bool KeyChoice::isKeepable() const
{
    return !keyId().isEmpty() && !chosen().file.isEmpty() && !isInKeyring();
}

QString KeyChoice::place() const
{
    if (m_isAwaited) {
        return tr("Waiting for the keyring…");
    }
    if (keyId().isEmpty()) {
        return {};
    }
    const Preferences::KeyPlace known = chosen();
    return !known.keyringId.isEmpty() ? tr("in the keyring of this computer")
           : known.file.isEmpty()     ? tr("named by the panel file")
                                      : known.file;
}

QString KeyChoice::error() const
{
    switch (m_failure) {
    case Failure::None:
        return {};
    case Failure::Choice:
        return wording::standing(wording::sentence(m_why));
    case Failure::KeyringRead:
        return tr("The keyring didn't give the key: %1. Unlock it and start the program again, or choose the file.")
            .arg(wording::sentence(m_why));
    case Failure::KeyringWrite:
        return tr("The keyring didn't take the key: %1. It stays in its file.").arg(wording::sentence(m_why));
    }
    Q_UNREACHABLE();
}

void KeyChoice::setFailure(Failure failure, const records::Problem &why)
{
    m_failure = failure;
    m_why = why;
    Q_EMIT changed();
}

records::Expected<QString> KeyChoice::use(const QString &file)
{
    return m_purpose == Preferences::ReleaseKey ? m_panel.useReleaseKey(file) : m_panel.useOperatorKey(file);
}

void KeyChoice::use(SigningKey key)
{
    if (m_purpose == Preferences::ReleaseKey) {
        m_panel.signReleasesWith(std::move(key));
    } else {
        m_panel.signCommandsWith(std::move(key));
    }
}

void KeyChoice::choose(const QUrl &file)
{
    useFile(file.toLocalFile());
}

void KeyChoice::useFile(const QString &file)
{
    const records::Expected<QString> used = use(file);
    if (!used) {
        setFailure(Failure::Choice, used.error());
        return;
    }
    m_isAwaited = false; // what the keyring still answers isn't wanted any more
    // An older key stays in the keyring: it may be the only copy.
    remember({file, {}});
    setFailure(Failure::None, {});
}

void KeyChoice::forget()
{
    (void)use(QString()); // none can't fail
    m_isAwaited = false;
    // One key may serve both purposes.
    const auto other = m_purpose == Preferences::ReleaseKey ? Preferences::OperatorKey : Preferences::ReleaseKey;
    const QString id = chosen().keyringId;
    if (!id.isEmpty() && m_preferences->keyPlace(other).keyringId != id) {
        m_keyring->forget(id);
    }
    remember({});
    setFailure(Failure::None, {});
}

void KeyChoice::keepInKeyring()
{
    if (!isKeepable()) {
        return;
    }
    const QString file = chosen().file;
    Result<SigningKey> key = loadSigningKey(file);
    if (key && key->kid != keyId()) {
        key = fail(ErrorCode::BadFile, QStringLiteral("%1 has another key now").arg(file));
    }
    const Result<QByteArray> jwk = key ? toPrivateJwk(*key) : fail(key.error());
    if (!jwk) {
        setFailure(Failure::Choice, jwk.error());
        return;
    }
    const auto done = [self = QPointer(this), file, id = key->kid](const Outcome &outcome) {
        if (!self || self->chosen() != Preferences::KeyPlace{file, {}}) {
            return;
        }
        if (!outcome) {
            self->setFailure(Failure::KeyringWrite, outcome.error());
            return;
        }
        self->remember({{}, id});
        self->setFailure(Failure::None, {});
    };
    m_keyring->write(key->kid, QString::fromUtf8(*jwk), done);
}

void KeyChoice::readFromKeyring(const QString &id)
{
    m_isAwaited = true;
    m_keyring->read(id, [self = QPointer(this), id](const Result<QString> &secret) {
        // Another key was chosen meanwhile, or none, or the workspace is gone.
        if (self && std::exchange(self->m_isAwaited, false)) {
            self->takeFromKeyring(id, secret);
        }
    });
    Q_EMIT changed();
}

void KeyChoice::takeFromKeyring(const QString &id, const Result<QString> &secret)
{
    Result<SigningKey> key = secret ? signingKeyFromJwk(secret->toUtf8()) : fail(secret.error());
    if (key && key->kid != id) {
        key = fail(ErrorCode::BadFile, QStringLiteral("it has another key under this name"));
    }
    if (!key) {
        setFailure(Failure::KeyringRead, key.error());
        return;
    }
    use(*std::move(key));
    setFailure(Failure::None, {});
}

} // namespace sgn::models
