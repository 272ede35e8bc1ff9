"""The budgets of mail that leaves: who has a place in this hour, and from when one who has none will have it.

In: a letter that is due, or one that is being decided; the limits.
Out: an instant, and why.
Fails: never.
Limits: the day's limit of a case counts its letters by when they were to leave. What is planned when a letter is
  decided is an estimate by the address alone; what really left decides when it is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailflow.flow.ports import House, Office
from mailflow.store import Envelope, Letter, Unit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# At the very instant at which an hour ends, what left at its beginning still counts; and each departure takes a moment.
TICK = timedelta(seconds=5)
HORIZON = timedelta(days=90)  # what is to leave later waits for the end of a hold and takes nobody's place


@dataclass(frozen=True)
class Full:
    """A budget without a place: from when there is one, why, and whom it is about ("" where that is nobody's news)."""

    until: datetime
    why: str
    about: str


def full(
    house: House, unit: Unit, office: Office, letter: Letter, envelopes: list[Envelope], now: datetime
) -> Full | None:
    """The budget for which a letter that is due waits longest (mail.md, "Budgets"); None if it may leave now."""
    found = [
        _of_mailbox(house, unit, letter, envelopes, now),
        *(_of_address(house, unit, office, letter, e.recipient, now) for e in envelopes if not e.home),
        _of_case(house, unit, letter, now),
    ]
    return max((one for one in found if one), key=lambda one: one.until, default=None)


def _of_mailbox(house: House, unit: Unit, letter: Letter, envelopes: list[Envelope], now: datetime) -> Full | None:
    limit, asked = house.limits.per_hour, unit.departures
    # A letter to more people than the budget has places leaves when all are free.
    need = max(1, min(sum(not e.home for e in envelopes), limit))
    if asked.sent_count(now - HOUR, letter.mail_from, but=letter.id, now=now) + need <= limit:
        return None
    left = asked.left(now - HOUR, letter.mail_from, letter.id, now)
    until = place(left, asked.ahead(letter, now) + need, limit, HOUR, now)
    return Full(until, f"{limit} mails have left within an hour", "all")


def _of_address(house: House, unit: Unit, office: Office, letter: Letter, to: str, now: datetime) -> Full | None:
    limit, asked = house.limits.per_address_per_hour, unit.departures
    if asked.sent_to(now - HOUR, to, but=letter.id, now=now) < limit:
        return None
    left = asked.left_to(now - HOUR, to, letter.id, now)
    until = place(left, asked.ahead_to(letter, to, now) + 1, limit, HOUR, now)
    return Full(until, f"{limit} mails went to this address within an hour", news(office, to))


def _of_case(house: House, unit: Unit, letter: Letter, now: datetime) -> Full | None:
    limit, asked = house.limits.per_case_per_day, unit.departures
    if letter.case.startswith("office:"):
        return None
    left = asked.left_of_case(now - DAY, letter.case, letter.id, now)
    if len(left) < limit:
        return None
    until = place(left, asked.ahead_of_case(letter, now) + 1, limit, DAY, now)
    return Full(until, f"{limit} letters of this case have left within a day", letter.case)


def place(left: Sequence[datetime], turn: int, limit: int, span: timedelta, now: datetime) -> datetime:
    """When the `turn`-th of those who wait (the first is 1) may leave, so that no span holds more than `limit`.

    Each of those who wait takes the place of one who left, oldest first: nobody wakes for a place that is another's.
    """
    at = len(left) + turn - 1 - limit
    if not left or limit < 1:
        return now + span
    rounds = 1
    while at >= len(left):  # the place of one who waits now himself
        at, rounds = at - limit, rounds + 1
    return left[max(at, 0)] + rounds * (span + TICK)


def places(house: House, unit: Unit, now: datetime) -> dict[str, datetime]:
    """From when a letter that is decided now may leave to those addresses whose places are taken; the others have one.

    So a letter to a party bears the day on which it leaves, and its dates count from that day.
    """
    limit, asked = house.limits.per_address_per_hour, unit.departures
    if limit < 1:
        return {}
    found = {}
    for to in asked.crowded(now - HOUR, now, now + HORIZON, limit):
        taken = asked.planned_to(to, now - HOUR, now, now + HORIZON, limit - 1)
        if taken is not None:
            found[to] = taken + HOUR + TICK
    return found


def news(office: Office, to: str) -> str:
    """The address, if it is the administrator's news that letters to it wait: not an officer's."""
    return "" if office.register.officer(to) or to == office.administrator else to
