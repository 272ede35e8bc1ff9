"""Clock: what is due fires, questions are asked again, files are written, daily lists and weekly summaries are made.

In: a house.
Out: steps; when the next thing is due.
Fails: as its steps do; the loop bears it.
Limits: another process's commits do not wake it on SQLite, so it looks every few seconds. Among several daemons one
  keeps the clocks of all offices (holding.py); the others stand by.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from mailflow.flow.ports import House
from mailflow.flow.restored import catching_up
from mailflow.loops.holding import CLOCK, Holding
from mailflow.loops.loop import Guard, Step
from mailflow.store import Store

# A share that is not mounted is not tried at every turn.
HOURLY = timedelta(hours=1)
FOLDER_REST = timedelta(minutes=5)
# A time service corrects by less; a machine that slept, or whose clock was set, moves by more.
JUMP = timedelta(minutes=5)
QUIET = timedelta(minutes=15)


class Clock:
    """The steps of the clock, for all offices."""

    def __init__(
        self, house: House, holding: Holding | None = None, *, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._holding = holding
        self.house = self._under(house)
        self._folder_rests: datetime | None = None
        self._recomputed = self._known = False
        self._looked_at: datetime | None = None
        self._ticks = ticks
        self._last: tuple[datetime, float] | None = None
        self._quiet_until = 0.0

    def wall_guards(self) -> list[Guard]:
        """The same on the machine's clock, which may jump: that is looked at first."""
        return [Guard("clock.jump", self.jump), *self.guards()]

    def jump(self, now: datetime) -> bool:
        """Notice that the wall clock has moved otherwise than time has passed; True when it was told.

        After a jump forward nothing fires for a while: if the clock is wrong, somebody may mend it before letters
        are decided that nobody can call back.
        """
        from mailflow.flow.clock_watch import tell_of_jump

        ticks = self._ticks()
        before, ticked = self._last or (now, ticks)
        expected = before + timedelta(seconds=ticks - ticked)
        if abs(now - expected) < JUMP:
            self._last = (now, ticks)
            return False
        # What was remembered as an instant of the other time means nothing now.
        self._folder_rests = self._looked_at = None
        if now > expected:
            self._quiet_until = ticks + QUIET.total_seconds()
        if self._mine():
            tell_of_jump(self.house, expected, now, QUIET)
        self._last = (now, ticks)
        return True

    def guards(self) -> list[Guard]:
        """One due row, one question asked again, one file, the digests of one moment."""
        steps = ("recompute", "remind", "ask_again", "hourly", "files", "digests")
        return [Guard(f"clock.{name}", self._once_caught_up(getattr(self, name))) for name in steps]

    def _once_caught_up(self, step: Step) -> Step:
        """After a restore the lost time is lived through first, in its order (flow/catching_up.py)."""

        def guarded(now: datetime) -> bool:
            if not self._mine():
                return False
            self._known = self._known or not catching_up(self.house)
            return self._known and self._ticks() >= self._quiet_until and step(now)

        return guarded

    def renew(self, house: House) -> None:
        """Go on with another house: its calendars and settings may have changed, so open dates are worked out again."""
        self.house, self._recomputed, self._looked_at = self._under(house), False, None

    def _under(self, house: House) -> House:
        return self._holding.under(house, CLOCK) if self._holding else house

    def _mine(self) -> bool:
        return self._holding is None or self._holding.has(CLOCK)

    def recompute(self, now: datetime) -> bool:
        """Once after a start or a reload: what a changed calendar or setting means for open dates (K12)."""
        from mailflow.flow.recompute import recompute_changed

        if self._recomputed:
            return False
        house = self.house
        found = recompute_changed(house, now) > 0
        self._recomputed = house is self.house  # reloaded meanwhile: once more
        return found

    def remind(self, now: datetime) -> bool:
        """One row of the agenda that is due."""
        from mailflow.flow.remind import remind_one

        return remind_one(self.house, now)

    def ask_again(self, now: datetime) -> bool:
        """One question about a held mail that nobody has answered."""
        from mailflow.flow.asking_again import ask_again_one

        return ask_again_one(self.house, now)

    def hourly(self, now: datetime) -> bool:
        """At the start and hourly: letters not rendered yet, calendars that end, gaps in rotas, lost editions."""
        from mailflow.flow.calendar_watch import warn_of_calendars
        from mailflow.flow.editions import warn_of_stranded
        from mailflow.flow.rota_watch import warn_of_gaps
        from mailflow.flow.settings_watch import note_changes
        from mailflow.flow.unrendered import retry_unrendered

        if self._looked_at is not None and now < self._looked_at + HOURLY:
            return False
        self._looked_at = now
        looks = (retry_unrendered, warn_of_calendars, warn_of_gaps, warn_of_stranded, note_changes)
        told = [look(self.house, now) for look in looks]
        return any(told)

    def files(self, now: datetime) -> bool:
        """One file that a case has decided to write; a folder that cannot be written is left alone for a while."""
        from mailflow.flow.files import write_one

        if self._folder_rests is not None and now < self._folder_rests:
            return False
        found = write_one(self.house, now)
        with self.house.store.read() as unit:
            stuck = not found and bool(unit.files.waiting())
        self._folder_rests = now + FOLDER_REST if stuck else None
        return found

    def digests(self, now: datetime) -> bool:
        """Daily lists and weekly summaries of all offices."""
        from mailflow.flow.summarise import due_digests

        return due_digests(self.house, now)

    def next_due(self, now: datetime) -> datetime | None:
        """When the next row of the agenda or question is due, or a stuck file is tried again; later than now."""
        from mailflow.flow.asking_again import next_asking

        if not self._mine():
            return None
        with self.house.store.read() as unit:
            due = unit.agenda.next_due(after=now)
        dues = (due, next_asking(self.house, now), self._folder_rests)
        return min((at for at in dues if at is not None and at > now), default=None)

    def next_digest(self, now: datetime) -> datetime | None:
        """When the next digest of any office is due."""
        from mailflow.flow.summarise import next_digest

        return min((next_digest(office, now) for office in self.house.offices.values()), default=None)

    def next_of_all(self, now: datetime) -> datetime | None:
        """The earlier of both."""
        return min(filter(None, (self.next_due(now), self.next_digest(now))), default=None)


class CommitWait:
    """Waits for a commit of this process; what is committed after `mark` is not missed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen = store.commits

    def mark(self) -> None:
        """Remember how many commits there were before the loop looked for work."""
        self._seen = self._store.commits

    def wait(self, seconds: float) -> None:
        """At most `seconds`."""
        self._store.wait_for_commit(seconds, since=self._seen)
