"""Working days, local dates and instants (domain.md K1-K5, K10, K11), on the dates of the scenarios."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.procedure.calendar import Calendar
from mailflow.register import holiday_calendars

PROFILES = Path(__file__).parents[2] / "config" / "calendars"
ENGLAND = holiday_calendars.load(PROFILES, "uk-eng")
SCOTLAND = holiday_calendars.load(PROFILES, "uk-sct")
STATUTE = holiday_calendars.load(PROFILES, "nz-statute")
DAYS = st.dates(date(2021, 1, 1), date(2029, 12, 1))
CALENDARS = st.sampled_from([ENGLAND, SCOTLAND, STATUTE])


def utc(*parts: int) -> datetime:
    """An instant in UTC."""
    return datetime(*parts, tzinfo=UTC)


def test_an_instant_is_converted_before_its_date_is_taken() -> None:
    """K2: 23:30 UTC on 30 June is 1 July in London, where it is summer."""
    assert ENGLAND.local_date(utc(2027, 6, 30, 23, 30)) == date(2027, 7, 1)
    assert ENGLAND.local_date(utc(2027, 1, 31, 23, 30)) == date(2027, 1, 31)
    assert STATUTE.local_date(utc(2027, 1, 31, 23, 30)) == date(2027, 2, 1)


def test_a_naive_datetime_is_refused() -> None:
    """A datetime without a zone names no instant, and guessing one would move deadlines."""
    with pytest.raises(ValueError, match="time zone"):
        ENGLAND.local_date(datetime(2027, 3, 1, 9))  # noqa: DTZ001 (naive on purpose)


def test_four_in_the_afternoon_stays_four_in_the_afternoon() -> None:
    """K11, A3: the chaser of Tue 30 Mar 2027 leaves at 4pm BST, which is 15:00 UTC; a week before it is 16:00 UTC."""
    assert ENGLAND.instant(date(2027, 3, 30), time(16)) == utc(2027, 3, 30, 15)
    assert ENGLAND.instant(date(2027, 3, 23), time(16)) == utc(2027, 3, 23, 16)


def test_a_local_time_that_does_not_exist_moves_forward() -> None:
    """K11: on Sun 28 Mar 2027 London's clock jumps from 1am to 2am; 01:30 is read as 02:30."""
    instant = ENGLAND.instant(date(2027, 3, 28), time(1, 30))
    assert ENGLAND.local_time(instant) == time(2, 30)
    assert instant == utc(2027, 3, 28, 1, 30)


def test_of_a_local_time_that_comes_twice_the_first_is_taken() -> None:
    """K11: on Sun 31 Oct 2027 London passes 01:30 twice; the first is still summer time."""
    assert ENGLAND.instant(date(2027, 10, 31), time(1, 30)) == utc(2027, 10, 31, 0, 30)
    assert ENGLAND.instant(date(2027, 10, 31), time(1, 30, fold=1)) == utc(2027, 10, 31, 0, 30)


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25), (date(2027, 6, 1), 24)])
def test_a_day_ends_at_the_next_local_midnight(day: date, hours: int) -> None:
    """K4: in time until the end of the local day, also on days of 23 and 25 hours."""
    assert ENGLAND.end_of(day) - ENGLAND.end_of(day - timedelta(days=1)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("received", "calendar", "due"),
    [
        (date(2026, 12, 23), ENGLAND, date(2026, 12, 29)),
        (date(2026, 12, 31), ENGLAND, date(2027, 1, 5)),
        (date(2026, 12, 31), SCOTLAND, date(2027, 1, 6)),
        (date(2027, 3, 6), ENGLAND, date(2027, 3, 9)),
        (date(2027, 2, 1), ENGLAND, date(2027, 2, 3)),
    ],
)
def test_two_working_days_from_receipt(received: date, calendar: Calendar, due: date) -> None:
    """K3, K4, A1, A2, A4: the day of the event never counts, nor do substitute days and Scotland's 2 January."""
    assert calendar.add_working_days(received, 2) == due


def test_zero_working_days_is_the_same_day() -> None:
    """K4: counting nothing moves nothing, even from a Saturday."""
    assert ENGLAND.add_working_days(date(2027, 3, 6), 0) == date(2027, 3, 6)


def test_counting_back_gives_the_working_day_before() -> None:
    """ESC: one working day before Tue 30 Mar 2027 is Thu 25 Mar 2027, because Easter lies between."""
    assert ENGLAND.add_working_days(date(2027, 3, 30), -1) == date(2027, 3, 25)


def test_rolling_steps_over_easter() -> None:
    """K5: Good Friday 26 Mar 2027 rolls to Tue 30 Mar 2027 in England, and to Mon 29 Mar 2027 in Scotland."""
    assert ENGLAND.roll(date(2027, 3, 26)) == date(2027, 3, 30)
    assert SCOTLAND.roll(date(2027, 3, 26)) == date(2027, 3, 29)
    assert ENGLAND.roll(date(2027, 3, 30)) == date(2027, 3, 30)


