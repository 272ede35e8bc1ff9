"""On which live cases an address is listed (G1): asked for each mail without a reference, so cases alike are one.

In: an address, the views of the live cases, the register of today.
Out: references of cases.
Fails: never.
Limits: answers as `people.speaker_on` does, from the fields that the views hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from mailflow.flow.arrived import Mail
from mailflow.flow.people import ACCEPTED, party_of_role, people_of
from mailflow.flow.ports import Office
from mailflow.procedure.case import Case
from mailflow.procedure.definition import Procedure, Role
from mailflow.store import Unit


def live_cases_of(
    office: Office, procedure: Procedure, address: str, today: date, views: Iterable[Mapping[str, object]]
) -> list[str]:
    """Live cases on which this address is listed, as a party or as the officer (G1)."""
    owners = [r.field for r in procedure.roles.values() if r.is_officer and r.field]
    roles = (role for role in procedure.roles.values() if not role.is_officer)
    parties = [_Listing(office, procedure, role, address, today) for role in roles]
    found = []
    for view in views:
        fields = view.get("fields", {})
        assert isinstance(fields, Mapping)
        own = fields.get(ACCEPTED + address) or any(fields.get(name) == address for name in owners)
        if own or any(party.holds(fields) for party in parties):
            found.append(str(view["ref"]))
    return found


def live_of(unit: Unit, office: Office, mail: Mail, now: datetime, address: str = "") -> list[str]:
    """The live cases on which the sender (or another address) is listed."""
    address = address or mail.sender
    if address in ("", office.address):
        return []
    today = office.calendar.local_date(now)
    views = unit.views.list(office.prefix, live_only=True)
    return live_cases_of(office, office.procedure, address, today, views)


class _Listing:
    """Whether one role of a case is held by one address; cases whose fields say the same have the same answer."""

    def __init__(self, office: Office, procedure: Procedure, role: Role, address: str, today: date):
        self.office, self.procedure, self.role, self.address, self.today = office, procedure, role, address, today
        self.roles = [role, *([procedure.roles[role.of]] if role.of in procedure.roles else [])]
        # Who stands for a service, or holds an officer's role, hangs on the service too.
        service = [f.name for f in procedure.fields.values() if f.type == "service"][:1]
        services = service if {r.who for r in self.roles} & {"service", "officer"} else []
        self.reads = tuple(dict.fromkeys([*(r.field for r in self.roles if r.field), *services]))
        self.known: dict[tuple[object, ...], bool] = {}
        self.belongs = (
            {b.party for b in office.register.party_of_address(address, today) if b.new_contact}
            if role.who == "contacts"
            else set()
        )

    def holds(self, fields: Mapping[str, object]) -> bool:
        """The same for every case whose fields say the same."""
        key = tuple(str(fields[name]) if name in fields else None for name in self.reads)
        if key not in self.known:
            self.known[key] = self._holds(fields)
        return self.known[key]

    def _holds(self, fields: Mapping[str, object]) -> bool:
        case = Case(ref="", fields=dict(fields))
        people = people_of(self.office, self.procedure, case, self.today, self.roles)
        if any(c.email == self.address for c in people.get(self.role.name, ())):
            return True
        party = party_of_role(self.office, self.procedure, case, self.role)
        return bool(party) and party in self.belongs
