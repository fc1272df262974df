// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Languages.h"

#include <QGuiApplication>
#include <QLibraryInfo>
#include <QLocale>

using namespace Qt::StringLiterals;

namespace sgn::app {

void Languages::use(const QString &language)
{
    const QLocale locale = language.isEmpty() ? QLocale::system() : QLocale(language);
    QLocale::setDefault(locale);
    QCoreApplication::removeTranslator(&m_own);
    QCoreApplication::removeTranslator(&m_qt);
    // English has a file of its own for its plural forms.
    if (m_own.load(locale, u"sgn"_s, u"_"_s, u":/i18n"_s) || m_own.load(u":/i18n/sgn_en.qm"_s)) {
        QCoreApplication::installTranslator(&m_own);
    }
    if (m_qt.load(locale, u"qtbase"_s, u"_"_s, QLibraryInfo::path(QLibraryInfo::TranslationsPath))) {
        QCoreApplication::installTranslator(&m_qt);
    }
    QGuiApplication::setLayoutDirection(locale.textDirection());
    Q_EMIT changed();
}

} // namespace sgn::app