def test_next_working_day_is_strictly_after() -> None:
    """K7: after Fri 31 Dec 2027 comes Tue 4 Jan 2028 in England, because 3 January is the substitute day."""
    assert ENGLAND.next_working_day(date(2027, 12, 31)) == date(2028, 1, 4)


def test_working_days_late() -> None:
    """Section 7: working days after the due date up to and including the day of the report (A13: 1 WD late)."""
    assert ENGLAND.working_days_between(date(2027, 4, 29), date(2027, 4, 30)) == 1
    assert ENGLAND.working_days_between(date(2027, 4, 30), date(2027, 5, 4)) == 1
    assert ENGLAND.working_days_between(date(2027, 4, 30), date(2027, 4, 29)) == 0


def test_closures_and_extra_working_days() -> None:
    """K1: a shutdown is left out of the count, an extra working day is put in, and both change the edition."""
    shut = holiday_calendars.load(PROFILES, "uk-eng", closures=[date(2027, 12, d) for d in (29, 30, 31)])
    assert shut.add_working_days(date(2027, 12, 24), 1) == date(2028, 1, 4)
    assert shut.why_not(date(2027, 12, 30)) == "office closed"
    saturday = holiday_calendars.load(PROFILES, "uk-eng", extra_working_days=[date(2027, 3, 6)])
    assert saturday.roll(date(2027, 3, 6)) == date(2027, 3, 6)
    assert len({ENGLAND.edition, shut.edition, saturday.edition}) == 3


def test_the_edition_depends_on_content_only() -> None:
    """The same days give the same edition in every process, so that it can be stored with a deadline."""
    again = holiday_calendars.load(PROFILES, "uk-eng")
    assert again.edition == ENGLAND.edition
    assert Calendar("a", "UTC", frozenset({date(2027, 1, 1)})).edition == "2160f33c2478"


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        (utc(2027, 3, 1, 9, 5), utc(2027, 3, 1, 9, 5)),
        (utc(2027, 3, 1, 7, 59), utc(2027, 3, 1, 8)),
        (utc(2027, 3, 1, 17), utc(2027, 3, 2, 8)),
        (utc(2027, 3, 26, 12), utc(2027, 3, 30, 7)),
        (utc(2027, 3, 6, 3), utc(2027, 3, 8, 8)),
    ],
)
def test_letters_leave_in_working_hours(asked: datetime, leaves: datetime) -> None:
    """K10: working days from 8am until 5pm local; otherwise the next opening, by the local clock of that day."""
    assert ENGLAND.office_time(asked) == leaves


def test_outside_its_years_a_calendar_says_so() -> None:
    """Limits: a day whose holidays are not known is judged by its weekday, and `covers` tells."""
    assert ENGLAND.covers(date(2030, 12, 31))
    assert not ENGLAND.covers(date(2031, 1, 1))


def test_an_unknown_zone_is_named() -> None:
    """Fails: a time zone nobody knows is refused in words, not by a lookup error."""
    with pytest.raises(ValueError, match=r"Mars/Olympus"):
        Calendar("x", "Mars/Olympus").end_of(date(2027, 1, 1))


@given(DAYS, st.integers(1, 60), CALENDARS)
def test_counting_and_measuring_agree(day: date, n: int, calendar: Calendar) -> None:
    """K4: the nth working day after a day is a working day, and exactly n working days after it."""
    found = calendar.add_working_days(day, n)
    assert calendar.is_working_day(found)
    assert calendar.working_days_between(day, found) == n


@given(DAYS, CALENDARS)
def test_rolling_never_moves_back_and_skips_no_working_day(day: date, calendar: Calendar) -> None:
    """K5, K6: roll is the first working day from here on, last_on_or_before the last one up to here."""
    after, before = calendar.roll(day), calendar.last_on_or_before(day)
    assert before <= day <= after
    assert calendar.is_working_day(after) and calendar.is_working_day(before)
    assert (after == day) == (before == day) == calendar.is_working_day(day)
    assert calendar.next_working_day(before) == after or before == after


@given(st.datetimes(datetime(2021, 1, 1), datetime(2029, 12, 1), timezones=st.just(UTC)), CALENDARS)  # noqa: DTZ001
def test_leaving_times_are_never_early_and_always_in_hours(instant: datetime, calendar: Calendar) -> None:
    """K10: the leaving time is the instant itself or later, always inside working hours."""
    leaves = calendar.office_time(instant)
    assert leaves >= instant
    assert calendar.is_office_time(leaves)
    assert leaves == instant or calendar.local_time(leaves) == time(8)


@given(DAYS, st.times(), CALENDARS)
def test_a_local_time_lies_in_its_own_day(day: date, at: time, calendar: Calendar) -> None:
    """K11: clock changes move an instant within its day, never out of it."""
    instant = calendar.instant(day, at)
    assert calendar.local_date(instant) == day
    assert calendar.end_of(day - timedelta(days=1)) <= instant < calendar.end_of(day)
