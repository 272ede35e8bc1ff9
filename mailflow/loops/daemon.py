"""The daemon: all loops of a house, as threads on the wall clock, or in rounds at instants that are handed in.

In: a house, the source of each mailbox, the way out of each office, a clock, a watch over the files.
Out: loops that run until they are stopped, or rounds for a pretended clock.
Fails: ValueError with a sentence when a pretended clock would go back.
Limits: the loops know nothing of each other; they meet in the database.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from mailflow.flow.ports import House, Office, Submits
from mailflow.loops.clock import Clock, CommitWait
from mailflow.loops.courier import Courier
from mailflow.loops.holding import CLOCK, Holding
from mailflow.loops.intake import Intake, MailboxWait
from mailflow.loops.loop import Guard, Loop
from mailflow.loops.pretended import Due, PretendedClock, Rounds, instant, show
from mailflow.mailbox.source import Source

LOOPS = ("intake", "clock", "courier")
PRETENDED = "pretended now"
LOOKS = 60.0
# After a stop a step in hand is left in peace for so many seconds; then what it waits for at a server is broken off;
# and in the end nobody waits for it any more.
PEACE, PATIENCE = 5.0, 9.0

_log = structlog.get_logger()


class Watches(Protocol):
    """Tells what the files of the installation say now; `wait` ends early when somebody asks for a look."""

    def look(self, now: datetime) -> House | None: ...

    def ask(self) -> None: ...

    def mark(self) -> None: ...

    def wait(self, seconds: float) -> None: ...

    def wake(self) -> None: ...

    @property
    def status(self) -> str: ...


class Daemon:
    """source_of, way_of, poll_of (seconds between looks): what an office works with, made when it is first needed.

    lone: no other courier works on this store. me: the name of this daemon where others may work on the same store.
    watch: the files it keeps in line with, if any.
    """

    def __init__(
        self,
        house: House,
        *,
        source_of: Callable[[Office], Source],
        poll_of: Callable[[Office], float],
        way_of: Callable[[Office], Submits],
        lone: bool,
        clock: Callable[[], datetime],
        loops: Sequence[str] = LOOPS,
        watch: Watches | None = None,
        me: str = "",
    ) -> None:
        self.house, self._way_of, self._now, self._loops = house, way_of, clock, tuple(loops)
        self._source_of, self._poll_of, self._watch = source_of, poll_of, watch
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._ways: dict[str, Submits] = {}
        self._sorting = threading.Lock()
        self._holding = Holding(house.store, me) if me else None
        self._intakes = [self._intake(office) for office in house.offices.values()]
        self._steps: list[Guard] | None = None
        self._dues: list[Due] = []
        self._clock = Clock(house, self._holding)
        self._courier = Courier(house, self._way, lone=lone, holding=self._holding)

    def _way(self, office: Office) -> Submits:
        if office.id not in self._ways:
            self._ways[office.id] = self._way_of(office)
        return self._ways[office.id]

    def _intake(self, office: Office) -> Intake:
        fresh = self._source_of(office)
        intake = Intake(self.house, office, fresh, self._sorting, lambda: self._source_of(office), self._holding)
        if self._holding is not None and "intake" in self._loops:
            self._holding.want([intake.lease])
        return intake

    def _take_part(self) -> None:
        """Take part in the work of several daemons on one store, if there may be any."""
        if self._holding is not None:
            if "clock" in self._loops:
                self._holding.want([CLOCK])
            self._holding.start()
            self.house.store.listen()

    # -- reloading ----------------------------------------------------------------------------------------------

    def ask_reload(self) -> None:
        """Look at the files now (SIGHUP); it is done by a loop, or with pretended time at the next round."""
        if self._watch is not None:
            self._watch.ask()

    @property
    def status(self) -> str:
        """Which offices are served, and whose files are faulty, in a line."""
        return self._watch.status if self._watch is not None else ""

    def reload(self, now: datetime) -> bool:
        """Take in what has changed in the files; each step begun after this works with it."""
        house = self._watch.look(now) if self._watch is not None else None
        if house is None:
            return False
        self.house = house
        for room in (*self._intakes, self._clock, self._courier):
            room.renew(house)
        served = {intake.office.id for intake in self._intakes}
        for office in house.offices.values():
            if office.id not in served and not self._stop.is_set():
                self._take_on(self._intake(office))
        house.store.wake()
        return True

    def _take_on(self, intake: Intake) -> None:
        """An office that was not served begins to be read while everything else goes on."""
        self._intakes.append(intake)
        if self._steps is not None:
            self._steps += intake.guards()
            self._dues.append(intake.next_due)
        elif self._threads and "intake" in self._loops:
            self._run([self._intake_loop(intake)])

    # -- pretended time, and --once -----------------------------------------------------------------------------

    def pretended_clock(self, now: datetime | None = None) -> PretendedClock:
        """A clock for rounds that shows what it showed when the daemon last stopped, if ever.

        Raises ValueError when it is to be moved to `now` and that would be back.
        """
        with self.house.store.read() as unit:
            last = unit.meta.get(PRETENDED)
        before = instant(last) if last else None
        if before and now and now < before:
            raise ValueError(f"The store has already seen {show(before)}; the clock cannot be set back to {show(now)}.")
        return PretendedClock(before, self._remember)

    def _remember(self, now: datetime) -> None:
        with self.house.store.unit(purpose="clock") as unit:
            unit.meta.put(PRETENDED, show(now))

    def rounds(self, clock: PretendedClock) -> Rounds:
        """All steps of all loops, for one instant after the other."""
        self._take_part()
        guards = [guard for intake in self._intakes for guard in intake.guards()]
        self._dues = [self._clock.next_due, self._courier.next_due, *(intake.next_due for intake in self._intakes)]
        if self._holding is not None:
            # A pretended clock leaves no time for the beat's own pauses.
            holding = self._holding
            guards.insert(0, Guard("leases", lambda _now: holding.beat()))
        self._steps = [Guard("reload", self.reload), *guards, *self._clock.guards(), *self._courier.guards()]
        return Rounds(self._steps, clock, self._dues, quiet=[self._clock.next_digest])

    # -- the wall clock -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the loops, a thread each; for intake one for every mailbox."""
        self._take_part()
        loops = [self._intake_loop(intake) for intake in self._intakes if "intake" in self._loops]
        for name, guards, due in (
            ("clock", self._clock.wall_guards(), self._clock.next_of_all),
            ("courier", self._courier.guards(), self._courier.next_due),
        ):
            if name in self._loops:
                waits = CommitWait(self.house.store)
                loops.append(Loop(name, guards, clock=self._now, waits=waits, stop=self._stop, due=due))
        if self._watch is not None:
            step = [Guard("reload", self.reload)]
            loops.append(Loop("reload", step, clock=self._now, waits=self._watch, stop=self._stop, longest=LOOKS))
        self._run(loops)

    def _intake_loop(self, intake: Intake) -> Loop:
        return Loop(
            f"intake.{intake.office.id}",
            intake.guards(),
            clock=self._now,
            waits=MailboxWait(intake, self._stop),
            stop=self._stop,
            due=intake.next_due,
            longest=self._poll_of(intake.office),
        )

    def _run(self, loops: Sequence[Loop]) -> None:
        threads = [threading.Thread(target=loop.run, name=loop.name) for loop in loops]
        self._threads += threads
        for thread in threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Whether every loop still runs."""
        return all(thread.is_alive() for thread in self._threads)

    def stop(self) -> bool:
        """Let every loop finish the step in hand, then leave the servers; the store stays open.

        False when a step has not ended after PATIENCE: then only the end of the process is left, which the step
        survives as it would survive a kill. No step waits for a server longer than PEACE.
        """
        began = time.monotonic()
        self._stop.set()
        for intake in self._intakes:
            intake.end()
        self.house.store.wake()
        if self._watch is not None:
            # First the loop that may still take on an office; what it has begun is then stopped with the others.
            self._watch.wake()
            self._join([thread for thread in self._threads if thread.name == "reload"], began + PEACE)
        for intake in self._intakes:
            intake.source.wake()
        if self._join(self._threads, began + PEACE):
            for room in (*self._intakes, *self._ways.values()):
                room.hurry()
            if left := self._join(self._threads, began + PATIENCE):
                _log.error("daemon.left", loops=left)
                return False
        for intake in self._intakes:
            intake.source.close()
        for way in self._ways.values():
            way.close()
        if self._holding is not None:
            self._holding.stop()
        return True

    def _join(self, threads: Sequence[threading.Thread], until: float) -> list[str]:
        """Wait for threads to end; the names of those that have not."""
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        return [thread.name for thread in threads if thread.is_alive()]
