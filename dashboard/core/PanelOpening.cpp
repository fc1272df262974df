// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/PanelOpening.h"

#include <QtConcurrentRun>
#include <utility>

namespace sgn::core {

PanelOpening::PanelOpening(const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
{}

PanelOpening::~PanelOpening() = default;

void PanelOpening::open(const PanelConfig &config, const Panel::Settings &settings, Then then)
{
    m_preparation = std::make_unique<Preparation>();
    connect(m_preparation.get(), &QFutureWatcherBase::finished, this, [this, settings, then = std::move(then)] {
        // It may be opened again from `then`.
        Preparation *preparation = m_preparation.release();
        preparation->deleteLater();
        const auto prepared = preparation->result();
        if (!*prepared) {
            then(records::fail(prepared->error()));
            return;
        }
        then(Panel::open(std::move(**prepared), settings, m_clock));
    });
    // By a pointer, because a future hands out copies, and a fleet isn't copied for nothing.
    m_preparation->setFuture(QtConcurrent::run(
        [config] { return std::make_shared<records::Expected<Panel::Prepared>>(Panel::prepare(config)); }));
}

void PanelOpening::giveUp()
{
    m_preparation.reset();
}

} // namespace sgn::core
