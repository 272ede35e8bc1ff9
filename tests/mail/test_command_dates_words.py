"""Each word and sign of the dates that officers write, and the edges of their rules (domain.md 5.2 "Dates")."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest

from mailflow.mail.command_dates import one_slip, read_date, say
from tests.mail.dates_said import THURSDAY, add, reading

MARCH = date(2027, 3, 3)


def _day(text: str, today: date = THURSDAY, past: bool = False) -> date | None:
    read = reading(text, today, past)
    return read.day if read and not read.why else None


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month(month: int):
    """Its name, its first three letters, with a full stop or in capitals."""
    day = date(2027 if month > 2 else 2028, month, 3) if month != 2 else date(2028, 2, 3)
    name = calendar.month_name[month]
    year = f" {day.year}"
    assert [_day(f"3 {word}{year}") for word in (name, name[:3], name[:3] + ".", name.upper())] == [day] * 4
    assert say(day).endswith(f" 3 {name} {day.year}")
    assert _day("3 Sept") == date(2027, 9, 3)


@pytest.mark.parametrize("word", ["Febuary", "Octobr", "Septembre", "Novmeber", "Januray", "Decemberr"])
def test_a_slip_in_a_long_month(word: str):
    """One slip in a long name is understood."""
    assert _day(f"3 {word} {2028 if word[0] in 'FJ' else 2027}")


@pytest.mark.parametrize("word", ["Marhc", "Apryl", "Agust", "Augustt", "Juni", "Mayy", "Xober", "Januarium"])
def test_no_slip_in_a_short_month(word: str):
    """In a short name a slip may be another word."""
    assert reading(f"3 {word}") is None


def test_one_slip():
    """A letter wrong, missing, too many, or two swapped; equal words and two slips are none."""
    assert all(
        one_slip(word, "sunday") for word in ("sunda", "unday", "ssunday", "sundayy", "sumday", "usnday", "sundya")
    )
    assert not any(one_slip(word, "sunday") for word in ("sunday", "sund", "sundayyy", "smuday", "udnsay", "monday"))


@pytest.mark.parametrize(
    ("word", "day"),
    [
        ("Monday", 22), ("Tuesday", 23), ("Wednesday", 24), ("Thursday", 25), ("Friday", 19), ("Saturday", 20),
        ("Sunday", 21), ("Mon", 22), ("Tue", 23), ("Tues", 23), ("Wed", 24), ("Weds", 24), ("Thu", 25), ("Thur", 25),
        ("Thurs", 25), ("Fri", 19), ("Sat", 20), ("Sun", 21), ("Wednsday", 24), ("Thrusday", 25),
    ],
)  # fmt: skip
def test_every_weekday(word: str, day: int):
    """By its name, short forms and with one slip; with a date it must be that date's."""
    assert _day(word) == _day(f"{word} {day} February") == _day(f"{word}, the {day}th") == date(2027, 2, day)
    assert _day(f"this {word}") == _day(f"coming {word}") == date(2027, 2, day)
    assert "passed" in reading(f"last {word}").why and "passed" in reading(f"past {word}").why
    assert "not a" in reading(f"{word} {day + 1} February").why


def test_a_weekday_that_may_be_two():
    """One letter away from two days it is none."""
    assert reading("Munday") is None


