"""A whole mail server in one thread: IMAP mailboxes and authenticated submission on loopback.

In: users with passwords, alias addresses, which addresses refuse or bounce, fault switches.
Out: an IMAP port and an SMTP port; delivered mail is stamped as a real border server would stamp it.
Fails: OSError when no loopback port can be bound; what a client does wrong is answered in SMTP or IMAP.
Limits: memory only, no TLS, no IMAP keywords, no SMTP DSN extension; for demonstrations and tests only.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import threading
from argparse import Namespace
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.reader import ProxyProtocolReader
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import DictBackend, Identity, Login
from pymap.parsing.message import AppendMessage
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import BuiltinHash

from mailflow.demo.border import base_address, delivery_report, header_from, stamp
from mailflow.demo.quick_imap import QuickConfig, QuickServer, quicken

_T = TypeVar("_T")
FOLDERS = ("Sent", "Junk")


@dataclass(frozen=True)
class StoredMail:
    """One mail lying in a mailbox of the server: its UID, octets, INTERNALDATE (UTC) and flags."""

    uid: int
    octets: bytes
    internaldate: datetime
    flags: frozenset[str]


def _now() -> datetime:
    # This thread plays somebody else's mail server, which stamps mail by its own clock, never by the daemon's.
    return datetime.now(UTC)


class EmbeddedMail:
    """IMAP and SMTP for a handful of people, as a context manager.

    users: login (a full address) to password; each login owns a mailbox with INBOX, Sent and Junk.
    aliases: further address to login; mail to it lands there and that login may send as it.
    refuse: recipient address to SMTP answer, such as "451 4.7.1 try later".
    bounce_later: addresses that are accepted and then reported undeliverable (RFC 3464) to the envelope sender,
      with the status given ("5.1.1" when only a collection is given; a status "4.x.x" is reported as delayed).
    clock: gives the INTERNALDATE of what is delivered.

    Fault switches may be set while it runs: hold_smtp (every RCPT is answered 451), throttle_smtp (every MAIL is
    answered 432), drop_after_dot ("delivered" or "lost": the connection ends without an answer after the final dot,
    the mail having been delivered or not), imap_off (IMAP connections are cut and refused).
    """

    host = "127.0.0.1"

    def __init__(
        self,
        users: Mapping[str, str],
        *,
        aliases: Mapping[str, str] | None = None,
        refuse: Mapping[str, str] | None = None,
        bounce_later: Mapping[str, str] | Iterable[str] = (),
        authserv_id: str = "mx.demo.example",
        clock: Callable[[], datetime] = _now,
        on_delivery: Callable[[str, bytes, str], None] | None = None,
        size_limit: int = 35_000_000,
    ) -> None:
        self.users = {login.lower(): password for login, password in users.items()}
        self.aliases = {alias.lower(): login.lower() for alias, login in (aliases or {}).items()}
        self.refuse = {address.lower(): answer for address, answer in (refuse or {}).items()}
        later = bounce_later if isinstance(bounce_later, Mapping) else dict.fromkeys(bounce_later, "5.1.1")
        self.bounce_later = {address.lower(): status for address, status in later.items()}
        self.authserv_id, self.clock, self.on_delivery, self.size_limit = authserv_id, clock, on_delivery, size_limit
        self.imap_port = self.smtp_port = 0
        self.hold_smtp = self.throttle_smtp = False
        self.drop_after_dot = ""
        self._imap_off = False
        self._imap_writers: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._failed: BaseException | None = None

    # -- what tests and the demonstration ask of it -------------------------------------------------

    def append(self, user: str, octets: bytes, folder: str = "INBOX", internaldate: datetime | None = None) -> None:
        """Put octets into a user's folder exactly as they are, as a client that drags mail there would."""
        self._ask(self._append(user.lower(), octets, folder, internaldate))

    def post(self, sender: str, recipients: Iterable[str], octets: bytes, internaldate: datetime | None = None) -> None:
        """Deliver a mail as if the login `sender` had submitted it: stamped, and reported when undeliverable."""
        self._ask(self._deliver(sender.lower(), sender.lower(), list(recipients), octets, internaldate))

    def mails(self, user: str, folder: str = "INBOX") -> list[StoredMail]:
        """All mails of one folder in UID order."""
        return self._ask(self._mails(user.lower(), folder))

    def remove(self, user: str, uid: int, folder: str = "INBOX") -> None:
        """Expunge one mail, as an officer who deletes it would."""
        self._ask(self._remove(user.lower(), uid, folder))

    def remake_folder(self, user: str, folder: str) -> None:
        """Delete a folder and make it again: its UIDVALIDITY changes (RFC 3501 section 2.3.1.1)."""
        self._ask(self._remake(user.lower(), folder))

    @property
    def imap_off(self) -> bool:
        """Whether IMAP connections are cut and refused."""
        return self._imap_off

    @imap_off.setter
    def imap_off(self, off: bool) -> None:
        self._imap_off = off
        if off:
            self._ask(self._cut_imap())

    def owner(self, address: str) -> str:
        """The login whose mailbox takes mail for this address, or ""; a plus tag is ignored (RFC 5233)."""
        base = base_address(address)
        return base if base in self.users else self.aliases.get(base, "")

    # -- hooks of aiosmtpd --------------------------------------------------------------------------

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: Any
    ) -> AuthResult:
        """RFC 4954: PLAIN and LOGIN; a wrong password is answered 535."""
        if isinstance(auth_data, LoginPassword):
            login = auth_data.login.decode("utf-8", "replace").lower()
            given, known = auth_data.password, self.users.get(login)
            if known is not None and hmac.compare_digest(given, known.encode()):
                return AuthResult(success=True, auth_data=auth_data)
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"  # RFC 4954 section 6
        if self.throttle_smtp:
            return "432 4.3.2 Concurrent connections limit exceeded"
        sender = "" if address == "<>" else address
        if sender and self.owner(sender) != self._login(session):
            return "553 5.7.1 Sender address does not belong to you"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        wanted = base_address(address)
        if self.hold_smtp:
            return "451 4.7.1 Not now, try again later"
        if wanted in self.refuse:
            return self.refuse[wanted]
        if wanted not in self.bounce_later and not self.owner(address):
            known = {login.rpartition("@")[2] for login in (*self.users, *self.aliases)}
            if wanted.rpartition("@")[2] in known:
                return "550 5.1.1 No such mailbox here"
            return "550 5.7.1 Relaying denied"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        sender = "" if envelope.mail_from == "<>" else str(envelope.mail_from)
        octets = envelope.original_content or b""
        drop = self.drop_after_dot
        if drop != "lost":
            # After the final dot the mail is ours: a client that hangs up now cannot stop half of it (RFC 5321 6.1).
            await asyncio.shield(self._deliver(self._login(session), sender, envelope.rcpt_tos, octets, None))
        if drop and server.transport is not None:
            server.transport.abort()
        return "250 2.0.0 delivered"

    @staticmethod
    def _login(session: Session) -> str:
        return session.auth_data.login.decode("utf-8", "replace").lower()

    # -- delivery -----------------------------------------------------------------------------------

    async def _deliver(
        self, login: str, sender: str, recipients: Iterable[str], octets: bytes, internaldate: datetime | None
    ) -> None:
        author = header_from(octets)
        aligned = bool(author) and self.owner(author) == login
        when = internaldate or self.clock()
        for recipient in recipients:
            status = self.bounce_later.get(base_address(recipient))
            if status is not None:
                if sender and self.owner(sender):  # RFC 5321 section 4.5.5: nothing is ever reported to a null sender
                    report = delivery_report(
                        self.authserv_id, octets, sender=sender, recipient=recipient, status=status, when=when
                    )
                    await self._append(self.owner(sender), b"Return-Path: <>\r\n" + report, "INBOX", when)
                continue
            stamped = stamp(
                octets,
                authserv_id=self.authserv_id,
                sender=sender,
                recipient=recipient,
                login=login,
                author=author,
                aligned=aligned,
                when=when,
            )
            user = self.owner(recipient)
            await self._append(user, stamped, "INBOX", when)

    async def _append(self, user: str, octets: bytes, folder: str, when: datetime | None) -> None:
        async with self._identity(user).new_session() as session:
            await session.append_messages(folder, [AppendMessage(octets, when or self.clock())])
        if self.on_delivery is not None:
            self.on_delivery(user, octets, folder)

    async def _mails(self, user: str, folder: str) -> list[StoredMail]:
        async with self._identity(user).new_session() as session:
            mailbox = await session.mailbox_set.get_mailbox(folder)
            return [
                StoredMail(
                    message.uid,
                    bytes(message._content),
                    message.internal_date.astimezone(UTC),
                    frozenset(bytes(flag).decode() for flag in message.permanent_flags),
                )
                async for message in mailbox.messages()
            ]

    async def _remove(self, user: str, uid: int, folder: str) -> None:
        async with self._identity(user).new_session() as session:
            mailbox = await session.mailbox_set.get_mailbox(folder)
            await mailbox.delete([uid])

    async def _remake(self, user: str, folder: str) -> None:
        async with self._identity(user).new_session() as session:
            await session.mailbox_set.delete_mailbox(folder)
            await session.mailbox_set.add_mailbox(folder)

    def _identity(self, user: str) -> Identity:
        return Identity(user, self._backend.login, None, frozenset())

    # -- life ---------------------------------------------------------------------------------------

    def _ask(self, question: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(question, self._loop).result(30)

    async def _cut_imap(self) -> None:
        for writer in tuple(self._imap_writers):
            writer.transport.abort()

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        args = Namespace(
            demo_data=False, demo_user="nobody", demo_password="nobody", host=self.host, port=0, cert=None, key=None,
            tls=False, proxy_protocol=None, inherited_sockets=None, debug=False, passlib_cfg=None,
        )  # fmt: skip
        # One round instead of PBKDF2's default (0.4 s a login): the passwords guard nothing but a demonstration.
        config = QuickConfig.from_args(args, hash_context=BuiltinHash(rounds=1))
        config.apply_context()
        quicken()
        login = Login(config)
        self._backend = DictBackend(login, config)  # without pymap's own demonstration user: no way in
        for user, password in self.users.items():
            hashed = await Passwords(config).hash_password(password)
            login.users_dict[user] = UserMetadata(config, user, password=hashed)
            async with self._identity(user).new_session() as session:
                for folder in FOLDERS:
                    await session.mailbox_set.add_mailbox(folder)
        serve = QuickServer(login, config)

        async def imap_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: SocketInfo) -> None:
            if self._imap_off:
                writer.transport.abort()
                return
            self._imap_writers.add(writer)
            try:
                with suppress(ConnectionError):
                    await serve(reader, writer, peer)
            finally:
                self._imap_writers.discard(writer)

        connected = ProxyProtocolReader(config.proxy_protocol).get_callback(imap_client)

        def smtp_client() -> SMTP:
            return SMTP(
                self, hostname=self.authserv_id, loop=self._loop, enable_SMTPUTF8=True, auth_require_tls=False,
                authenticator=self.authenticate, data_size_limit=self.size_limit,
            )  # fmt: skip

        async with AsyncExitStack() as stack:
            await self._backend.start(stack)
            imap = await stack.enter_async_context(await asyncio.start_server(connected, self.host, 0))
            smtp = await stack.enter_async_context(await self._loop.create_server(smtp_client, self.host, 0))
            self.imap_port, self.smtp_port = (s.sockets[0].getsockname()[1] for s in (imap, smtp))
            self._ready.set()
            await self._stop.wait()
            for task in asyncio.all_tasks():
                if task is not asyncio.current_task():
                    task.cancel()

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:  # handed to the thread that started the server
            self._failed = error
        finally:
            self._ready.set()

    def __enter__(self) -> EmbeddedMail:
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd logs each command and address
        self._thread = threading.Thread(target=self._run, name="embedded-mail", daemon=True)
        self._thread.start()
        self._ready.wait(10)
        if self._failed is not None:
            raise self._failed
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)
