"""A wire to a real server that breaks as wires do: cut after SMTP's final dot, or dead without a word."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

DOT = b"\r\n.\r\n"


class CutWire:
    """Passes octets on to a port of this machine. cut: so many answers to a final dot of SMTP are lost from now on.

    swallow: the dot itself is lost too, so that the server never gets the mail (RFC 5321 section 4.1.1.4).
    """

    host = "127.0.0.1"

    def __init__(self, to_port: int) -> None:
        self._to_port, self.cut, self.swallow = to_port, 0, False
        self._wires: list[_Wire] = []
        self._closed = False
        self._listening = socket.create_server((self.host, 0))
        self.port = self._listening.getsockname()[1]

    def __enter__(self) -> CutWire:
        threading.Thread(target=self._accept, name="cut-wire", daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        # A thread that waits in accept() takes one more connection after the close: that one is dead from the start.
        self._closed = True
        self._listening.close()

    def die(self) -> int:
        """Nothing passes any more on the connections there are, and nobody is told; new ones work. How many died."""
        for wire in self._wires:
            wire.dead = True
        return sum(wire.open for wire in self._wires)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection((self.host, self._to_port))
                wire = _Wire(self, client, server)
                wire.dead = self._closed
                self._wires.append(wire)
                threading.Thread(target=wire.up, daemon=True).start()
                threading.Thread(target=wire.down, daemon=True).start()


class _Wire:
    """One connection, both ways."""

    def __init__(self, through: CutWire, client: socket.socket, server: socket.socket) -> None:
        self._through, self._client, self._server = through, client, server
        self._in_data = self._dotted = self.dead = False
        self.open = True

    def up(self) -> None:
        """From the client to the server."""
        tail = b""
        with suppress(OSError):
            while chunk := self._client.recv(65536):
                if self.dead:
                    continue
                tail = (tail + chunk)[-len(DOT) :]
                if self._in_data and tail == DOT:
                    self._in_data, tail = False, b""
                    self._dotted = self._through.cut > 0
                    if self._dotted and self._through.swallow:
                        self._through.cut -= 1
                        return self._close()
                self._server.sendall(chunk)
        return self._close()

    def down(self) -> None:
        """From the server to the client."""
        with suppress(OSError):
            while chunk := self._server.recv(65536):
                if self.dead:
                    continue
                if self._dotted:
                    self._through.cut -= 1
                    break
                self._in_data = self._in_data or chunk.startswith(b"354")
                self._client.sendall(chunk)
        self._close()

    def _close(self) -> None:
        self.open = False
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
