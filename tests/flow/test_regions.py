"""K1: a case runs by the calendar of its contract or region, else by the office's own; K12 when that becomes known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailflow.cli.show import lines_of, told_of
from mailflow.flow.recompute import recompute_changed
from mailflow.register import holiday_calendars
from mailflow.register.register import Register
from tests.flow.bench import JOAN, MAYA, ROOT, Bench, at, office
from tests.flow.conftest import Begin

CALENDARS = ROOT / "config" / "calendars"
RECEIVED = "2027-01-20 21:30"  # Thursday 21 January 2027, 10:30am in New Zealand
PROVIDER = "Provider is Oakfield Care Ltd"


def _register(*, region: str = "", calendar: str = "") -> Register:
    """The shipped register, with every service in this region, and this calendar in every contract."""
    shipped = office().register
    services = tuple(replace(service, region=region) for service in shipped.services)
    return replace(
        shipped,
        services=services,
        contracts=tuple(
            replace(contract, calendar=calendar, services=("Home care",)) for contract in shipped.contracts
        ),
    )


def _new_zealand(begin: Begin, register: Register) -> Bench:
    """An office in Wellington whose cases may also run by Auckland's days."""
    wellington, auckland = (holiday_calendars.load(CALENDARS, name) for name in ("nz-wgn", "nz-auk"))
    auckland = replace(auckland, note=f"by the working days of {auckland.title}")
    return begin(
        calendar=wellington,
        calendars={"nz-wgn": wellington, "nz-auk": auckland},
        regions={"auckland": "nz-auk"},
        profile="nz-wgn",
        register=register,
    )


@pytest.mark.parametrize("how", [{"region": "Auckland"}, {"calendar": "nz-auk"}])
def test_a_case_runs_by_its_contracts_calendar_or_its_services_region(bench_of: Begin, how: dict):
    """Wellington's anniversary (Monday 25 January 2027) is a working day for a case of Auckland, once that is known."""
    bench = _new_zealand(bench_of, _register(**how))
    ref = bench.concern(RECEIVED)
    assert bench.clocks(ref)["concern T3"] == ("2027-01-26", "running")
    bench.mail("2027-01-20 22:00", MAYA, bench.tag(ref), PROVIDER)
    assert bench.clocks(ref)["concern T3"] == ("2027-01-25", "running")
    with bench.store.read() as unit:
        told = told_of(bench.house, unit, ref, bench.now)
        assert unit.views.get(ref)["calendar"] == "nz-auk"
    words = "\n".join(lines_of(told))
    assert "by the working days of Auckland" in words
    assert "The working days are those of the calendar nz-auk" in words
    assert told["calendar"] == "nz-auk" and "Working days: nz-auk" in words


def test_the_contracts_calendar_beats_the_region(bench_of: Begin):
    """What was agreed in writing is nearer to the case than where the service is."""
    bench = _new_zealand(bench_of, _register(region="Auckland", calendar="nz-wgn"))
    ref = bench.concern(RECEIVED)
    bench.mail("2027-01-20 22:00", MAYA, bench.tag(ref), PROVIDER)
    assert bench.clocks(ref)["concern T3"] == ("2027-01-26", "running")
    assert bench.case(ref).calendar == ""


def test_a_region_without_a_calendar_leaves_the_offices_own(bench_of: Begin):
    """Regions that nobody has mapped are only words."""
    bench = _new_zealand(bench_of, _register(region="Otago"))
    ref = bench.concern(RECEIVED)
    bench.mail("2027-01-20 22:00", MAYA, bench.tag(ref), PROVIDER)
    assert bench.clocks(ref)["concern T3"] == ("2027-01-26", "running")


def test_an_undo_takes_the_calendar_back_too(bench_of: Begin):
    """Who is not named any more has no region: the dates are again those of the office."""
    bench = _new_zealand(bench_of, _register(region="Auckland"))
    ref = bench.concern(RECEIVED)
    bench.mail("2027-01-20 22:00", MAYA, bench.tag(ref), PROVIDER)
    bench.mail("2027-01-20 22:05", MAYA, bench.tag(ref), "Undo")
    assert bench.case(ref).calendar == ""
    assert bench.clocks(ref)["concern T3"] == ("2027-01-26", "running")


def test_letters_state_the_cases_own_dates(bench_of: Begin):
    """K9: the date that the letter to the provider names is the date on which the clock rings."""
    bench = _new_zealand(bench_of, _register(region="Auckland"))
    ref = bench.concern("2027-01-17 21:30")  # Monday 18 January there
    bench.mail("2027-01-17 22:00", MAYA, bench.tag(ref), f"{PROVIDER}\nEligible")
    bench.mail("2027-01-17 22:30", MAYA, bench.tag(ref), "Send", files=[("copy.pdf", b"%PDF-1.4 redacted")])
    bench.to("2027-01-17 23:00")
    assert bench.letter("M20", JOAN) and bench.clocks(ref)["concern T4"][0] == "2027-02-02"
    assert "2 February 2027" in bench.letter("M20", JOAN).words, "Monday 1 February is Auckland's anniversary day"
    bench.to("2027-02-02 12:00")
    assert bench.letter("M22").at == at("2027-02-02 03:00"), "a chaser leaves at 4pm of the office's own day (K10)"


def test_an_acknowledgement_waits_for_no_calendar_and_a_letter_for_its_own(bench_of: Begin):
    """K10: a letter does not leave on the anniversary day of the case's region."""
    bench = _new_zealand(bench_of, _register(region="Auckland"))
    ref = bench.concern("2027-01-28 21:30")  # Friday 29 January there
    bench.mail("2027-01-28 22:00", MAYA, bench.tag(ref), f"{PROVIDER}\nEligible")
    bench.mail("2027-01-31 21:00", MAYA, bench.tag(ref), "Send", files=[("copy.pdf", b"%PDF-1.4 redacted")])
    bench.to("2027-02-01 04:30")
    assert not bench.letters("M20")
    bench.to("2027-02-01 21:00")
    assert [x.at for x in bench.letters("M20")] == [at("2027-02-01 19:00")], "8am on Tuesday 2 February there"


@pytest.mark.parametrize("what", ["contract", "region"])
def test_a_register_that_names_a_calendar_moves_open_dates(bench_of: Begin, what: str):
    """K12: the column filled in later, or a region mapped, counts for open cases; old and new stand in the log."""
    bench = _new_zealand(bench_of, _register(region="Auckland" if what == "region" else ""))
    bench.house = replace(bench.house, offices={"council": replace(bench.office, regions={})})
    ref = bench.concern(RECEIVED)
    bench.mail("2027-01-20 22:00", MAYA, bench.tag(ref), PROVIDER)
    assert recompute_changed(bench.house, bench.now) == 0
    assert bench.clocks(ref)["concern T3"][0] == "2027-01-26"
    changed = {"regions": {"auckland": "nz-auk"}} if what == "region" else {"register": _register(calendar="nz-auk")}
    bench.house = replace(bench.house, offices={"council": replace(bench.office, **changed)})
    assert recompute_changed(bench.house, bench.now) == 1
    assert bench.clocks(ref)["concern T3"][0] == "2027-01-25"
    with bench.store.read() as unit:
        kinds = [line.kind for line in unit.log.read(ref)]
    assert kinds.index("calendar") < kinds.index("recomputed") and kinds.count("recomputed") == 1
