"""Who stands behind the roles of a case today, read from the register: what the decision may ask of the world.

In: an office, its procedure, a case, the local day.
Out: `Terms` for machine.decide, and the role in which an address speaks on a case.
Fails: never; a role nobody holds is an empty tuple.
Limits: addresses accepted by mail live in the case's log (fields "accepted:<address>"), never in the CSV files.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from mailflow.flow import budgets, revealing
from mailflow.flow.ports import House, Office
from mailflow.flow.regions import calendar_of, value_of
from mailflow.procedure import following, shielding
from mailflow.procedure.case import Case
from mailflow.procedure.definition import Procedure, Role
from mailflow.procedure.events import Commands, Contact, Event, File, MailCame, Said, Terms
from mailflow.register.contracts import POSTED, Contract
from mailflow.register.naming import key_of
from mailflow.register.people import Officer
from mailflow.store import Unit

ACCEPTED = "accepted:"


def terms_for(
    house: House,
    unit: Unit,
    office: Office,
    procedure: Procedure,
    case: Case,
    event: Event,
    now: datetime,
    *,
    decides: bool = True,
) -> Terms:
    """Everything the decision may ask, read before it. decides: letters may be decided; their wording asks less."""
    today = office.calendar.local_date(now)
    case = foreseen(procedure, case, event)
    people = people_of(office, procedure, case, today)
    everyone = {c.email for group in people.values() for c in group}
    everyone |= {str(v) for v in case.fields.values() if isinstance(v, str) and "@" in v and " " not in v}
    contract = office.register.contract(value_of(procedure, case, "contract"))
    calendar, calendar_why = calendar_of(office, procedure, case)
    named = {str(s.blanks["ref"]) for s in _sayings(event) if office.has(str(s.blanks.get("ref") or ""))}
    return Terms(
        settings=office.settings,
        people=people,
        calendar=calendar.name,
        calendar_why=calendar_why,
        staff=frozenset(e for e in everyone if office.register.is_staff(e, office.own_domains)),
        officers={
            o.email: office.register.roles_of(o.email, today) for o in office.register.officers if not o.absent(today)
        },
        overrides=_overrides(contract.overrides if contract else {}, procedure),
        gone=frozenset(unit.outbox.gone([s.id for s in case.letters.values() if s.status == "decided"])),
        cases={ref: _fields_of(unit, ref) for ref in named if unit.views.get(ref)},
        undo_minutes=house.limits.undo_minutes,
        duty={r.name: d[0].email for r in procedure.roles.values() if (d := on_duty(office, r.name, today))},
        post=_by_post(procedure, case, contract),
        reveals=_reveals(unit, office, procedure, case, event),
        places=budgets.places(house, unit, now) if decides else {},
    )


def foreseen(procedure: Procedure, case: Case, event: Event) -> Case:
    """The case with the fields that this very mail's words will set, so that "X is ..." and "Send" may share a mail."""
    fields = dict(case.fields)
    opener = procedure.roles[procedure.opened_by]
    if isinstance(event, MailCame) and not case.machines and opener.is_officer and opener.field:
        fields[opener.field] = event.sender  # whoever raises it is written to from the first mail on
    for said in _sayings(event):
        verb = procedure.verbs.get(said.verb)
        if verb and verb.act == "set" and "value" not in said.blanks:
            fields[verb.field] = verb.value or "yes"
        elif verb and verb.act == "set" and isinstance(said.blanks.get("value"), str):
            if following.changes(procedure, case, verb.field, said.blanks["value"]):
                fields |= dict.fromkeys(following.followers(procedure, case, verb.field), "")
            fields[verb.field] = said.blanks["value"]
            fields |= dict(said.blanks.get("also") or {})
    return replace(case, fields=fields)


def _reveals(
    unit: Unit, office: Office, procedure: Procedure, case: Case, event: Event
) -> Mapping[str, tuple[str, bool]]:
    """What the files that may be approved now, or have been, show of the people whom the case protects (Q9)."""
    who = revealing.whom(unit, office, procedure, case)
    if who is revealing.NOBODY:
        return {}
    files = [f for said in _sayings(event) for f in said.files]
    for name, field in procedure.fields.items():
        held = case.fields.get(name) if field.type == "file" else None
        files += [File(str(f["mail"]), "", 0, str(f["digest"])) for f in (held if isinstance(held, list) else ())]
    return revealing.of_files(unit, office, who, dict.fromkeys(files))


