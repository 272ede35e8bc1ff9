"""Reads dates as people write them in Britain and New Zealand: day first, mostly without a year.

In: a line and a place in it, today's local date, and how working days are added.
Out: DateRead: the day, or why the words that stand there are not one day; None if no date stands there.
Fails: never.
Limits: English only; whole days, a time of day is left for the note; bank holidays are the calendar's matter (K13).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_SHORT_DAYS = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3} | {name[:3]: at for at, name in enumerate(_DAYS)}
_COUNTS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen".split()
_NUMBERS = {word: number for number, word in enumerate(_COUNTS, start=1)} | {"a": 1, "an": 1}

_DAY = r"(?P<day>\d{1,2})\s?(?:st|nd|rd|th)?\b"
_YEAR = r"(?P<year>(?:19|20)\d\d|'\d\d|\d\d(?=\s*(?:$|[.:](?!\d)|[,;!)-])))(?!\d)"
_MONTH = r"(?P<month>[a-z]{3,9})\b\.?"
_WEEKDAY = r"(?:(?P<weekday>[a-z]{3,9})\b\.?,?\s{1,3}(?:the\s{1,3})?)?"
_NAMED = re.compile(rf"{_WEEKDAY}{_DAY}[\s,.-]{{0,3}}(?:of\s)?\s?{_MONTH}(?:[\s,.-]{{1,3}}{_YEAR})?")
_NAMED_US = re.compile(rf"{_WEEKDAY}{_MONTH}\s{{1,3}}{_DAY}(?!\s?[:/.]\d)(?:,?\s{{1,3}}{_YEAR})?")
_ISO = re.compile(r"(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d/])")
_FIGURES = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?P<dash>[/.-])(?P<month>\d{{1,2}})(?:(?P=dash)(?P<year>\d{{4}}|\d\d))?(?![\d/])"
)
_ORDINAL = re.compile(r"(?:(?P<weekday>[a-z]{3,9})\b\.?,?\s{1,3})?(?:the\s{1,3})?(?P<day>\d{1,2})\s?(?:st|nd|rd|th)\b")
_AHEAD = re.compile(
    r"(?:in|within)?\s{0,3}(?P<count>\d{1,3}|[a-z]{1,9})\s{0,3}"
    r"(?P<unit>working\s{1,3}days?|wds?|business\s{1,3}days?|days?|weeks?|fortnights?)\b(?!['\u2019])(?P<ago>\s{1,3}ago\b)?"
)
_WORD = re.compile(r"(?P<which>next|this|last|coming|past)?\s{0,3}(?P<word>[a-z]{3,9})\b")
_LEAD = re.compile(r"\A(?:(?:on|the)\s{1,3}){1,2}")
_AND_ANOTHER = re.compile(r"\s{0,3}(?:or|and|to|until|till|/|-|\u2013|&)\s{0,3}(?=\S)", re.I)
_TWO_DAYS = re.compile(
    r"\d{1,2}(?:st|nd|rd|th)?\s{0,2}(?:or|and|to|/|-|\u2013|&)\s{0,2}\d{1,2}(?:st|nd|rd|th)?\s{1,3}([a-z]{3,9})\b"
)


@dataclass(frozen=True)
class DateRead:
    """A date found at some place: where it ends, and the day, or None with a sentence why it is not one certain day."""

    end: int
    day: date | None
    why: str = ""


def read_date(
    text: str, at: int, today: date, add_working_days: Callable[[date, int], date], past: bool = False
) -> DateRead | None:
    """The date that starts at index `at` (domain.md 5.2 "Dates").

    Without a year it is the next such date within 11 months; past, impossible, more than 12 months away or two
    readings give a doubt. With `past` it is the latest such date within 11 months and the future is refused.
    `add_working_days(day, n)` counts after the day.
    """
    rest = text[at : at + 80].lower().replace("\u2019", "'")
    skipped = len(rest) - len(_LEAD.sub("", rest))
    read = _read_one(rest[skipped:], today, add_working_days, past)
    if read is None:
        return None
    end = skipped + read.end
    joint = _AND_ANOTHER.match(rest, end)
    if joint and read.day:
        other = _read_one(rest[joint.end() :], today, add_working_days, past)
        if other and other.day != read.day:
            return DateRead(at + end, None, f"There are two dates: {say(read.day)} and another one.")
    return DateRead(at + end, read.day, read.why)


def say(day: date) -> str:
    """The day as letters write it: "Wednesday 3 March 2027"."""
    return f"{_DAYS[day.weekday()].capitalize()} {day.day} {_MONTHS[day.month - 1].capitalize()} {day.year}"


def _read_one(rest: str, today: date, add_working_days: Callable[[date, int], date], past: bool) -> DateRead | None:
    two = _TWO_DAYS.match(rest)
    if two and _month(two[1]):
        return DateRead(two.end(), None, f"'{two.group()}' names two days.")
    for pattern in (_ISO, _NAMED, _NAMED_US, _FIGURES):
        match = pattern.match(rest)
        if match:
            read = _from_parts(match, today, past)
            if read:
                return read
    match = _AHEAD.match(rest)
    if match:
        read = _from_count(match, today, add_working_days, past)
        if read:
            return read
    match = _ORDINAL.match(rest)
    if match and _weekday_fits(match):
        return _from_ordinal(match, today, past)
    match = _WORD.match(rest)
    return _from_word(match, today, past) if match else None


def _month(word: str) -> int:
    """The month a word means, 1 to 12, or 0; short forms and one slip in a long name are understood."""
    if word == "sept":
        return 9
    fits = [at for at, name in enumerate(_MONTHS, start=1) if word == name or word == name[:3]]
    if not fits and len(word) >= 6:
        fits = [at for at, name in enumerate(_MONTHS, start=1) if len(name) >= 7 and one_slip(word, name)]
    return fits[0] if len(fits) == 1 else 0


@lru_cache(maxsize=4096)
def one_slip(word: str, meant: str) -> bool:
    """Whether one letter is wrong, missing, too many, or two neighbours are swapped; equal words do not count."""
    if word == meant or abs(len(word) - len(meant)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), min(len(word), len(meant)))
    one, two = word[start:], meant[start:]
    return one[1:] == two[1:] or one[1:] == two or one == two[1:] or (one[:2] == two[1::-1] and one[2:] == two[2:])


def _weekday(word: str | None) -> int | None:
    if not word:
        return None
    if word in _DAYS:
        return _DAYS.index(word)
    if word in _SHORT_DAYS:
        return _SHORT_DAYS[word]
    fits = [at for at, name in enumerate(_DAYS) if one_slip(word, name)]
    return fits[0] if len(fits) == 1 else None


def _weekday_fits(match: re.Match[str]) -> bool:
    return match["weekday"] is None or _weekday(match["weekday"]) is not None


def _from_parts(match: re.Match[str], today: date, past: bool) -> DateRead | None:
    """A day and a month, with or without weekday and year."""
    parts = match.groupdict()
    weekday, end = parts.get("weekday"), match.end() - match.group().endswith(".")  # a full stop is not the date's
    month = int(parts["month"]) if parts["month"].isdigit() else _month(parts["month"]) or -1
    # "10.30" is a time and "3-4" a range: without a year only a slash makes a date of figures.
    if month < 0 or (weekday and _weekday(weekday) is None) or (parts.get("dash") in (".", "-") and not parts["year"]):
        return None
    if not 1 <= month <= 12:
        return DateRead(end, None, f"'{match.group().strip()}' is not a date: the day comes first, then the month.")
    year = (parts.get("year") or "").lstrip("'")
    if year:
        years = [int(year) + (2000 if len(year) == 2 else 0)]
    else:
        years = [today.year, today.year - 1] if past else [today.year, today.year + 1]
    day = int(parts["day"])
    days = [date(year, month, day) for year in years if 1 <= day <= calendar.monthrange(year, month)[1]]
    if not days:
        return DateRead(end, None, f"'{match.group().strip()}' is not a day of the calendar.")
    return _checked(end, days[0], weekday, today, past) if year else _nearest(end, days, weekday, today, past)


def _nearest(end: int, days: list[date], weekday: str | None, today: date, past: bool) -> DateRead:
    """The one of two years' days that lies within 11 months on the right side of today."""
    if past:
        inside = [day for day in days if _months_away(today, -11) <= day <= today]
        if not inside:
            return DateRead(end, None, f"I read the date as {say(days[0])}, which is not within the last 11 months.")
    else:
        inside = [day for day in days if today <= day <= _months_away(today, 11)]
        if not inside:
            gone = [day for day in days if day < today]
            why = f"{say(gone[-1])} has passed" if gone else f"{say(days[0])} is more than 11 months away"
            return DateRead(end, None, f"{why}; please write the year if that is the day you mean.")
    return _checked(end, inside[0], weekday, today, past)


