"""What will happen on a case if nobody does anything: the engine itself, run ahead on a copy.

In: a case, its procedure and what a decision may ask of the world today.
Out: what happens next and when, each with what it does, up to the first change of a stage.
Fails: never; a clock that goes round in circles ends the list.
Limits: nothing is stored; letters are taken to leave when they may; a register that changes meanwhile is not foreseen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import Case, Fact
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import Terms, TimerDue
from mailflow.procedure.rehearsal import Rehearsal

MOST = 12  # events looked ahead


@dataclass(frozen=True)
class Foreseen:
    """One thing that will happen by itself: `at` UTC, `what` a sentence for each effect."""

    at: datetime
    what: tuple[str, ...]


def foresee(
    procedure: Procedure,
    terms: Terms,
    calendar: Calendar,
    case: Case,
    now: datetime,
    named: Callable[[str], str],
) -> list[Foreseen]:
    """What follows from silence, in order, up to and including the first step that moves a stage.

    named: how a person of an address is called.
    """
    play = Rehearsal(procedure, terms, calendar, case.ref)
    play.case, play.now = case, now
    found: list[Foreseen] = []
    for _ in range(MOST):
        due = play.next_due()
        if due is None:
            break
        at, event = due
        facts = play.happen(event, at)
        what = tuple(dict.fromkeys(_told(procedure, play.case, facts, named)))
        if what and isinstance(event, TimerDue):
            found.append(Foreseen(at, what))
        if any(f.kind == "moved" and f.data["from"] != f.data["to"] for f in facts):
            break
    return found


def _told(procedure: Procedure, case: Case, facts: list[Fact], named: Callable[[str], str]) -> list[str]:
    letters = [f for f in facts if f.kind == "letter" and f.data.get("status", "decided") == "decided"]
    told = [_letter(procedure, fact, named) for fact in letters]
    for fact in facts:
        if fact.kind == "moved" and fact.data["from"] != fact.data["to"]:
            machine = case.machines[fact.machine]
            definition = procedure.machines[machine.kind]
            state = definition.states[str(fact.data["to"])]
            whose = "" if machine.kind == procedure.main else f"{definition.title} {machine.item or ''}".strip() + ": "
            number = f"{state.stage}, " if state.stage else ""
            told.append(f"{whose}the stage becomes {number}{state.title}")
    return told


def _letter(procedure: Procedure, fact: Fact, named: Callable[[str], str]) -> str:
    name = procedure.party_of(str(fact.data.get("role", "")))
    role = procedure.roles.get(name)
    if role is not None and not role.is_officer:
        return f"a letter goes to: {role.title} ({fact.data['name']})"
    people = [named(str(address)) for address in fact.data.get("to", ())] or [role.title if role else name]
    who = " and ".join(filter(None, [", ".join(people[:-1]), people[-1]]))
    done = "reminded" if fact.data.get("timer") else "told"
    return f"{who} {'is' if len(people) == 1 else 'are'} {done} ({fact.data['name']})"
