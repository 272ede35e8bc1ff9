"""A wire to a real server that fails at chosen commands, once each: cut before or after, refused, answered too late.

SMTP and IMAP in the clear are read line by line; a test says which command comes to grief and how.
"""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass

SMTP_VERBS = ("EHLO", "MAIL", "RCPT", "DATA", "DOT", "RSET", "QUIT")
IMAP_VERBS = ("LOGIN", "LIST", "EXAMINE", "SEARCH", "FETCH", "LOGOUT")
# lost: the server does it and its answer never comes; late: the same, and the connection stays open without a word.
HOWS = ("cut", "lost", "late", "421 4.3.2 closing", "432 4.3.2 slow down", "451 4.7.1 try later")
LITERAL = re.compile(rb"\{(\d+)\+?\}\r\n\Z")


@dataclass
class Fault:
    """What is to happen: at the nth `verb` from now on, `how`; "OCTETS" is the middle of a letter's text."""

    verb: str
    how: str
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.verb} {self.how}" + (f" (number {self.nth})" if self.nth > 1 else "")


class FaultyWire:
    """Passes octets on to a port of this machine. faults: those to come; happened: those that came true."""

    host = "127.0.0.1"

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self.faults: list[Fault] = []
        self.refuse = False
        self.happened: list[Fault] = []
        self._lock = threading.Lock()
        self._listening = socket.create_server((self.host, 0))
        self.port: int = self._listening.getsockname()[1]

    def __enter__(self) -> FaultyWire:
        threading.Thread(target=self._accept, name="faulty-wire", daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def due(self, verb: str) -> Fault | None:
        """The fault that this command meets, if any."""
        with self._lock:
            fault = next((fault for fault in self.faults if fault.verb == verb), None)
            if fault is None:
                return None
            fault.nth -= 1
            if fault.nth > 0:
                return None
            self.faults.remove(fault)
            self.happened.append(fault)
            return fault

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self.refuse:
                    client.close()
                    continue
                server = socket.create_connection((self.host, self._to_port))
                threading.Thread(target=_Connection(self, client, server).run, daemon=True).start()


class _Connection:
    """One client: commands go up a line at a time, answers come down as they are."""

    def __init__(self, wire: FaultyWire, client: socket.socket, server: socket.socket) -> None:
        self._wire, self._client, self._server = wire, client, server
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._deaf = False  # what the server says is not passed on any more
        self._answer = threading.Event()  # the server has said something
        self._last = b""

    def run(self) -> None:
        threading.Thread(target=self._down, daemon=True).start()
        lines = self._client.makefile("rb")
        with suppress(OSError, ConnectionError):
            while line := lines.readline():
                if not self._command(line, lines):
                    break
        self._close()

    def _command(self, line: bytes, lines: object) -> bool:
        """Pass a command on; False when the connection is over."""
        fault = self._wire.due(_verb(line))
        if fault is not None:
            return self._fail(fault, line)
        self._answer.clear()
        self._server.sendall(line)
        if line.upper().startswith(b"DATA"):
            self._answer.wait(30)
            if self._last.startswith(b"354"):
                return self._text(lines)
        if literal := LITERAL.search(line):
            self._server.sendall(lines.read(int(literal[1])))  # type: ignore[attr-defined]
        return True

    def _text(self, lines: object) -> bool:
        """A letter's text, up to its final dot."""
        sent = 0
        while line := lines.readline():  # type: ignore[attr-defined]
            if line == b".\r\n":
                fault = self._wire.due("DOT")
                if fault is not None:
                    return self._fail(fault, line)
                self._server.sendall(line)
                return True
            self._server.sendall(line)
            sent += 1
            if sent == 5 and (fault := self._wire.due("OCTETS")) is not None:
                return False
        return False

    def _fail(self, fault: Fault, line: bytes) -> bool:
        if fault.how in ("lost", "late"):
            self._deaf = True
            self._answer.clear()
            self._server.sendall(line)
            self._answer.wait(30)
            if fault.how == "late":
                with suppress(OSError):
                    while self._client.recv(4096):  # until the client gives up
                        pass
            return False
        if fault.how == "cut":
            return False
        self._client.sendall(fault.how.encode("ascii") + b"\r\n")
        if line == b".\r\n":  # the server still waits for the end of a letter that was refused
            return False
        return not fault.how.startswith("421")

    def _down(self) -> None:
        with suppress(OSError):
            while chunk := self._server.recv(65536):
                self._last = chunk
                if not self._deaf:
                    self._client.sendall(chunk)
                self._answer.set()
        self._answer.set()
        if not self._deaf:
            self._close()

    def _close(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _verb(line: bytes) -> str:
    """SMTP's first word, or the word that says what an IMAP command does."""
    words = line.decode("latin-1").upper().split()
    if not words:
        return ""
    if words[0] in SMTP_VERBS or len(words) == 1:
        return words[0]
    return words[2] if words[1] == "UID" and len(words) > 2 else words[1]