def _months_away(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _checked(end: int, day: date, weekday: str | None, today: date, past: bool) -> DateRead:
    """The day unless it lies on the wrong side of today, too far away, or on another weekday than written."""
    named = _weekday(weekday)
    if named is not None and day.weekday() != named:
        return DateRead(end, None, f"{say(day)} is not a {_DAYS[named].capitalize()}: which of the two do you mean?")
    if past and day > today:
        return DateRead(end, None, f"{say(day)} is still to come; this needs a day that has been.")
    if not past and day < today:
        return DateRead(end, None, f"{say(day)} has passed.")
    if not past and day > _months_away(today, 12):
        return DateRead(end, None, f"{say(day)} is more than 12 months away.")
    return DateRead(end, day)


def _from_ordinal(match: re.Match[str], today: date, past: bool) -> DateRead:
    """Only a day of the month, "the 28th": the next one, or with `past` the latest."""
    wanted, step = int(match["day"]), -1 if past else 1
    for month in range(4):
        first = _months_away(today.replace(day=1), step * month)
        if 1 <= wanted <= calendar.monthrange(first.year, first.month)[1]:
            day = first.replace(day=wanted)
            if (day <= today) if past else (day >= today):
                return _checked(match.end(), day, match["weekday"], today, past)
    return DateRead(match.end(), None, f"'{match.group().strip()}' is not a day of the calendar.")


def _from_count(
    match: re.Match[str], today: date, add_working_days: Callable[[date, int], date], past: bool
) -> DateRead | None:
    """ "in 10 days", "10 working days", "two weeks"; with `past` only "3 days ago"."""
    count = int(match["count"]) if match["count"].isdigit() else _NUMBERS.get(match["count"], -1)
    unit, end = match["unit"], match.end()
    working = unit.startswith(("working", "business", "wd"))
    if count < 0:
        return None
    why = ""
    if not count:
        why = f"'{match.group().strip()}' is not a day ahead."
    elif bool(match["ago"]) != past:
        why = "This needs a day that has been." if past else "That day has passed."
    elif past and working:
        why = "Please write the day itself."
    elif working and count > 260:
        why = f"{count} working days is more than 12 months away."
    if why:
        return DateRead(end, None, why)
    days = count * (14 if unit.startswith("fortnight") else 7 if unit.startswith("week") else 1)
    day = add_working_days(today, count) if working else today + timedelta(days=-days if past else days)
    return _checked(end, day, None, today, past)


_READY = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}


