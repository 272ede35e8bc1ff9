"""Letters handed to an SMTP submission server, one transaction each, step by step.

In: envelope sender, recipients, final octets, an envelope id; a callback told of each phase before it begins.
Out: a verdict per recipient; the connection is kept for the next letter.
Fails: errors.ConfigurationError when made without TLS towards another machine; what `on_phase` raises, after
  the connection was cut, so that nothing half-said goes on.
Limits: one letter at a time per object (several objects are a pool); no PIPELINING, no CHUNKING.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPResponse, SMTPResponseException

from mailflow.errors import ConfigurationError, Fault
from mailflow.failpoints import awaited, reach
from mailflow.logins import Refusals
from mailflow.submission.verdict import Phased, Verdict, answer, judge

_CHUNK = 65_536
_LETTERS_PER_CONNECTION = 50  # servers close long sessions; better we choose the moment
_BARE = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"(?m)^\.")
_EIGHT_BIT = re.compile(rb"[\x80-\xff]")
# Stricter than RFC 5321 on purpose: no quoted local parts, no source routes, one address only.
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\\\"@\x00-\x1f\x7f]{1,64}@[^\s<>()\[\],;:\\\"@\x00-\x1f\x7f]{1,255}\Z")
_TROUBLE = (SMTPException, OSError, ValueError, RuntimeError)


class Submission:
    """A synchronous door to one submission server.

    password: called at every connect (an access token when auth is "xoauth2"); an empty user means no AUTH.
    tls: "starttls" (587; required, never silently skipped), "tls" (465), or "none", accepted only towards loopback.
    timeout: seconds for each step; reply_timeout: seconds to wait after the final dot (RFC 5321 section 4.5.3.2.6
      asks for 10 minutes, because giving up early makes letters in doubt).
    """

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        password: Callable[[], str],
        *,
        tls: str = "starttls",
        timeout: float = 60,
        reply_timeout: float = 600,
        auth: str = "password",
        helo: str = "localhost",
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        if tls not in ("tls", "starttls", "none"):
            fault = Fault("submission", 0, f"tls = {tls!r} is unknown.", "Use tls, starttls or none.")
            raise ConfigurationError([fault])
        if tls == "none" and not _is_loopback(host):
            fault = Fault(
                "submission", 0, f"Letters would cross the network to {host} in the clear.", "Use starttls or tls."
            )
            raise ConfigurationError([fault])
        self._host, self._port, self._user, self._password, self._auth = host, port, user, password, auth
        self._tls, self._ssl_context, self._helo = tls, ssl_context, helo
        self._timeout, self._reply_timeout = timeout, reply_timeout
        self._client: SMTP | None = None
        self._used = 0
        self._closed = False
        self._runner = asyncio.Runner()
        self._lock = threading.Lock()
        self._refusals = Refusals()
        self._left = False
        self._task: asyncio.Task | None = None

    def send(
        self,
        mail_from: str,
        recipients: Sequence[str],
        octets: bytes,
        envid: str,
        on_phase: Phased,
    ) -> dict[str, Verdict]:
        """Hand one letter over; the verdict of every recipient.

        on_phase is called with "connected", "mail", "rcpt", "data" and "dot" before the step, and with "reply" when
        the final answer has been read; beside it the verdicts on those the server has turned away so far: to them
        nothing leaves, whatever becomes of the rest (RFC 5321 section 3.3). What it raises ends the transaction
        unfinished and is raised again; raised at "dot" or before, the server has not got the letter.
        """
        with self._lock:
            letter = _Letter(
                self, mail_from=mail_from, recipients=recipients, octets=octets, envid=envid, on_phase=on_phase
            )
            return self._runner.run(letter.send())

    def hurry(self) -> None:
        """Break off the letter in hand as if its server were gone, and begin no other (any thread)."""
        self._left = True
        task = self._task
        if task is not None:
            with suppress(RuntimeError):  # it has ended meanwhile, and its event loop with it
                task.get_loop().call_soon_threadsafe(task.cancel)

    def close(self) -> None:
        """Say QUIT and end; a later `send` is an error."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._runner.run(self._quit())
                self._runner.close()

    # -- the connection, used by the transaction below ----------------------------------------------

    async def _connected(self) -> SMTP:
        """A connection ready for MAIL: the kept one after RSET, or a new one."""
        client = self._client
        if client is not None and self._used < _LETTERS_PER_CONNECTION:
            await asyncio.sleep(0)  # lets the loop notice a server that said 421 meanwhile
            with suppress(*_TROUBLE):
                if client.is_connected and (await awaited("smtp.rset", client.execute_command(b"RSET"))).code == 250:
                    self._used += 1
                    return client
        await self._quit()
        password = self._password() if self._user else ""
        if self._refusals.bars(password):
            raise ConnectionError(f"it refuses the login of {self._user}; the same password is not offered again yet")
        client = SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._tls == "tls",
            start_tls=False,  # said below, so that it is never skipped and is a step of its own
            tls_context=self._ssl_context,
            local_hostname=self._helo,
            timeout=self._timeout,
        )
        try:
            await awaited("smtp.connect", client.connect())
            if self._tls == "starttls":
                await awaited("smtp.starttls", client.starttls())
            if self._user:
                login = client.auth_xoauth2 if self._auth == "xoauth2" else client.login
                await awaited("smtp.auth", login(self._user, password))
                self._refusals.accepted()
            elif client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except SMTPAuthenticationError as refused:
            client.close()
            if refused.code // 100 == 5:  # RFC 4954 section 6: 454 is the server's own trouble
                self._refusals.refused(password)
            raise
        except BaseException:
            client.close()
            raise
        self._client, self._used = client, 1
        return client

    def _cut(self) -> None:
        """Drop the connection at once: an open envelope must not meet the next letter."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def _quit(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            if client.is_connected and not self._left:
                await awaited("smtp.quit", client.quit(timeout=min(5.0, self._timeout)))
        except _TROUBLE:
            pass
        finally:
            client.close()


class _Stopped(Exception):
    """`on_phase` raised: not the server's doing, so never a verdict."""


