"""Whether a letter may leave now: its office is served, no pause runs, its hour is right, no budget is full.

In: a letter that is due, its envelopes, the limits.
Out: until when it waits, and why.
Fails: never.
Limits: a letter waits for the first reason found; the others are asked when it is due again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mailflow.errors import EditionUnreadable
from mailflow.flow import advance as stepping
from mailflow.flow import budgets, pausing
from mailflow.flow.ports import House, Office
from mailflow.flow.regions import office_for
from mailflow.store import Envelope, Letter, Unit

MISPLACED_WAIT = timedelta(hours=1)
SLACK = timedelta(minutes=1)  # a letter that may leave at 4:59:59 is not put off because the courier was at another one


def wait(
    house: House, unit: Unit, office: Office | None, letter: Letter, envelopes: list[Envelope], now: datetime
) -> tuple[datetime | None, str, str]:
    """Until when the letter waits, and why; None when it may go (mail.md, "Budgets").

    The third: for what a budget of mail to other people than officers is exceeded; "" where that is nobody's news.
    """
    if office is None:
        return now + MISPLACED_WAIT, "its office is not served now: see mailflow check", ""
    until, _ = pausing.pause(unit, office)
    # A pause that ends later than any could was made while the machine's clock was wrong.
    if until is not None and now < until <= now + 2 * pausing.LONGEST_PAUSE:
        return until, "the mail server asked us to slow down or is away", ""
    opening = _opening(house, unit, office, letter, now)
    if opening is not None:
        return opening, "its hour has passed, and it leaves in office hours only", ""
    over = budgets.full(house, unit, office, letter, envelopes, now)
    return (over.until, over.why, over.about) if over else (None, "", "")


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
