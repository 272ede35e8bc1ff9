"""The duty rota: who does a role's unassigned work on which days (Q5).

In: rows of rota.csv, which an office may leave out.
Out: `Duty` values, and the working days ahead on which nobody is on duty.
Fails: never raises; faults are recorded in the rows.
Limits: a row without days holds on every day that no other row of its role names: a single officer, or a duty desk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from mailflow.register.sheet import Row

COLUMNS = ("days", "role", "officer")
REQUIRED = COLUMNS


@dataclass(frozen=True)
class Duty:
    """One row of rota.csv: first and last day of each span, both included; no spans: always. officer: an address."""

    role: str
    officer: str
    days: tuple[tuple[date, date], ...] = ()

    def names(self, on: date) -> bool:
        """Whether a span of this row holds on this day."""
        return any(first <= on <= last for first, last in self.days)


def read(rows: Iterable[Row], officers: Collection[str]) -> tuple[Duty, ...]:
    """The rota of a sheet; officers: every address of officers.csv."""
    found = []
    for row in rows:
        words = row.words("role")
        duty = Duty(next(iter(sorted(words)), ""), row.email("officer", required=True), row.spans("days"))
        if len(words) != 1:
            row.fault('The column "role" does not hold one role.', "Write the id of one role, such as cmo.")
        if duty.officer and duty.officer not in officers:
            row.fault(f"{duty.officer} is not an officer.", "Add a line to officers.csv, or correct the address.")
        found.append(duty)
    return tuple(found)


def on_duty(rota: Iterable[Duty], role: str, on: date) -> tuple[str, ...] | None:
    """The addresses on duty for a role on a day, () in a gap; None if the rota does not speak of this role."""
    rows = [duty for duty in rota if duty.role == role]
    named = [duty for duty in rows if duty.names(on)] or [duty for duty in rows if not duty.days]
    return tuple(dict.fromkeys(duty.officer for duty in named)) if rows else None


def gaps(
    rota: Collection[Duty], first: date, days: int, works: Callable[[date], bool], there: Callable[[str, date], bool]
) -> Iterator[tuple[str, date]]:
    """(role, day) for each working day among so many from `first` on which nobody who is there is on duty."""
    for role in sorted({duty.role for duty in rota}):
        for n in range(days):
            on = first + timedelta(days=n)
            if works(on) and not any(there(email, on) for email in on_duty(rota, role, on) or ()):
                yield role, on
