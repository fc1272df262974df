// SPDX-License-Identifier: GPL-3.0-or-later
#include "Fonts.h"

#include <QFontDatabase>

using namespace Qt::StringLiterals;

namespace sgn::ui {

QString Fonts::text()
{
    return QFontDatabase::hasFamily(u"Inter"_s) ? u"Inter"_s
                                                : QFontDatabase::systemFont(QFontDatabase::GeneralFont).family();
}

QString Fonts::mono()
{
    return QFontDatabase::hasFamily(u"DejaVu Sans Mono"_s)
               ? u"DejaVu Sans Mono"_s
               : QFontDatabase::systemFont(QFontDatabase::FixedFont).family();
}

} // namespace sgn::ui
