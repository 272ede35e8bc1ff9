"""The duty rota at work (Q5): who screens, who is allocated when nobody else is, and what a gap leads to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailflow.flow.rota_watch import warn_of_gaps
from mailflow.register.rota import Duty
from tests.flow.bench import INES, MAYA, OLIVE, RUTH, TOM, Bench, at, office

ROSA = "rosa.lindqvist@council.example"


def span(first: str, last: str) -> tuple[tuple[date, date], ...]:
    return ((date.fromisoformat(first), date.fromisoformat(last)),)


def rota(*duties: Duty) -> dict[str, object]:
    """The office with this rota, which allocates at the end of the next working day."""
    return {"register": replace(office().register, rota=duties), "settings": {"rota": "1 working day"}}


TOMS_WEEK = Duty("cmo", TOM, span("2027-02-01", "2027-02-05"))


def screening(bench: Bench) -> set[str]:
    """Who has been asked to screen."""
    return {address for letter in bench.letters("M02") for address in letter.to}


def test_without_a_rota_everybody_screens(bench: Bench):
    """As before: whoever holds the role."""
    bench.concern()
    assert screening(bench) == {MAYA, TOM, ROSA}


def test_whoever_is_on_duty_screens(bench_of):
    """M02 goes to the officer of the day alone; another officer may act all the same."""
    bench = bench_of(**rota(TOMS_WEEK))
    ref = bench.concern()
    assert screening(bench) == {TOM}
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd\nEligible")
    assert bench.state() == "ELG"


def test_at_the_weekend_the_next_working_day_counts(bench_of):
    """A concern of Saturday goes to whoever is on duty on Monday."""
    bench = bench_of(
        **rota(Duty("cmo", TOM, span("2027-02-01", "2027-02-05")), Duty("cmo", ROSA, span("2027-02-08", "2027-02-12")))
    )
    bench.concern("2027-02-06 23:10")
    assert screening(bench) == {ROSA}


def test_leave_brings_in_the_deputy(bench_of):
    """G13: Rosa is away in the week of 12 April 2027, and Tom stands in."""
    bench = bench_of(**rota(Duty("cmo", ROSA)))
    bench.concern("2027-04-13 09:30")
    assert screening(bench) == {TOM}


def test_a_gap_goes_to_the_team_manager(bench_of):
    """Nobody is on duty: the role above is asked to screen, and is asked about mail that nobody knows."""
    bench = bench_of(**rota(TOMS_WEEK))
    bench.concern("2027-02-09 09:30")
    assert screening(bench) == {INES}
    bench.mail("2027-02-09 10:00", "joan.pell@oakfield.example", "About the rota", "A word about the rota.")
    assert {a for x in bench.letters("M57") for a in x.to} <= {INES}


def eligible_by_whoever_raised_it(bench: Bench) -> str:
    """Maya raised the concern and finds it eligible herself: nobody is allocated by that."""
    bench.mail("2027-02-01 09:30", OLIVE, "Missed calls at Oakfield", "Oakfield Care Ltd missed three calls.")
    ref = bench.ref()
    bench.mail("2027-02-01 10:00", TOM, f"Re: [{ref}]", f"Provider is Oakfield Care Ltd\nReferrer is {MAYA}")
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", "Eligible")
    assert bench.state() == "ELG" and not bench.case().fields.get("officer")
    return ref


def test_the_rota_allocates_at_the_end_of_the_next_working_day(bench_of):
    """Nobody has been given the concern: whoever is on duty gets it, with the work plan."""
    bench = bench_of(**rota(TOMS_WEEK))
    eligible_by_whoever_raised_it(bench)
    bench.to("2027-02-02 16:59")
    assert bench.state() == "ELG"
    bench.to("2027-02-02 17:01")
    assert bench.state() == "ALC" and bench.case().fields["officer"] == TOM
    assert "duty rota decided" in bench.letter("M19", TOM).words or bench.letters("M19", TOM)


def test_the_rota_never_allocates_to_whoever_raised_it(bench_of):
    """Maya is on duty and raised it: it stays to be allocated by a person."""
    bench = bench_of(**rota(Duty("cmo", MAYA)))
    eligible_by_whoever_raised_it(bench)
    bench.to("2027-02-03 12:00")
    assert bench.state() == "ELG"


def test_by_default_the_rota_only_says_who_screens(bench_of):
    """Allocation by the rota is off unless the office sets it."""
    bench = bench_of(register=replace(office().register, rota=(TOMS_WEEK,)))
    eligible_by_whoever_raised_it(bench)
    bench.to("2027-02-03 12:00")
    assert bench.state() == "ELG" and "concern TR" not in bench.clocks()


def test_a_person_who_raised_it_needs_a_reason(bench_of):
    """Allocation to whoever raised it is refused unless the officer says why."""
    bench = bench_of(**rota(TOMS_WEEK))
    ref = eligible_by_whoever_raised_it(bench)
    bench.mail("2027-02-01 11:00", TOM, f"Re: [{ref}]", f"Allocate to {MAYA}")
    assert "raised this concern" in bench.letter("M51", TOM).words
    bench.mail("2027-02-01 12:00", TOM, f"Re: [{ref}]", f"Allocate to {MAYA} because nobody else is here")
    assert bench.state() == "ALC" and bench.case().fields["officer"] == MAYA


@pytest.mark.parametrize("again", ["2027-02-02 10:00", "2027-02-10 10:00"])
def test_the_administrator_hears_of_a_gap_once(bench_of, again: str):
    """M60 fourteen days ahead, one mail for each gap however often the clock looks, also while its days go by."""
    bench = bench_of(**rota(TOMS_WEEK, Duty("cmo", ROSA, span("2027-02-15", "2028-12-31"))))
    bench.now = at("2027-02-01 09:00")
    assert warn_of_gaps(bench.house, at("2027-02-01 10:00"))
    assert not warn_of_gaps(bench.house, at(again))
    bench.to("2027-02-11 10:00")
    told = bench.letter("M60", RUTH).words
    assert "Contract Management Officer: Monday 8 February 2027 to Friday 12 February 2027" in told


def test_no_gap_no_warning(bench_of):
    """A duty desk for all days leaves none."""
    bench = bench_of(**rota(Duty("cmo", MAYA)))
    assert not warn_of_gaps(bench.house, at("2027-02-01 10:00"))
