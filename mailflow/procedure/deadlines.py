"""From the words of a timescale ("2 working days", "14 days") to a date, with its working in words.

In: a rule, the day or instant it counts from, and a calendar.
Out: `Deadline` values that say the date, why it is that date, and from when it is overdue.
Fails: ValueError with one plain sentence (words that are no rule; a rule that needs a date and has none).
Limits: knows days, not hours; the hour of a chaser (4pm) belongs to the timer that uses the date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailflow.procedure.calendar import CLOSES, ONE_DAY, Calendar

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MOST_UNITS = 3660
OFF = "off"  # in place of a timescale: an office does not use this clock
LATEST_YEAR = 9990
MONTHS_IN_YEAR = 12


@dataclass(frozen=True)
class Rule:
    """A timescale as written (`text`) and as read.

    kind: working (K4), days (K5), limit (K6), same_day (K7), date (K13) or months (K14).
    n counts days, working days or months; weeks are held as days with unit "weeks".
    """

    kind: str
    n: int
    unit: str
    text: str


@dataclass(frozen=True)
class Deadline:
    """A due date with its working.

    on: the effective date. nominal: before rolling to a working day. target: K6's working target, otherwise `on`.
    soft: "where possible" (K7). working: how the date came about, in words. breach_from: first overdue instant, UTC.
    zone: the time zone in which `on` ends.
    """

    on: date
    nominal: date
    target: date
    soft: bool
    working: str
    breach_from: datetime
    zone: str = "UTC"


_COUNTED = re.compile(r"(limit )?(\d{1,6}) (working day|calendar day|day|week|month)s?")


def read_rule(text: str) -> Rule:
    """Read a timescale. Raises ValueError with a sentence that lists what can be written."""
    said = " ".join(text.casefold().split()).removeprefix("within ").removeprefix("the ")
    if said == "same working day":
        return Rule("same_day", 0, "working days", text)
    if said == "on the date":
        return Rule("date", 0, "days", text)
    found = _COUNTED.fullmatch(said)
    if not found:
        raise ValueError(
            f'"{text}" is not a timescale. Write for example "2 working days", "14 days", "26 weeks", "6 months", '
            '"limit 14 days", "same working day" or "on the date".'
        )
    limit, n, unit = bool(found[1]), int(found[2]), found[3].removeprefix("calendar ")
    if n > MOST_UNITS:
        raise ValueError(f'"{text}" is too long; the most is {MOST_UNITS}.')
    if limit and unit != "day":
        raise ValueError(f'"{text}": a limit is counted in calendar days, for example "limit 14 days".')
    kind = "limit" if limit else {"working day": "working", "month": "months"}.get(unit, "days")
    return Rule(kind, 7 * n if unit == "week" else n, f"{unit}s", text)


def compute(rule: Rule, anchor: date | datetime, calendar: Calendar, explicit: date | None = None) -> Deadline:
    """The deadline that a rule gives, counted from a day (or an instant, which is put on its local date first, K2).

    `explicit` is an agreed date or an extension (K13): it replaces what the rule would give
    and is rolled to a working day.
    Raises ValueError if the rule is "on the date" and there is none, or if the date is absurdly far away.
    """
    start = calendar.local_date(anchor) if isinstance(anchor, datetime) else anchor
    try:
        if explicit is not None:
            return _fixed(rule, explicit, calendar)
        if rule.kind == "date":
            raise ValueError("This deadline needs a date, and none was given.")
        if rule.kind == "working":
            return _working(rule, start, calendar)
        if rule.kind == "same_day":
            return _same_day(rule, anchor, start, calendar)
        if rule.kind == "limit":
            return _limit(rule, start, calendar)
        nominal = add_months(start, rule.n) if rule.kind == "months" else start + timedelta(days=rule.n)
        words = f"{_count(rule)} from {short_date(start)} = {short_date(nominal)}"
        return _rolled(rule, nominal, words, calendar)
    except OverflowError as error:
        raise ValueError("This date is too far away.") from error


def days_left(rule: Rule, deadline_on: date, today: date, calendar: Calendar) -> int:
    """What a timer that pauses today keeps (K13): working days for rules in working days, otherwise calendar days."""
    if rule.kind in ("working", "same_day"):
        return calendar.working_days_between(today, deadline_on)
    return max(0, (deadline_on - today).days)


def resume(rule: Rule, left: int, today: date, calendar: Calendar) -> Deadline:
    """The deadline of a timer that runs again today with so many days left; none left: due today, rolled (K13)."""
    counts_working = rule.kind in ("working", "same_day")
    unit = "working day" if counts_working else "day"
    words = f"{left} {unit}{'' if left == 1 else 's'} left on {short_date(today)}"
    if counts_working and left > 0:
        on = calendar.add_working_days(today, left)
        return _plain(rule, on, f"{words} = {short_date(on)}{_skipped(today, on, calendar)}", calendar)
    nominal = today + timedelta(days=left)
    if rule.kind == "limit":
        return _binding(rule, today, nominal, f"{words} = {short_date(nominal)}", calendar)
    return _rolled(rule, nominal, f"{words} = {short_date(nominal)}", calendar)


def later_of(a: Deadline, promised: date, why: str = "the date already given in a letter") -> Deadline:
    """The deadline, but never earlier than a date already promised in a letter (K9, K12), or kept for another `why`."""
    if promised <= a.on:
        return a
    midnight = datetime.combine(promised + ONE_DAY, time(0), tzinfo=ZoneInfo(a.zone))
    return replace(
        a,
        on=promised,
        target=promised if a.target == a.on else a.target,
        working=f"{a.working}; kept at {short_date(promised)}, {why}",
        breach_from=midnight.astimezone(UTC),
    )


def add_months(day: date, months: int) -> date:
    """Calendar months later, clamped to the end of the month: 31 August + 6 months = 28 or 29 February (K14)."""
    years, month = divmod(day.month - 1 + months, MONTHS_IN_YEAR)
    year, month = day.year + years, month + 1
    if not 1 <= year <= LATEST_YEAR:
        raise OverflowError("date out of range")
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def age_under_months(start: date, received: date, months: int) -> bool:
    """Whether something that began on `start` was less than so many months old when it was received (K14).

    It was if it was received before start + months; on that very day it is so many months old.
    """
    return received < add_months(start, months)


def long_date(day: date) -> str:
    """Tuesday 30 March 2027."""
    return f"{DAY_NAMES[day.weekday()]} {day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    """Tue 30 Mar 2027."""
    return f"{DAY_NAMES[day.weekday()][:3]} {day.day} {MONTH_NAMES[day.month - 1][:3]} {day.year}"


def clock_words(at: time) -> str:
    """4pm, 9.30am, midday: as public bodies write it."""
    if at.hour == 12 and at.minute == 0:
        return "midday"
    minutes = f".{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


# -- one function per kind of rule --------------------------------------------------------------------------------


def _working(rule: Rule, start: date, calendar: Calendar) -> Deadline:
    words = f"{_count(rule)} from {short_date(start)}"
    if rule.n == 0:
        return _rolled(rule, start, f"{words} = {short_date(start)}", calendar)
    on = calendar.add_working_days(start, rule.n)
    return _plain(rule, on, f"{words} = {short_date(on)}{_skipped(start, on, calendar)}", calendar)


def _same_day(rule: Rule, anchor: date | datetime, start: date, calendar: Calendar) -> Deadline:
    # K7: an event on a working day before 5pm belongs to that day, any other to the next working day.
    after_hours = isinstance(anchor, datetime) and calendar.local_time(anchor) >= CLOSES
    words = f"the same working day, from {short_date(start)}"
    if after_hours and calendar.is_working_day(start):
        on = calendar.next_working_day(start)
        return _plain(rule, on, f"{words}, after {clock_words(CLOSES)}, so {short_date(on)}", calendar, nominal=start)
    return _rolled(rule, start, words, calendar)


def _limit(rule: Rule, start: date, calendar: Calendar) -> Deadline:
    nominal = start + timedelta(days=rule.n)
    return _binding(rule, start, nominal, f"{_count(rule)} from {short_date(start)} = {short_date(nominal)}", calendar)


def _fixed(rule: Rule, explicit: date, calendar: Calendar) -> Deadline:
    return _rolled(rule, explicit, f"on the agreed date, {short_date(explicit)}", calendar)


def _rolled(rule: Rule, nominal: date, words: str, calendar: Calendar) -> Deadline:
    """K5: rolled forward to a working day, with the reason."""
    on = calendar.roll(nominal)
    if on != nominal:
        words += f", {calendar.why_not(nominal)}, so {short_date(on)}"
    return _plain(rule, on, words, calendar, nominal=nominal)


def _binding(rule: Rule, start: date, nominal: date, words: str, calendar: Calendar) -> Deadline:
    """K6: the limit is the calendar day itself; the working target is the last working day on or before it."""
    target = calendar.last_on_or_before(nominal)
    if target < start:
        # No working day lies inside the limit: the target cannot be before the event itself.
        target = nominal
    if target != nominal:
        words += f", {calendar.why_not(nominal)}, so aim for {short_date(target)}"
    return _plain(rule, nominal, words, calendar, target=target)


def _plain(
    rule: Rule, on: date, words: str, calendar: Calendar, *, nominal: date | None = None, target: date | None = None
) -> Deadline:
    if on.year > LATEST_YEAR:
        raise OverflowError("date out of range")
    if calendar.note:
        words += f", {calendar.note}"
    if not calendar.covers(on):
        words += f" (the public holidays of {on.year} are not in the calendar)"
    return Deadline(
        on=on,
        nominal=nominal or on,
        target=target or on,
        soft=rule.kind == "same_day",
        working=words,
        breach_from=calendar.end_of(on),
        zone=calendar.zone,
    )


def _count(rule: Rule) -> str:
    n = rule.n // 7 if rule.unit == "weeks" else rule.n
    words = f"{n} {rule.unit[:-1] if n == 1 else rule.unit}"
    return f"a limit of {words}" if rule.kind == "limit" else words


def _skipped(start: date, on: date, calendar: Calendar) -> str:
    """The holidays and closures on weekdays that the count stepped over: an officer does not see them at once."""
    days = (start + timedelta(days=ahead) for ahead in range(1, (on - start).days))
    skipped = [day for day in days if day.weekday() < 5 and not calendar.is_working_day(day)]
    if not skipped:
        return ""
    return ", not counting " + ", ".join(f"{short_date(day)} ({calendar.why_not(day)})" for day in skipped)
