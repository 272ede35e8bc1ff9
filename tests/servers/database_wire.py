"""A wire between one daemon and PostgreSQL that is cut, falls silent or crawls, at once or at a commit."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress

from mailflow.store.postgres import _EVERYBODY

# What a driver says at the end of a unit (PostgreSQL's manual, "Message Formats": Query, with its closing zero).
COMMIT = b"COMMIT\x00"
# A unit is known by the turn it takes, which a beat of the leases does not; a number goes as text or as four octets.
TURN = (str(_EVERYBODY).encode(), struct.pack("!i", _EVERYBODY))
# At a commit: the server never hears it; does it, and the answer is lost; the same, and the line stays open in silence.
AT_COMMIT = ("never", "lost", "silent")
_RESET = struct.pack("ii", 1, 0)


class DatabaseWire:
    """Passes octets on to a port of this machine. Use it as a context manager; slow: seconds for each question."""

    host = "127.0.0.1"

    def __init__(self, to_port: int) -> None:
        self.to_port, self.slow, self._silent = to_port, 0.0, False
        self._commit: tuple[str, int] | None = None
        self.failed = False  # whether that commit has come
        self._guard = threading.Lock()
        self._lines: list[_Line] = []
        self._listening = socket.create_server((self.host, 0))
        self.port: int = self._listening.getsockname()[1]

    def __enter__(self) -> DatabaseWire:
        threading.Thread(target=self._accept, name="database-wire", daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.reset()

    def reset(self) -> None:
        """Cut every connection (RST); new ones work."""
        for line in self._open():
            line.reset()

    def fall_silent(self) -> None:
        """Nothing passes on any connection, old or new, and nobody is told; until `heal`."""
        self._silent = True
        for line in self._open():
            line.silent = True

    def at_commit(self, how: str, nth: int = 1) -> None:
        """One of AT_COMMIT at the nth commit of a unit from now on."""
        with self._guard:
            self._commit, self.failed = (how, nth), False

    def heal(self) -> None:
        """New connections work; those that were silent stay so."""
        with self._guard:
            self._silent, self.slow, self._commit = False, 0.0, None

    def committing(self) -> str:
        """What this commit comes to, if anything."""
        with self._guard:
            if self._commit is None:
                return ""
            how, nth = self._commit
            self._commit, self.failed = ((how, nth - 1), False) if nth > 1 else (None, True)
            return how if self.failed else ""

    def _open(self) -> list[_Line]:
        with self._guard:
            self._lines = [line for line in self._lines if not line.over]
            return list(self._lines)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                try:
                    server = socket.create_connection((self.host, self.to_port))
                except OSError:
                    client.close()
                    continue
                line = _Line(self, client, server)
                line.silent = self._silent
                with self._guard:
                    self._lines.append(line)
                for way in (line.up, line.down):
                    threading.Thread(target=way, daemon=True).start()


class _Line:
    """One connection, both ways."""

    def __init__(self, wire: DatabaseWire, client: socket.socket, server: socket.socket) -> None:
        self._wire, self._client, self._server = wire, client, server
        self.silent = self.over = self._last = self._unit = False
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def up(self) -> None:
        """From the daemon to the database."""
        with suppress(OSError):
            while chunk := self._client.recv(65536):
                self._unit = self._unit or any(turn in chunk for turn in TURN)
                how = self._wire.committing() if self._unit and COMMIT in chunk else ""
                self._unit = self._unit and COMMIT not in chunk
                if self.silent:
                    continue
                if how == "never":
                    return self.reset()
                self._last, self.silent = how == "lost", how == "silent"
                time.sleep(self._wire.slow)
                self._server.sendall(chunk)
        return self._end()

    def down(self) -> None:
        """From the database to the daemon."""
        with suppress(OSError):
            while chunk := self._server.recv(65536):
                if self._last:
                    return self.reset()
                if not self.silent:
                    self._client.sendall(chunk)
        return self._end()

    def reset(self) -> None:
        """Both ends are told that the connection is gone, without a good-bye."""
        self.over = True
        for end in (self._client, self._server):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                end.shutdown(socket.SHUT_RD)  # wakes who reads here, and says nothing to the other side
        self._close()

    def _end(self) -> None:
        if not self.silent:  # of a line that is dead nobody hears that its other end has gone
            self._close()

    def _close(self) -> None:
        self.over = True
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RD)
            end.close()
