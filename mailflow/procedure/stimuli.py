"""Everything that may happen to a case in the state it is in, made up from the rows that listen there.

In: a procedure, and a case played to some point.
Out: a make-believe office (terms), and events with their blanks filled in.
Fails: never.
Limits: one value for each kind of blank, and both answers where a detail line offers two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, product

from mailflow.procedure.calendar import Calendar
from mailflow.procedure.definition import Procedure, Row, Verb
from mailflow.procedure.events import (
    Actor,
    Commands,
    Contact,
    Event,
    File,
    LetterSettled,
    MailCame,
    OwnLetter,
    Said,
    Terms,
)
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.standing import Machine

BLANK = re.compile(r"\{(\w+)\??:(\w+)\}")
COPY = File("mail", "copy.txt", 9, "copy")
OTHER_CASE = "X-2"


def address(role: str) -> str:
    """The make-believe address of a role."""
    return f"{role.replace('_', '-')}@office.example"


def office(procedure: Procedure, calendar: Calendar) -> Terms:
    """An office with exactly one person for each role."""
    people = {}
    for role in procedure.roles.values():
        for name in (role.name, *(f"{role.name}.{part}" for part in role.parts)):
            people[name] = (Contact(role.title, address(role.name)),)
    officers = {address(r.name): frozenset({r.name}) for r in procedure.roles.values() if r.is_officer}
    staff = frozenset(address(name) for name in procedure.roles)
    return Terms({}, people, calendar.name, staff=staff, officers=officers, cases={OTHER_CASE: {}})


def prepared(procedure: Procedure) -> list[str]:
    """Words that put into fields what guards ask for, so that the way on is open."""
    wanted = set()
    for machine in procedure.machines.values():
        for row in machine.rows:
            wanted |= {m[1] for phrase in row.needs if (m := re.fullmatch(r"field (\w+)", phrase))}
    verbs = [v for v in procedure.verbs.values() if v.act == "set" and v.field in wanted and not v.unlisted]
    return [v.name for v in verbs]


def speaker(play: Rehearsal, role: str) -> Actor:
    """Somebody who holds this role in the office that is played, or who is written to in it."""
    officers = (who for who, roles in play.terms.officers.items() if role in roles)
    contacts = (contact.email for contact in play.terms.people.get(role, ()))
    who = next(chain(officers, contacts), address(role))
    return Actor(who, role, play.terms.officers.get(who, frozenset({role})))


def said(
    play: Rehearsal, verb: Verb, row: Row | None = None, machine: Machine | None = None, by: str = ""
) -> list[Event]:
    """A word by a role, or by the first that may say it, in each of its variants."""
    heard_by = [name for t in (row.on if row else ()) if t.kind == "said" and verb.name in t.names for name in t.by]
    by = by or next(iter((*heard_by, *verb.by)), "")
    by = play.procedure.opened_by if by == "anyone" else by
    actor = speaker(play, by)
    found: list[Event] = []
    copies = any(source.startswith("@copy") for source in (row.set.values() if row else ()))
    files = (COPY,) if copies and not verb.approves else ()
    for blanks in _variants(play, verb, row, machine):
        one = Said(verb.name, actor, play.now, "mail", blanks, verb.label, "note", files, confirmed=True)
        found.append(Commands((one,)))
    return found


def _variants(play: Rehearsal, verb: Verb, row: Row | None, machine: Machine | None) -> Iterator[dict[str, object]]:
    base = _blanks(play, verb, row)
    if machine is not None and machine.item:
        base["n"] = machine.item
    else:
        base.pop("n", None)
    choices: dict[str, list[object]] = {}
    for detail in play.procedure.verbs.values():
        if verb.name in detail.part_of and detail.into:
            name, _, value = detail.into.partition("=")
            choices.setdefault(name, []).append(value or [_blanks(play, detail, None)])
            if not value:
                choices[name].append([])
    for picked in product(*choices.values()):
        yield {**base, **dict(zip(choices, picked, strict=True))}


def _blanks(play: Rehearsal, verb: Verb, row: Row | None) -> dict[str, object]:
    """One value for each blank of the word's fullest form."""
    form = max(verb.say, key=lambda say: len(BLANK.findall(say)), default="")
    return {name: _value(play, name, kind, row) for name, kind in BLANK.findall(form)}


def _value(play: Rehearsal, name: str, kind: str, row: Row | None) -> object:
    today = play.calendar.local_date(play.now)
    if kind == "date":
        return today + timedelta(days=10)
    if kind == "pastdate":
        return today
    if kind == "number":
        least = [m[1] for phrase in (row.needs if row else ()) if (m := re.match(rf"number {name} from (\d+)", phrase))]
        return int(least[0]) if least else 1
    if kind == "reference":
        return OTHER_CASE
    if kind == "address":
        wanted = [m[1] for phrase in (row.needs if row else ()) if (m := re.search(r"with role (\w+)", phrase))]
        return speaker(play, wanted[0] if wanted else play.procedure.opened_by).address
    return "words"


def stimuli(play: Rehearsal) -> Iterator[Event | None]:
    """Each event that some row of a live or ended machine listens to; None stands for letting the clock run."""
    seen: set[tuple[str, str, int]] = set()
    for machine in play.case.machines.values():
        for row in play.procedure.machines[machine.kind].rows_from(machine.state):
            for trigger in row.on:
                for name in trigger.names:
                    key = (trigger.kind, name, machine.item)
                    if key not in seen:
                        seen.add(key)
                        yield from events_of(play, machine, row, trigger.kind, name)
    yield None


def events_of(play: Rehearsal, machine: Machine, row: Row, kind: str, name: str) -> list[Event]:
    """The events of one trigger of a row; none for what only a clock or another machine can bring."""
    if kind == "mail" and name != "anyone":
        return [MailCame(name, play.now, f"mail {len(play.log)}", address(name))]
    if kind == "said":
        return said(play, play.procedure.verbs[name], row, machine)
    if kind == "own_letter":
        return [OwnLetter(name, play.now, f"mail {len(play.log)}", address(play.procedure.opened_by))]
    if kind == "bounced":
        letter = play.case.last_letter(name, machine.id)
        return [LetterSettled(letter.id, "bounced", play.now)] if letter else []
    return []
