"""The services the office buys or runs, and who answers for each.

In: rows of services.csv.
Out: `Service` values.
Fails: never raises; faults are recorded in the rows.
Limits: which columns there are besides name, sector and region is the office's choice; a procedure names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mailflow.register.naming import key_of
from mailflow.register.sheet import Row

COLUMNS = ("name", "sector", "region")
REQUIRED = ("name", "sector")
OPEN = True


@dataclass(frozen=True)
class Service:
    """One row of services.csv; sector is lower case.

    people: for every further column who stands in it, each an address or the name of a party in contacts.csv.
    """

    name: str
    sector: str
    region: str = ""
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


def read(rows: Iterable[Row], parties: Iterable[str]) -> tuple[Service, ...]:
    """The services of a sheet; a name given twice, or people who are neither address nor party, are faults."""
    known = {key_of(party) for party in parties}
    seen: dict[str, int] = {}
    services = []
    for row in rows:
        service = Service(
            name=row.text("name", required=True),
            sector=row.text("sector", required=True).casefold(),
            region=row.text("region"),
            people={column: _people(row, column, known) for column in row.cells if column not in ("", *COLUMNS)},
        )
        key = key_of(service.name)
        if key in seen:
            row.fault(f"The service {service.name} stands on line {seen[key]} already.", "Keep one line.")
        seen.setdefault(key, row.line)
        services.append(service)
    return tuple(services)


def _people(row: Row, column: str, parties: set[str]) -> tuple[str, ...]:
    found = []
    for value in row.texts(column):
        if "@" in value:
            found.extend(row.check_email(value, column))
        elif key_of(value) in parties:
            found.append(value)
        else:
            row.fault(f'"{value}" in the column "{column}" is not in contacts.csv.', "Add it, or write an address.")
    return tuple(found)
