"""Warning in time that a calendar's known holidays come to an end (Q37).

In: the offices and the day.
Out: one health mail to the administrator of each office for each of its calendars that ends soon.
Fails: CannotRender when the health letter's template is broken.
Limits: once for each calendar and last year; deadlines beyond it are counted by weekday alone.
"""

from __future__ import annotations

from datetime import datetime

from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.ports import House
from mailflow.register.holiday_calendars import ending_soon


def warn_of_calendars(house: House, now: datetime) -> bool:
    """Tell the administrators; True if somebody had to be told who had not been."""
    told = False
    for office in house.offices.values():
        for calendar in office.all_calendars.values():
            words = ending_soon(calendar, calendar.local_date(now))
            key = f"calendar-ends:{calendar.name}:{calendar.last_year}"
            if not words:
                continue
            with house.store.unit(purpose="calendars") as unit:
                if not unit.log.knows(office.stream, key):
                    tell_administrator(house, unit, office, key=key, facts=[("Calendar", words)], now=now)
                    told = True
    return told
