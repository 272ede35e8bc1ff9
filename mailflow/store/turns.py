"""The writers of one process in a line: each gets its turn in the order in which they came.

In: threads that want to write to one SQLite database.
Out: one of them at a time.
Fails: errors.StoreUnavailable when a turn does not come in time.
Limits: writers of other processes are in no line; SQLite lets them ask again and again. A thread that has its turn may
  not ask for another: it would wait for itself.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from mailflow.errors import StoreUnavailable


class Turns:
    """A line. By SQLite alone who writes without a pause is nearly always first, and a courier waits for seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy = False
        self._line: deque[threading.Lock] = deque()

    @contextmanager
    def one(self, seconds: float) -> Iterator[None]:
        """A turn, waited for so long at most."""
        self._take(seconds)
        try:
            yield
        finally:
            self._pass_on()

    def _take(self, seconds: float) -> None:
        with self._lock:
            if not self._busy:
                self._busy = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._line.append(mine)
        if mine.acquire(timeout=seconds):
            return
        with self._lock:
            if mine in self._line:
                self._line.remove(mine)
                raise StoreUnavailable("the database is not available: another writer of this process has it")
        # It came at the last moment.

    def _pass_on(self) -> None:
        with self._lock:
            if self._line:
                self._line.popleft().release()
            else:
                self._busy = False
