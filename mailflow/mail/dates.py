"""Reads the Date header as programs write it, and as they should not.

In: one header value, unfolded.
Out: an aware datetime in UTC, or None.
Fails: never.
Limits: MAX_DATE characters; a form that could mean two days (03/05/2027) is not guessed.
"""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, datetime, timedelta, timezone

MAX_DATE = 200

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ,]{1,3}(\d{1,2})[:.h](\d{2})(?:[:.](\d{2}))?)?")
_TIME = re.compile(r"\b(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[.,]\d{1,9})?\s{0,2}([ap])?\.?m?\b", re.IGNORECASE)
_DAY_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?[\s.,/-]{1,4}([A-Za-z]{3,9})\.?[\s.,/-]{1,4}(\d{2,4})\b")
_MONTH_DAY = re.compile(r"\b([A-Za-z]{3,9})\.?\s{1,3}(\d{1,2})(?:st|nd|rd|th)?,?\s")
_YEAR = re.compile(r"\b((?:19|20)\d{2})\b")
_ZONE = re.compile(r"(?:GMT|UTC)?\s{0,2}([+-])(\d{1,2}):?(\d{2})?(?!\d|:)")
_COLON_ZONE = re.compile(r"[+-]\d{1,2}:\d{2}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONES = {"bst": 1, "cet": 1, "cest": 2, "ist": 5.5, "jst": 9, "aest": 10, "nzst": 12, "nzdt": 13, "est": -5, "edt": -4,
          "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}  # fmt: skip


def by_the_book(value: str) -> datetime | None:
    """The date if the standard library can read it (RFC 5322 section 3.3)."""
    try:
        date = email.utils.parsedate_to_datetime(value[:MAX_DATE])
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except Exception:  # ValueError, TypeError, OverflowError, IndexError
        return None


def read(value: str) -> datetime | None:
    """The date, read leniently; one without a zone is taken for UTC."""
    value = value[:MAX_DATE].strip().strip("\"'<>")
    date = by_the_book(value)
    # The standard library passes over a zone with a colon.
    if date is not None and not _COLON_ZONE.search(value):
        return date
    try:
        return _pieced(value)
    except (ValueError, OverflowError):
        return None


def _pieced(value: str) -> datetime | None:
    iso = _ISO.search(value)
    rest = value
    if iso:
        year, month, day = int(iso[1]), int(iso[2]), int(iso[3])
        clock = (int(iso[4] or 0), int(iso[5] or 0), int(iso[6] or 0))
        rest = value[iso.end() :]
    else:
        found = _words(value)
        if found is None:
            return None
        year, month, day = found
        time = _TIME.search(value)
        hour = int(time[1]) if time else 0
        if time and time[4]:
            hour = hour % 12 + (12 if time[4].lower() == "p" else 0)
        clock = (hour, int(time[2]), int(time[3] or 0)) if time else (0, 0, 0)
        rest = value[time.end() :] if time else ""
    local = datetime(year, month, day, tzinfo=_zone(rest)) + timedelta(
        hours=min(clock[0], 24), minutes=min(clock[1], 59), seconds=min(clock[2], 59)
    )
    return local.astimezone(UTC)


def _words(value: str) -> tuple[int, int, int] | None:
    found = _DAY_MONTH.search(value)
    if found and found[2][:3].lower() in _MONTHS:
        year = int(found[3])
        year += 0 if year > 99 else 2000 if year < 70 else 1900
        return year, _MONTHS.index(found[2][:3].lower()) + 1, int(found[1])
    year_found = _YEAR.search(value)
    for other in _MONTH_DAY.finditer(value):
        if other[1][:3].lower() in _MONTHS and year_found:
            return int(year_found[1]), _MONTHS.index(other[1][:3].lower()) + 1, int(other[2])
    return None


def _zone(rest: str) -> timezone:
    found = _ZONE.search(rest)
    if found:
        hours, minutes = int(found[2]), int(found[3] or 0)
        shift = timedelta(hours=hours, minutes=minutes)
        if shift < timedelta(hours=24):
            return timezone(shift if found[1] == "+" else -shift)
    named = next((word for word in re.findall(r"[a-z]{3,4}", rest.lower()) if word in _ZONES), "")
    return timezone(timedelta(hours=_ZONES.get(named, 0)))
