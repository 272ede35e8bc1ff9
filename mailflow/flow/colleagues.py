"""Colleagues: who of the staff acts on a case in which role, and who may raise one where officers raise them.

In: an address, the register of today, a case.
Out: the roles in which a colleague speaks there; whether they may see it.
Fails: never.
Limits: whether a mail is really theirs is judged elsewhere (hearing.is_proved).
"""

from __future__ import annotations

from datetime import date

from mailflow.flow.people import named_officers, people_of
from mailflow.flow.ports import Office
from mailflow.procedure import seeing
from mailflow.procedure.case import Case
from mailflow.procedure.definition import Procedure
from mailflow.register.contacts import STAFF
from mailflow.register.people import Person


def raised_by_staff(procedure: Procedure) -> bool:
    """Whether cases are raised by colleagues, who then own them, and not by strangers."""
    return procedure.roles[procedure.opened_by].is_officer


def colleague(office: Office, address: str) -> Person | None:
    """The officer with this address; where colleagues raise cases, any member of the staff."""
    officer = office.register.officer(address)
    if officer:
        return Person(officer.name, officer.email)
    listed = any(b.contact and b.kind != STAFF for b in office.register.party_of_address(address))
    if raised_by_staff(office.procedure) and not listed and office.register.is_staff(address, office.own_domains):
        return office.register.person(address) or Person("", address)
    return None


def roles_on(office: Office, procedure: Procedure, case: Case, address: str, today: date) -> frozenset[str]:
    """The roles of an address: those of the register, and those that this very case gives to this person."""
    own = office.register.roles_of(address, today)
    if not raised_by_staff(procedure):
        return own
    named = named_officers(office, procedure, case, today)
    return own | {role for role, holder in named.items() if holder == address}


def readers_of(office: Office, procedure: Procedure, case: Case, today: date) -> frozenset[str]:
    """Who may see a restricted case today (Q45)."""
    setting = office.settings.get(seeing.READERS, procedure.settings.get(seeing.READERS))
    return seeing.readers(case, people_of(office, procedure, case, today), setting)


def named_readers(office: Office) -> list[str]:
    """The people whom the office has named to read restricted cases; nobody named: the administrator alone."""
    setting = office.settings.get(seeing.READERS, office.procedure.settings.get(seeing.READERS))
    return sorted(seeing.named(setting)) or [office.administrator or office.address]
