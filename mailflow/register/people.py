"""The officers: who they are, which roles they hold, who stands in for them and when.

In: rows of officers.csv.
Out: `Officer` values; duplicates and unknown managers or deputies as faults.
Fails: never raises.
Limits: role names are whatever the file says; absences are whole local days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mailflow.register.sheet import Row

COLUMNS = (
    *("name", "email", "other_emails", "roles", "team", "manager", "deputy", "absences", "subscriptions"),
    "services",
)
REQUIRED = ("name", "email", "roles")


@dataclass(frozen=True)
class Person:
    """A name and an address, lower case; the name may be empty."""

    name: str
    email: str


@dataclass(frozen=True)
class Officer:
    """One row of officers.csv; manager and deputy are addresses, "" if there is none.

    services: the services to which this officer's roles are limited; empty means all.
    absences: first and last day of each, both included.
    """

    name: str
    email: str
    other_emails: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    team: str = ""
    manager: str = ""
    deputy: str = ""
    absences: tuple[tuple[date, date], ...] = ()
    subscriptions: frozenset[str] = frozenset()
    services: tuple[str, ...] = ()

    @property
    def emails(self) -> tuple[str, ...]:
        """Every address of this officer, the registered one first."""
        return (self.email, *self.other_emails)

    def absent(self, on: date) -> bool:
        """Whether the officer is away on this local day (G13)."""
        return any(first <= on <= last for first, last in self.absences)


def read(rows: Iterable[Row]) -> tuple[Officer, ...]:
    """The officers of a sheet; faults are recorded in the rows."""
    officers: list[Officer] = []
    lines: list[Row] = []
    taken: dict[str, int] = {}
    for row in rows:
        officer = Officer(
            name=row.text("name", required=True),
            email=row.email("email", required=True),
            other_emails=row.emails("other_emails"),
            roles=row.words("roles"),
            team=row.text("team"),
            manager=row.email("manager"),
            deputy=row.email("deputy"),
            absences=row.spans("absences"),
            subscriptions=row.words("subscriptions"),
            services=row.texts("services"),
        )
        for email in officer.emails:
            if email and email in taken:
                row.fault(f"{email} is an officer already, on line {taken[email]}.", "Keep one line for each person.")
            taken.setdefault(email, row.line)
        officers.append(officer)
        lines.append(row)
    for officer, row in zip(officers, lines, strict=True):
        for column, email in (("manager", officer.manager), ("deputy", officer.deputy)):
            if email and email not in taken:
                row.fault(f"The {column} {email} is not an officer.", "Add a line for them, or correct the address.")
            elif email and email in officer.emails:
                row.fault(f"{officer.name} is their own {column}.", f"Name another {column} or leave it empty.")
    return tuple(officers)
