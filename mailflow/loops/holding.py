"""What this daemon holds among several on one PostgreSQL: mailboxes, the clocks, and its own sign of life.

In: a store that is shared, the name of this daemon, what it would like to hold.
Out: leases taken and kept by a thread of its own; whether one is held now.
Fails: never; while the database is away nothing is held any more after a while.
Limits: what is said here only spares useless work; that a holder is still the holder is checked by the database in
  each unit (Store.under).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import structlog

from mailflow.errors import MailflowError
from mailflow.flow.ports import House
from mailflow.store import Lease, Store
from mailflow.store.leases import DAEMON, SECONDS

CLOCK = "clock"
# Several beats may be lost before a lease is; who stands by asks as often whether the holder is still there.
BEAT = SECONDS / 6
# A holder stops by itself so much earlier than the database would let another one take over.
MARGIN = 5.0
# A stop does not wait longer for a database that does not answer, in seconds.
FAREWELL = 3.0

_log = structlog.get_logger()


def mailbox(name: str) -> str:
    """The lease of a mailbox."""
    return f"mailbox:{name}"


class Holding:
    """Keeps the leases of one daemon."""

    def __init__(
        self,
        store: Store,
        me: str,
        *,
        seconds: float = SECONDS,
        beat: float = BEAT,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.me, self._store, self._seconds, self._pause, self._ticks = me, store, seconds, beat, ticks
        self._sign = f"{DAEMON}{me}"
        self._wanted = {self._sign}
        self._held: frozenset[str] = frozenset()
        self._until = 0.0
        self._left_to_others: dict[str, float] = {}
        self._beating = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._away = False

    def want(self, names: Iterable[str]) -> None:
        """Try to hold these, too."""
        self._wanted |= set(names)

    def has(self, name: str) -> bool:
        """Whether this lease is held, as far as we know."""
        return name in self._held and self._ticks() < self._until

    @property
    def lives(self) -> bool:
        """Whether the others know that this daemon is alive: only then may it claim letters."""
        return self.has(self._sign)

    def under(self, house: House, name: str) -> House:
        """The house as somebody sees it who may act only while this lease is held."""
        return replace(house, store=house.store.under(Lease(name, self.me)))

    def hand_over(self, name: str, seconds: float) -> bool:
        """Leave this lease to the other daemons for so long, because this one can do nothing under it; False, and it is
        kept, while there is no other one."""
        with self._beating:
            if not self._store.hand_over(self.me, name):
                return False
            self._left_to_others[name] = self._ticks() + seconds
            self._held -= {name}
        _log.warning("lease.handed_over", lease=name)
        return True

    def beat(self) -> bool:
        """Once: keep what is held, take what is free; True if that changed what is held."""
        with self._beating:
            return self._beat()

    def _beat(self) -> bool:
        asked = self._ticks()
        wanted = {name for name in self._wanted if self._left_to_others.get(name, 0.0) <= asked}
        try:
            held = frozenset(self._store.beat(self.me, wanted, self._seconds))
        except MailflowError as fault:
            if not self._away:
                _log.warning("leases.away", why=str(fault))
            self._away = True
            return False
        self._away = False
        # Counted from before the question: the database began to count later.
        self._until = asked + self._seconds - min(MARGIN, self._seconds / 3)
        before, self._held = self._held, held
        for name in sorted(held - before - {self._sign}):
            _log.info("lease.taken", lease=name)
        for name in sorted(before - held - {self._sign}):
            _log.warning("lease.lost", lease=name)
        if held != before:
            self._store.wake()
        return held != before

    def start(self) -> None:
        """Take what is free now, then keep it by a thread; a second call changes nothing."""
        if self._thread is None:
            self.beat()
            self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Give everything back; the loops that worked under it have ended."""
        if self._thread is None:
            return
        self._stop.set()
        self._thread.join(FAREWELL)
        self._held = frozenset()
        if self._thread.is_alive():
            _log.warning("leases.away", why="the database does not answer")  # they run out by themselves

    def _run(self) -> None:
        while not self._stop.wait(self._pause):
            try:
                self.beat()
            except Exception as fault:  # a fault of ours must not end the beat in silence
                _log.error("leases.failed", fault=type(fault).__name__)
        # Here, where no beat can take anything again behind it.
        try:
            self._store.give_back(self.me)
        except MailflowError as fault:
            _log.warning("leases.away", why=str(fault))
