"""Names that officers write, resolved by the register; and who wrote the mail that an officer forwards.

In: a word that sets a field, or a forwarded mail.
Out: the register's own name with what follows from it (contract, service), or a sentence about why not.
Fails: never.
Limits: proposes only what is certain: one match, never the nearest (Q10); a forwarded sender needs an officer's word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from mailflow.flow.arrived import Mail
from mailflow.flow.ports import Office
from mailflow.mail import forwarded
from mailflow.mail.commands import Saying
from mailflow.mail.nobody import bare, is_a_machines
from mailflow.procedure import following, shielding
from mailflow.procedure.case import Case, instant
from mailflow.procedure.definition import Procedure, Verb
from mailflow.procedure.values import plain
from mailflow.register.contracts import Contract

MOST_PROPOSED = 3


def resolve(
    office: Office, procedure: Procedure, case: Case, verb: Verb, blanks: dict[str, object]
) -> tuple[dict[str, object], str]:
    """The blanks with names as the register writes them, or a sentence for the officer."""
    kind = procedure.fields[verb.field].type
    value = str(blanks.get("value", ""))
    if kind == "organisation":
        return _organisation(office, procedure, case, verb, blanks, value)
    if kind == "contract":
        contract = office.register.contract(value)
        if contract is None:
            return blanks, f"There is no contract {value} in the register."
        return {**blanks, "value": contract.number, "also": _of_contract(procedure, contract)}, ""
    if kind == "service":
        service = office.register.service(value)
        return ({**blanks, "value": service.name}, "") if service else (blanks, f"There is no service {value}.")
    if kind == "address":
        person = office.register.person(value)
        return {**blanks, "value": person.email if person else value.lower()}, ""
    return blanks, ""


def left_open(verb: Verb, blanks: Mapping[str, object]) -> str:
    """A sentence for whoever pressed a button and filled nothing in, such as "(reason)"; "" if all is filled in."""
    items = [i for v in blanks.values() if isinstance(v, list | tuple) for i in v if isinstance(i, Mapping)]
    for value in (v for group in (blanks, *items) for v in group.values() if isinstance(v, str)):
        words = value.strip().rstrip(" .")
        if words.startswith("(") and words.endswith(")") and words in f"{verb.label} {verb.form}":
            return f'Write your own words in place of "{words}".'
    return ""


def _organisation(
    office: Office, procedure: Procedure, case: Case, verb: Verb, blanks: dict[str, object], value: str
) -> tuple[dict[str, object], str]:
    found = office.register.party(value)
    if verb.unlisted and not found:
        return blanks, ""
    if not found:
        unlisted = next((v.label for v in procedure.verbs.values() if v.field == verb.field and v.unlisted), "")
        hint = f' If it is new, say "{unlisted}".' if unlisted else ""
        return blanks, f'Nobody in the register is called "{value}".{hint}'
    if len(found) > 1:
        return blanks, f'"{value}" may mean {" or ".join(p.name for p in found)}. Write the whole name.'
    at = case.opened_at
    on = office.calendar.local_date(instant(at.isoformat())) if at else None
    contracts = office.register.contracts_of(found[0].name, on) or office.register.contracts_of(found[0].name)
    theirs = following.gives_contract(procedure, case, verb.field)
    also = _of_contract(procedure, contracts[0]) if len(contracts) == 1 and theirs else {}
    return {**blanks, "value": found[0].name, "also": also}, ""


def _of_contract(procedure: Procedure, contract: Contract) -> dict[str, object]:
    """The fields that follow from a contract: its number, its service if it has one only, its purchaser, and
    whether what happens under it may have to be published."""
    by_type = {
        "contract": contract.number,
        "service": contract.services[0] if len(contract.services) == 1 else "",
        "purchaser": contract.purchaser,
        "publication": "yes" if contract.publication_flag else "no",
    }
    return {f.name: by_type[f.type] for f in procedure.fields.values() if by_type.get(f.type)}


def forwarded_senders(mail: Mail, office: Office) -> tuple[str, ...]:
    """Who may have written the mail that an officer forwards, nearest first; the officer confirms (mail.md row 14)."""
    found = (a for a in forwarded.senders(mail.message) if bare(a) != bare(office.address) and a != mail.sender)
    return tuple(a for a in found if not is_a_machines(a))[:MOST_PROPOSED]


def named_sender(office: Office, sayings: Sequence[Saying]) -> str:
    """Who raised a new case, where the officer says so in the same mail; "" if they do not."""
    field = office.procedure.roles[office.procedure.opened_by].field
    for saying in sayings:
        if office.procedure.verbs[saying.verb].field == field:
            return str(saying.blanks.get("value", "")).lower()
    return ""


def fields_given(office: Office, sayings: Sequence[Saying]) -> tuple[dict[str, object], str]:
    """What an officer says of a new case in the same mail, besides who raised it; or a sentence about a name."""
    opener = office.procedure.roles[office.procedure.opened_by].field
    given: dict[str, object] = {}
    for saying in sayings:
        verb = office.procedure.verbs[saying.verb]
        if verb.act != "set" or verb.field == opener:
            continue
        blanks, problem = resolve(office, office.procedure, Case(ref=""), verb, dict(saying.blanks))
        if problem:
            return {}, problem
        given[verb.field] = plain(blanks.get("value", verb.value or "yes"))
        also = {**dict(blanks.get("also") or {}), **{n: v for n, v in blanks.items() if n in office.procedure.fields}}
        given |= {name: plain(value) for name, value in also.items()}
    return given, ""


def raised_by(office: Office, sender: str, named: str, given: Mapping[str, object]) -> str:
    """Who raised a case that an officer brings. "" if the person is protected and not named: never the officer (Q9)."""
    hidden = any(given.get(flag) not in shielding.UNSET for flag in shielding.flags(office.procedure))
    return named or ("" if hidden and office.register.officer(sender) else sender)


def stated(office: Office, saying: Saying, arrived_at: datetime) -> datetime:
    """When a new case came in: on the day that the officer states (K8), at noon, otherwise when the mail arrived."""
    on = saying.blanks.get("on")
    at = office.calendar.instant(on, time(12)) if isinstance(on, date) else arrived_at
    return min(at, arrived_at)