def _sayings(event: Event) -> tuple[Said, ...]:
    if isinstance(event, Commands):
        return event.sayings
    return (event,) if isinstance(event, Said) else ()


def _overrides(words: Mapping[str, str], procedure: Procedure) -> dict[str, str]:
    """A contract's own timescales (C3): "T4=21 days"; keys that are no timer are settings and do not belong here."""
    timers = {name for machine in procedure.machines.values() for name in machine.timers}
    return {name: rule for name, rule in words.items() if name in timers}


def _by_post(procedure: Procedure, case: Case, contract: Contract | None) -> dict[str, str]:
    """The roles whose formal letters this contract wants by post, alone or as well (Q15): those of its own party."""
    if contract is None or contract.notice_method not in POSTED:
        return {}
    mine = {key_of(name) for name in (contract.party, *contract.also_known_as)}
    roles = (r for r in procedure.roles.values() if r.who == "contacts")
    return {r.name: contract.notice_method for r in roles if key_of(str(case.fields.get(r.field) or "")) in mine}


def _fields_of(unit: Unit, ref: str) -> Mapping[str, object]:
    view = unit.views.get(ref)
    return dict(view.get("fields", {})) if view else {}


def people_of(
    office: Office, procedure: Procedure, case: Case, today: date, roles: Collection[Role] = ()
) -> dict[str, tuple[Contact, ...]]:
    """For each role (or each of `roles`), and each part of it ("role.part"), the people written to today."""
    found: dict[str, tuple[Contact, ...]] = {}
    roles = roles or procedure.roles.values()
    for role in roles:
        match role.who:
            case "officer":
                _officers(office, procedure, case, role, today, found)
            case "contacts":
                _contacts(office, procedure, case, role, today, found)
            case "person":
                found[role.name] = _person(office, str(case.fields.get(role.field, "")))
            case "service":
                found[role.name] = _service(office, procedure, case, role, today)
    for role in roles:
        if role.who == "manager":
            found[role.name] = _manager(office, case, role, found)
    found["administrator"] = _person(office, office.administrator)
    return found


def _person(office: Office, address: str) -> tuple[Contact, ...]:
    if not address:
        return ()
    known = office.register.person(address)
    return (Contact(known.name, known.email) if known else Contact("", address),)


def _officers(
    office: Office, procedure: Procedure, case: Case, role: Role, today: date, found: dict[str, tuple[Contact, ...]]
) -> None:
    given = _named(office, procedure, case, role, today)
    named = office.register.officer(given) if given else None
    if given and not named and office.register.is_staff(given, office.own_domains):
        found[role.name] = _person(office, given)  # a colleague who is no officer of the register
        return
    if named:
        there = office.register.stand_in(named, today)
        found[role.name] = (Contact(there.name, there.email),) if there else ()
        deputy = office.register.officer(named.deputy)
        found[role.name + ".deputy"] = (Contact(deputy.name, deputy.email),) if deputy else ()
        return
    service = value_of(procedure, case, "service")
    holders = on_duty(office, role.name, today)
    if holders is None:
        holders = office.register.holders(role.name, today, service)
    found[role.name] = tuple(Contact(o.name, o.email) for o in holders)
    deputies = (office.register.officer(o.deputy) for o in holders if o.deputy)
    found[role.name + ".deputy"] = tuple(Contact(o.name, o.email) for o in deputies if o)


def _named(office: Office, procedure: Procedure, case: Case, role: Role, today: date) -> str:
    """The address of the officer whom the case, its service, or the officer of the role below names; "" if none."""
    given = str(case.fields.get(role.field, "")) if role.field else ""
    service = value_of(procedure, case, "service") if role.column else ""
    if not given and service:
        given = next((p.email for p in office.register.service_people(service, role.column, today)), "")
    if not given and role.of:
        below = _named(office, procedure, case, procedure.roles[role.of], today)
        manager = office.register.manager_of(below) if below else None
        given = manager.email if manager else ""
    return given


