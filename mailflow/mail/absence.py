"""Finds whether a text says that its writer is away, and until which day.

In: the text of a mail; the date it was sent.
Out: yes or no; a date, or None.
Fails: never.
Limits: written dates (12 May 2027, 12/05/2027, 2027-05-12, May 12th), day before month where both could be meant; a
bare weekday behind "until" or "back on" is the first one after the day of the mail, "next Monday" is not read. Of
several days the latest is taken: the last day away in one note, the day of return in another, as it is written.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from mailflow.mail.absence_words import ABSENCE_PHRASES, ABSENT_UNTIL, COURTESIES, FIRST_PERSON, MONTHS, WEEKDAYS

_NEAR = 60
_BEFORE = 110
_A_NAME = 25
_MOST = 3_000
_TRIES = 20
_CLEAR = 3  # letters of a word that may stand before a weekday: " to " and "au " join the days of a week
_BARE = (
    "bin ",
    "currently ",
    "derzeit ",
    "zurzeit ",
    "momentan ",
    "actuellement ",
    "nu ",
    "momenteel ",
)  # "I" left out
_ARTICLES = frozenset({"on", "the", "am", "den", "le", "el", "op", "this", "first", "dydd"})
_ISO = re.compile(r"\b(20\d\d)-(\d{1,2})-(\d{1,2})\b")
_NUMBERS = re.compile(r"\b(\d{1,2})[./-](\d{1,2})(?:[./-](20\d\d|\d\d)\b)?")
_DAY_MONTH = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th|\.|er|af|ain|fed|eg)? ?(?:of |o |de |di )?([^\W\d_]{3,12})\.?,?"
    r"(?: (?:de |del )?(20\d\d))?"
)
_MONTH_DAY = re.compile(r"\b([^\W\d_]{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?\b,?(?: (20\d\d))?")
_EASTERN = re.compile(
    r"(?:(20\d\d)\s?[\u5e74\ub144]\s?)?(\d{1,2})\s?[\u6708\uc6d4]\s?(\d{1,2})\s?[\u65e5\uc77c\u53f7\u865f]"
)
# A dot behind a number belongs to a date ("12. Mai"), a comma or other dot ends what is said about whom.
_CLAUSE = re.compile(r"(?<!\d)[.;!?,:]\s|\n")


def says_absent(text: str) -> bool:
    """Whether the first words after greetings and thanks say of their writer that he or she is away.

    "The carer was on leave" does not, nor what stands behind two sentences about something else.
    """
    passed = 0
    for clause in _CLAUSE.split(text.casefold()[:1_000]):
        said = clause.strip()
        for phrase in ABSENCE_PHRASES:
            at = said.find(phrase)
            if (
                at == 0
                or (at > 0 and said.startswith(_BARE))
                or (at > 0 and any(word in said[: at + len(phrase)] for word in FIRST_PERSON))
            ):
                return True
        if len(said) > _A_NAME and not said.startswith(COURTESIES):
            passed += len(said)
        if passed > _BEFORE:
            return False
    return False


def absent_until(text: str, sent: datetime | None) -> date | None:
    """The latest date that stands close behind a word such as "until" or "back on"; None if there is none.

    A date without year is taken as the first one not earlier than a month before `sent`; without `sent` it is not read.
    """
    said = " ".join(text.casefold().split())[:_MOST]
    found: list[date] = []
    weekdays: list[date] = []
    for start in ABSENT_UNTIL:
        at = said.find(start)
        tries = 0
        while at >= 0 and tries < _TRIES:
            if at == 0 or start.startswith(" ") or not said[at - 1].isalnum():
                near = said[at + len(start) : at + len(start) + _NEAR]
                day = _first_date(near, sent)
                if day:
                    found.append(day)
                elif sent and len(start) >= _CLEAR and (weekday := _weekday(said[:at].rstrip(), near, sent)):
                    weekdays.append(weekday)
            at = said.find(start, at + 1)
            tries += 1
    found += [day for hit in _EASTERN.finditer(said) if (day := _day(hit[1], int(hit[2]), int(hit[3]), sent))]
    return max(found or weekdays, default=None)


def _weekday(before: str, near: str, sent: datetime) -> date | None:
    """The first day of that name after the mail; "Monday until Wednesday" is somebody's week, not an absence."""
    words = [word.strip(".,;:!()") for word in near.split()[:2]]
    if words and words[0] in _ARTICLES:
        words = words[1:]
    number = WEEKDAYS.get(words[0]) if words else None
    if number is None or before.rpartition(" ")[2].strip(".,") in WEEKDAYS:
        return None
    return sent.date() + timedelta(days=(number - sent.weekday() - 1) % 7 + 1)


def _first_date(words: str, sent: datetime | None) -> date | None:
    hits: list[tuple[int, date]] = []
    for pattern in (_ISO, _NUMBERS, _DAY_MONTH, _MONTH_DAY):
        for hit in pattern.finditer(words):
            day = _date(pattern, hit, sent)
            if day:
                hits.append((hit.start(), day))
                break
    return min(hits, default=(0, None), key=lambda each: each[0])[1]


def _date(pattern: re.Pattern[str], hit: re.Match[str], sent: datetime | None) -> date | None:
    if pattern is _ISO:
        year, month, day = hit[1], int(hit[2]), hit[3]
    elif pattern is _NUMBERS:
        year, month, day = hit[3], int(hit[2]), hit[1]
    elif pattern is _DAY_MONTH:
        year, month, day = hit[3], MONTHS.get(hit[2], 0), hit[1]
    else:
        year, month, day = hit[3], MONTHS.get(hit[1], 0), hit[2]
    return _day(year, month, int(day), sent)


def _day(year: str | None, month: int, day: int, sent: datetime | None) -> date | None:
    if month > 12 >= day:
        # Only an American can have written it.
        month, day = day, month
    try:
        if year:
            return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
        if sent is None:
            return None
        this = date(sent.year, month, day)
        return this if (sent.date() - this).days <= 31 else date(sent.year + 1, month, day)
    except ValueError:
        return None
