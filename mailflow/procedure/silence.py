"""With everyone silent: when somebody above the owner of each machine first hears (domain.md 4, composition 13).

In: a procedure and a case played to some point, in the make-believe office of stimuli.py.
Out: an instant for each machine that is heard of, or that ends by itself.
Fails: never.
Limits: letters always leave; who was written to since the machine came into its state, or of a clock that still runs,
has heard already.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mailflow.procedure.definition import Procedure
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.standing import Fact
from mailflow.procedure.stimuli import address


def listen(procedure: Procedure, play: Rehearsal, days: int) -> dict[str, datetime]:
    """With everyone silent: when, for each live machine, somebody above its owner is first written to, or it ends."""
    ran, until = play.copy(), play.now + timedelta(days=days)
    waiting = {m.id: m.entered for m in play.case.live()}
    heard: dict[str, datetime] = {}
    for seq, (_, fact) in enumerate(play.log, 1):
        for name in _told(procedure, ran, fact):
            if seq >= waiting.get(name, seq + 1) or _still_runs(play, fact):
                heard[name] = play.now
    while set(waiting) - set(heard) and (due := ran.next_due()) and due[0] <= until:
        for fact in ran.happen(due[1], due[0]):
            for name in _told(procedure, ran, fact):
                heard.setdefault(name, due[0])
        for machine in ran.case.machines.values():
            if machine.ended:
                heard.setdefault(machine.id, due[0])
    for _, fact in ran.log if set(waiting) - set(heard) else ():
        # It has come to a state that lives by another's clock, which is late and has been told of already.
        for name in _told(procedure, ran, fact):
            if name in waiting and _still_runs(ran, fact):
                heard.setdefault(name, play.now)
    return heard


def _still_runs(play: Rehearsal, fact: Fact) -> bool:
    """Whether the clock that this letter told of runs on: what is overdue stays on the lists of those who were told."""
    machine = play.case.machines.get(fact.machine)
    return bool(machine and not machine.ended and fact.data["timer"] in machine.timers)


def _told(procedure: Procedure, play: Rehearsal, fact: Fact) -> list[str]:
    """The machines that this fact tells somebody of who is above the owner."""
    if fact.kind != "letter" or fact.machine not in play.case.machines:
        return []
    if _above(procedure, play, fact.machine).isdisjoint((*fact.data["to"], *fact.data["cc"])):
        return []
    return [m.id for m in play.case.live() if _concerns(procedure, play, m.id, fact.machine)]


def _concerns(procedure: Procedure, play: Rehearsal, name: str, about: str) -> bool:
    """Whether a letter about one machine tells of another: of itself, of its parent, of children it lives by."""
    if about in (name, procedure.main):
        return True
    machine = play.case.machines[name]
    definition = procedure.machines[machine.kind]
    clocks = [t for t in definition.timers.values() if machine.state in t.runs]
    return bool(definition.states[machine.state].lives_by) or (bool(clocks) and all(t.shared for t in clocks))


def _above(procedure: Procedure, play: Rehearsal, name: str) -> set[str]:
    """Addresses of everybody above the owner of the state that this machine is in now; in a hold who hears of that."""
    if play.case.hold:
        return _addresses(play, procedure.hold.above)
    machine = play.case.machines[name]
    role = procedure.machines[machine.kind].states[machine.state].owner
    found: set[str] = set()
    while role in procedure.roles and (role := procedure.roles[role].above) and address(role) not in found:
        found |= _addresses(play, role)
    return found


def _addresses(play: Rehearsal, role: str) -> set[str]:
    """Where somebody of this role is written to, themselves or the deputy."""
    people = (contact for name in (role, f"{role}.deputy") for contact in play.terms.people.get(name, ()))
    return {address(role), *(contact.email for contact in people)}
