"""The digests: the daily list of each officer and the weekly summary of each manager, at 8am on working days (K10).

In: a house, an office, a `now`.
Out: letters in the outbox, once per officer and day or week; True if something was found to do.
Fails: errors.Conflict when the office's stream moved on; begin again.
Limits: after an outage only the newest digest is made up for, and a daily list only on its own day. A digest that
  cannot be written is told to the administrator and not tried again, so that it never stands in the way of a deadline.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime, time

import structlog

from mailflow.documents.tables import summary_csv
from mailflow.errors import CannotRender
from mailflow.flow import daily, weekly
from mailflow.flow.counting import Story, stories, week_before
from mailflow.flow.office_mail import letter_for, note, put_office_letter, tell_administrator
from mailflow.flow.ports import House, Office
from mailflow.mail.message import Attachment
from mailflow.procedure.deadlines import add_months
from mailflow.register.people import Officer
from mailflow.store import Unit

AT = time(8)
WEEKLY = "weekly"
OLDEST = 14  # months: the longest that a summary looks back is twelve whole months and the one that runs
SUBSCRIPTION = "subscription"

log = structlog.get_logger()


def next_digest(office: Office, after: datetime) -> datetime:
    """The next instant, UTC, at which a digest of this office is due: 8am of a working day, strictly after `after`."""
    calendar = office.calendar
    today = calendar.local_date(after)
    at = calendar.instant(calendar.roll(today), AT)
    return at if at > after else calendar.instant(calendar.next_working_day(today), AT)


def due_digests(house: House, now: datetime) -> bool:
    """Make every digest that is due and not made; True if one was. Costs one question per office when none is."""
    found = False
    for office in house.offices.values():
        found = run_weekly(house, office, now) or found
        found = run_daily(house, office, now) or found
    return found


def run_daily(house: House, office: Office, now: datetime) -> bool:
    """The daily lists of today, from 8am on a working day; an officer with nothing on the list gets no mail."""
    today = office.calendar.local_date(now)
    if not office.calendar.is_working_day(today) or office.calendar.local_time(now) < AT:
        return False
    return _once(
        house,
        office,
        f"daily/{today}",
        now,
        lambda unit: stories(house, unit, office, live_only=True),
        lambda unit, known: _daily(house, unit, office, known, now),
    )


def run_weekly(house: House, office: Office, now: datetime) -> bool:
    """The summaries of the week that ended last Sunday, from 8am on the first working day after it.

    Where nothing had come by the end of that week there is nothing to sum up: a new office begins in silence.
    """
    today = office.calendar.local_date(now)
    week = week_before(office.calendar, today)
    if now < office.calendar.instant(office.calendar.next_working_day(week.last), AT):
        return False
    since = office.calendar.end_of(add_months(week.last, -OLDEST))
    return _once(
        house,
        office,
        f"weekly/{week.last}",
        now,
        lambda unit: stories(house, unit, office, since=since),
        lambda unit, known: _weekly(house, unit, office, known, today, now),
    )


def subscribers(unit: Unit, office: Office) -> list[Officer]:
    """The officers who have the weekly summary: by the register, then by their own word, of which the last counts."""
    wanted = {o.email: WEEKLY in o.subscriptions for o in office.register.officers}
    for line in unit.log.read(office.stream):
        officer = office.register.officer(str(line.data.get("address", ""))) if line.kind == SUBSCRIPTION else None
        if officer is not None:
            wanted[officer.email] = bool(line.data.get("on"))
    return [o for o in office.register.officers if wanted[o.email]]


def _once(
    house: House,
    office: Office,
    what: str,
    now: datetime,
    gather: Callable[[Unit], list[Story]],
    make: Callable[[Unit, list[Story]], int],
) -> bool:
    """Make a digest in one transaction and remember that it was made; False if it was made before.

    The cases are read before that transaction: with many of them this takes seconds, in which mail is to come in.
    """
    cause = f"digest/{what}"
    with house.store.read() as unit:
        if unit.log.knows(office.stream, cause):
            return False
        known = gather(unit)
    try:
        with house.store.unit(purpose="weekly" if what.startswith(WEEKLY) else "daily") as unit:
            if unit.log.knows(office.stream, cause):
                return False
            made = make(unit, known)
            note(unit, office, [], cause=cause, now=now)
    except CannotRender as fault:
        with house.store.unit(purpose="digest_failed") as unit:
            note(unit, office, [("failed", {"what": what, "why": str(fault)})], cause=cause, now=now)
            facts = [("Digest", what), ("What is wrong", str(fault))]
            tell_administrator(house, unit, office, key=f"{cause}/failed", facts=facts, now=now)
        log.error("digest.failed", office=office.id, digest=what, why=str(fault))
        return True
    log.info("digest.made", office=office.id, digest=what, mails=made)
    return made > 0


def _daily(house: House, unit: Unit, office: Office, known: list[Story], now: datetime) -> int:
    today = office.calendar.local_date(now)
    lists = daily.lists_for(unit, office, known, now)
    template = letter_for(office, "daily")
    for address, rows in sorted(lists.items()):
        context = {"groups": daily.groups_of(rows)}
        key = f"{office.stream}/daily/{today}/{address}"
        put_office_letter(house, unit, office, template, [address], context, key=key, now=now)
    return len(lists)


def _weekly(house: House, unit: Unit, office: Office, known: list[Story], today: date, now: datetime) -> int:
    week = week_before(office.calendar, today)
    left_out = sum(office.has(ref) for ref in unit.log.cases()) > len(known)
    if not left_out and not any(story.opened < week.end for story in known):
        return 0
    template = letter_for(office, WEEKLY)
    questions = len(daily.questions(unit, office))
    restricted = sum(bool(story.case.restricted) for story in known)
    managers = subscribers(unit, office)
    changes = tuple(unit.log.read(office.stream))
    # What the managers' mailboxes hold nobody here can rewrite: they are the witnesses of the record (G14).
    record = str(unit.chain.head())
    for manager in managers:
        scope = weekly.Scope(office, weekly.scoped(known, manager), week, today, questions, restricted, changes)
        context = {**weekly.summary_context(scope), "record": record}
        put_office_letter(
            house,
            unit,
            office,
            template,
            [manager.email],
            context,
            key=f"{office.stream}/weekly/{week.last}/{manager.email}",
            now=now,
            leave_at=office.calendar.office_time(now),
            attachments=_csv(context["sections"]),  # type: ignore[arg-type]
            unsubscribe=_words_for(office, "weekly_off"),
        )
    return len(managers)


def _csv(sections: Sequence[dict[str, object]]) -> list[Attachment]:
    found = []
    for name, text in summary_csv(sections).items():
        octets = text.encode("utf-8-sig")  # without the mark at its beginning spreadsheets take it for another charset
        found.append(Attachment(name, "text/csv", octets, hashlib.sha256(octets).hexdigest()))
    return found


def _words_for(office: Office, act: str) -> str:
    """What a person may write to do one of the acts that all procedures have."""
    return next((v.say[0] for v in office.procedure.verbs.values() if v.act == act and v.say), "")
