"""K12: a changed calendar or setting moves open dates; a date that a letter has promised moves later, never earlier."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from mailflow.procedure.case import apply
from mailflow.procedure.recompute import recompute
from tests.procedure.driver import Play, calendar, local, terms


def _with_provider() -> Play:
    """A concern that is with the provider: the letter left on Fri 12 March 2027, the reply is due Tue 30 March."""
    play = Play()
    play.mail("anyone", local(12, 3))
    words = ("provider_is", {"value": "Oakfield", "also": {"contract": "C-1", "service": "Home care"}})
    play.say("cmo", local(12, 3, clock="10:30"), words, "eligible", "send_original")
    play.run_to(local(13, 3))
    assert play.case.machines["concern"].timers["T4"].on == date(2027, 3, 30)
    return play


def _again(play: Play, of, days) -> dict[str, date]:
    case = play.case
    for fact in recompute(play.procedure, of, case, play.now, {days.name: days}):
        case = apply(case, fact)
    return {n: t.on for n, t in case.machines["concern"].timers.items()}


def test_a_late_bank_holiday_moves_a_promised_date_later():
    """K12: a new holiday on the due day rolls it on, although a letter stated the earlier day."""
    days = calendar()
    later = replace(days, holidays=days.holidays | {date(2027, 3, 30)})
    assert _again(_with_provider(), terms(), later)["T4"] == date(2027, 3, 31)


def test_a_promised_date_never_moves_earlier():
    """K12: without the holidays the reply would be due on Fri 26 March; the letter said 30 March, so it stays."""
    days = replace(calendar(), holidays=frozenset())
    assert _again(_with_provider(), terms(), days)["T4"] == date(2027, 3, 30)


def test_a_date_that_nobody_was_promised_follows_the_calendar_both_ways():
    """K12: an officer's own date moves with the calendar."""
    play = Play()
    play.mail("anyone", local(12, 3))
    days = calendar()
    assert play.case.machines["concern"].timers["T3"].on == date(2027, 3, 16)
    closed = replace(days, closures=days.closures | {date(2027, 3, 15)})
    assert _again(play, terms(), closed)["T3"] == date(2027, 3, 17)
    opened = replace(days, extra_working_days=days.extra_working_days | {date(2027, 3, 13)})
    assert _again(play, terms(), opened)["T3"] == date(2027, 3, 15)


def test_a_contract_with_its_own_timescale_counts_for_open_dates():
    """C3, K12: a contract that gives 21 days moves the provider's date; the log names the old and the new one."""
    play = _with_provider()
    of = terms(overrides={"T4": "21 days"})
    facts = recompute(play.procedure, of, play.case, play.now, {"uk-eng": calendar()})
    told = [f.data for f in facts if f.kind == "recomputed"]
    assert [(t["timer"], t["old"], t["new"]) for t in told] == [("T4", "2027-03-30", "2027-04-02")]


def test_nothing_changes_when_nothing_has_changed():
    """Working the dates out again with the same calendar and settings is no event at all."""
    play = _with_provider()
    assert recompute(play.procedure, terms(), play.case, play.now, {"uk-eng": calendar()}) == []
