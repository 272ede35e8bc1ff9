"""Dovecot and Postfix together behind the same handles as mailflow.demo.server.EmbeddedMail."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime

from imapclient import IMAPClient

from mailflow.demo.border import base_address, header_from, stamp
from mailflow.demo.server import StoredMail
from tests.servers import dovecot, postfix


def lacking() -> str:
    """What is needed before both servers can run, or ""."""
    return " and ".join(filter(None, (dovecot.lacking(), postfix.lacking())))


class RealMail:
    """users, aliases, refuse, bounce_later as in EmbeddedMail; submission on loopback needs no login.

    Postfix stamps nothing on what it takes. A mail that a person writes is brought in by `post`, which stamps it as a
    border server would and puts it into the mailboxes by IMAP APPEND.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        users: Mapping[str, str],
        *,
        aliases: Mapping[str, str] | None = None,
        refuse: Mapping[str, str] | None = None,
        bounce_later: Iterable[str] = (),
        authserv_id: str = "mx.demo.example",
    ) -> None:
        self.users, self.aliases, self.authserv_id = dict(users), dict(aliases or {}), authserv_id
        self._refuse, self._bounce_later = dict(refuse or {}), tuple(bounce_later)

    def __enter__(self) -> RealMail:
        with ExitStack() as stack:
            self.dovecot = stack.enter_context(dovecot.Dovecot(self.users))
            # What Postfix accepts and Dovecot does not know is returned to the sender by Postfix itself.
            boxes = (*self.users, *self._bounce_later)
            self.postfix = stack.enter_context(
                postfix.Postfix(self.dovecot.lmtp_port, boxes, self.aliases, self._refuse)
            )
            self.imap_port, self.smtp_port = self.dovecot.imap_port, self.postfix.smtp_port
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def owner(self, address: str) -> str:
        """The login whose mailbox takes mail for this address, or ""."""
        base = base_address(address)
        return base if base in self.users else self.aliases.get(base, "")

    def append(self, user: str, octets: bytes, folder: str = "INBOX", internaldate: datetime | None = None) -> None:
        """Put octets into a folder exactly as they are; Dovecot turns a date in the future into now."""
        with self.client(user) as client:
            client.append(folder, octets, msg_time=internaldate or datetime.now(UTC))

    def post(self, sender: str, recipients: Iterable[str], octets: bytes, internaldate: datetime | None = None) -> None:
        """Deliver a mail as if the login `sender` had submitted it: stamped, into every recipient's inbox."""
        author, when = header_from(octets), internaldate or datetime.now(UTC)
        aligned = bool(author) and self.owner(author) == sender
        for recipient in recipients:
            stamped = stamp(
                octets,
                authserv_id=self.authserv_id,
                sender=sender,
                recipient=recipient,
                login=sender,
                author=author,
                aligned=aligned,
                when=when,
            )
            self.append(self.owner(recipient), stamped, "INBOX", when)

    def deliver(self, sender: str, recipient: str, octets: bytes) -> None:
        """Hand octets to Dovecot by LMTP (RFC 2033) as the last hop does; a blank sender is the null return path."""
        with smtplib.LMTP(self.host, self.dovecot.lmtp_port, timeout=30) as client:
            client.sendmail(sender, [recipient], octets)

    def mails(self, user: str, folder: str = "INBOX") -> list[StoredMail]:
        """All mails of one folder in UID order."""
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            uids = client.search("ALL")
            answers = client.fetch(uids, [b"BODY.PEEK[]", b"INTERNALDATE", b"FLAGS"]) if uids else {}
        return [
            StoredMail(
                uid,
                answer[b"BODY[]"],
                answer[b"INTERNALDATE"].astimezone(UTC),
                frozenset(flag.decode() for flag in answer[b"FLAGS"] if flag != b"\\Recent"),
            )
            for uid, answer in sorted(answers.items())
        ]

    def arrived(self, user: str, count: int, folder: str = "INBOX", seconds: float = 20) -> list[StoredMail]:
        """The mails of a folder once there are `count`; Postfix delivers after it has answered."""
        end = time.monotonic() + seconds
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            while len(client.search("ALL")) < count:
                assert time.monotonic() < end, f"{user} has not got {count} mails in {folder}"
                client.idle()
                client.idle_check(timeout=1)
                client.idle_done()
        return self.mails(user, folder)

    def remove(self, user: str, uid: int, folder: str = "INBOX") -> None:
        """Expunge one mail."""
        with self.client(user) as client:
            client.select_folder(folder)
            client.delete_messages([uid])
            client.uid_expunge([uid])

    def remake_folder(self, user: str, folder: str) -> None:
        """Delete a folder and make it again, with another UIDVALIDITY."""
        with self.client(user) as client:
            client.delete_folder(folder)
            client.create_folder(folder)

    def client(self, user: str) -> IMAPClient:
        """This person's mail program."""
        client = IMAPClient(self.host, self.imap_port, ssl=False, timeout=10)
        client.normalise_times = False
        client.login(user, self.users[user])
        return client
