"""A thread that speaks a line protocol with whoever connects; base of the scripted IMAP and SMTP servers."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class LineServer:
    """Subclasses write `talk(peer)`; raising ConnectionError in it ends the connection at once."""

    host = "127.0.0.1"

    def __enter__(self) -> LineServer:
        self._listener = socket.create_server((self.host, 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self.said: list[str] = []
        self._peers: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # close alone would not end a running accept
        self._listener.close()
        for peer in self._peers:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
            peer.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self._listener.accept()
                self.connections += 1
                self._peers.append(peer)
                threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        # A reset on purpose looks like any other lost connection.
        with suppress(OSError, ValueError):
            self.talk(Peer(peer, self.said))
        with suppress(OSError):
            peer.shutdown(socket.SHUT_RDWR)
        peer.close()

    def talk(self, peer: Peer) -> None:
        raise NotImplementedError


class Peer:
    """One client: lines in, lines out; every line read is remembered in the server's `said`."""

    def __init__(self, connection: socket.socket, said: list[str]) -> None:
        self._connection, self._file, self._said = connection, connection.makefile("rb"), said

    def line(self) -> str:
        raw = self._file.readline()
        if not raw:
            raise ConnectionError("the client left")
        text = raw.decode("utf-8", "replace").rstrip("\r\n")
        self._said.append(text)
        return text

    def say(self, text: str) -> None:
        self.raw(text.encode() + b"\r\n")

    def raw(self, octets: bytes) -> None:
        self._connection.sendall(octets)

    def until_left(self) -> None:
        """Say nothing more, and keep the connection until the client goes."""
        while self._file.readline():
            pass