class _Letter:
    """One transaction; `phase` is the last step reported."""

    def __init__(
        self,
        door: Submission,
        *,
        mail_from: str,
        recipients: Sequence[str],
        octets: bytes,
        envid: str,
        on_phase: Phased,
    ) -> None:
        self.door, self.mail_from, self.envid, self.on_phase = door, mail_from, envid, on_phase
        self.recipients = tuple(dict.fromkeys(recipients))
        # RFC 5321 section 2.3.8: only CRLF may end a line; a bare one would let a reader see another message.
        text = octets if octets.endswith((b"\r", b"\n")) else octets + b"\r\n"
        self.octets = _BARE.sub(b"\r\n", text)
        self.phase = ""
        self.verdicts: dict[str, Verdict] = {}
        self.accepted: list[str] = []

    async def send(self) -> dict[str, Verdict]:
        final: SMTPResponse | None = None
        error = ""
        self.door._task = asyncio.current_task()
        try:
            if self.door._left:
                raise asyncio.CancelledError
            final = await self.transaction()
        except asyncio.CancelledError:
            self.door._cut()
            if not self.door._left:
                raise
            error = "mailflow was stopped before the mail server had answered."
        except _Stopped as stopped:
            self.door._cut()
            raise stopped.__cause__ or stopped from None
        except SMTPResponseException as refused:
            # Greeting, STARTTLS or AUTH said no, or an answer could not be read (code -1).
            self.door._cut()
            final = SMTPResponse(refused.code, refused.message)
        except _TROUBLE as trouble:
            self.door._cut()
            error = self.explain(trouble)
        except BaseException:
            self.door._cut()
            raise
        finally:
            self.door._task = None
        for recipient in self.recipients:
            if recipient not in self.verdicts:
                reply = None if final is None else answer(recipient, final.code, final.message)
                self.verdicts[recipient] = judge(self.phase, reply, error)
        return {recipient: self.verdicts[recipient] for recipient in self.recipients}

    async def transaction(self) -> SMTPResponse | None:
        """Returns the answer that decides for all recipients not judged yet."""
        if not self.addresses_are_sound():
            return None
        client = await self.door._connected()
        self.step("connected")
        if not self.server_can(client):
            return None
        said = await self.envelope(client)
        if said is not None or not self.accepted:
            return said
        self.step("data")
        said = await awaited("smtp.data", client.execute_command(b"DATA"))
        return await self.text(client) if said.code == 354 else said

    async def envelope(self, client: SMTP) -> SMTPResponse | None:
        """MAIL and every RCPT; an answer that ends the transaction, or None. Judges refused recipients."""
        self.step("mail")
        said = await awaited("smtp.mail", client.execute_command(b"MAIL", *self.mail_words(client)))
        if said.code // 100 != 2:
            return said
        self.step("rcpt")
        for recipient in [r for r in self.recipients if r not in self.verdicts]:
            said = await awaited("smtp.rcpt", client.execute_command(b"RCPT", *self.rcpt_words(client, recipient)))
            if said.code in (250, 251):
                self.accepted.append(recipient)
                continue
            self.verdicts[recipient] = judge("rcpt", answer(recipient, said.code, said.message))
            if said.code == 421:
                return said  # the server is leaving; what was accepted before goes with it
        return None

    async def text(self, client: SMTP) -> SMTPResponse:
        """The octets, then the phase "dot", then the dot itself, then the answer."""
        protocol, transport = client.protocol, client.transport
        if protocol is None or not isinstance(transport, asyncio.WriteTransport):
            raise ConnectionError("The connection was lost")
        stuffed = _DOT.sub(b"..", self.octets)  # RFC 5321 section 4.5.2
        reach("smtp.octets", "before")
        for start in range(0, len(stuffed), _CHUNK):
            protocol.write(stuffed[start : start + _CHUNK])
            await self.drained(transport, 4 * _CHUNK)
        await self.drained(transport, 0)
        reach("smtp.octets", "after")
        self.step("dot")
        reach("smtp.dot", "before")
        # No await between writing and reading: the library would drop an answer that nobody waits for.
        protocol.write(b".\r\n")
        reach("smtp.dot", "after")
        said = await awaited("smtp.reply", protocol.read_response(timeout=self.door._reply_timeout))
        if said.code // 100 in (2, 4, 5):
            self.step("reply")
        if said.code == 421:
            self.door._cut()
        return said

    async def drained(self, transport: asyncio.WriteTransport, mark: int) -> None:
        """Wait until at most `mark` octets are unsent; no progress for `timeout` seconds is a dead connection."""
        left, since = transport.get_write_buffer_size(), time.monotonic()
        while (now := transport.get_write_buffer_size()) > mark:
            if now < left:
                left, since = now, time.monotonic()
            elif time.monotonic() - since > self.door._timeout:
                raise TimeoutError("The server stopped taking data")
            await asyncio.sleep(0.002)
        if transport.is_closing():
            raise ConnectionError("The connection was lost")

    def step(self, phase: str) -> None:
        try:
            self.on_phase(phase, dict(self.verdicts))
        except Exception as error:
            raise _Stopped from error
        self.phase = phase

    # -- what is said -------------------------------------------------------------------------------

    def addresses_are_sound(self) -> bool:
        """Addresses are checked here, because "a@x, b@y" must never be cut to "a@x" silently."""
        if self.mail_from and not _ADDRESS.match(self.mail_from):
            self.refuse(self.recipients, "The envelope sender is not an address.")
        self.refuse([r for r in self.recipients if not _ADDRESS.match(r)], "This is not an address.")
        return len(self.verdicts) < len(self.recipients)

    def server_can(self, client: SMTP) -> bool:
        """Whether anything is left to send, given SIZE (RFC 1870) and SMTPUTF8 (RFC 6531)."""
        limit = client.esmtp_extensions.get("size", "").split(" ")[0]
        if limit.isdigit() and 0 < int(limit) < len(self.octets):
            self.refuse(self.recipients, f"The letter has {len(self.octets)} octets, the server takes {limit}.")
        if not client.supports_extension("smtputf8"):
            foreign = [r for r in self.recipients if not r.isascii() or not self.mail_from.isascii()]
            self.refuse(foreign, "The server cannot carry an address with these letters (SMTPUTF8).")
        return len(self.verdicts) < len(self.recipients)

    def refuse(self, recipients: Sequence[str], words: str) -> None:
        for recipient in recipients:
            self.verdicts.setdefault(recipient, Verdict("refused", False, words))

    def mail_words(self, client: SMTP) -> list[bytes]:
        words = [f"FROM:<{self.mail_from}>".encode()]
        if client.supports_extension("size"):
            words.append(f"SIZE={len(self.octets)}".encode())
        if _EIGHT_BIT.search(self.octets) and client.supports_extension("8bitmime"):
            words.append(b"BODY=8BITMIME")
        if not (self.mail_from + "".join(self.recipients)).isascii() and client.supports_extension("smtputf8"):
            words.append(b"SMTPUTF8")
        if client.supports_extension("dsn"):
            words.append(b"RET=HDRS")
            if self.envid:
                words.append(b"ENVID=" + _xtext(self.envid[:90]))  # RFC 3461 section 4.4: at most 100 characters
        return words

    def rcpt_words(self, client: SMTP, recipient: str) -> list[bytes]:
        words = [f"TO:<{recipient}>".encode()]
        if client.supports_extension("dsn"):
            words.append(b"NOTIFY=FAILURE,DELAY")
            if recipient.isascii():
                words.append(b"ORCPT=rfc822;" + _xtext(recipient))
        return words

    def explain(self, trouble: BaseException) -> str:
        where = f"{self.door._host} port {self.door._port}"
        if isinstance(trouble, TimeoutError) or "Timeout" in type(trouble).__name__:
            return f"The mail server {where} did not answer in time."
        if self.phase:
            return f"The connection to the mail server {where} was lost."
        return f"The mail server {where} could not be used: {str(trouble)[:200] or type(trouble).__name__}."


def _xtext(text: str) -> bytes:
    """RFC 3461 section 4: everything but printable ASCII, "+" and "=" as they are, as +XX."""
    return b"".join(bytes([o]) if 33 <= o <= 126 and o not in b"+=" else b"+%02X" % o for o in text.encode("utf-8"))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
