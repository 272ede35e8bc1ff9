"""Q37: somebody is told in time that the known holidays come to an end, once."""

from __future__ import annotations

from dataclasses import replace

from mailflow.flow.calendar_watch import warn_of_calendars
from tests.flow.bench import RUTH, Bench, at, office


def _watching(bench: Bench, last_year: int) -> Bench:
    ends = replace(office(), calendar=replace(office().calendar, last_year=last_year))
    bench.house = replace(bench.house, offices={"council": ends})
    return bench


def test_the_administrator_is_told_60_days_before_and_once(bench: Bench):
    """A warning from 2 November on for a calendar that ends with December; not every hour."""
    _watching(bench, 2027)
    assert not warn_of_calendars(bench.house, at("2027-10-01 09:00"))
    assert warn_of_calendars(bench.house, at("2027-11-03 09:00"))
    assert not warn_of_calendars(bench.house, at("2027-11-03 10:00"))
    bench.to("2027-11-03 11:00")
    assert [x.name for x in bench.letters(to=RUTH)] == ["M60"]


def test_a_calendar_with_years_to_come_warns_nobody(bench: Bench):
    """Nobody is bothered while the holidays are known."""
    assert not warn_of_calendars(_watching(bench, 2030).house, at("2027-11-03 09:00"))
