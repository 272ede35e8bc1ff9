"""Dates as officers write them, read on a day of the tests' own with Monday to Friday as working days."""

from __future__ import annotations

from datetime import date, timedelta

from mailflow.mail.command_dates import read_date

THURSDAY = date(2027, 2, 18)


def add(day: date, count: int) -> date:
    """So many working days on; no holidays."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def reading(text: str, today: date = THURSDAY, past: bool = False):
    """What is read at the beginning of the text, as read_date answers."""
    return read_date(text, 0, today, add, past)
