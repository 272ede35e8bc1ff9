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
from mailflow.procedure.events import MailCame, Terms, TimerDue
from mailflow.procedure.rehearsal import Rehearsal

MOST = 12  # events looked ahead


@dataclass(frozen=True)
class Foreseen:
    """One thing that will happen by itself: `at` UTC, `what` a sentence for each effect."""

    at: datetime
    what: tuple[str, ...]


@dataclass(frozen=True)
class Look:
    """From where one looks ahead. named: how the person of an address is called; titled: what a letter is called."""

    procedure: Procedure
    terms: Terms
    calendar: Calendar
    case: Case
    now: datetime
    named: Callable[[str], str]
    titled: Callable[[str], str]

    def play(self) -> Rehearsal:
        """The case on a copy, at this moment."""
        found = Rehearsal(self.procedure, self.terms, self.calendar, self.case.ref)
        found.case, found.now = self.case, self.now
        return found


def foresee(look: Look) -> list[Foreseen]:
    """What follows from silence, in order, up to and including the first step that moves a stage."""
    play = look.play()
    found: list[Foreseen] = []
    for _ in range(MOST):
        due = play.next_due()
        if due is None:
            break
        at, event = due
        facts = play.happen(event, at)
        what = tuple(dict.fromkeys(_told(look, play.case, facts)))
        if what and isinstance(event, TimerDue):
            found.append(Foreseen(at, what))
        if any(_moves(fact) for fact in facts):
            break
    return found


def after_mail(look: Look, role: str) -> str:
    """To which stage a mail of this role would lead now, "" if it would be filed and shown only."""
    facts = look.play().happen(MailCame(role, look.now, "foreseen", "foreseen@mailflow.invalid"), look.now)
    moved = next((fact for fact in facts if _moves(fact)), None)
    if moved is None:
        return ""
    machine = look.case.machines.get(moved.machine)
    kind = machine.kind if machine else look.procedure.main
    return look.procedure.machines[kind].states[str(moved.data["to"])].title


def _moves(fact: Fact) -> bool:
    return fact.kind == "moved" and fact.data["from"] != fact.data["to"]


def _told(look: Look, case: Case, facts: list[Fact]) -> list[str]:
    procedure = look.procedure
    letters = [f for f in facts if f.kind == "letter" and f.data.get("status", "decided") == "decided"]
    told = [_letter(look, fact) for fact in letters]
    for fact in facts:
        if _moves(fact):
            machine = case.machines[fact.machine]
            definition = procedure.machines[machine.kind]
            state = definition.states[str(fact.data["to"])]
            whose = "" if machine.kind == procedure.main else f"{definition.title} {machine.item or ''}".strip() + ": "
            number = f"{state.stage}, " if state.stage else ""
            told.append(f"{whose}the stage becomes {number}{state.title}")
    return told


def _letter(look: Look, fact: Fact) -> str:
    name, letter = look.procedure.party_of(str(fact.data.get("role", ""))), str(fact.data["name"])
    role = look.procedure.roles.get(name)
    if role is not None and not role.is_officer:
        title = look.titled(letter)
        return f'"{title}" ({letter}) goes to: {role.title}' if title else f"{letter} goes to: {role.title}"
    people = [look.named(str(address)) for address in fact.data.get("to", ())] or [role.title if role else name]
    who = " and ".join(filter(None, [", ".join(people[:-1]), people[-1]]))
    done = "reminded" if fact.data.get("timer") else "told"
    return f"{who} {'is' if len(people) == 1 else 'are'} {done} ({letter})"
