"""The agenda of a case: one row for each running clock, with its next step; derived from the log and nothing else.

In: a folded case and its procedure.
Out: the rows as they have to stand.
Fails: never.
Limits: a step that was taken and decided nothing has no row; nobody would take it again.
"""

from __future__ import annotations

from datetime import datetime

from mailflow.procedure.case import Case, instant
from mailflow.procedure.definition import Procedure
from mailflow.store import Due, Unit


def cause_of(due: Due) -> str:
    """The idempotency key of a deadline."""
    return f"deadline:{due.case}/{due.machine}/{due.timer}/{due.set_seq}/{due.step}"


def put_off_key(due: Due) -> str:
    """Under which name a case remembers that this step waits for another day."""
    return f"{due.machine}/{due.timer}/{due.set_seq}/{due.step}"


def rows(unit: Unit, procedure: Procedure, case: Case) -> list[Due]:
    """What has to stand in the agenda."""
    found = []
    for machine in case.machines.values():
        definitions = procedure.machines[machine.kind].timers
        for timer in machine.timers.values():
            if timer.state != "running" or not timer.steps:
                continue
            step, at = timer.steps[0]
            chases = definitions[timer.name].chases if timer.name in definitions and step == "fire" else ()
            due = Due(case.ref, machine.id, timer.name, step, at, timer.set_seq, " ".join(chases))
            if not unit.log.knows(case.ref, cause_of(due)):
                found.append(_put_off(case, due))
    return found


def put(unit: Unit, procedure: Procedure, case: Case) -> None:
    """Bring the agenda of a case in line with it."""
    wanted = rows(unit, procedure, case)
    kept = {(due.machine, due.timer) for due in wanted}
    for due in unit.agenda.of(case.ref):
        if (due.machine, due.timer) not in kept:
            unit.agenda.drop(case.ref, due.machine, due.timer)
    for due in wanted:
        unit.agenda.put(due)


def _put_off(case: Case, due: Due) -> Due:
    until = case.put_off.get(put_off_key(due))
    at: datetime = max(due.due_at, instant(until)) if until else due.due_at
    return Due(due.case, due.machine, due.timer, due.step, at, due.set_seq, due.chases)