def _from_word(match: re.Match[str], today: date, past: bool) -> DateRead | None:
    """today, tomorrow, yesterday, Friday, next Friday, last Friday."""
    which, word, end = match["which"], match["word"], match.end()
    if word in _READY and not which:
        return _checked(end, today + timedelta(days=_READY[word]), None, today, past)
    named = _weekday(word)
    if named is None:
        return None
    day, why = _past_weekday(which, named, today) if past else _coming_weekday(which, named, today)
    return DateRead(end, None if why else day, why)


def _coming_weekday(which: str | None, named: int, today: date) -> tuple[date, str]:
    ahead = (named - today.weekday() - 1) % 7 + 1
    day = today + timedelta(days=ahead)
    if which in ("last", "past"):
        return day, f"'{which} {_DAYS[named]}' has passed."
    if which == "next" and today.weekday() + ahead <= 6:
        # Half of Britain means the coming one, the other half the one after: never guess a date (domain.md 5.2).
        return day, f"'next {_DAYS[named]}' can mean {say(day)} or {say(day + timedelta(days=7))}."
    return day, ""


def _past_weekday(which: str | None, named: int, today: date) -> tuple[date, str]:
    back = (today.weekday() - named) % 7
    day = today - timedelta(days=back)
    if which in ("next", "coming"):
        return day, "This needs a day that has been."
    if which == "last" and not back:
        return day - timedelta(days=7), ""
    if which == "last" and back <= today.weekday():
        return day, f"'last {_DAYS[named]}' can mean {say(day - timedelta(days=7))} or {say(day)}."
    return day, ""
