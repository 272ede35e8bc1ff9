"""The services the office buys or runs, and who answers for each.

In: rows of services.csv.
Out: `Service` values.
Fails: never raises; faults are recorded in the rows.
Limits: operational teams are names of parties in contacts.csv; managers are addresses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailflow.register.naming import key_of
from mailflow.register.sheet import Row

COLUMNS = (
    *("name", "sector", "service_manager", "internal_manager", "operational_teams", "region"),
    *("lead_manager", "expert"),
)
REQUIRED = ("name", "sector")


@dataclass(frozen=True)
class Service:
    """One row of services.csv; addresses are "" where nobody is named. sector is lower case."""

    name: str
    sector: str
    service_manager: str = ""
    internal_manager: str = ""
    operational_teams: tuple[str, ...] = ()
    region: str = ""
    lead_manager: str = ""
    expert: str = ""


def read(rows: Iterable[Row], parties: Iterable[str]) -> tuple[Service, ...]:
    """The services of a sheet; a team that is no party, or a name given twice, is a fault."""
    known = {key_of(party) for party in parties}
    seen: dict[str, int] = {}
    services = []
    for row in rows:
        service = Service(
            name=row.text("name", required=True),
            sector=row.text("sector", required=True).casefold(),
            service_manager=row.email("service_manager"),
            internal_manager=row.email("internal_manager"),
            operational_teams=row.texts("operational_teams"),
            region=row.text("region"),
            lead_manager=row.email("lead_manager"),
            expert=row.email("expert"),
        )
        key = key_of(service.name)
        if key in seen:
            row.fault(f"The service {service.name} stands on line {seen[key]} already.", "Keep one line.")
        seen.setdefault(key, row.line)
        for team in service.operational_teams:
            if key_of(team) not in known:
                row.fault(f'The team "{team}" is not in contacts.csv.', "Add a line with this party and its address.")
        services.append(service)
    return tuple(services)
