"""The daemon: all loops of a house, as threads on the wall clock, or in rounds at instants that are handed in.

In: a house, the source of each mailbox, the way out of each office, a clock.
Out: loops that run until they are stopped, or rounds for a pretended clock.
Fails: ValueError with a sentence when a pretended clock would go back.
Limits: the loops know nothing of each other; they meet in the database.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from mailflow.flow.ports import House, Office, Submits
from mailflow.loops.clock import Clock, CommitWait
from mailflow.loops.courier import Courier
from mailflow.loops.intake import Intake, MailboxWait
from mailflow.loops.loop import Loop
from mailflow.loops.pretended import PretendedClock, Rounds, instant, show
from mailflow.mailbox.source import Source

LOOPS = ("intake", "clock", "courier")
PRETENDED = "pretended now"


class Daemon:
    """sources, polls (seconds between looks): by office id. lone: no other courier works on this store."""

    def __init__(
        self,
        house: House,
        *,
        sources: Mapping[str, Source],
        polls: Mapping[str, float],
        way_of: Callable[[Office], Submits],
        lone: bool,
        clock: Callable[[], datetime],
        loops: Sequence[str] = LOOPS,
    ) -> None:
        self.house, self._polls, self._way_of, self._now, self._loops = house, polls, way_of, clock, tuple(loops)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._ways: dict[str, Submits] = {}
        sorting = threading.Lock()
        self._intakes = [Intake(house, house.offices[name], source, sorting) for name, source in sources.items()]
        self._clock = Clock(house)
        self._courier = Courier(house, self._way, lone=lone)

    def _way(self, office: Office) -> Submits:
        if office.id not in self._ways:
            self._ways[office.id] = self._way_of(office)
        return self._ways[office.id]

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
        with self.house.store.unit() as unit:
            unit.meta.put(PRETENDED, show(now))

    def rounds(self, clock: PretendedClock) -> Rounds:
        """All steps of all loops, for one instant after the other."""
        guards = [guard for intake in self._intakes for guard in intake.guards()]
        due = [self._clock.next_due, self._courier.next_due, *(intake.next_due for intake in self._intakes)]
        steps = [*guards, *self._clock.guards(), *self._courier.guards()]
        return Rounds(steps, clock, due, quiet=[self._clock.next_digest])

    # -- the wall clock -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the loops, a thread each; for intake one for every mailbox."""
        loops = []
        for intake in self._intakes if "intake" in self._loops else ():
            waits = MailboxWait(intake.source, self._stop)
            poll = self._polls[intake.office.id]
            name = f"intake.{intake.office.id}"
            loops.append(
                Loop(
                    name,
                    intake.guards(),
                    clock=self._now,
                    waits=waits,
                    stop=self._stop,
                    due=intake.next_due,
                    longest=poll,
                )
            )
        for name, room, due in (
            ("clock", self._clock, self._clock.next_of_all),
            ("courier", self._courier, self._courier.next_due),
        ):
            if name in self._loops:
                waits = CommitWait(self.house.store)
                loops.append(Loop(name, room.guards(), clock=self._now, waits=waits, stop=self._stop, due=due))
        self._threads = [threading.Thread(target=loop.run, name=loop.name) for loop in loops]
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Whether every loop still runs."""
        return all(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        """Let every loop finish the step in hand, then leave the servers; the store stays open."""
        self._stop.set()
        self.house.store.wake()
        for intake in self._intakes:
            intake.source.wake()
        for thread in self._threads:
            thread.join()
        for intake in self._intakes:
            intake.source.close()
        for way in self._ways.values():
            way.close()
