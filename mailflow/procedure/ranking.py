"""Which of several words counts: those that one mail's other words outrank, and rows that hear only some roles.

In: the words of one mail; rows that listen to a word, and who said it.
Out: the words that are left, with what the outranked ones said; the rows that hear this person.
Fails: Refused, if rows listen to the word but none hears this person.
Limits: knows no word or role by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailflow.procedure.decision import Refused
from mailflow.procedure.definition import ANYTHING, Procedure, Row, Trigger
from mailflow.procedure.events import Said


def heard(procedure: Procedure, sayings: tuple[Said, ...]) -> tuple[Said, ...]:
    """The words of one mail without those that another of them outranks; the winner keeps what the beaten one said.

    A word that beats anything stands alone: nothing else that the mail says is done.
    """
    said = {s.verb for s in sayings}
    for one in sayings:
        if ANYTHING in procedure.verbs[one.verb].beats:
            return (one,)
    beaten = {
        name: s.verb for s in sayings for name in procedure.verbs[s.verb].beats if name in said and name != s.verb
    }
    left = []
    for one in sayings:
        if one.verb in beaten:
            continue
        given: dict[str, object] = {}
        for other in sayings:
            if beaten.get(other.verb) == one.verb:
                given |= other.blanks
        left.append(replace(one, blanks={**given, **one.blanks}) if given else one)
    return tuple(left)


def hears(procedure: Procedure, trigger: Trigger, roles: frozenset[str]) -> bool:
    """Whether a row hears a word of somebody who holds these roles."""
    return not trigger.by or not roles_with(procedure, roles).isdisjoint(trigger.by)


def roles_with(procedure: Procedure, roles: frozenset[str]) -> frozenset[str]:
    """Roles with those they include: a deputy's or a manager's `also`."""
    found = set(roles)
    for _ in procedure.roles:
        found |= {a for r in found if r in procedure.roles for a in procedure.roles[r].also}
    return frozenset(found)


def sayable_by(procedure: Procedure, rows: Sequence[Row], said: Said) -> list[Row]:
    """The rows that hear this person say this word. Raises Refused, naming who may, if none of them does."""
    triggers = {r.id: [t for t in r.on if t.kind == "said" and said.verb in t.names] for r in rows}
    found = [r for r in rows if any(hears(procedure, t, said.by.roles) for t in triggers[r.id])]
    if rows and not found:
        role = next(name for r in rows for t in triggers[r.id] for name in t.by)
        label = procedure.verbs[said.verb].label
        raise Refused("refused", f'Only {procedure.roles[role].title} may say "{label}" now.', role=role)
    return found
