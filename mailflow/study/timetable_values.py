"""What a timetable is: paths of steps, each with the deadlines that began there.

In: nothing; the values are made by timetable.py.
Out: frozen dataclasses that timetable_text.py puts into words.
Fails: never.
Limits: dates are local dates of one calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Due:
    """One deadline. on: the effective day; acts: when the clock itself does something, local; target: K6."""

    machine: str
    timer: str
    stage: str
    step: str
    who: str
    waits_for: str
    on: date
    at: str
    nominal: date
    target: date
    acts: datetime | None
    clause: str
    working: str
    soft: bool
    extra: bool


@dataclass(frozen=True)
class Step:
    """What led here, when (local), where each machine that moved is now, and the deadlines that began here."""

    how: str
    at: datetime
    now: tuple[tuple[str, str, str], ...]  # stage, title, state code
    dues: tuple[Due, ...]


@dataclass(frozen=True)
class Path:
    """One way through: where it leaves another, its steps, and where it ends or goes on."""

    leaves: str
    steps: tuple[Step, ...]
    ends: str


@dataclass(frozen=True)
class Timetable:
    """The paper's own way, its branches, and the words that end a case at once."""

    procedure: str
    edition: str
    calendar: str
    start: datetime
    main: Path
    branches: tuple[Path, ...]
    endings: tuple[tuple[str, str, str], ...]  # stage and title, words, title of the end
