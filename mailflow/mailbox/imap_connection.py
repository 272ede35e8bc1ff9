"""The one connection of an IMAP reader: made when it is needed, dropped when it is not sound, left at once on a stop.

In: host, login, TLS.
Out: an IMAPClient that has logged in.
Fails: errors.MailboxUnavailable when the server cannot be reached or refuses the login.
Limits: one thread; only `hurry` may be called from another. A refused password is not offered again at once.
"""

from __future__ import annotations

import imaplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from mailflow.errors import MailboxUnavailable
from mailflow.failpoints import around, reach
from mailflow.logins import Refusals

# imaplib.IMAP4.error covers imapclient's errors; ValueError is what its parser raises on nonsense.
TROUBLE = (imaplib.IMAP4.error, OSError, EOFError, ValueError)
# RFC 5530: with these codes a refused login says nothing about the password.
_PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")


class Connection:
    """`client` is there while the connection stands; `away` says that the last attempt to make one failed, `left` that
    no more are made."""

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        password: Callable[[], str],
        *,
        tls: str,
        timeout: float,
        auth: str,
        ssl_context: ssl.SSLContext | None,
    ) -> None:
        self._host, self._port, self._user, self._password = host, port, user, password
        self._tls, self._timeout, self._auth, self._ssl_context = tls, timeout, auth, ssl_context
        self._refusals = Refusals()
        self._opening: IMAPClient | None = None
        self.left = False
        self.client: IMAPClient | None = None
        self.away = False

    def get(self) -> IMAPClient:
        """The connection that stands, or a new one."""
        if self.client is None:
            self.away = True
            self.client = self._connected()
            self.away = False
        return self.client

    def drop(self) -> None:
        """Forget it; the next `get` connects anew."""
        client, self.client = self.client, None
        if client is not None:
            _shut(client)

    def close(self) -> None:
        """Log out politely; a dead connection is simply dropped."""
        if self.client is not None and not self.left:
            with suppress(*TROUBLE):
                around("imap.logout", self.client.logout)
        self.drop()

    def hurry(self) -> None:
        """End what is being said to the server, and make no new connection (any thread)."""
        self.left = True
        for client in (self._opening, self.client):
            if client is not None:
                with suppress(*TROUBLE):
                    # Not SSLSocket's own method: it would take the TLS state from under the thread that reads.
                    socket.socket.shutdown(client.socket(), socket.SHUT_RDWR)

    def _connected(self) -> IMAPClient:
        try:
            return self._login()
        except LoginError as error:
            if self._auth != "xoauth2":
                raise self._refuses("login") from error
            return self._with_fresh_token()
        except TROUBLE as error:
            what = "did not answer in time" if isinstance(error, TimeoutError) else "could not connect"
            raise MailboxUnavailable(
                f"The mailbox {self._user} on {self._host} {what} ({type(error).__name__})."
            ) from error

    def _with_fresh_token(self) -> IMAPClient:
        """A token may have run out between being read and being used: once more with a fresh one."""
        try:
            return self._login()
        except TROUBLE as error:
            raise self._refuses("token") from error

    def _refuses(self, what: str) -> MailboxUnavailable:
        return MailboxUnavailable(
            f"The mail server {self._host} refuses the {what} of {self._user}: it may have run out or been changed. "
            "Once the right one is in its file it is used; no restart is needed."
        )

    def _login(self) -> IMAPClient:
        password = self._password()
        if self._refusals.bars(password):
            raise LoginError("refused a short while ago, not offered again yet")
        client = self._opening = self._open()
        try:
            if self.left:
                raise ConnectionError("the daemon is being stopped")
            login = client.oauth2_login if self._auth == "xoauth2" else client.login
            around("imap.login", login, self._user, password)
        except LoginError as error:
            _shut(client)
            if any(code in str(error).upper() for code in _PASSING):
                raise ConnectionError("the server cannot check passwords now") from error
            if isinstance(error.__context__, imaplib.IMAP4.abort):  # the library calls a lost connection so, too
                raise ConnectionError("the connection was lost at the login") from error
            self._refusals.refused(password)
            raise
        except BaseException:
            _shut(client)
            raise
        finally:
            self._opening = None
        self._refusals.accepted()
        return client

    def _open(self) -> IMAPClient:
        if self.left:
            raise ConnectionError("the daemon is being stopped")
        # To read this machine's certificates takes longer than all the rest of a connect.
        context = None if self._tls == "none" else self._ssl_context or ssl.create_default_context()
        implicit = self._tls == "tls"
        reach("imap.connect", "before")
        client = IMAPClient(
            self._host,
            self._port,
            ssl=implicit,
            ssl_context=context if implicit else None,
            timeout=self._timeout,
        )
        try:
            reach("imap.connect", "after")
            client._imap.debug = 0  # the library forces 5, which formats every literal: 10 times slower
            client.normalise_times = False  # otherwise INTERNALDATE is naive local time
            if self._tls == "starttls":
                around("imap.starttls", client.starttls, context)
            # search and append write in two pieces: Nagle and delayed ACK would cost 44 ms a call.
            client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            _shut(client)
            raise
        return client


def _shut(client: IMAPClient) -> None:
    with suppress(*TROUBLE):  # the socket may be gone already, and that must not hide why
        client.shutdown()
