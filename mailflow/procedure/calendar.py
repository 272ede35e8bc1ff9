"""Which days are working days, and where a local date and time lies in UTC.

In: a profile's holidays, closures and extra working days as plain sets; aware datetimes.
Out: dates, local times and aware UTC datetimes.
Fails: ValueError for a naive datetime or a time zone nobody knows.
Limits: a day outside first_year..last_year is judged by its weekday alone; `covers` says whether holidays are known.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
SATURDAY = 5
OPENS = time(8)
CLOSES = time(17)


@dataclass(frozen=True)
class Calendar:
    """One organisation's working days in one time zone (domain.md K1).

    note: what the working of a date says of this calendar, where a case does not run by the office's own.
    """

    name: str
    zone: str
    holidays: frozenset[date] = frozenset()
    closures: frozenset[date] = frozenset()
    extra_working_days: frozenset[date] = frozenset()
    first_year: int = 1
    last_year: int = 9999
    names: Mapping[date, str] = field(default_factory=dict, compare=False, repr=False)
    title: str = field(default="", compare=False)
    note: str = field(default="", compare=False)

    @cached_property
    def edition(self) -> str:
        """A short digest of all that can change a date; stored with each deadline, so that history stays explained."""
        content = [
            self.zone,
            self.first_year,
            self.last_year,
            *(
                sorted(day.isoformat() for day in days)
                for days in (self.holidays, self.closures, self.extra_working_days)
            ),
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]

    @cached_property
    def _tz(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.zone)
        except (KeyError, OSError, ValueError) as error:
            raise ValueError(f"There is no time zone called {self.zone!r}.") from error

    # -- instants -------------------------------------------------------------------------------------------------

    def local(self, instant: datetime) -> datetime:
        """The wall clock at this instant. Raises ValueError for a naive datetime, which names no instant."""
        if instant.tzinfo is None:
            raise ValueError("A datetime without a time zone names no instant.")
        return instant.astimezone(self._tz)

    def local_date(self, instant: datetime) -> date:
        """The local date of an instant: converted before the date is taken (K2)."""
        return self.local(instant).date()

    def local_time(self, instant: datetime) -> time:
        """The local time of day of an instant, naive."""
        return self.local(instant).time()

    def instant(self, day: date, at: time) -> datetime:
        """UTC of a local date and time (K11).

        A time that the clock jumps over moves forward by the jump (as RFC 5545 section 3.3.5 reads it); of a time that
        comes twice the first is taken. fold=0 gives both.
        """
        wall = datetime.combine(day, at.replace(tzinfo=None, fold=0), tzinfo=self._tz)
        return wall.astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """The first instant that is no longer in this local day, UTC (K4)."""
        return self.instant(day + ONE_DAY, time(0))

    # -- days -----------------------------------------------------------------------------------------------------

    def covers(self, day: date) -> bool:
        """Whether the holidays of this day's year are known."""
        return self.first_year <= day.year <= self.last_year

    def is_working_day(self, day: date) -> bool:
        """Not a weekend, holiday or closure; an extra working day always counts (K1)."""
        if day in self.extra_working_days:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays and day not in self.closures

    def why_not(self, day: date) -> str:
        """Why a day is no working day, in a word or two; "" for a working day."""
        if self.is_working_day(day):
            return ""
        if day in self.names:
            return self.names[day]
        if day in self.closures:
            return "office closed"
        return "a public holiday" if day in self.holidays else "not a working day"

    def roll(self, day: date) -> date:
        """This day if it is a working day, otherwise the next one (K5)."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def next_working_day(self, day: date) -> date:
        """The first working day strictly after this day."""
        return self.roll(day + ONE_DAY)

    def last_on_or_before(self, day: date) -> date:
        """This day if it is a working day, otherwise the one before (K6)."""
        while not self.is_working_day(day):
            day -= ONE_DAY
        return day

    def add_working_days(self, day: date, n: int) -> date:
        """The nth working day after a day, which itself never counts (K3, K4); n = 0 gives the day itself.

        A negative n counts back ("1 WD before the due day").
        """
        step = ONE_DAY if n > 0 else -ONE_DAY
        for _ in range(abs(n)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def working_days_between(self, a: date, b: date) -> int:
        """Working days after a up to and including b ("WD late"); 0 if b is not after a."""
        return sum(1 for ahead in range(1, (b - a).days + 1) if self.is_working_day(a + timedelta(days=ahead)))

    def is_office_time(self, instant: datetime, opens: time = OPENS, closes: time = CLOSES) -> bool:
        """Whether letters may leave at this instant (K10): a working day, from opening until just before closing."""
        wall = self.local(instant)
        return self.is_working_day(wall.date()) and opens <= wall.time() < closes

    def office_time(self, instant: datetime, opens: time = OPENS, closes: time = CLOSES) -> datetime:
        """This instant if letters may leave then, otherwise the next opening, UTC (K10)."""
        if self.is_office_time(instant, opens, closes):
            return instant.astimezone(UTC)
        wall = self.local(instant)
        before_opening = self.is_working_day(wall.date()) and wall.time() < opens
        return self.instant(wall.date() if before_opening else self.next_working_day(wall.date()), opens)
