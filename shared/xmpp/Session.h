// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/Clock.h"
#include "base/Result.h"
#include "xmpp/Account.h"
#include "xmpp/Contact.h"
#include "xmpp/IncomingMessage.h"
#include "xmpp/Keeping.h"
#include "xmpp/SessionOptions.h"
#include "xmpp/Upload.h"

#include <functional>
#include <memory>
#include <QObject>
#include <QStringList>

namespace sgn::xmpp {

class PrivateNodes;

// One XMPP account kept online: connects, stays connected for ever, sends, receives, shows presence, uploads. It hides
// the XMPP library and its traps. Lives in one thread; it may be destroyed at any time, also in a slot of its own
// signals.
//
// What is sent but not yet acknowledged when the link breaks is not repeated here: the durable outbox above does that.
class Session : public QObject
{
    Q_OBJECT

public:
    enum class State { Stopped, Connecting, Online, Waiting };
    Q_ENUM(State)

    // `clock` outlives the session.
    Session(Account account, SessionOptions options, const Clock &clock, QObject *parent = nullptr);
    ~Session() override;

    // Begins to connect and keeps trying, also after errors that look final. A missing or empty CA file is such an
    // error: it is reported by offline() and tried again, and nothing is sent meanwhile.
    void start();
    // Signs off (last acknowledgement, presence unavailable, end of stream) and stays offline. stopped() follows, at
    // once if there was no session; until then a last message may come.
    void stop();
    // Another account, server or CA; reconnects if started.
    void setAccount(const Account &account);
    // For a network that has changed: doesn't wait for the end of the current pause, nor for long after an attempt that
    // is under way; a connection that stands is pinged, because it may lead nowhere any more.
    void tryNow();

    [[nodiscard]] State state() const;
    [[nodiscard]] bool isOnline() const;
    [[nodiscard]] QString ownBareJid() const;
    // Full JID, empty while offline.
    [[nodiscard]] QString ownJid() const;

    // Sends one chat message. Exactly one of acknowledged(id) and notSent(id) follows, never from within this call.
    // `body` is JSON in ASCII, at most maxBodySize bytes; anything else is a BadRequest or TooLarge by notSent().
    quint64 send(const QString &toBareJid, const QByteArray &body, Keeping keeping = Keeping::AsUsual);

    // The accounts whose presence is reported and whose subscription requests are granted by themselves. A device
    // requests a mutual subscription from each of them at its first login and sends them its presence directly, so that
    // they see it even before they agreed.
    void setTrustedPeers(const QStringList &bareJids);
    // Requests a subscription to the account's presence, now or at the next login.
    void requestSubscription(const QString &bareJid);
    // Panel: lets the account see our presence, and requests the same where it isn't granted yet. The account becomes a
    // contact, see contactChanged().
    void acceptSubscription(const QString &bareJid);
    // Panel: answers a request, so that the server doesn't repeat it.
    void refuseSubscription(const QString &bareJid);
    // Panel: takes the account out of the contacts, which ends both subscriptions; contactRemoved() follows. These
    // three do nothing while offline.
    void removeContact(const QString &bareJid);
    // Panel: the contact's name and groups, all of them each time; contactChanged() follows. `done` is called exactly
    // once, later. Errors: Network, Refused.
    void setContact(const Contact &contact, std::function<void(const Outcome &)> done);

    // Panel: what the account's clients share; reports changes of SessionOptions::watchedNodes.
    [[nodiscard]] PrivateNodes &privateNodes();

    // Panel: reads the archive page by page; messages come by messageReceived() with fromArchive, oldest first, then
    // archivePageRead(), and at the end archiveFinished(). One at a time: a second call while one runs is answered by
    // Busy.
    void queryArchive(const ArchiveStart &start);

    // Whether the server has announced a file store; known a moment after online(), see uploadAvailable().
    [[nodiscard]] bool canUpload() const;
    // The largest file that it takes, in bytes; nullopt where it names no limit.
    [[nodiscard]] std::optional<qint64> uploadLimit() const;
    // Sends a file to the server's file store. Never null; wrong file, no service etc. are reported by
    // Upload::finished().
    [[nodiscard]] Upload *uploadFile(const QString &path,
                                     const QString &contentType = QStringLiteral("application/zip"));

Q_SIGNALS:
    void stateChanged(sgn::xmpp::Session::State state);
    void online();
    // The session was lost or could not be established. Reported once while the reason stays the same, in words for a
    // person: wrong password, unknown certification authority, certificate for another host, cannot reach the server...
    // Codes: Authentication, Refused (certificate, server), Network, Timeout, NotFound or BadFile (the CA file).
    void offline(const sgn::Error &reason);
    // The server ended the session because another client signed in with the same account and resource: for a device,
    // another machine with a copy of its card. Before offline(), and each time.
    void replaced();
    void stopped();

    void messageReceived(const sgn::xmpp::IncomingMessage &message);
    // The server has it (XEP-0198), or it was written out to a server that knows no acknowledgements.
    void acknowledged(quint64 id);
    // It was refused locally, or the link broke before the acknowledgement: the server may or may not have it.
    void notSent(quint64 id, const sgn::Error &reason);
    // Some time after acknowledged(id) the message was returned: that account doesn't exist or the server wouldn't keep
    // it.
    void undeliverable(quint64 id, const QString &toBareJid, const sgn::Error &reason);

    // Emitted for trusted peers and, on a panel, for every account whose presence the server sends. After offline()
    // every presence is unknown; the next login reports it anew.
    void presenceChanged(const QString &bareJid, bool online, const QString &resource);
    // Panel: all contacts after each login, and then each change, by whichever client of the account or by the server.
    // Requests that the server has put among them are reported before, by subscriptionRequested().
    void rosterReceived(const QList<sgn::xmpp::Contact> &contacts);
    void contactChanged(const sgn::xmpp::Contact &contact);
    void contactRemoved(const QString &bareJid);
    // Panel: an account that isn't a trusted peer requests to see our presence. The server repeats it after each login
    // until it is accepted or refused.
    void subscriptionRequested(const QString &bareJid);
    // All messages of a page have come; another one follows.
    void archivePageRead(const sgn::xmpp::ArchivePage &page);
    // The last page, or why reading stopped. NotFound: the server no longer has the message to start after.
    void archiveFinished(const sgn::Result<sgn::xmpp::ArchivePage> &page);
    void uploadAvailable();
    // Server's clock minus ours (XEP-0202), once after each login; half the round trip is already taken off.
    void serverTimeKnown(std::chrono::milliseconds offset);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace sgn::xmpp
