"""The machine's clock has jumped: the administrator hears it once, with what follows from it.

In: what the clock should have shown, and what it shows.
Out: a health mail for each office.
Fails: Conflict and Unavailable go on to the loop.
Limits: a clock that is wrong from the start, or drifts slowly, is not noticed here.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from mailflow.errors import CannotRender
from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.ports import House

_log = structlog.get_logger()

_FORWARD = (
    "The machine's clock was set forward, or the machine was asleep. Deadlines are counted by this clock. Nobody is "
    "reminded of anything for {minutes} minutes: if the time is wrong, put it right now and nothing has happened. If "
    "it is right, you need do nothing; what fell due is then caught up."
)
_BACK = (
    "The machine's clock was set back. What has happened has happened and nothing is done twice; what was to fall due "
    "waits until the clock shows its time. If the time is wrong, put it right."
)


def tell_of_jump(house: House, expected: datetime, now: datetime, quiet: timedelta) -> None:
    """One mail to each office's administrator."""
    _log.error("clock.jumped", expected=expected.isoformat(), shows=now.isoformat())
    words = (_FORWARD if now > expected else _BACK).format(minutes=int(quiet.total_seconds() // 60))
    for office in house.offices.values():
        local = office.calendar.local
        facts = [
            ("It should have shown", f"{local(expected):%d %B %Y, %H:%M}"),
            ("It shows", f"{local(now):%d %B %Y, %H:%M}"),
        ]
        key = f"health/clock/{expected.isoformat()}/{now.isoformat()}"
        with suppress(CannotRender), house.store.unit(purpose="health") as unit:
            tell_administrator(house, unit, office, key=key, facts=facts, now=now, reason=words)
