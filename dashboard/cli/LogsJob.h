// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/Job.h"

namespace sgn::cli {

// `logs`: requests them, waits until they are here, and copies them to a folder if one was named.
class LogsJob : public Job
{
    Q_OBJECT

public:
    LogsJob(const Terms &terms, QStringList names, QString out);
    void start() override;

protected:
    void onTimeout() override;

private:
    void request();
    void check();
    void print();
    [[nodiscard]] QList<records::LogDelivery> deliveries();
    // Where the files are afterwards; empty after a failure, which was reported.
    [[nodiscard]] QString copyOut(const records::LogDelivery &delivery);

    QStringList m_names;
    QString m_out;
    CommandNo m_number = 0;
};

} // namespace sgn::cli
