"""A loop: steps run until none finds work, then it waits; what a step raises never ends it.

In: named steps, a clock, a way to wait.
Out: nothing; the steps do the work.
Fails: what is no Exception (a signal, exhausted memory) ends the loop and is raised.
Limits: a step that fails is tried again after a growing pause of at most LONGEST_PAUSE; the others go on meanwhile.
"""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

import structlog

from mailflow.errors import Conflict, Unavailable

Step = Callable[[datetime], bool]
LONGEST_PAUSE = 300.0
# So often in a row another loop may have been first before that is a fault of its own.
CONFLICTS = 50

_log = structlog.get_logger()


class Guard:
    """Runs one step and bears what it raises; `rest` is how long to leave it alone, in seconds."""

    def __init__(self, name: str, step: Step, *, dice: Callable[[], float] = random.random) -> None:
        self.name, self._step, self._dice = name, step, dice
        self.failures = 0
        self.rest = 0.0
        self._conflicts = 0
        self._said = ""

    def run(self, now: datetime) -> bool:
        """True if the step found work."""
        try:
            found = self._step(now)
        except Conflict as fault:
            self._conflicts += 1
            if self._conflicts < CONFLICTS:
                return True
            return self._failed(fault, f"{type(fault).__name__}, {self._conflicts} times in a row")
        except Unavailable as fault:
            return self._failed(fault, str(fault), expected=True)
        except Exception as fault:
            return self._failed(fault, type(fault).__name__)
        if self.failures:
            _log.info("step.back", step=self.name, failures=self.failures)
        self.failures, self.rest, self._conflicts, self._said = 0, 0.0, 0, ""
        return found

    def _failed(self, fault: Exception, words: str, *, expected: bool = False) -> bool:
        self.failures += 1
        self._conflicts = 0
        # Full jitter would let it hammer at once; half of it spreads loops that failed together.
        self.rest = min(LONGEST_PAUSE, 2.0 ** min(self.failures - 1, 10)) * (0.5 + 0.5 * self._dice())
        if words != self._said:
            self._said = words
            if expected:
                _log.warning("step.away", step=self.name, why=words)
            else:
                # Lines of our own source only: the words of an exception may be those of a mail.
                where = "".join(traceback.format_tb(fault.__traceback__))
                _log.error("step.failed", step=self.name, fault=words, where=where[-4000:])
        return False


class Waits(Protocol):
    """How a loop waits for news; `mark` is called before it looks for work, so that no news is missed in between."""

    def mark(self) -> None: ...

    def wait(self, seconds: float) -> None: ...


class Loop:
    """Steps in order, again and again. due: when something is next due (None: nothing); longest: seconds to wait."""

    def __init__(
        self,
        name: str,
        guards: Mapping[str, Guard] | list[Guard],
        *,
        clock: Callable[[], datetime],
        waits: Waits,
        stop: threading.Event,
        due: Callable[[datetime], datetime | None] = lambda _now: None,
        longest: float = 5.0,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._guards = list(guards.values()) if isinstance(guards, Mapping) else list(guards)
        self._clock, self._waits, self._stop, self._due = clock, waits, stop, due
        self._longest, self._ticks = longest, ticks
        self._until: dict[str, float] = {}
        self._looking = Guard(f"{name}.due", self._see)
        self._waiting = Guard(f"{name}.wait", self._sleep)
        self._seconds = longest

    def run(self) -> None:
        """Until `stop` is set; a step in hand is finished first."""
        while not self._stop.is_set():
            self._waits.mark()
            if self.turn():
                continue
            self._seconds = self._longest
            self._looking.run(self._clock())
            if self._stop.is_set():
                return
            self._waiting.run(self._clock())
            if self._waiting.failures:
                # The thing we wait on is away itself: wait for the stop instead.
                self._stop.wait(min(self._waiting.rest, self._longest))

    def turn(self) -> bool:
        """Each step once that is not resting; True if one found work."""
        found = False
        for guard in self._guards:
            if self._stop.is_set():
                return False
            if self._ticks() < self._until.get(guard.name, 0.0):
                continue
            found = guard.run(self._clock()) or found
            self._until[guard.name] = self._ticks() + guard.rest if guard.failures else 0.0
        return found

    def _see(self, now: datetime) -> bool:
        due = self._due(now)
        if due is not None:
            self._seconds = min(self._seconds, max(0.0, (due - now).total_seconds()))
        return False

    def _sleep(self, _now: datetime) -> bool:
        rests = [until - self._ticks() for until in self._until.values() if until]
        self._waits.wait(max(0.0, min([self._seconds, *rests])))
        return False