@pytest.mark.parametrize("count", list(enumerate(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen".split(), start=1)
))  # fmt: skip
def test_every_count(count: tuple[int, str]):
    """In words as in figures, with every unit."""
    number, word = count
    for said in (word, word.upper(), str(number)):
        assert _day(f"in {said} days") == _day(f"within {said} day") == THURSDAY + timedelta(days=number)
        assert _day(f"{said} weeks") == _day(f"in {said} week") == THURSDAY + timedelta(days=7 * number)
        assert _day(f"{said} fortnights") == _day(f"{said} fortnight") == THURSDAY + timedelta(days=14 * number)
        for unit in ("working day", "working  days", "wd", "wds", "business day", "business  days"):
            assert _day(f"{said} {unit}") == add(THURSDAY, number)
    assert _day("a day") == _day("an day") == date(2027, 2, 19)
    assert reading("5 days' notice") is None and reading("5 days\u2019 notice") is None


@pytest.mark.parametrize("ordinal", ["1st", "2nd", "3rd", "4th", "1", "2", "21st", "22nd", "23rd", "31st"])
def test_every_ordinal(ordinal: str):
    """In front of the month, behind it, alone with "the", and with a blank before the letters."""
    day = date(2027, 3, int("".join(c for c in ordinal if c.isdigit())))
    spaced = f"{day.day} {ordinal.lstrip('0123456789')}".strip()
    assert [_day(t) for t in (f"{ordinal} March", f"March {ordinal}", f"the {spaced} of March")] == [day] * 3
    if not ordinal.isdigit():
        assert _day(f"the {ordinal}", date(2027, 2, 28)) == _day(spaced, date(2027, 2, 28)) == day


@pytest.mark.parametrize("year", ["2027", "27", "'27", "\u201927"])
@pytest.mark.parametrize("behind", ["", ".", ",", ";", "!", ")", " - then", ": then", ". Then", ", then"])
def test_the_year_and_what_stands_behind(year: str, behind: str):
    """Two figures are a year where the words about the date end; the sign behind is not the date's."""
    read = reading(f"3 March {year}{behind}")
    assert (read.day, read.end) == (MARCH, len(f"3 March {year}"))


def test_figures_behind_a_month_that_are_no_year():
    """A time of day is none."""
    assert _day("3 March 14.30") == _day("3 March 10:15") == MARCH
    assert reading("3 March 14.30").end == len("3 March")


@pytest.mark.parametrize("joint", ["or", "and", "to", "until", "till", "/", "-", "\u2013", "&", "OR"])
def test_two_dates(joint: str):
    """Two days are never one; the same day twice is."""
    for text in (f"3 March {joint} 5 March", f"Friday {joint} Monday"):
        read = reading(text)
        assert (
            read.day is None and read.why.startswith("There are two dates: ") and read.why.endswith(" and another one.")
        )
    assert "Wednesday 3 March 2027" in reading(f"3 March {joint} 5 March").why
    assert _day(f"3 March {joint} 3 March") == MARCH
    assert _day(f"3 March {joint} nothing") == MARCH


@pytest.mark.parametrize("joint", ["or", "and", "to", "/", "-", "\u2013", "&"])
@pytest.mark.parametrize(("one", "two"), [("1st", "2nd"), ("2nd", "3rd"), ("3rd", "4th"), ("3", "5"), ("20th", "21st")])
def test_two_days_of_one_month(joint: str, one: str, two: str):
    """Both are named in the question."""
    read = reading(f"{one} {joint} {two} March and so on")
    assert (read.day, read.why) == (None, f"'{one} {joint} {two} march' names two days.")


@pytest.mark.parametrize(
    ("text", "past", "day"),
    [
        ("18 January", False, date(2028, 1, 18)), ("18 February", False, THURSDAY),
        ("18 February 2028", False, date(2028, 2, 18)),
        ("18 March", True, date(2026, 3, 18)), ("18 February", True, THURSDAY), ("the 18th", False, THURSDAY),
        ("the 18th", True, THURSDAY), ("the 19th", True, date(2027, 1, 19)), ("the 17th", False, date(2027, 3, 17)),
        ("the 31st", False, date(2027, 3, 31)), ("the 31st", True, date(2027, 1, 31)), ("1st", False, date(2027, 3, 1)),
        ("12/12/27", False, date(2027, 12, 12)), ("365 days", False, date(2028, 2, 18)),
        ("last Thursday", True, date(2027, 2, 11)), ("Thursday", True, THURSDAY),
        ("last Friday", True, date(2027, 2, 12)),
        ("past Friday", True, date(2027, 2, 12)), ("260 working days", False, date(2028, 2, 17)),
        ("2 days ago", True, date(2027, 2, 16)), ("two weeks ago", True, date(2027, 2, 4)),
    ],
)  # fmt: skip
def test_the_edges_of_a_year_and_a_month(text: str, past: bool, day: date):
    """The last day that is still certain, and today itself."""
    assert _day(text, past=past) == day


@pytest.mark.parametrize(
    ("text", "past", "why"),
    [
        ("19 January", False, "Tuesday 19 January 2027 has passed; please write the year"),
        ("17 February", False, "has passed"), ("19 February 2028", False, "more than 12 months"),
        ("366 days", False, "more than 12 months"), ("17 March", True, "not within the last 11 months"),
        ("the 32nd", False, "'32nd' is not a day of the calendar."), ("the 0th", True, "not a day of the calendar"),
        ("3/13/27", False, "the day comes first"), ("3/0/27", False, "the day comes first"),
        ("28 March 1999", False, "has passed"), ("1999-03-28", False, "has passed"),
        ("3 working days ago", True, "Please write the day itself."), ("in 3 days", True, "needs a day that has been"),
        ("261 working days", False, "261 working days is more than 12 months away."),
        ("coming Friday", True, "needs a day that has been"), ("next Friday", True, "needs a day that has been"),
        ("next Friday", False, "'next friday' can mean Friday 19 February 2027 or Friday 26 February 2027."),
        ("next Sunday", False, "'next sunday' can mean Sunday 21 February 2027 or Sunday 28 February 2027."),
        ("last Monday", True, "'last monday' can mean Monday 8 February 2027 or Monday 15 February 2027."),
        ("3 March 2027", True, "Wednesday 3 March 2027 is still to come"),
        ("0 weeks", False, "'0 weeks' is not a day ahead."),
        ("Friday 3 March", False, "Wednesday 3 March 2027 is not a Friday: which of the two do you mean?"),
    ],
)  # fmt: skip
def test_beyond_the_edges(text: str, past: bool, why: str):
    """One day further, the question says which day was read and why it does not do."""
    read = reading(text, past=past)
    assert read.day is None and why.casefold() in read.why.casefold(), read.why


def test_next_monday_is_certain():
    """It can only be that of the next week."""
    assert _day("next Monday") == date(2027, 2, 22)


@pytest.mark.parametrize(
    "text", ["foo the 28th", "meeting 28th", "meeting 3 march", "meeting 3/3", "foo the 3rd march"]
)
def test_a_word_that_is_no_weekday(text: str):
    """In front of a day stands a weekday or nothing: with any other word it may be a day of something else."""
    assert reading(text) is None


def test_a_weekday_with_a_day_of_the_month():
    """ "Friday the 26th" is the 26th, not the coming Friday; if the two differ it is asked."""
    for text in ("friday the 26th", "friday 26th", "fri. 26th", "fri, the 26th"):
        assert _day(text) == date(2027, 2, 26)
    assert (reading("monday the 26th").day, "which of the two" in reading("monday the 26th").why) == (None, True)


@pytest.mark.parametrize("word", ["today", "tonight", "tomorrow"])
def test_the_words_of_today(word: str):
    """Tonight is today; with "next" or "last" in front they mean nothing."""
    assert _day(word) == THURSDAY + timedelta(days=word == "tomorrow")
    for which in ("next", "last", "this", "coming", "past"):
        assert reading(f"{which} {word}") is None


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("3 november", date(2026, 12, 10), date(2027, 11, 3)), ("20 november", date(2026, 12, 10), None),
        ("3 january", date(2026, 12, 10), date(2027, 1, 3)), ("the 5th", date(2026, 11, 20), date(2026, 12, 5)),
        ("the 5th", date(2026, 12, 20), date(2027, 1, 5)), ("the 31st", date(2027, 2, 1), date(2027, 3, 31)),
    ],
)  # fmt: skip
def test_at_the_end_of_the_year(text: str, today: date, day: date | None):
    """Months are counted over the turn of the year: a day without a year is within 11 of them, or asked."""
    assert _day(text, today) == day


