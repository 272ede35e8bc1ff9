"""The register as a whole: one place to ask who somebody is and who acts for whom.

In: a folder with officers.csv, services.csv, contracts.csv and contacts.csv, and rota.csv if there is one.
Out: a `Register` of plain values; every question is a pure function of its rows and of the day that is handed in.
Fails: errors.ConfigurationError with all faults of all files.
Limits: small registers, all held in memory; a changed file is read anew by reloading.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from mailflow.errors import ConfigurationError, Fault
from mailflow.register import contacts as contact_rows
from mailflow.register import contracts as contract_rows
from mailflow.register import people, services, sheet
from mailflow.register import rota as rota_rows
from mailflow.register.contacts import STAFF, Belonging, Contact
from mailflow.register.contracts import Contract, Party
from mailflow.register.naming import key_of, meant, number_key
from mailflow.register.people import Officer, Person
from mailflow.register.rota import Duty
from mailflow.register.services import Service


@dataclass(frozen=True)
class Register:
    """Officers, services, contracts and contacts of one office."""

    officers: tuple[Officer, ...] = ()
    services: tuple[Service, ...] = ()
    contracts: tuple[Contract, ...] = ()
    contacts: tuple[Contact, ...] = ()
    rota: tuple[Duty, ...] = ()

    @classmethod
    def load(
        cls, folder: Path, own_domains: Collection[str] = (), calendars: Collection[str] | None = None
    ) -> Register:
        """Read the files; rota.csv may be missing. Raises ConfigurationError with every fault found in any of them.

        calendars: the profiles that a contract may name; None: they are not judged.
        """
        faults: list[Fault] = []
        officer_list = people.read(_rows(folder, "officers.csv", people, faults))
        contact_list = contact_rows.read(_rows(folder, "contacts.csv", contact_rows, faults))
        parties = (contact.party for contact in contact_list)
        service_list = services.read(_rows(folder, "services.csv", services, faults), parties)
        names = (service.name for service in service_list)
        rows = _rows(folder, "contracts.csv", contract_rows, faults)
        contract_list = contract_rows.read(rows, names, own_domains, calendars)
        duties: tuple[Duty, ...] = ()
        if (folder / "rota.csv").exists():
            known = {email for officer in officer_list for email in officer.emails}
            duties = rota_rows.read(_rows(folder, "rota.csv", rota_rows, faults), known)
        if faults:
            raise ConfigurationError(sorted(faults, key=lambda fault: (fault.file, fault.line)))
        return cls(officer_list, service_list, contract_list, contact_list, duties)

    # -- officers -------------------------------------------------------------------------------------------------

    @cached_property
    def _by_email(self) -> dict[str, Officer]:
        return {email: officer for officer in reversed(self.officers) for email in officer.emails}

    def officer(self, email: str) -> Officer | None:
        """The officer with this address, registered or other."""
        return self._by_email.get(email.lower())

    def roles_of(self, email: str, on: date) -> frozenset[str]:
        """The officer's own roles, and those of every officer whose named deputy they are (G7).

        A named deputy may act on any day, because leave is often entered late; `acts_for` tells for whom. An absent
        officer who writes all the same keeps their roles.
        """
        own = self.officer(email)
        if own is None:
            return frozenset()
        return own.roles.union(*(principal.roles for principal in self._principals(own, on)))

    def acts_for(self, email: str, role: str, on: date) -> Officer | None:
        """In whose place this address acts in this role: themselves, else an absent officer, else any they deputise."""
        own = self.officer(email)
        if own is None:
            return None
        return next((officer for officer in (own, *self._principals(own, on)) if role in officer.roles), None)

    def holders(self, role: str, on: date, service: str = "") -> tuple[Officer, ...]:
        """Who does the work of a role on this day (G13).

        Its holders who are there, the deputies of those who are not; if that leaves nobody, the nearest manager who is
        there. With a service, holders limited to that service come before those who are limited to none.
        """
        named = [officer for officer in self.officers if role in officer.roles]
        limited = [o for o in named if service and key_of(service) in map(key_of, o.services)]
        for group in (limited, [o for o in named if not o.services], [] if service else named):
            there = tuple(dict.fromkeys(filter(None, (self._available(officer, on) for officer in group))))
            if there:
                return there
        managers = (self._manager_there(officer, on) for officer in limited or named)
        return tuple(dict.fromkeys(filter(None, managers)))

    def on_duty(self, role: str, on: date) -> tuple[Officer, ...] | None:
        """Who is on duty for a role on a day by the rota, deputies for those who are away (G13).

        () in a gap; None where the rota does not speak of this role.
        """
        named = rota_rows.on_duty(self.rota, role, on)
        if named is None:
            return None
        there = (self._available(officer, on) for officer in map(self.officer, named) if officer)
        return tuple(dict.fromkeys(filter(None, there)))

    def rota_gaps(self, first: date, days: int, works: Callable[[date], bool]) -> Iterator[tuple[str, date]]:
        """(role, day) for each working day among so many from `first` on which nobody who is there is on duty."""

        def there(email: str, on: date) -> bool:
            officer = self.officer(email)
            return officer is not None and self._available(officer, on) is not None

        return rota_rows.gaps(self.rota, first, days, works, there)

    def stand_in(self, officer: Officer, on: date) -> Officer | None:
        """Who does this officer's work on this day: themselves, a deputy, else the nearest manager there; or nobody."""
        return self._available(officer, on) or self._manager_there(officer, on)

    def manager_of(self, email: str) -> Person | None:
        """The manager of an officer, or of a colleague listed as a contact; None if unknown."""
        officer = self.officer(email)
        found = officer.manager if officer else ""
        if not found:
            found = next((contact.manager for contact in self._by_address(email) if contact.manager), "")
        return self.person(found) or Person("", found) if found else None

    def person(self, email: str) -> Person | None:
        """The name that goes with an address, if any file knows it; the registered address of an officer."""
        officer = self.officer(email)
        if officer:
            return Person(officer.name, officer.email)
        found = next(iter(self._by_address(email)), None)
        return Person(found.name, found.email) if found else None

    def is_staff(self, email: str, own_domains: Collection[str] = ()) -> bool:
        """Whether this is a colleague: an officer, a contact of the kind "staff", or an address at an own domain."""
        return (
            self.officer(email) is not None
            or any(contact.kind == STAFF for contact in self._by_address(email))
            or _domain(email) in own_domains
        )

    # -- parties --------------------------------------------------------------------------------------------------

    @cached_property
    def parties(self) -> tuple[Party, ...]:
        """Every organisation and team of the contracts and the contacts."""
        return contract_rows.parties_of(self.contracts, ((c.party, c.kind) for c in self.contacts))

    def party(self, name_or_domain: str, kind: str = "") -> tuple[Party, ...]:
        """The parties that a name, former name, domain or address may mean: one, none or several (Q10).

        With a kind, only parties of that kind are meant.
        """
        said = name_or_domain.strip().lower()
        known = [party for party in self.parties if not kind or kind in party.kinds]
        by_domain = tuple(party for party in known if _domain(said) in party.domains)
        if by_domain or "@" in said:
            return by_domain
        names = meant(said, (name for party in known for name in party.all_names))
        return tuple(party for party in known if set(names) & set(party.all_names))

    def contacts_of(self, party: str, role: str = "", on: date | None = None) -> tuple[Contact, ...]:
        """The contacts of a party under any of its names, with this role, valid on this day (Q17).

        "" and None do not restrict.
        """
        keys = {key_of(party)}
        for known in self.parties:
            if key_of(party) in map(key_of, known.all_names):
                keys.update(map(key_of, known.all_names))
        return tuple(
            contact
            for contact in self.contacts
            if key_of(contact.party) in keys and (not role or role in contact.roles) and contact.valid(on)
        )

    def postal_address(self, email: str, on: date | None = None) -> tuple[str, ...]:
        """The lines of the postal address of a contact on this day; () if no file gives one."""
        return next((c.postal_address for c in self._by_address(email) if c.postal_address and c.valid(on)), ())

    def party_of_address(self, email: str, on: date | None = None) -> tuple[Belonging, ...]:
        """The parties for which an address speaks (G2): those that list it, else those that own its domain."""
        listed = {contact.party: contact for contact in reversed(self._by_address(email)) if contact.valid(on)}
        if listed:
            return tuple(Belonging(party, contact.kind, contact, False) for party, contact in listed.items())
        if self.is_staff(email):
            return ()
        owners = (party for party in self.parties if _domain(email) in party.domains)
        return tuple(Belonging(party.name, "".join(party.kinds[:1]), None, True) for party in owners)

    # -- services and contracts -----------------------------------------------------------------------------------

    def service(self, name: str) -> Service | None:
        """The service with this name, leniently compared; None if none or several are meant."""
        found = meant(name, (service.name for service in self.services))
        return next((s for s in self.services if s.name == found[0]), None) if len(found) == 1 else None

    @cached_property
    def service_columns(self) -> frozenset[str]:
        """The columns of services.csv that name people."""
        return frozenset(column for service in self.services for column in service.people)

    def service_people(self, name: str, column: str, on: date | None = None) -> tuple[Person, ...]:
        """Who stands in a column of services.csv for a service; a party's name gives its contacts of that day (Q21)."""
        service = self.service(name)
        found: list[Person] = []
        for value in service.people.get(column, ()) if service else ():
            if "@" in value:
                found.append(self.person(value) or Person("", value))
            else:
                found.extend(Person(contact.name, contact.email) for contact in self.contacts_of(value, "", on))
        return tuple(dict.fromkeys(found))

    def contract(self, number: str) -> Contract | None:
        """The contract with this number."""
        key = number_key(number)
        return next((contract for contract in self.contracts if number_key(contract.number) == key), None)

    def contracts_of(self, party: str, on: date | None = None) -> tuple[Contract, ...]:
        """The contracts of a party under any of its names; with a day, those that run on it."""
        return tuple(
            contract
            for contract in self.contracts
            if key_of(party) in map(key_of, (contract.party, *contract.also_known_as))
            and (on is None or contract.runs(on))
        )

    # -- inside ---------------------------------------------------------------------------------------------------

    @cached_property
    def _contacts_by_email(self) -> dict[str, list[Contact]]:
        found: dict[str, list[Contact]] = {}
        for contact in self.contacts:
            found.setdefault(contact.email, []).append(contact)
        return found

    def _by_address(self, email: str) -> list[Contact]:
        return self._contacts_by_email.get(email.lower(), [])

    def _principals(self, deputy: Officer, on: date) -> list[Officer]:
        """The officers who name this one as deputy, absent ones first."""
        found = [officer for officer in self.officers if officer.deputy and officer.deputy in deputy.emails]
        return sorted(found, key=lambda officer: not officer.absent(on))

    def _available(self, officer: Officer, on: date) -> Officer | None:
        """The officer, or the first of the chain of deputies who is there."""
        return next((one for one in self._chain(officer, "deputy") if not one.absent(on)), None)

    def _manager_there(self, officer: Officer, on: date) -> Officer | None:
        """The nearest manager who is there or has a deputy who is."""
        above = list(self._chain(officer, "manager"))[1:]
        return next(filter(None, (self._available(manager, on) for manager in above)), None)

    def _chain(self, officer: Officer, link: str) -> Iterator[Officer]:
        """The officer, the one named in `link`, and so on; a circle ends where it closes."""
        seen: set[str] = set()
        one: Officer | None = officer
        while one is not None and one.email not in seen:
            seen.add(one.email)
            yield one
            one = self.officer(getattr(one, link))


def _domain(email_or_domain: str) -> str:
    return email_or_domain.rpartition("@")[2].lower()


def _rows(folder: Path, name: str, room, faults: list[Fault]) -> Iterable[sheet.Row]:
    path = folder / name
    try:
        octets = path.read_bytes()
    except OSError as error:
        what = f"The register file cannot be read: {error.strerror}."
        faults.append(Fault(str(path), 0, what, f"Create it with the line {','.join(room.COLUMNS)}."))
        return []
    more = getattr(room, "OPEN", False)
    return sheet.read(octets, str(path), room.COLUMNS, room.REQUIRED, faults, more_allowed=more)
