"""Letters that could reach two parties at once, or that nothing sends (domain.md G12).

In: a procedure without faults of reading.
Out: faults and warnings with file and line.
Fails: never.
Limits: goes by roles; that two roles are one person is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailflow.errors import Fault
from mailflow.procedure.definition import LetterDef, Procedure


def two_parties(procedure: Procedure) -> Iterable[Fault]:
    """Faults: one mail to roles of different parties shows each who the other is."""
    for letter in procedure.letters.values():
        line = procedure.lines.get(("letters", letter.name), 0)
        for other, key in ((letter.cc, "cc"), (letter.else_to, "else_to")):
            parties = _parties(procedure, (letter.to, other))
            if len(parties) > 1:
                names = " and ".join(_title(procedure, p) for p in parties)
                how = (
                    "could reach two parties at once"
                    if key == "cc"
                    else "could reach another party than it is meant for"
                )
                fix = f'Take "{other}" out of {key} and write a letter of its own.'
                yield Fault(procedure.file, line, f"Letter {letter.name} {how}: {names}.", fix)
    for machine in procedure.machines.values():
        for timer in machine.timers.values():
            for rung in timer.ladder:
                parties = _parties(procedure, rung.to)
                if len(parties) > 1 or (parties and len(rung.to) > 1):
                    place = ("timers",) if machine.kind == procedure.main else ("child", machine.kind, "timers")
                    line = procedure.lines.get((*place, timer.name), 0)
                    names = " and ".join(_title(procedure, r) for r in rung.to)
                    what = f"The ladder of {timer.name} could tell several at once, a party among them: {names}."
                    yield Fault(procedure.file, line, what, "Tell a party by a row of its own, not by a ladder.")


def _parties(procedure: Procedure, roles: Iterable[str]) -> list[str]:
    """The different parties among roles: officers are none; a colleague who stands in for a party is that party."""
    found: list[str] = []
    for name in roles:
        role = procedure.roles.get(procedure.party_of(name))
        if role is None or role.is_officer:
            continue
        party = role.counts_as if role.counts_as and role.staff_only else role.name
        if party not in found:
            found.append(party)
    return found


def _title(procedure: Procedure, name: str) -> str:
    role = procedure.roles.get(procedure.party_of(name))
    return f"{role.title} ({name})" if role else name


def unsent(procedure: Procedure) -> Iterable[Fault]:
    """Warnings: letters that no row, act, ladder or draft uses."""
    used = {procedure.hold.letter, procedure.hold.lapse_letter, *procedure.acts.values()}
    for machine in procedure.machines.values():
        used |= {use.letter for row in machine.rows for use in row.letters}
        used |= {name for row in machine.rows for name in row.records}
        used |= {rung.letter for timer in machine.timers.values() for rung in timer.ladder}
    used |= {draft for letter in procedure.letters.values() for draft in letter.drafts}
    for letter in procedure.letters.values():
        if letter.name not in used:
            yield _idle(procedure, letter)


def _idle(procedure: Procedure, letter: LetterDef) -> Fault:
    line = procedure.lines.get(("letters", letter.name), 0)
    what = f"Nothing sends the letter {letter.name}."
    return Fault(procedure.file, line, what, "Name it in a row, or remove it.")
