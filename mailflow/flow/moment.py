"""One letter being worded: where we are, what has just been decided, and the case's fields as letters know them.

In: a case after a decision, its procedure and office.
Out: plain values under the names that templates use; local dates, never instants.
Fails: never; what is not known is "".
Limits: other names for fields come from the procedure file ([aliases]).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mailflow.documents.letters import Letters
from mailflow.flow.people import terms_for
from mailflow.flow.ports import House, Office
from mailflow.procedure import deadlines
from mailflow.procedure.case import Case, Fact, Machine, instant
from mailflow.procedure.decision import Decision
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import TimerDue
from mailflow.store import Unit

# What letters know of a contract, if the case has one that is in the register.
FROM_CONTRACT = tuple(
    "contract_title default_clause dispute_clause notice_method contract_start publication_flag".split()
)


@dataclass(frozen=True)
class Moment:
    """One letter being worded: where we are and what has just been decided."""

    house: House
    unit: Unit
    office: Office
    procedure: Procedure
    case: Case
    facts: list[Fact]  # of this decision
    history: list[Fact]  # of the whole log
    now: datetime

    @property
    def today(self) -> date:
        """The local date."""
        return self.office.calendar.local_date(self.now)

    @property
    def letters(self) -> Letters:
        """The letters by which the office writes."""
        return self.house.letters_of(self.office)

    def decision(self) -> Decision:
        """A place to ask what a decision may ask (people, settings), where nothing is decided."""
        event = TimerDue("", "", "", 0, self.now)
        where = (self.house, self.unit, self.office, self.procedure, self.case)
        terms = terms_for(*where, event, self.now, decides=False)
        return Decision(self.procedure, terms, self.case, self.now, self.office.calendar)


class CaseWords:
    """Values under the names letters use; what is not known is ""."""

    def __init__(self, known: Mapping[str, object]):
        self._known = dict(known)

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._known.get(name, "")


def all_words(words: CaseWords) -> Mapping[str, object]:
    """All of the values by name."""
    return words._known


def office_words(office: Office) -> CaseWords:
    """The office as letters know it; wordings it has not given are ""."""
    return CaseWords(
        {
            **office.texts,
            "name": office.name,
            "team": office.team,
            "address": office.address,
            "phone": office.phone,
            "website": office.website,
            "signposts": dict(office.signposts),
        }
    )


def case_words(moment: Moment, machine: Machine, d: Decision, letter: str, leave: datetime) -> dict[str, object]:
    """The fields under their own names and under the names letters use; instants become local dates."""
    case, procedure, office = moment.case, moment.procedure, moment.office
    found: dict[str, object] = {}
    for name, field in procedure.fields.items():
        found[name] = _shown(office, field.type, case.fields.get(name))
    for child in (*case.machines.values(), machine):
        own = {n: v for n, v in child.fields.items() if n in procedure.fields}
        found |= {n: _shown(office, procedure.fields[n].type, v) for n, v in own.items()}
    found |= _periods(moment, d, letter, leave)
    found |= _names_of_roles(moment, d)
    for alias, name in procedure.aliases.items():
        found[alias] = found.get(name, "")
    for name, field in procedure.fields.items():
        if field.type == "address" and found.get(name):
            person = office.register.person(str(found[name]))
            found[name] = person.name if person and person.name else found[name]
    found |= _contract_words(moment)
    found["cycle"] = case.cycle
    found["actions"], found["allegations"] = [], []
    for name in procedure.lists:
        found[name] = [_item(moment, name, i) for i in case.lists.get(name, ())]
    return {k: ("" if v is None else v) for k, v in found.items()}


def _periods(moment: Moment, d: Decision, letter: str, leave: datetime) -> dict[str, object]:
    """A letter that starts a period states its end as it will be if the letter leaves as planned (K9)."""
    found: dict[str, object] = {}
    for row in (r for m in moment.procedure.machines.values() for r in m.rows):
        for name, words in row.date_field.items():
            if words.endswith(f"letter {letter}"):
                rule = deadlines.read_rule(d.fill(words).partition(" from letter ")[0])
                found[name] = deadlines.compute(rule, leave, moment.office.calendar).on
    return found


def _names_of_roles(moment: Moment, d: Decision) -> dict[str, object]:
    """Each role's person as "<role>_name" and "<role>_email", and the same under the field that names them."""
    found: dict[str, object] = {}
    for role in moment.procedure.roles.values():
        value = str(moment.case.fields.get(role.field, "") or "") if role.field else ""
        if role.who == "service" and not value:
            value = next((c.email for c in d.people(role.name)), "")
        if role.field and role.who == "contacts":
            found[f"{role.field}_name"] = value
        elif role.field:
            person = moment.office.register.person(value) if value else None
            for stem in (role.name, role.field):
                found[f"{stem}_name"] = person.name if person and person.name else value
                found[f"{stem}_email"] = value
    return found


def _contract_words(moment: Moment) -> dict[str, object]:
    number = str(moment.case.fields.get(_typed(moment.procedure, "contract"), "") or "")
    contract = moment.office.register.contract(number)
    if contract is None:
        return {}
    words = (contract.title, contract.default_clause, contract.dispute_clause, contract.notice_method)
    flag = "yes" if contract.publication_flag else ""
    return dict(zip(FROM_CONTRACT, (*words, contract.start or "", flag), strict=True))


def _typed(procedure: Procedure, kind: str) -> str:
    return next((f.name for f in procedure.fields.values() if f.type == kind), "")


def _shown(office: Office, kind: str, value: object) -> object:
    if value in (None, ""):
        return ""
    if kind == "instant":
        return office.calendar.local_date(instant(value))
    if kind == "date":
        return date.fromisoformat(str(value)[:10])
    return value


def _item(moment: Moment, name: str, item: Mapping[str, object]) -> dict[str, object]:
    child = next(
        (
            m
            for m in moment.case.machines.values()
            if m.item == item["n"] and moment.procedure.machines[m.kind].item == name
        ),
        None,
    )
    title = moment.procedure.machines[child.kind].states[child.state].title if child else ""
    by = item.get("by")
    if not by and child:
        by = max(child.past.values()).isoformat() if child.past else None
    return {
        **item,
        "by": date.fromisoformat(str(by)) if by else None,
        "state_title": title,
        "position": item.get("position", ""),
        "finding": item.get("finding", ""),
    }


def item_words(moment: Moment, machine: Machine, d: Decision) -> dict[str, object] | None:
    """The child that the letter is about, or None."""
    if machine.kind == moment.procedure.main:
        return None
    definition = d.definition(machine)
    items = [_item(moment, definition.item, i) for i in moment.case.lists.get(definition.item, ())]
    mine = next((i for i in items if i["n"] == machine.item), {})
    state = definition.states[machine.state]
    return {
        "n": machine.item or machine.id.rpartition("-")[2],
        "kind": machine.kind,
        "text": mine.get("text", definition.title),
        "by": mine.get("by"),
        "state_title": state.title,
        "cause": machine.fields.get("cause", ""),
        "clause": "",
        "title": definition.title,
    }