def named_officers(office: Office, procedure: Procedure, case: Case, today: date) -> dict[str, str]:
    """For each officer's role that one person holds on this case, the address of that person."""
    found = {r.name: _named(office, procedure, case, r, today) for r in procedure.roles.values() if r.is_officer}
    return {role: address for role, address in found.items() if address}


def party_of_role(office: Office, procedure: Procedure, case: Case, role: Role) -> str:
    """The organisation whose contacts hold a role: the one in its field, or the same for every case by a setting."""
    if role.setting:
        return str(office.settings.get(role.setting, procedure.settings.get(role.setting)) or "")
    return str(case.fields.get(role.field, ""))


def on_duty(office: Office, role: str, today: date) -> tuple[Officer, ...] | None:
    """Who is on duty, on a closed day whoever is on the next working day; () in a gap (Q5)."""
    return office.register.on_duty(role, office.calendar.roll(today)) if office.register.rota else None


def _contacts(
    office: Office, procedure: Procedure, case: Case, role: Role, today: date, found: dict[str, tuple[Contact, ...]]
) -> None:
    party = party_of_role(office, procedure, case, role)
    contacts = office.register.contacts_of(party, "", today) if party else ()
    found[role.name] = tuple(Contact(c.name, c.email) for c in contacts)
    for part in role.parts:
        found[f"{role.name}.{part}"] = tuple(Contact(c.name, c.email) for c in contacts if part in c.roles)


def _service(office: Office, procedure: Procedure, case: Case, role: Role, today: date) -> tuple[Contact, ...]:
    given = str(case.fields.get(role.field, "")) if role.field else ""
    if given:
        return _person(office, given)
    service = value_of(procedure, case, "service")
    return (
        tuple(Contact(p.name, p.email) for p in office.register.service_people(service, role.column, today))
        if service
        else ()
    )


def _manager(office: Office, case: Case, role: Role, found: Mapping[str, tuple[Contact, ...]]) -> tuple[Contact, ...]:
    if shielding.is_set(case, role.unless_flag):
        return ()  # who writes about a protected case as their manager is a stranger to it
    of = found.get(role.of, ())
    if role.staff_only and not all(office.register.is_staff(c.email, office.own_domains) for c in of):
        return ()
    given = str(case.fields.get(role.field, ""))
    if given:
        return _person(office, given)
    managers = (office.register.manager_of(c.email) for c in of)
    return tuple(Contact(m.name, m.email) for m in managers if m)


@dataclass(frozen=True)
class Speaker:
    """In which role an address speaks on a case; new: only its organisation's domain says so (G2)."""

    role: str
    new: bool = False


def speaker_on(office: Office, procedure: Procedure, case: Case, address: str, today: date) -> Speaker | None:
    """The party's role of an address on this case, or None for a stranger (G2). Officers are asked for elsewhere."""
    accepted = case.fields.get(ACCEPTED + address)
    if accepted:
        return Speaker(str(accepted))
    people = people_of(office, procedure, case, today)
    for role in procedure.roles.values():
        if role.is_officer:
            continue
        if any(c.email == address for c in people.get(role.name, ())):
            return Speaker(role.name)
    for role in procedure.roles.values():
        if role.who != "contacts":
            continue
        party = party_of_role(office, procedure, case, role)
        belongs = office.register.party_of_address(address, today)
        # A domain that several organisations share says nothing about who somebody speaks for.
        if party and len(belongs) == 1 and belongs[0].party == party and belongs[0].new_contact:
            return Speaker(role.name, new=True)
    return None


def addresses_of(office: Office, procedure: Procedure, case: Case, role: str, today: date) -> tuple[set[str], set[str]]:
    """The addresses and the own domains from which mail of a role may come (G9)."""
    people = people_of(office, procedure, case, today)
    wanted = {role, *(r.name for r in procedure.roles.values() if r.counts_as == role)}
    addresses = {c.email for name in wanted for c in people.get(name, ())}
    addresses |= {k.removeprefix(ACCEPTED) for k, v in case.fields.items() if k.startswith(ACCEPTED) and v in wanted}
    domains: set[str] = set()
    defined = procedure.roles.get(role)
    if defined and defined.who == "contacts":
        for party in office.register.party(party_of_role(office, procedure, case, defined) or "-"):
            domains |= set(party.domains)
    return addresses, domains
