"""Asking again about a held mail: a question that nobody answers (M57) is put again and climbs (domain.md 5.2).

In: the open questions, a `now`.
Out: the same question to whoever was asked, then to their deputy too, then every week to the person above; once each.
Fails: Conflict when another loop was first; CannotRender for a question.
Limits: not for letters in doubt (flow/doubt.py); after an outage it goes on from its rung, one rung a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import structlog

from mailflow.errors import Conflict, Unavailable
from mailflow.flow.colleagues import named_readers
from mailflow.flow.placing import askable, held_of, is_sealed, put_question
from mailflow.flow.ports import House, Office
from mailflow.mail import reference
from mailflow.procedure.case import instant
from mailflow.store import Held, Unit

NINE = time(9)
DEPUTY, ABOVE = 2, 3  # from the second time on the deputy is asked too, from the third on the person above
WEEK = timedelta(weeks=1)

_log = structlog.get_logger()


def ask_again_one(house: House, now: datetime) -> bool:
    """Put the oldest question that is due again; True if one was. One question's failure does not stop the others."""
    with house.store.read() as unit:
        due = [held.tag for office, held in _open(house, unit) if due_at(office, held, now) <= now]
    first: Exception | None = None
    for tag in due:
        try:
            with house.store.unit(purpose="ask_again") as unit:
                if _ask_again(house, unit, tag, now):
                    return True
        except (Conflict, Unavailable):
            raise
        except Exception as fault:
            first = first or fault
    if first is not None:
        raise first
    return False


def next_asking(house: House, now: datetime) -> datetime | None:
    """When the next question is put again, later than now."""
    with house.store.read() as unit:
        dues = [due_at(office, held, now) for office, held in _open(house, unit)]
    return min((at for at in dues if at > now), default=None)


def due_at(office: Office, held: Held, now: datetime) -> datetime:
    """When a question is put again: 9am of the next working day, weekly once the person above has been asked.

    On a holiday, or overdue after an outage, it waits for the next 9am of the office; UTC.
    """
    calendar = office.calendar
    last = calendar.local_date(_last_asked(held))
    on = last + WEEK if _times(held) >= ABOVE else calendar.next_working_day(last)
    return calendar.office_time(max(calendar.instant(on, NINE), now), opens=NINE)


def _open(house: House, unit: Unit) -> list[tuple[Office, Held]]:
    """The open questions about mails, each with the office whose tag it bears."""
    found = []
    for office in house.offices.values():
        held = held_of(unit, office)
        # Of those that exceed one budget, one at a time is asked about (flooding.py).
        heads = {h.suggestion.get("flood") for h in held if h.suggestion.get("asked")}
        found += [(office, h) for h in held if h.suggestion.get("asked") or h.suggestion.get("flood", "") not in heads]
    return found


def _times(held: Held) -> int:
    return int((held.suggestion.get("asked") or {}).get("times", 0))


def _last_asked(held: Held) -> datetime:
    asked = held.suggestion.get("asked")
    return instant(asked["at"]) if asked else held.asked_at


def _ask_again(house: House, unit: Unit, tag: str, now: datetime) -> bool:
    found = next(((office, held) for office, held in _open(house, unit) if held.tag == tag), None)
    if found is None or due_at(*found, now) > now:
        return False  # answered, or asked by another process, meanwhile
    office, held = found
    nth = _times(held) + 1
    owners, to = _addressees(unit, office, held, nth, now)
    before = [str(a) for a in (held.suggestion.get("asked") or {}).get("to", owners)]
    waiting = {
        "since": office.calendar.local_date(held.asked_at),
        "asked": _names(office, before),
        "too": _names(office, [address for address in to if address not in before]),
        "holds": _holds(office, held),
    }
    put_question(house, unit, office, held, to, now, nth, waiting)
    _log.info("held.asked_again", tag=tag, times=nth)
    return True


def _addressees(unit: Unit, office: Office, held: Held, nth: int, now: datetime) -> tuple[list[str], list[str]]:
    """Whose question it is today, and to whom it goes the nth time."""
    today = office.calendar.local_date(now)
    case = str(held.suggestion.get("case") or "")
    if is_sealed(unit, held):  # neither who stands in for the readers nor anybody above hears of it (Q45)
        readers = named_readers(office)
        return readers, readers
    owners = _there(office, held.suggestion.get("ask", ()), today) or askable(unit, office, case, now)
    if nth < DEPUTY:
        return owners, owners
    if nth < ABOVE:
        named = (office.register.officer(address) for address in owners)
        return owners, list(dict.fromkeys([*owners, *_there(office, [o.deputy for o in named if o], today)]))
    return owners, list(dict.fromkeys([*_above(unit, office, case, owners, today), *owners]))


def _there(office: Office, addresses: Sequence[str], today: date) -> list[str]:
    """Of these officers those who are there today, or who stands in for them (G13)."""
    officers = (office.register.officer(address) for address in addresses if address)
    present = (office.register.stand_in(officer, today) for officer in officers if officer)
    return list(dict.fromkeys(officer.email for officer in present if officer))


def _above(unit: Unit, office: Office, case: str, owners: Sequence[str], today: date) -> list[str]:
    """The role above the one that was asked, or the first above it that somebody holds; else the owners' managers."""
    procedure = office.procedure
    view = (unit.views.get(case) if case else None) or {}
    role = str(view.get("owner_role") or procedure.top.states[procedure.top.start].owner)
    tried: set[str] = set()
    while role in procedure.roles and role not in tried:
        tried.add(role)
        role = procedure.roles[role].above
        holders = office.register.holders(role, today, str(view.get("service") or "")) if role else ()
        if holders:
            return [holder.email for holder in holders]
    managers = (office.register.manager_of(address) for address in owners)
    return _there(office, [manager.email for manager in managers if manager], today)


def _holds(office: Office, held: Held) -> str:
    """What waits while the question is open, as flow/remind.py holds it (G9)."""
    role = office.procedure.roles.get(str(held.suggestion.get("role") or ""))
    refs = [str(r) for r in (held.suggestion.get("case"), *held.suggestion.get("others", ())) if r]
    if not refs:
        return "reminders that it may answer are held"
    whom = f" to the {role.title.lower()}" if role else ""
    return f"reminders{whom} on {' and '.join(map(reference.tag, dict.fromkeys(refs)))} are held"


def _names(office: Office, addresses: Sequence[str]) -> str:
    people = (office.register.person(address) for address in addresses)
    return " and ".join(p.name if p and p.name else a for p, a in zip(people, addresses, strict=True))
