// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/Panel.h"

#include <functional>
#include <memory>
#include <QFutureWatcher>
#include <QObject>

namespace sgn::core {

// Opens a panel and leaves the thread free for as long as the store is checked, brought to the present shape and read:
// a second or more for a large fleet, which is done on a worker thread.
class PanelOpening final : public QObject
{
public:
    using Then = std::function<void(records::Expected<std::unique_ptr<Panel>>)>;

    // `clock` outlives this.
    explicit PanelOpening(const Clock &clock, QObject *parent = nullptr);
    // Whatever is under way is given up.
    ~PanelOpening() override;

    // Calls `then` later, on this thread, with the panel or an error of Panel::open(). One opening at a time: it gives
    // up the one before.
    void open(const PanelConfig &config, const Panel::Settings &settings, Then then);
    // `then` won't be called any more. The worker goes on to the end of its work: a store isn't left half migrated.
    void giveUp();

private:
    using Preparation = QFutureWatcher<std::shared_ptr<records::Expected<Panel::Prepared>>>;

    const Clock &m_clock;
    std::unique_ptr<Preparation> m_preparation;
};

} // namespace sgn::core
