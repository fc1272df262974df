// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Job.h"
#include "core/DeviceImport.h"

namespace sgn::cli {

// `import`: takes devices from a list, with all that it has of them.
class ImportJob : public Job
{
    Q_OBJECT

public:
    struct Wish
    {
        QString file;
        core::EmptyCells emptyCells = core::EmptyCells::Keep;
        bool isDryRun = false;
    };

    ImportJob(const Terms &terms, Wish wish);
    void start() override;

protected:
    void onTimeout() override;

private:
    void run();
    void conclude();
    void print(const core::ImportPlan &plan);

    Wish m_wish;
    core::DeviceList m_list;
    core::DeviceImport m_import;
};

} // namespace sgn::cli
