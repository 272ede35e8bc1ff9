"""One SMTP session between a mail program and Postfix, with the manners of a `Personality`.

The letter is taken whole before the server hears of it, so that a throttled or swallowed one leaves no trace there.
"""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from mailflow.demo.border import base_address
from tests.servers.manners_imap import Lines

if TYPE_CHECKING:
    from tests.servers.manners import Manners

_PATH = re.compile(rb"<([^>]*)>")


class SmtpTalk:
    """One session; `run` returns when either side has left."""

    def __init__(self, manners: Manners, client: socket.socket, server: socket.socket) -> None:
        self._manners = manners
        self._client, self._server = Lines(client), Lines(server)
        self._sender, self._taken = "", list[str]()

    def run(self) -> None:
        """Until one of them hangs up."""
        with suppress(OSError, ConnectionError):
            self._client.say(self._reply())
            while self._command():
                pass
        for side in (self._client, self._server):
            side.close()

    def _command(self) -> bool:
        line = self._client.line()
        verb = line.strip().upper().split(b" ")[0]
        address = path[1].decode("utf-8", "replace") if (path := _PATH.search(line)) else ""
        if verb == b"DATA":
            return self._data(line)
        if verb == b"RCPT" and self._is_own(address):
            # The service files the copy itself; Postfix, who would put it into the inbox, hears nothing of it.
            self._taken.append(address)
            self._client.say(b"250 2.1.5 OK\r\n")
            return True
        self._server.say(line)
        reply = self._reply()
        if verb in (b"MAIL", b"RSET", b"EHLO", b"HELO"):
            self._sender, self._taken = address, []
        elif verb == b"RCPT" and reply.startswith(b"2"):
            self._taken.append(address)
        self._client.say(reply)
        return verb != b"QUIT"

    def _is_own(self, address: str) -> bool:
        from tests.servers.personality import INBOX

        return self._manners.personality.own_copy != INBOX and base_address(address) == base_address(self._sender)

    def _reply(self) -> bytes:
        said = b""
        while True:
            line = self._server.line()
            said += line
            if line[3:4] != b"-":
                return said

    def _data(self, line: bytes) -> bool:
        if not self._taken:
            self._client.say(b"554 5.5.1 Error: no valid recipients\r\n")
            return True
        self._client.say(b"354 End data with <CR><LF>.<CR><LF>\r\n")
        lines = []
        while (one := self._client.line()) != b".\r\n":
            lines.append(one)
        switches = self._manners
        if switches.spend("swallow"):
            return False  # the dot itself is lost
        if switches.is_too_fast():
            self._server.say(b"RSET\r\n")
            self._reply()
            self._client.say(switches.personality.too_fast.encode() + b"\r\n")
            return not switches.personality.too_fast.startswith("421")
        reply = b"250 2.0.0 Ok: queued\r\n"
        if any(not self._is_own(address) for address in self._taken):
            self._server.say(line)
            reply = self._reply()
            if reply.startswith(b"354"):
                self._server.say(b"".join(lines) + b".\r\n")
                reply = self._reply()
        else:
            self._server.say(b"RSET\r\n")
            self._reply()
        if reply.startswith(b"250"):
            octets = b"".join(one[1:] if one.startswith(b".") else one for one in lines)
            switches.submitted(self._sender, self._taken, octets)
        self._taken = []
        if switches.spend("lose"):
            return False  # taken, and the answer is lost
        self._client.say(reply)
        return True
