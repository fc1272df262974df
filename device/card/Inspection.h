// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "card/CardFacts.h"
#include "card/ElfHead.h"

#include <functional>
#include <QDateTime>
#include <QStringList>

namespace sgn::card {

// What was found out about one thing of a card.
struct CardFinding
{
    QString subject; // "agent"
    QString problem; // a sentence without its subject; empty: it is as it has to be
    QString cure;    // what to do about it

    friend bool operator==(const CardFinding &, const CardFinding &) = default;
};

// What can be judged of a card without an order: whether it will be a device. Reads alone, and never quotes a secret.
// Blocks. Errors as readCardFacts() and Volume's.
class Inspection
{
public:
    // `card` outlives the object. `now` is for the dates of certificates.
    Inspection(Volume &card, QDateTime now);

    [[nodiscard]] Result<QList<CardFinding>> run();

private:
    using Check = Result<CardFinding> (Inspection::*)();

    [[nodiscard]] Result<CardFinding> login();
    [[nodiscard]] Result<CardFinding> ssh();
    [[nodiscard]] Result<CardFinding> timeZone();
    [[nodiscard]] Result<CardFinding> folders();
    [[nodiscard]] Result<CardFinding> certificate();
    [[nodiscard]] Result<CardFinding> meter();
    [[nodiscard]] Result<CardFinding> agent();
    [[nodiscard]] Result<CardFinding> watchdog();
    [[nodiscard]] Result<CardFinding> rootKeys();
    [[nodiscard]] Result<CardFinding> start();
    [[nodiscard]] Result<CardFinding> config();

    [[nodiscard]] Result<QByteArray> contentOf(const QByteArray &path);
    // Why that program can't run, or empty; `owner` is whose it has to be.
    [[nodiscard]] Result<QString> problemOfProgram(const QByteArray &path, uid_t owner);
    [[nodiscard]] Result<QString> problemOfScripts(const QByteArray &folder);

    Volume &m_card;
    QDateTime m_now;
    CardFacts m_facts;
};

// Why a card with this architecture can't run that program, as one half of a sentence; empty if it can. `exists`
// returns whether a path is on the card. Pure.
[[nodiscard]] QString programProblem(const ElfHead &head, const QString &architecture,
                                     const std::function<bool(const QByteArray &path)> &exists);

} // namespace sgn::card
