"""Rules and deadlines (domain.md K3-K9, K12-K14), on the dates of the scenarios of section 7."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.procedure.calendar import Calendar
from mailflow.procedure.deadlines import (
    Deadline,
    Rule,
    add_months,
    age_under_months,
    clock_words,
    compute,
    days_left,
    later_of,
    long_date,
    read_rule,
    resume,
    short_date,
)
from mailflow.register import holiday_calendars

PROFILES = Path(__file__).parents[2] / "config" / "calendars"
ENGLAND = holiday_calendars.load(PROFILES, "uk-eng")
WELLINGTON = holiday_calendars.load(PROFILES, "nz-wgn")
AUCKLAND = holiday_calendars.load(PROFILES, "nz-auk")
STATUTE = holiday_calendars.load(PROFILES, "nz-statute")
DAYS = st.dates(date(2021, 1, 1), date(2028, 12, 1))
CALENDARS = st.sampled_from([ENGLAND, AUCKLAND, STATUTE])
ROLLED_RULES = st.one_of(
    st.builds("{} days".format, st.integers(0, 200)),
    st.builds("{} working days".format, st.integers(0, 60)),
    st.builds("{} weeks".format, st.integers(1, 30)),
    st.builds("{} months".format, st.integers(1, 12)),
    st.just("same working day"),
).map(read_rule)


def due(words: str, anchor: date | datetime, calendar: Calendar = ENGLAND) -> date:
    """The effective date of a timescale."""
    return compute(read_rule(words), anchor, calendar).on


def utc(*parts: int) -> datetime:
    """An instant in UTC."""
    return datetime(*parts, tzinfo=UTC)


# -- reading rules ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "kind", "n"),
    [
        ("2 working days", "working", 2),
        ("1 working day", "working", 1),
        ("Within  2 working days", "working", 2),
        ("14 days", "days", 14),
        ("14 calendar days", "days", 14),
        ("26 weeks", "days", 182),
        ("limit 14 days", "limit", 14),
        ("same working day", "same_day", 0),
        ("The same working day", "same_day", 0),
        ("on the date", "date", 0),
        ("6 months", "months", 6),
    ],
)
def test_timescales_are_read_in_the_words_of_the_procedure(words: str, kind: str, n: int) -> None:
    """Every shape of timescale has one kind; the words as written are kept."""
    rule = read_rule(words)
    assert (rule.kind, rule.n, rule.text) == (kind, n, words)


@pytest.mark.parametrize(
    "words",
    ["", "soon", "two days", "-2 days", "2.5 days", "limit 2 weeks", "9999 days", "2 days after", "14 d\u0430ys"],
)
def test_what_is_no_timescale_is_refused_with_a_sentence(words: str) -> None:
    """A rule that cannot be read stops the procedure from loading; it is never taken for something else."""
    with pytest.raises(ValueError, match=r"\.$"):
        read_rule(words)


# -- the scenarios ------------------------------------------------------------------------------------------------


def test_a2_a_concern_on_saturday_night() -> None:
    """A2: received Sat 6 Mar 2027 23:10, to be screened on Mon 8 Mar 2027, to be sent by Tue 9 Mar 2027."""
    received = utc(2027, 3, 6, 23, 10)
    screened = compute(read_rule("same working day"), received, ENGLAND)
    assert (screened.on, screened.soft) == (date(2027, 3, 8), True)
    assert due("2 working days", received) == date(2027, 3, 9)


def test_a3_the_fourteenth_day_is_good_friday() -> None:
    """A3: sent Fri 12 Mar 2027; nominal Good Friday 26 Mar 2027, so the letter states Tue 30 Mar 2027, and says why."""
    found = compute(read_rule("14 days"), date(2027, 3, 12), ENGLAND)
    assert (found.nominal, found.on, found.target) == (date(2027, 3, 26), date(2027, 3, 30), date(2027, 3, 30))
    assert found.working == "14 days from Fri 12 Mar 2027 = Fri 26 Mar 2027, Good Friday, so Tue 30 Mar 2027"
    assert found.breach_from == utc(2027, 3, 30, 23)
    # The reply of Easter Monday belongs to the next working day.
    assert due("same working day", utc(2027, 3, 29, 9)) == date(2027, 3, 30)


@pytest.mark.parametrize(
    ("received", "profile", "on"),
    [
        (date(2026, 12, 23), "uk-eng", date(2026, 12, 29)),
        (date(2026, 12, 31), "uk-eng", date(2027, 1, 5)),
        (date(2026, 12, 31), "uk-sct", date(2027, 1, 6)),
    ],
)
def test_a4_christmas_and_new_year(received: date, profile: str, on: date) -> None:
    """A4: substitute days in England, 2 January and its substitute in Scotland."""
    assert due("2 working days", received, holiday_calendars.load(PROFILES, profile)) == on


def test_a4_the_working_names_the_holidays_in_between() -> None:
    """An officer who counts on fingers sees why it is the 29th."""
    found = compute(read_rule("2 working days"), date(2026, 12, 23), ENGLAND)
    assert found.working == (
        "2 working days from Wed 23 Dec 2026 = Tue 29 Dec 2026, not counting Fri 25 Dec 2026 (Christmas Day), "
        "Mon 28 Dec 2026 (Boxing Day (observed))"
    )


def test_a5_referrer_reminder_and_review() -> None:
    """A5: M27 on Fri 19 Mar 2027 gives the reminder Tue 30 Mar and the review Tue 6 Apr 2027; or Fri 2 Apr."""
    assert due("7 days", date(2027, 3, 19)) == date(2027, 3, 30)
    assert due("5 working days", date(2027, 3, 30)) == date(2027, 4, 6)
    assert due("5 working days", date(2027, 3, 24)) == date(2027, 4, 2)


def test_a7_parked_concerns_are_chased_every_28_days() -> None:
    """A7: parked Mon 7 Sep 2026, first chase Mon 5 Oct 2026; outcome Fri 18 Dec 2026, letter by Tue 22 Dec 2026."""
    assert due("28 days", date(2026, 9, 7)) == date(2026, 10, 5)
    assert due("2 working days", date(2026, 12, 18)) == date(2026, 12, 22)


def test_a9_a_provider_who_stays_silent() -> None:
    """A9: M22 Mon 19 Apr 2027, window to Mon 26 Apr 2027, referral Wed 28 Apr 2027, answer Thu 6 May 2027."""
    assert due("14 days", date(2027, 4, 5)) == date(2027, 4, 19)
    assert due("7 days", date(2027, 4, 19)) == date(2027, 4, 26)
    assert due("2 working days", date(2027, 4, 26)) == date(2027, 4, 28)
    assert due("5 working days", date(2027, 4, 28)) == date(2027, 5, 6)


def test_a12_extensions_are_rolled() -> None:
    """A12, K13: extended to Sun 28 Mar 2027 means Tue 30 Mar 2027; to Wed 3 Mar 2027 means that day."""
    rule = read_rule("14 days")
    assert compute(rule, date(2027, 2, 5), ENGLAND, date(2027, 3, 28)).on == date(2027, 3, 30)
    assert compute(rule, date(2027, 2, 5), ENGLAND, date(2027, 3, 3)).on == date(2027, 3, 3)


def test_a13_rounds_with_the_senior_officer() -> None:
    """A13: M30 Thu 22 Apr 2027; decision due Thu 29 Apr; information due Mon 10 May; new decision due Fri 14 May."""
    assert due("5 working days", date(2027, 4, 22)) == date(2027, 4, 29)
    assert due("5 working days", date(2027, 4, 30)) == date(2027, 5, 10)
    assert due("5 working days", date(2027, 5, 7)) == date(2027, 5, 14)


def test_a14_actions_with_and_without_an_agreed_date() -> None:
    """A14, Q22: no date agreed: day 14; agreed Fri 30 Apr 2027: that day; referral two working days later each."""
    rule = read_rule("14 days")
    first = compute(rule, date(2027, 4, 12), ENGLAND)
    second = compute(rule, date(2027, 4, 12), ENGLAND, date(2027, 4, 30))
    assert (first.on, due("2 working days", first.on)) == (date(2027, 4, 26), date(2027, 4, 28))
    assert (second.on, due("2 working days", second.on)) == (date(2027, 4, 30), date(2027, 5, 5))


def test_a15_the_window_for_a_dispute() -> None:
    """A15: M33 Fri 7 May 2027; window to Fri 21 May; passed on by Tue 25 May; issue by Wed 2 Jun 2027."""
    assert due("14 days", date(2027, 5, 7)) == date(2027, 5, 21)
    assert due("2 working days", date(2027, 5, 21)) == date(2027, 5, 25)
    assert due("5 working days", date(2027, 5, 25)) == date(2027, 6, 2)


@pytest.mark.parametrize(
    ("routed", "calendar", "on"),
    [
        (date(2027, 1, 21), WELLINGTON, date(2027, 1, 29)),
        (date(2027, 1, 21), AUCKLAND, date(2027, 1, 28)),
        (date(2027, 1, 28), AUCKLAND, date(2027, 2, 5)),
        (date(2027, 1, 28), WELLINGTON, date(2027, 2, 4)),
        (date(2027, 2, 3), AUCKLAND, date(2027, 2, 11)),
        (date(2027, 2, 3), WELLINGTON, date(2027, 2, 11)),
    ],
)
def test_a18_anniversary_days(routed: date, calendar: Calendar, on: date) -> None:
    """A18: each region drops its own anniversary day, and both drop Waitangi Day as observed on Mon 8 Feb 2027."""
    assert due("5 working days", routed, calendar) == on


# -- rules one by one ---------------------------------------------------------------------------------------------


def test_an_instant_counts_from_its_local_date() -> None:
    """K2: 23:30 UTC on Mon 5 Jul 2027 is Tuesday in London, so two working days end on Thursday."""
    assert due("2 working days", utc(2027, 7, 5, 23, 30)) == date(2027, 7, 8)


@pytest.mark.parametrize(
    ("at", "on"),
    [
        (utc(2027, 3, 1, 16, 59), date(2027, 3, 1)),
        (utc(2027, 3, 1, 17, 0), date(2027, 3, 2)),
        (utc(2027, 6, 1, 16, 0), date(2027, 6, 2)),
        (utc(2027, 3, 25, 17, 0), date(2027, 3, 30)),
        (utc(2027, 3, 27, 18, 0), date(2027, 3, 30)),
    ],
)
def test_the_same_working_day_ends_at_five(at: datetime, on: date) -> None:
    """K7: before 5pm local on a working day: that day; otherwise the next working day; never a hard date."""
    found = compute(read_rule("same working day"), at, ENGLAND)
    assert (found.on, found.soft) == (on, True)
    assert found.breach_from == ENGLAND.end_of(on)


def test_a_binding_limit_is_not_rolled() -> None:
    """K6: a dispute of Sun 14 Mar 2027 binds on Sun 28 Mar; aim for Thu 25 Mar; overdue from Mon 29 Mar 00:00 local."""
    found = compute(read_rule("limit 14 days"), date(2027, 3, 14), ENGLAND)
    assert (found.on, found.nominal, found.target) == (date(2027, 3, 28), date(2027, 3, 28), date(2027, 3, 25))
    assert found.breach_from == utc(2027, 3, 28, 23)
    assert "aim for Thu 25 Mar 2027" in found.working


def test_a_limits_target_never_lies_before_the_event() -> None:
    """K6: a limit without a working day in it has no earlier target than its own last day."""
    assert compute(read_rule("limit 1 day"), date(2027, 3, 6), ENGLAND).target == date(2027, 3, 7)


def test_on_the_date_needs_a_date() -> None:
    """K13: an agreed date is rolled; without one the rule is refused with a sentence."""
    rule = read_rule("on the date")
    found = compute(rule, date(2027, 1, 1), ENGLAND, date(2027, 5, 1))
    assert found.on == date(2027, 5, 4)
    assert found.working == "on the agreed date, Sat 1 May 2027, not a working day, so Tue 4 May 2027"
    with pytest.raises(ValueError, match="needs a date"):
        compute(rule, date(2027, 1, 1), ENGLAND)


@pytest.mark.parametrize("far", [date.max, date(9995, 1, 1)])
def test_absurd_dates_are_refused_in_words(far: date) -> None:
    """A date typed as 31/12/9999 must not end the daemon."""
    with pytest.raises(ValueError, match="too far away"):
        compute(read_rule("14 days"), date(2027, 1, 1), ENGLAND, far)
    with pytest.raises(ValueError, match="too far away"):
        compute(read_rule("60 months"), far, ENGLAND)


def test_beyond_the_calendar_the_working_says_so() -> None:
    """Q37: a date in a year whose holidays are not known carries that warning."""
    assert (
        "public holidays of 2031 are not in the calendar"
        in compute(read_rule("14 days"), date(2030, 12, 30), ENGLAND).working
    )


def test_months_end_at_the_end_of_the_month() -> None:
    """K14: 31 August + 6 months is the last of February; across years; and back again."""
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert add_months(date(2027, 12, 31), 1) == date(2028, 1, 31)
    assert add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert add_months(date(2027, 1, 15), -1) == date(2026, 12, 15)


@pytest.mark.parametrize(
    ("incident", "received", "young"),
    [
        (date(2026, 9, 15), date(2027, 3, 14), True),
        (date(2026, 9, 15), date(2027, 3, 15), False),
        (date(2026, 8, 20), date(2027, 2, 19), True),
        (date(2026, 8, 20), date(2027, 2, 20), False),
        (date(2026, 8, 31), date(2027, 2, 27), True),
        (date(2026, 8, 31), date(2027, 2, 28), False),
    ],
)
def test_less_than_six_months_old(incident: date, received: date, young: bool) -> None:
    """K14, A7, A8: received before the latest incident + 6 months; on that very day it is six months old."""
    assert age_under_months(incident, received, 6) is young


# -- pausing, promising -------------------------------------------------------------------------------------------


def test_a_pause_keeps_working_days_for_working_rules() -> None:
    """K13: T3 due Wed 3 Feb 2027, paused Tue 2 Feb with one working day left, resumed Fri 5 Feb, due Mon 8 Feb 2027."""
    rule = read_rule("2 working days")
    left = days_left(rule, date(2027, 2, 3), date(2027, 2, 2), ENGLAND)
    assert left == 1
    assert resume(rule, left, date(2027, 2, 5), ENGLAND).on == date(2027, 2, 8)


def test_a_pause_keeps_calendar_days_for_day_rules() -> None:
    """K13: with five days left a timer resumed on Sun 21 Mar 2027 ends on Good Friday, so on Tue 30 Mar 2027."""
    rule = read_rule("14 days")
    assert days_left(rule, date(2027, 3, 30), date(2027, 3, 25), ENGLAND) == 5
    found = resume(rule, 5, date(2027, 3, 21), ENGLAND)
    assert (found.nominal, found.on) == (date(2027, 3, 26), date(2027, 3, 30))
    assert found.working == "5 days left on Sun 21 Mar 2027 = Fri 26 Mar 2027, Good Friday, so Tue 30 Mar 2027"


@pytest.mark.parametrize("words", ["2 working days", "14 days", "limit 14 days", "same working day"])
def test_none_left_is_due_on_the_day_it_resumes(words: str) -> None:
    """K13: none left: due that day; an overdue timer that was paused is given no more than that."""
    rule = read_rule(words)
    assert days_left(rule, date(2027, 2, 1), date(2027, 2, 5), ENGLAND) == 0
    assert resume(rule, 0, date(2027, 2, 10), ENGLAND).on == date(2027, 2, 10)


def test_a_promised_date_is_kept() -> None:
    """K9, K12: what a letter promised can move later, never earlier; it is overdue only after the promised day."""
    computed = compute(read_rule("14 days"), date(2027, 3, 12), ENGLAND)
    assert later_of(computed, date(2027, 3, 29)) is computed
    assert later_of(computed, date(2027, 3, 30)) is computed
    kept = later_of(computed, date(2027, 4, 6))
    assert (kept.on, kept.target, kept.nominal) == (date(2027, 4, 6), date(2027, 4, 6), date(2027, 3, 26))
    assert kept.breach_from == ENGLAND.end_of(date(2027, 4, 6))
    assert "the date already given in a letter" in kept.working


# -- words --------------------------------------------------------------------------------------------------------


def test_dates_and_times_are_written_as_public_bodies_write_them() -> None:
    """GOV.UK style: no leading zeros, no ordinals, 4pm, and English whatever the locale."""
    assert long_date(date(2027, 3, 3)) == "Wednesday 3 March 2027"
    assert short_date(date(2027, 3, 30)) == "Tue 30 Mar 2027"
    assert [clock_words(time(*at)) for at in [(16, 0), (9, 30), (12, 0), (12, 5), (0, 0), (8, 0)]] == [
        *("4pm", "9.30am", "midday", "12.05pm", "12am", "8am")
    ]


# -- properties ---------------------------------------------------------------------------------------------------


@given(ROLLED_RULES, DAYS, CALENDARS)
def test_an_effective_date_is_a_working_day_and_never_early(rule: Rule, day: date, calendar: Calendar) -> None:
    """K4, K5, K7: every rolled date is a working day, not before its nominal date, and its breach begins after it."""
    found = compute(rule, day, calendar)
    assert calendar.is_working_day(found.on)
    assert found.on >= found.nominal >= day
    assert calendar.local_date(found.breach_from) == found.on + timedelta(days=1)
    assert calendar.local_time(found.breach_from) == time(0)


@given(st.integers(1, 60), DAYS, CALENDARS)
def test_a_limit_keeps_its_day_and_aims_before_it(n: int, day: date, calendar: Calendar) -> None:
    """K6: the binding day is event + N exactly; the target is not after it and not before the event."""
    found = compute(read_rule(f"limit {n} days"), day, calendar)
    assert found.on == day + timedelta(days=n)
    assert day <= found.target <= found.on


@given(ROLLED_RULES, DAYS, st.integers(0, 100), CALENDARS)
def test_pausing_and_resuming_on_one_day_changes_nothing(rule: Rule, day: date, ago: int, calendar: Calendar) -> None:
    """K13: a timer that pauses and runs again on the same day is due when it was."""
    on = compute(rule, day, calendar).on
    today = on - timedelta(days=ago)
    assert resume(rule, days_left(rule, on, today, calendar), today, calendar).on == on


@given(ROLLED_RULES, DAYS, st.integers(0, 30), st.integers(0, 30), CALENDARS)
def test_a_longer_pause_never_ends_earlier(rule: Rule, day: date, one: int, more: int, calendar: Calendar) -> None:
    """K13: resuming later never brings the due date forward."""
    left = days_left(rule, compute(rule, day, calendar).on, day, calendar)
    first = resume(rule, left, day + timedelta(days=one), calendar)
    assert first.on <= resume(rule, left, day + timedelta(days=one + more), calendar).on


@given(ROLLED_RULES, DAYS, DAYS, CALENDARS)
def test_the_later_of_two_is_never_before_either(rule: Rule, day: date, promised: date, calendar: Calendar) -> None:
    """K9, K12: never earlier than computed, never earlier than promised."""
    computed: Deadline = compute(rule, day, calendar)
    kept = later_of(computed, promised)
    assert kept.on == max(computed.on, promised)
    assert kept.breach_from == calendar.end_of(kept.on)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 240))
def test_months_never_overflow_a_month(day: date, months: int) -> None:
    """K14: the month is the one counted to, the day is the same or the month's last."""
    found = add_months(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).month != found.month)