def test_a_day_that_is_none_beside_another():
    """ "31 June or 3 March" is asked for its first day; a number of people is no date at all."""
    assert (reading("31 June or 3 March").day, "'31 june'" in reading("31 June or 3 March").why) == (None, True)
    assert reading("3 or 4 people") is None
    assert reading("28th or 29th March").day is None


def test_a_full_stop_is_not_the_dates():
    """It ends the sentence, so that what follows is the next one."""
    assert [reading(text).end for text in ("3 mar.", "3 march.", "3 mar. 2027", "3/3.")] == [5, 7, 11, 3]


WITHIN = "; please write the year if that is the day you mean."
BEHIND = ", which is not within the last 11 months."


@pytest.mark.parametrize(
    ("text", "past", "why"),
    [
        ("3 March or 5 March", False, "There are two dates: Wednesday 3 March 2027 and another one."),
        ("3/13/27", False, "'3/13/27' is not a date: the day comes first, then the month."),
        ("31 April", False, "'31 april' is not a day of the calendar."),
        ("19 January", False, f"Tuesday 19 January 2027 has passed{WITHIN}"),
        ("18 March", True, ""),
        ("17 March", True, f"I read the date as Wednesday 17 March 2027{BEHIND}"),
        ("Friday 3 March", False, "Wednesday 3 March 2027 is not a Friday: which of the two do you mean?"),
        ("3 March 2027", True, "Wednesday 3 March 2027 is still to come; this needs a day that has been."),
        ("1 March 2026", False, "Sunday 1 March 2026 has passed."),
        ("1 March 2028", False, "Wednesday 1 March 2028 is more than 12 months away."),
        ("the 32nd", False, "'32nd' is not a day of the calendar."),
        ("0 days", False, "'0 days' is not a day ahead."),
        ("3 days ago", False, "That day has passed."),
        ("in 3 days", True, "This needs a day that has been."),
        ("3 working days ago", True, "Please write the day itself."),
        ("300 working days", False, "300 working days is more than 12 months away."),
        ("last Friday", False, "'last friday' has passed."),
        ("next Friday", False, "'next friday' can mean Friday 19 February 2027 or Friday 26 February 2027."),
        ("next Friday", True, "This needs a day that has been."),
        ("last Monday", True, "'last monday' can mean Monday 8 February 2027 or Monday 15 February 2027."),
    ],
)
def test_what_is_said_of_a_date_that_will_not_do(text: str, past: bool, why: str):
    """The officer reads which day was understood, and why it is none that can be taken."""
    assert reading(text, past=past).why == why


def test_a_day_at_the_end_of_the_year_said_at_its_beginning():
    """On 1 January no 25 December lies within 11 months on either side: it is asked, with the one that was read."""
    asked = f"Saturday 25 December 2027 is more than 11 months away{WITHIN}"
    assert (reading("25 December", date(2027, 1, 1)).why, _day("25 December", date(2027, 1, 25))) == (
        asked, date(2027, 12, 25),
    )  # fmt: skip


def test_where_two_dates_end():
    """Behind the first one, wherever in the line they stand."""
    read = read_date("Extend to the 3 March or 5 March", 10, THURSDAY, add)
    assert (read.day, read.end) == (None, len("Extend to the 3 March"))
