"""Whether a letter may leave now: its office is served, no pause runs, its hour is right, no budget is full.

In: a letter that is due, its envelopes, the limits.
Out: until when it waits, and why.
Fails: never.
Limits: the day's limit of a case counts its letters by when they were to leave.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from mailflow.errors import EditionUnreadable
from mailflow.flow import advance as stepping
from mailflow.flow.ports import House, Office
from mailflow.flow.regions import office_for
from mailflow.store import Envelope, Letter, Unit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONGEST_PAUSE = timedelta(minutes=30)
LIMIT_WAIT = timedelta(minutes=10)
MISPLACED_WAIT = HOUR
_GONE = ("sent", "served", "bounced", "in_doubt")
SLACK = timedelta(minutes=1)  # a letter that may leave at 4:59:59 is not put off because the courier was at another one


def wait(
    house: House, unit: Unit, office: Office | None, letter: Letter, envelopes: list[Envelope], now: datetime
) -> tuple[datetime | None, str, str]:
    """Until when the letter waits, and why; None when it may go (mail.md, "Budgets").

    The third: for what a budget of mail to other people than officers is exceeded; "" where that is nobody's news.
    """
    if office is None:
        return now + MISPLACED_WAIT, "its office is not served now: see mailflow check", ""
    until, _ = pause(unit, office)
    # A pause that ends later than any could was made while the machine's clock was wrong.
    if until is not None and now < until <= now + 2 * LONGEST_PAUSE:
        return until, "the mail server asked us to slow down or is away", ""
    opening = _opening(house, unit, office, letter, now)
    if opening is not None:
        return opening, "its hour has passed, and it leaves in office hours only", ""
    return _budget(house, unit, office, letter, envelopes, now)


def _budget(
    house: House, unit: Unit, office: Office, letter: Letter, envelopes: list[Envelope], now: datetime
) -> tuple[datetime | None, str, str]:
    limits = house.limits
    if unit.outbox.sent_count(now - HOUR, letter.mail_from, but=letter.id) >= limits.per_hour:
        return now + LIMIT_WAIT, f"{limits.per_hour} mails have left within an hour", "all"
    for envelope in envelopes:
        to = envelope.recipient
        if not envelope.home and unit.outbox.sent_to(now - HOUR, to, but=letter.id) >= limits.per_address_per_hour:
            told = "" if office.register.officer(to) or to == office.administrator else to
            return now + LIMIT_WAIT, f"{limits.per_address_per_hour} mails went to this address within an hour", told
    if not letter.case.startswith("office:"):
        left = sum(
            any(e.state in _GONE or (e.state == "claimed" and other.id != letter.id) for e in sent)
            for other, sent in unit.outbox.of_case(letter.case)
            if other.leave_at > now - DAY
        )
        if left >= limits.per_case_per_day:
            return now + HOUR, f"{limits.per_case_per_day} letters of this case have left within a day", letter.case
    return None, "", ""


def _opening(house: House, unit: Unit, office: Office, letter: Letter, now: datetime) -> datetime | None:
    """K10 holds for a letter that comes late, too, after an outage, a pause or a budget; None: it may leave now."""
    if not letter.party_mail or letter.case.startswith("office:") or now < letter.leave_at + SLACK:
        return None
    if all(calendar.is_office_time(now) for calendar in (office.own_calendar, *office.calendars.values())):
        return None
    case = stepping.read_case(unit, letter.case)
    try:
        procedure = stepping.procedure_of(house, office, case)
    except EditionUnreadable:
        return None  # nobody can say how it leaves; it was decided when that could be read
    calendar = office_for(office, procedure, case).calendar
    known = procedure.letters.get(letter.template)
    if known is None or known.leaves == "at once" or calendar.is_office_time(now):
        return None
    return calendar.office_time(now)


def pause(unit: Unit, office: Office) -> tuple[datetime | None, int]:
    """Until when this office's letters wait because of its server, and how often in a row that was so."""
    value = json.loads(unit.meta.get(f"courier:{office.id}") or "{}")
    return (datetime.fromisoformat(value["until"]) if value else None), int(value.get("times", 0))
