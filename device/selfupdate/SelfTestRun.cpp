// SPDX-License-Identifier: GPL-3.0-or-later
#include "selfupdate/SelfTestRun.h"

#include "base/Clock.h"
#include "base/SystemError.h"
#include "system/Launcher.h"
#include "system/OwnLoader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace sgn::selfupdate {

using namespace Qt::StringLiterals;

namespace {

// Between two looks whether it has ended: the pipe shows its output only.
constexpr std::chrono::milliseconds lookInterval{20};

tl::unexpected<Error> failed(const QString &why, const QByteArray &output)
{
    const QString words = QString::fromUtf8(output).simplified().right(300);
    return fail(ErrorCode::InstallFailed, words.isEmpty() ? why : why + u": "_s + words);
}

} // namespace

QByteArray readPipe(int descriptor, qsizetype maxSize)
{
    QByteArray content;
    std::array<char, 4096> chunk{};
    for (;;) {
        const ssize_t n = ::read(descriptor, chunk.data(), chunk.size());
        if (n <= 0) {
            return content;
        }
        content.append(chunk.data(), n);
        content = content.last(std::min(maxSize, content.size()));
    }
}

Outcome runSelfTestOf(const QString &program, const QStringList &arguments, std::chrono::milliseconds limit)
{
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
        return fail(systemError(u"cannot run the self-test"_s, errno));
    }
    const Descriptor reading(pipe[0]);
    Descriptor writing(pipe[1]);
    ::fcntl(reading.get(), F_SETFL, O_NONBLOCK);
    auto account = system::accountOf(::geteuid());
    if (!account) {
        return fail(std::move(account).error());
    }
    const system::ProgramStart start = system::startInPlace(program, arguments + QStringList{u"--self-test"_s});
    QByteArrayList words;
    for (const QString &argument : start.arguments) {
        words += argument.toLocal8Bit();
    }
    auto test = system::launch({start.program, words, {}, *std::move(account), writing.get()});
    if (!test) {
        return fail(ErrorCode::InstallFailed, test.error().message);
    }
    writing = Descriptor();
    QByteArray output;
    const SystemClock clock;
    const MonotonicTime end = clock.monotonic() + limit;
    // Its output as well, so that it never blocks on a full pipe.
    pollfd ready{reading.get(), POLLIN, 0};
    while (!test->hasEnded()) {
        const MonotonicTime left = end - clock.monotonic();
        if (left <= MonotonicTime::zero()) {
            test->signal(SIGKILL);
            test->reap();
            return failed(u"its self-test doesn't end within %1 s"_s.arg(limit.count() / 1000), output);
        }
        ::poll(&ready, 1, static_cast<int>(std::min<MonotonicTime>(left, lookInterval).count()));
        if (ready.revents != 0) {
            const QByteArray more = readPipe(reading.get());
            output = more.isEmpty() ? output : more;
            ready.fd = more.isEmpty() ? -1 : ready.fd; // closed, though it still runs
        }
    }
    const QByteArray last = readPipe(reading.get());
    output = last.isEmpty() ? output : last;
    const system::ExitStatus status = test->reap();
    if (status.code == 0) {
        return {};
    }
    return status.code ? failed(u"its self-test failed with exit code %1"_s.arg(*status.code), output)
                       : failed(u"its self-test crashed"_s, output);
}

} // namespace sgn::selfupdate
