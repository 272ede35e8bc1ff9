"""A bell between threads: one thread waits on a socket, another rings it awake.

In: the file descriptor to watch, seconds to wait.
Out: whether the descriptor had something to read.
Fails: OSError when the watched descriptor is closed.
Limits: POSIX poll(2); rings are not counted, many rings wake once.
"""

from __future__ import annotations

import select
import socket
from contextlib import suppress


class Bell:
    """Wakes a thread that waits in `listen`; a ring before the wait ends that wait at once."""

    def __init__(self) -> None:
        self._here, self._there = socket.socketpair()
        self._here.setblocking(False)
        self._there.setblocking(False)
        self.rung = False

    def ring(self) -> None:
        """Wake the listener (any thread)."""
        with suppress(BlockingIOError):  # a full buffer means that it will wake anyway
            self._there.send(b"!")

    def listen(self, seconds: float, fd: int | None = None) -> bool:
        """Wait at most `seconds`; True if `fd` is readable, False after time or a ring (then `rung` is True)."""
        poller = select.poll()
        poller.register(self._here, select.POLLIN)
        if fd is not None:
            poller.register(fd, select.POLLIN)
        ready = {number for number, _ in poller.poll(max(0.0, seconds) * 1000)}
        self.rung = self._here.fileno() in ready
        if self.rung:
            with suppress(BlockingIOError):
                while self._here.recv(64):
                    pass
        return fd is not None and fd in ready
