"""Calendars from their profiles (config/calendars/*.toml): the only door to the library of public holidays.

In: a folder of profiles, the name of one, the office's own closures and extra working days.
Out: a `Calendar` with its holidays worked out and named, for the years the profile states.
Fails: errors.ConfigurationError with all faults of the profile.
Limits: knows what the installed library knows; one-off holidays declared later need a newer one or the `closures` list.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
from holidays.registry import EntityLoader

from mailflow.errors import ConfigurationError, Fault
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.deadlines import short_date
from mailflow.procedure.toml_lines import Lines, Table, index, suggest

WARN_BEFORE_END = timedelta(days=60)
EARLIEST, LATEST = 1990, 2099
# Here the holidays that all parts share are not a usable set: the library drops Easter Monday and others (K1).
NEVER_NATIONAL = frozenset({"GB"})


@dataclass(frozen=True)
class _Place:
    country: str
    subdivision: str | None
    first_year: int
    last_year: int


def names(folder: Path) -> tuple[str, ...]:
    """The profiles that there are."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def load(
    folder: Path,
    name: str,
    *,
    zone: str = "",
    closures: Iterable[date] = (),
    extra_working_days: Iterable[date] = (),
) -> Calendar:
    """The calendar of a profile, in the profile's time zone or the one given, with the office's own days added (K1).

    Raises ConfigurationError with every fault found.
    """
    path = folder / f"{name}.toml"
    if name not in names(folder):
        raise ConfigurationError([Fault(str(path), 0, f'There is no calendar "{name}".', suggest(name, names(folder)))])
    text = path.read_text("utf-8")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError([Fault(str(path), 0, f"This is not TOML: {error}.")]) from error
    faults: list[Fault] = []
    table = Table(data, str(path), index(text), faults)
    own_zone, title = table.text("zone"), table.text("title", name)
    place = _place(table)
    named = _yearly_closures(table, place)
    closed = frozenset({*table.dates("closures"), *closures, *named})
    extra = frozenset({*table.dates("extra_working_days"), *extra_working_days})
    for day in sorted(closed & extra):
        table.fault(
            "closures", f"{short_date(day)} is both closed and an extra working day.", "Take it out of one list."
        )
    table.done()
    try:
        ZoneInfo(zone or own_zone)
    except (KeyError, OSError, ValueError):
        table.fault("zone", f'There is no time zone "{zone or own_zone}".', 'Write for example "Europe/London".')
    if faults:
        raise ConfigurationError(faults)
    public = _public_holidays(place)
    return Calendar(
        name=name,
        zone=zone or own_zone,
        holidays=frozenset(public),
        closures=closed,
        extra_working_days=extra,
        first_year=place.first_year,
        last_year=place.last_year,
        names={**named, **public},
        title=title,
    )


def load_places(place: str, zone: str, first_year: int, last_year: int) -> Calendar:
    """A calendar straight from "GB-ENG", without closures, for tests and tools. Raises ConfigurationError."""
    country, _, subdivision = place.partition("-")
    data = {"country": country, "first_year": first_year, "last_year": last_year}
    if subdivision:
        data["subdivision"] = subdivision
    faults: list[Fault] = []
    where = _place(Table(data, place, Lines(), faults))
    if faults:
        raise ConfigurationError(faults)
    public = _public_holidays(where)
    return Calendar(place, zone, frozenset(public), first_year=first_year, last_year=last_year, names=public)


def ending_soon(calendar: Calendar, today: date) -> str:
    """A warning from 60 days before the last year of the calendar ends (Q37), otherwise ""."""
    end = date(calendar.last_year, 12, 31)
    if today < end - WARN_BEFORE_END:
        return ""
    tense = "ends" if today <= end else "ended"
    return (
        f"The calendar {calendar.name} {tense} on {short_date(end)}; public holidays after that are not known. "
        f"Install a current version of the holiday library, check the new year's dates, and raise last_year in "
        f"calendars/{calendar.name}.toml."
    )


def _place(table: Table) -> _Place:
    country = table.text("country")
    # The library's own list also loads every country of the world for its parts, a fifth of a second.
    known = frozenset(EntityLoader.get_country_codes(include_aliases=False))
    if country and country not in known:
        table.fault("country", f'There is no country "{country}".', suggest(country, sorted(known)))
    subdivision = table.text("subdivision", "") or None
    national = table.flag("national_holidays_only")
    parts = tuple(getattr(holidays, country).subdivisions) if country in known else ()
    if subdivision and parts and subdivision not in parts:
        # The library takes some unknown names silently and then leaves the local holidays out.
        table.fault("subdivision", f'{country} has no part "{subdivision}".', suggest(subdivision, parts))
    elif subdivision and national:
        table.fault("national_holidays_only", "A subdivision and national_holidays_only exclude each other.")
    elif national and country in NEVER_NATIONAL:
        table.fault(
            "national_holidays_only",
            f"{country} has no national set of holidays that could be used.",
            f"Set subdivision to one of {', '.join(parts)}.",
        )
    elif parts and not subdivision and not national:
        table.fault(
            "country",
            f"{country} needs a subdivision, or its local holidays are silently missing.",
            f"Set subdivision to one of {', '.join(parts)}.",
        )
    first = table.number("first_year", least=EARLIEST, most=LATEST)
    last = table.number("last_year", least=EARLIEST, most=LATEST)
    if last < first:
        table.fault("last_year", f"last_year {last} lies before first_year {first}.")
    return _Place(country, subdivision, first, last)


def _yearly_closures(table: Table, place: _Place) -> dict[date, str]:
    """Days that are closed every year, such as 25 December to 2 January: "12-25..01-02" = "office closed"."""
    found: dict[date, str] = {}
    yearly = table.table("yearly_closures")
    for key, name in yearly.free().items():
        first, _, last = key.partition("..")
        try:
            # A leap year, so that 29 February can be written.
            start, end = date.fromisoformat(f"2000-{first}"), date.fromisoformat(f"2000-{last or first}")
        except ValueError:
            yearly.fault(key, f'"{key}" is not a span of days.', 'Write "12-25..01-02" = "office closed".')
            continue
        for year in range(place.first_year - 1, place.last_year + 1):
            day = _in_year(year, start)
            stop = _in_year(year + (end < start), end)
            while day <= stop:
                found[day] = str(name)
                day += timedelta(days=1)
    return {day: name for day, name in found.items() if place.first_year <= day.year <= place.last_year}


def _in_year(year: int, day: date) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def _public_holidays(place: _Place) -> dict[date, str]:
    found = holidays.country_holidays(
        place.country, subdiv=place.subdivision, years=range(place.first_year, place.last_year + 1)
    )
    return dict(sorted(found.items()))
