"""Intake: one mailbox is read, its mails are sorted, and how far that has come is written down (G9).

In: a house, an office, the source that reads its mailbox.
Out: mails kept and sorted; `read_through` of the mailbox; word to the administrator when it is away, or when the books
  do not agree.
Fails: errors.MailboxUnavailable from `collect`, for the loop to back off.
Limits: sorting is done by one thread at a time (`sorting`), so that a poison mail is not counted twice. Among several
  daemons only the holder of the mailbox's lease does any of this (holding.py), and sorts that mailbox's mails alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

from mailflow.errors import MailboxUnavailable, StoreUnavailable
from mailflow.flow import restored
from mailflow.flow.collect import away_due, collect, mailbox_away, mailbox_back, store_back
from mailflow.flow.ports import House, Office
from mailflow.loops.holding import Holding, mailbox
from mailflow.loops.loop import Guard, Step
from mailflow.mailbox.source import Source

AWAY_WAIT = 5.0
STANDBY_WAIT = 2.0
# Seconds; short beside what a stop leaves a step in hand.
SORTING = 2.0
# Seconds without a look after which a mailbox is left to another daemon, which may reach it; and for how long.
UNREACHED = 180.0


class Intake:
    """The steps of one mailbox; `fresh` makes one more source of it, for the nightly comparison.

    holding: what this daemon holds, where there may be several.
    """

    def __init__(
        self,
        house: House,
        office: Office,
        source: Source,
        sorting: threading.Lock,
        fresh: Callable[[], Source],
        holding: Holding | None = None,
    ) -> None:
        self.office, self.source, self._fresh = office, source, fresh
        self._sorting, self._holding = sorting, holding
        self.lease = mailbox(office.mailbox)
        self._house = self._under(house)
        self._reading = False
        self._through: datetime | None = None
        self._second: Source | None = None
        self._ending = self._leaving = False
        self._ticks = time.monotonic
        self._unwritable: tuple[datetime, str] | None = None
        self._compared = ""
        self._unreached: float | None = None  # since when
        self._known = False  # whether no lost time is left to be lived through

    def renew(self, house: House) -> None:
        """Go on with another house, in which the office is the same in all that its source reads."""
        self._house, self.office = self._under(house), house.offices[self.office.id]

    def _under(self, house: House) -> House:
        return self._holding.under(house, self.lease) if self._holding else house

    def mine(self) -> bool:
        """Whether this daemon may read the mailbox now."""
        return self._holding is None or self._holding.has(self.lease)

    def guards(self) -> list[Guard]:
        """Collect, then sort, then write down how far it has come: `read_through` moves only after sorting."""
        name = f"intake.{self.office.id}"
        return [
            Guard(f"{name}.collect", self._noting(self.collect)),
            Guard(f"{name}.sort", self._noting(self.sort)),
            Guard(f"{name}.mark", self._noting(self.mark)),
            Guard(f"{name}.accounts", self.accounts),
        ]

    def _noting(self, step: Step) -> Step:
        """Remember since when the database cannot be written: that can be told only once it can."""

        def noted(now: datetime) -> bool:
            try:
                return step(now)
            except StoreUnavailable as fault:
                self._unwritable = self._unwritable or (now, str(fault))
                raise

        return noted

    def collect(self, now: datetime) -> bool:
        """Keep what has come; True if there was something new or there is more."""
        self._through = None
        if not self.mine():
            if self._reading:
                self.source.close()  # another daemon reads it now
            self._reading = False
            return False
        self._reading = True
        try:
            collected = collect(self._house, self.office, self.source, now)
        except MailboxUnavailable as fault:
            if self._leaving:
                raise
            mailbox_away(self._house, self.office, str(fault), now)
            self._leave_to_others()
            raise
        self._unreached = None
        mailbox_back(self._house, self.office, now)
        self._through = collected.through
        if collected.through is not None and not self._known:
            with self._house.store.unit(purpose="collected") as unit:
                restored.collected(unit, self.office, collected.through)
        return collected.new > 0 or collected.more

    def _leave_to_others(self) -> None:
        """A wire, a password or an address that is wrong on this host alone must not keep the mailbox unread."""
        if self._unreached is None:
            self._unreached = self._ticks()
        if self._holding is not None and self._ticks() - self._unreached >= UNREACHED:
            if self._holding.hand_over(self.lease, UNREACHED):
                self._unreached = None

    def sort(self, now: datetime) -> bool:
        """Kept mails, of whichever mailbox (among several daemons: of this one), for a few seconds; after a restore one
        more instant of the lost time.

        Between two looks at the mailbox more than one is sorted: with many waiting a look costs more than a mail.
        """
        until = self._ticks() + SORTING
        found = False
        while self._sort_one(now):
            found = True
            if self._ending or self._ticks() >= until:
                break
        return found

    def _sort_one(self, now: datetime) -> bool:
        from mailflow.flow.catching_up import catch_up
        from mailflow.flow.sort import sort_one

        if not self.mine():
            return False
        alone = self._holding is None
        with self._sorting:
            if not self._known and restored.catching_up(self._house):
                return (alone or self._house.is_first(self.office.mailbox)) and catch_up(self._house, now)
            self._known = True
            return sort_one(self._house, now, "" if alone else self.office.mailbox)

    def mark(self, now: datetime) -> bool:
        """Move `read_through` once nothing of this mailbox waits to be sorted; chasers may then fire."""
        through = self._through
        if through is None or not self.mine():
            return False
        with self._house.store.unit(purpose="read_through") as unit:
            if not unit.inbox.waits(self.office.mailbox):
                unit.inbox.set_read_through(self.office.mailbox, through)
                self._through = None
        if self._unwritable is not None:
            store_back(self._house, self.office, *self._unwritable, now)
            self._unwritable = None
        return False

    def accounts(self, now: datetime) -> bool:
        """Once a night, between two looks, the books are compared (flow/nightly.py).

        By a connection of its own: what the kept one believes of the mailbox is part of what is examined.
        """
        from mailflow.flow.nightly import compare_nightly, done_on, night_of

        night = night_of(self.office, now) if self.mine() else ""
        if not night or night == self._compared:
            return False
        if not self._known and restored.catching_up(self._house):
            return False
        self._compared = done_on(self._house, self.office)
        if night <= self._compared:  # done before a restart, or elsewhere
            self._compared = night
            return False
        source = self._second = self._fresh()
        try:
            if self._leaving:
                return False
            told = compare_nightly(self._house, self.office, source, now, lambda: self._leaving)
        finally:
            self._second = None
            source.close()
        if self._leaving:
            return told
        self._compared = night
        return told

    def end(self) -> None:
        """Begin no further mail (any thread); what is in hand is finished."""
        self._ending = True

    def hurry(self) -> None:
        """Break off what waits for the mail server (any thread): what was kept stays kept, and it is no outage."""
        self._leaving = True
        for source in (self.source, self._second):
            if source is not None:
                source.hurry()

    def next_due(self, now: datetime) -> datetime | None:
        """When the administrator is to be told of an outage that is running."""
        at = away_due(self._house, self.office) if self.mine() else None
        return at if at is not None and at > now else None


class MailboxWait:
    """Waits for news of the mailbox (IDLE or poll), at most `seconds`; while it is away, or another daemon's, for the
    stop alone."""

    def __init__(self, intake: Intake, stop: threading.Event) -> None:
        self._intake, self._stop = intake, stop

    def mark(self) -> None:
        """The source itself knows its last look."""

    def wait(self, seconds: float) -> None:
        """Says nothing of a mailbox that is away: the next look does."""
        if not self._intake.mine():
            self._stop.wait(min(seconds, STANDBY_WAIT))
            return
        try:
            self._intake.source.wait(seconds)
        except MailboxUnavailable:
            self._stop.wait(min(seconds, AWAY_WAIT))
