"""A password that a server has refused is not offered again at once: servers lock accounts that knock too often.

In: the password about to be offered, what the server said to it.
Out: whether it may be offered now.
Fails: never.
Limits: remembers a digest of the last refused password, in memory; a restart offers it once more.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

# Seconds until the same password is offered again: once soon, because servers err, then twice an hour. The usual
# lockouts count five refusals or more within half an hour, and mailbox and submission often share one account.
PAUSES = (300.0, 1800.0)


class Refusals:
    """What one server said to one user's password. ticks: seconds that only go forward."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._refused = b""
        self._times = 0
        self._until = 0.0

    def bars(self, password: str) -> bool:
        """Whether this very password was refused a short while ago; another one may be offered at once."""
        return self._times > 0 and _digest(password) == self._refused and self._ticks() < self._until

    def refused(self, password: str) -> None:
        """The server refused it."""
        digest = _digest(password)
        self._times = self._times + 1 if digest == self._refused else 1
        self._refused = digest
        self._until = self._ticks() + PAUSES[min(self._times, len(PAUSES)) - 1]

    def accepted(self) -> None:
        """The server let us in."""
        self._times, self._refused = 0, b""


def _digest(password: str) -> bytes:
    return hashlib.sha256(password.encode("utf-8", "surrogateescape")).digest()
