"""Dates as officers type them: day first, next such date, and a doubt rather than a guess (domain.md 5.2 "Dates")."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.mail.command_dates import read_date
from tests.mail.dates_said import THURSDAY, add, reading


@pytest.mark.parametrize(
    "text, day",
    [
        ("3 March", date(2027, 3, 3)),
        ("3rd March", date(2027, 3, 3)),
        ("3rd of March", date(2027, 3, 3)),
        ("the 3rd of march.", date(2027, 3, 3)),
        ("3 Mar 2027", date(2027, 3, 3)),
        ("3 mar 27", date(2027, 3, 3)),
        ("3-Mar-2027", date(2027, 3, 3)),
        ("March 3", date(2027, 3, 3)),
        ("March 3rd, 2027", date(2027, 3, 3)),
        ("3/3/27", date(2027, 3, 3)),
        ("03/03/2027", date(2027, 3, 3)),
        ("3.3.2027", date(2027, 3, 3)),
        ("4/3", date(2027, 3, 4)),
        ("28/3", date(2027, 3, 28)),
        ("2027-03-28", date(2027, 3, 28)),
        ("Wednesday 3 March", date(2027, 3, 3)),
        ("Wed, 3rd March 2027", date(2027, 3, 3)),
        ("wed 3/3", date(2027, 3, 3)),
        ("Friday", date(2027, 2, 19)),
        ("on Friday", date(2027, 2, 19)),
        ("Fri 5pm", date(2027, 2, 19)),
        ("Thursday", date(2027, 2, 25)),
        ("today", THURSDAY),
        ("tomorrow", date(2027, 2, 19)),
        ("in 10 days", date(2027, 2, 28)),
        ("10 days", date(2027, 2, 28)),
        ("in two weeks", date(2027, 3, 4)),
        ("a fortnight", date(2027, 3, 4)),
        ("10 working days", date(2027, 3, 4)),
        ("in 5 WD", date(2027, 2, 25)),
        ("the 28th", date(2027, 2, 28)),
        ("the 5th", date(2027, 3, 5)),
        ("17 January", date(2028, 1, 17)),
        ("3 Febuary 2028", date(2028, 2, 3)),
        ("10 Septmber", date(2027, 9, 10)),
    ],
)
def test_dates_that_are_one_day(text, day):
    """Each usual way of writing a day is that day; without a year it is the next such date."""
    read = reading(text)
    assert read is not None and (read.day, read.why) == (day, "")


@pytest.mark.parametrize(
    "text, word",
    [
        ("3 February", "passed"),
        ("3/2/27", "passed"),
        ("1 March 2026", "passed"),
        ("31 April", "calendar"),
        ("29 February 2027", "calendar"),
        ("3/28/27", "day comes first"),
        ("0/3/27", "calendar"),
        ("1 March 2028", "12 months"),
        ("400 days", "12 months"),
        ("300 working days", "12 months"),
        ("0 days", "ahead"),
        ("Tuesday 3 March", "not a Tuesday"),
        ("3 March or 5 March", "two dates"),
        ("3 or 5 March", "two days"),
        ("3-5 March", "two days"),
        ("Friday or Monday", "two dates"),
        ("next Friday", "can mean"),
        ("last Friday", "passed"),
        ("yesterday", "passed"),
        ("3 days ago", "passed"),
    ],
)
def test_what_is_not_one_certain_day_is_asked(text, word):
    """Past, impossible, too far away or two readings: no day, and a sentence that says why."""
    read = reading(text)
    assert read is not None and read.day is None
    assert word in read.why


def test_next_friday_is_certain_once_both_readings_agree():
    """On a Saturday the next Friday is the coming one, whatever school one went to."""
    assert reading("next Friday", date(2027, 2, 20)).day == date(2027, 2, 26)


@pytest.mark.parametrize(
    "text", ["", "next month", "soon", "asap", "him, sorted", "10.30", "3-4", "may be", "the usual", "5", "2"]
)
def test_what_is_no_date_is_none(text):
    """Words that are no date are left for others to read."""
    assert reading(text) is None


@pytest.mark.parametrize(
    "text, day",
    [
        ("3 February", date(2027, 2, 3)),
        ("24 March", date(2026, 3, 24)),
        ("Monday", date(2027, 2, 15)),
        ("last Friday", date(2027, 2, 12)),
        ("yesterday", date(2027, 2, 17)),
        ("today", THURSDAY),
        ("3 days ago", date(2027, 2, 15)),
        ("1/12/26", date(2026, 12, 1)),
        ("the 28th", date(2027, 1, 28)),
        ("20 August 2024", date(2024, 8, 20)),
    ],
)
def test_past_dates_are_the_latest_such_date(text, day):
    """A fact has a day that has been: without a year the latest within 11 months."""
    read = reading(text, past=True)
    assert read is not None and (read.day, read.why) == (day, "")


@pytest.mark.parametrize("text", ["3 March 2027", "tomorrow", "next Friday", "in 3 days", "last Monday", "10 March"])
def test_past_dates_refuse_the_future_and_two_readings(text):
    """The future is no fact, and "last Monday" said on a Thursday has two readings."""
    read = reading(text, past=True)
    assert read is not None and read.day is None and read.why


def test_end_points_behind_the_date():
    """What follows the date is left for the note."""
    assert read_date("Extend to 3 March as agreed", 10, THURSDAY, add).end == len("Extend to 3 March")
    assert read_date("Hold until Friday: holiday", 11, THURSDAY, add).end == len("Hold until Friday")


@given(
    st.dates(date(2024, 1, 1), date(2035, 12, 31)),
    st.integers(0, 365),
    st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d %B %Y"]),
)
def test_every_day_of_the_coming_year_is_read_as_written(today, ahead, form):
    """With a year a date within 12 months is exactly that day, in every notation."""
    day = min(today + timedelta(days=ahead), today + timedelta(days=364))
    assert read_date(day.strftime(form), 0, today, add).day == day


@given(st.text(alphabet="0123456789/ -.marchfidyonext'st", max_size=30), st.booleans())
def test_no_text_breaks_the_reader(text, past):
    """Any text gives None, a day or a doubt, never an error; a day is on the right side of today."""
    read = reading(text, past=past)
    if read and read.day:
        assert read.day <= THURSDAY if past else read.day >= THURSDAY
