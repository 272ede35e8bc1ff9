"""Calendars from profiles (domain.md K1, Q37): every shipped profile, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mailflow.errors import ConfigurationError
from mailflow.register import holiday_calendars

PROFILES = Path(__file__).parents[2] / "config" / "calendars"
REGIONS = "auk bop can cit gis hkb mbh mwt nsn ntl ota stc stl tas tki wgn wko wtc".split()
MINIMAL = 'country = "GB"\nsubdivision = "ENG"\nzone = "Europe/London"\nfirst_year = 2027\nlast_year = 2028\n'


def test_every_profile_of_k1_is_shipped_and_loads() -> None:
    """K1: four of the United Kingdom, eighteen regions of New Zealand and its statute calendar."""
    expected = {"uk-eng", "uk-wls", "uk-sct", "uk-ni", "nz-statute", *(f"nz-{region}" for region in REGIONS)}
    assert set(holiday_calendars.names(PROFILES)) == expected
    for name in expected:
        calendar = holiday_calendars.load(PROFILES, name)
        assert calendar.covers(date(2030, 12, 31)) and calendar.holidays


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_keeps_one_anniversary_day_a_year(region: str) -> None:
    """K1: national holidays plus that region's anniversary day, also where the library knows a neighbour's only."""
    calendar = holiday_calendars.load(PROFILES, f"nz-{region}")
    national = holiday_calendars.load(PROFILES, "nz-statute").holidays
    own = {day for day in calendar.holidays - national if day.year == 2027}
    # A date on a weekend is observed on the Monday and may stand twice; a working day is lost exactly once.
    assert len([day for day in own if day.weekday() < 5]) == 1
    assert all("Anniversary" in calendar.names[day] for day in own)


def test_a_region_without_a_day_of_its_own_keeps_its_neighbours() -> None:
    """K1: Waikato, the Bay of Plenty and Gisborne keep Auckland's, Manawatu Wellington's, Tasman Nelson's."""
    editions = {region: holiday_calendars.load(PROFILES, f"nz-{region}").edition for region in REGIONS}
    assert len({editions[region] for region in ("auk", "wko", "bop", "gis")}) == 1
    assert editions["mwt"] == editions["wgn"] and editions["tas"] == editions["nsn"]


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 12, 24), True),
        (date(2026, 12, 28), False),
        (date(2026, 12, 31), False),
        (date(2027, 1, 4), False),
        (date(2027, 1, 5), True),
        (date(2028, 1, 3), False),
        (date(2028, 1, 4), False),
        (date(2028, 1, 5), True),
        (date(2023, 1, 2), False),
        (date(2023, 1, 3), False),
        (date(2024, 1, 3), True),
        (date(2027, 1, 25), True),
        (date(2027, 2, 8), False),
    ],
)
def test_the_statute_calendar(day: date, works: bool) -> None:
    """K1: 25 Dec-2 Jan out; the Monday after a Friday 1 Jan, Monday and Tuesday after a weekend one."""
    assert holiday_calendars.load(PROFILES, "nz-statute").is_working_day(day) is works


@pytest.mark.parametrize(
    ("profile", "day", "works"),
    [
        ("uk-eng", date(2027, 3, 29), False),
        ("uk-sct", date(2027, 3, 29), True),
        ("uk-sct", date(2027, 11, 30), False),
        ("uk-sct", date(2027, 8, 2), False),
        ("uk-eng", date(2027, 8, 30), False),
        ("uk-ni", date(2027, 7, 12), False),
        ("uk-ni", date(2027, 3, 17), False),
        ("uk-wls", date(2027, 3, 1), True),
        ("uk-eng", date(2026, 12, 28), False),
    ],
)
def test_the_parts_of_the_united_kingdom_differ(profile: str, day: date, works: bool) -> None:
    """K1: Easter Monday, St Andrew's Day, August, the Twelfth, St Patrick's Day, substitute days."""
    assert holiday_calendars.load(PROFILES, profile).is_working_day(day) is works


@pytest.mark.parametrize(
    ("place", "words"),
    [("GB", "needs a subdivision"), ("NZ", "needs a subdivision"), ("NZ-STC", 'no part "STC"'), ("XX", "no country")],
)
def test_a_country_without_its_part_is_refused(place: str, words: str) -> None:
    """K1: without a subdivision the library silently drops holidays, and it takes some unknown parts silently too."""
    with pytest.raises(ConfigurationError, match=words):
        holiday_calendars.load_places(place, "UTC", 2027, 2028)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MINIMAL.replace('subdivision = "ENG"', "national_holidays_only = true"), "no national set"),
        (MINIMAL.replace('"Europe/London"', '"Europe/Londn"'), "no time zone"),
        (MINIMAL.replace("last_year = 2028", "last_year = 2026"), "before first_year"),
        (MINIMAL.replace("zone", "zoen"), 'Did you mean "zone"?'),
        (MINIMAL + 'closures = ["soon"]\n', "not a date"),
        (MINIMAL + "closures = [2027-03-01]\nextra_working_days = [2027-03-01]\n", "both closed and an extra"),
        (MINIMAL + '[yearly_closures]\n"Christmas" = "x"\n', "not a span"),
        ("country =", "not TOML"),
    ],
)
def test_a_faulty_profile_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """Every fault is a sentence with file and line."""
    (tmp_path / "own.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        holiday_calendars.load(tmp_path, "own")
    assert words in str(caught.value)
    assert str(tmp_path / "own.toml") in str(caught.value)


def test_an_unknown_profile_is_refused_with_a_suggestion() -> None:
    """The nearest name is offered; a path cannot be smuggled in."""
    with pytest.raises(ConfigurationError, match="uk-eng"):
        holiday_calendars.load(PROFILES, "uk-england")
    with pytest.raises(ConfigurationError, match="no calendar"):
        holiday_calendars.load(PROFILES, "../calendars/uk-eng")


def test_yearly_closures_may_cross_the_new_year(tmp_path: Path) -> None:
    """K1: "12-29..01-02" closes both ends of every configured year, and why_not names it."""
    (tmp_path / "own.toml").write_text(MINIMAL + '[yearly_closures]\n"12-29..01-02" = "shutdown"\n', "utf-8")
    calendar = holiday_calendars.load(tmp_path, "own")
    assert calendar.why_not(date(2027, 12, 30)) == "shutdown"
    assert calendar.why_not(date(2028, 12, 29)) == "shutdown"
    assert date(2027, 1, 2) in calendar.closures


@pytest.mark.parametrize(
    ("today", "says"),
    [
        (date(2030, 10, 31), ""),
        (date(2030, 11, 1), "ends on Tue 31 Dec 2030"),
        (date(2030, 12, 31), "ends on Tue 31 Dec 2030"),
        (date(2031, 1, 1), "ended on Tue 31 Dec 2030"),
    ],
)
def test_a_calendar_warns_sixty_days_before_its_end(today: date, says: str) -> None:
    """Q37: from 60 days before the last configured year ends, and ever after."""
    warning = holiday_calendars.ending_soon(holiday_calendars.load(PROFILES, "uk-eng"), today)
    assert (says in warning) if says else warning == ""
