"""Warning in time of days on which the duty rota names nobody who is there (Q5).

In: the offices and the day.
Out: one health mail to the administrator of each office for each gap that comes near.
Fails: CannotRender when the health letter's template is broken.
Limits: a gap is told once, by its role and first day; meanwhile the work goes to the role above.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.ports import House, Office
from mailflow.procedure.deadlines import long_date

AHEAD = 14  # days
_WORDS = (
    "Until the rota is mended, what would go to whoever is on duty goes to the role above. Write the days into rota.csv"
)


def gaps_ahead(office: Office, today: date, days: int = AHEAD) -> Iterator[tuple[str, date, date]]:
    """(role, first day, last day) for each run of working days on which nobody is on duty."""
    works = office.calendar.is_working_day
    found: dict[str, list[tuple[date, date]]] = {}
    for role, on in office.register.rota_gaps(today, days, works):
        runs = found.setdefault(role, [])
        if runs and office.calendar.next_working_day(runs[-1][1]) == on:
            runs[-1] = (runs[-1][0], on)
        else:
            runs.append((on, on))
    for role, runs in found.items():
        for first, last in runs:
            yield role, first, last


def warn_of_gaps(house: House, now: datetime) -> bool:
    """Tell the administrators; True if somebody had to be told who had not been."""
    told = False
    for office in house.offices.values():
        today = office.calendar.local_date(now)
        for role, first, last in gaps_ahead(office, today):
            known = f"rota-gap:{role}:"
            with house.store.unit(purpose="rota") as unit:
                # A gap that was told keeps its key while its first days go by.
                days = [first] if first > today else [today - timedelta(days=n) for n in range(AHEAD)]
                if any(unit.log.knows(office.stream, f"{known}{on}") for on in days):
                    continue
                tell_administrator(
                    house,
                    unit,
                    office,
                    key=f"{known}{first}",
                    facts=[("Duty rota", words_of(office, role, first, last))],
                    now=now,
                    reason=_WORDS,
                )
                told = True
    return told


def words_of(office: Office, role: str, first: date, last: date) -> str:
    """A gap in words."""
    defined = office.procedure.roles.get(role)
    days = long_date(first) if first == last else f"{long_date(first)} to {long_date(last)}"
    return f"Nobody is on duty as {defined.title if defined else role}: {days}"
