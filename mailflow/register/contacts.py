"""The contacts: which address belongs to which party, in which part, and from when to when.

In: rows of contacts.csv.
Out: `Contact` values.
Fails: never raises; faults are recorded in the rows.
Limits: kinds and roles of contacts are whatever the file says; only the kind "staff" means a colleague.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mailflow.register.sheet import Row

COLUMNS = (
    *("party", "kind", "name", "email", "phone", "roles", "valid_from", "valid_to", "manager", "format"),
    *("service", "postal_address"),
)
REQUIRED = ("party", "kind", "email")
STAFF = "staff"


@dataclass(frozen=True)
class Contact:
    """One row of contacts.csv. kind is lower case ("staff", "team", ...); manager is an address or "".

    format: a need of this reader, such as "large print"; service: the service this contact speaks for, "" for all.
    postal_address: its lines, for letters that go by post (Q15).
    """

    party: str
    kind: str
    name: str
    email: str
    phone: str = ""
    roles: frozenset[str] = frozenset()
    valid_from: date | None = None
    valid_to: date | None = None
    manager: str = ""
    format: str = ""
    service: str = ""
    postal_address: tuple[str, ...] = ()

    def valid(self, on: date | None) -> bool:
        """Whether the contact stands on this day; without a day, whether it ever did."""
        if on is None:
            return True
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True)
class Belonging:
    """An address and the party it speaks for; `new_contact` if only the party's own domain says so (G2)."""

    party: str
    kind: str
    contact: Contact | None
    new_contact: bool


def read(rows: Iterable[Row]) -> tuple[Contact, ...]:
    """The contacts of a sheet."""
    contacts = []
    for row in rows:
        contact = Contact(
            party=row.text("party", required=True),
            kind=row.text("kind", required=True).casefold(),
            name=row.text("name"),
            email=row.email("email", required=True),
            phone=row.text("phone"),
            roles=row.words("roles"),
            valid_from=row.day("valid_from"),
            valid_to=row.day("valid_to"),
            manager=row.email("manager"),
            format=row.text("format"),
            service=row.text("service"),
            postal_address=row.texts("postal_address"),
        )
        if contact.valid_from and contact.valid_to and contact.valid_to < contact.valid_from:
            row.fault("valid_to lies before valid_from.", "Correct one of them.")
        contacts.append(contact)
    return tuple(contacts)
