// SPDX-License-Identifier: GPL-3.0-or-later
#include "agent/PanelMapCall.h"
#include "core/LogDownload.h"
#include "core/ReleaseDownload.h"
#include "download/Downloader.h"
#include "download/RangeReader.h"

#include <cstdio>
#include <QCoreApplication>
#include <QFile>
#include <QTimer>

using namespace sgn;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// KiB, of this process.
qint64 memory(const QString &file, const QByteArray &field)
{
    QFile proc(u"/proc/self/"_s + file);
    if (!proc.open(QIODevice::ReadOnly)) {
        return -1;
    }
    const QByteArray text = proc.readAll();
    const qsizetype at = text.indexOf(field);
    return at < 0 ? -1 : text.sliced(at + field.size()).trimmed().split(' ').first().toLongLong();
}

struct Arguments
{
    QString kind;
    QUrl url;
    QString folder;
    QString caFile;
};

download::DownloadLimits limits()
{
    download::DownloadLimits limits;
    limits.maxFailures = 2;
    limits.firstPause = 1ms;
    limits.longestPause = 5ms;
    limits.stallTimeout = 3s;
    limits.reservedBytes = 0;
    return limits;
}

// Begins what is fetched or sent; `done` is called at its end with what came of it.
void begin(const Arguments &arguments, const std::function<void(const QString &)> &done)
{
    const web::Access access{.caFile = arguments.caFile};
    const QString path = arguments.folder + u"/file"_s;
    if (arguments.kind == "download"_L1) {
        auto *const download = new download::Downloader({arguments.url, path, {}, true}, access, limits(), qApp);
        QObject::connect(download, &download::Download::finished, qApp,
                         [done](const auto &result) { done(result ? u"done"_s : result.error().message); });
        download->start();
    } else if (arguments.kind == "range"_L1) {
        auto *const reader = new download::RangeReader({arguments.url, access, true, 10'000'000}, limits(), qApp);
        QObject::connect(reader, &download::RangeReader::finished, qApp,
                         [done](const auto &failure) { done(failure ? failure->message : u"done"_s); });
        reader->read({5'000'000, 1'000'000}, [](QByteArrayView) { return Outcome(); });
    } else if (arguments.kind == "panel map"_L1) {
        auto *const call = new agent::PanelMapCall(arguments.url, u"id"_s, path, access, {24h, 1h, 1h}, qApp);
        QObject::connect(call, &agent::PanelMapCall::called, qApp,
                         [done](const auto &failure) { done(failure ? failure->message : u"done"_s); });
        call->start();
    } else if (arguments.kind == "log upload"_L1) {
        const web::Form form = web::formOf(path, "file", "logs.zip", "application/zip");
        web::WebRequest request;
        request.method = "POST";
        request.url = arguments.url;
        request.headers = {{"Content-Type", form.contentType}};
        request.body = form.body;
        auto *const call = new agent::WebCall(access, qApp);
        QObject::connect(call, &agent::WebCall::finished, qApp,
                         [done](const auto &answer) { done(answer ? u"done"_s : answer.error().message); });
        call->start(request);
    } else if (arguments.kind == "release to the panel"_L1) {
        auto *const fetch = new core::ReleaseDownload(arguments.url, access, qApp);
        QObject::connect(fetch, &core::ReleaseDownload::finished, qApp,
                         [done](const auto &path) { done(path ? u"done"_s : u"failed: "_s + path.error().text); });
    } else {
        auto *const client = new web::Client(qApp);
        core::LogDownload::Order order{.url = arguments.url,
                                       .maxSize = 200'000'000,
                                       .size = {},
                                       .sha256 = {},
                                       .target = arguments.folder + u"/logs"_s,
                                       .trust = web::trustWithSystems(arguments.caFile),
                                       .proxy = {}};
        auto *const download = new core::LogDownload(*client, order, qApp);
        QObject::connect(download, &core::LogDownload::finished, qApp,
                         [done](const auto &size) { done(size ? u"done"_s : u"failed: "_s + size.error().text); });
    }
}

} // namespace

// Fetches or sends one file as the agent or the panel would, and prints how much memory (KiB) that took at the peak,
// what it had before, and what came of it.
int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    const QStringList given = QCoreApplication::arguments();
    const Arguments arguments{given.value(1), QUrl(given.value(2)), given.value(3), given.value(4)};
    const qint64 idle = memory(u"smaps_rollup"_s, "Pss:");
    qint64 most = idle;
    QTimer sample;
    QObject::connect(&sample, &QTimer::timeout, qApp,
                     [&most] { most = std::max(most, memory(u"smaps_rollup"_s, "Pss:")); });
    sample.start(5ms);
    // The kernel's own peak of what was resident, which no sample misses; file pages that others share as well.
    const qint64 resident = memory(u"status"_s, "VmRSS:");
    begin(arguments, [&](const QString &what) {
        most = std::max(most, memory(u"smaps_rollup"_s, "Pss:"));
        std::printf("%lld %lld %lld %s\n", most - idle, memory(u"status"_s, "VmHWM:") - resident, idle,
                    qPrintable(what));
        std::fflush(stdout);
        std::_Exit(0);
    });
    return QCoreApplication::exec();
}
