"""Moving the open cases of an office to another edition of its procedure: the plan first, then one case after another.

In: a house, an office, the new edition (its text kept in the store), a `now`.
Out: for each open case where it stands and what becomes of its clocks; after the move the facts in each log, and one
  mail to each owner whose dates moved.
Fails: nothing is moved while one case does not fit; errors.CannotRender when the owners' mail cannot be written.
Limits: a case that moved on meanwhile is judged again; one that no longer fits then stays where it is and is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from mailflow.errors import Conflict, EditionUnreadable
from mailflow.flow import advance as stepping
from mailflow.flow import redating
from mailflow.flow.people import terms_for
from mailflow.flow.ports import House, Office
from mailflow.procedure.adopting import Fate, adopt, fates, obstacles
from mailflow.procedure.case import Case, Fact, apply
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import TimerDue
from mailflow.store import Unit

log = structlog.get_logger()
KIND = "adopted"
MOST_TRIES = 20
WHY = "The procedure has changed, and open cases have moved to its new edition"


@dataclass(frozen=True)
class Stage:
    """Where one machine of a case stands: its id, the stage's code, and the title in the old edition."""

    machine: str
    code: str
    title: str


@dataclass(frozen=True)
class Plan:
    """What the new edition means for one open case. obstacles: why it cannot move; there is no fate then."""

    ref: str
    edition: str
    stages: tuple[Stage, ...]
    fates: tuple[Fate, ...] = ()
    obstacles: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()  # roles of parties who are written to because a date that was given moves

    @property
    def moves(self) -> tuple[Fate, ...]:
        """The clocks that do not merely stay as they are."""
        return tuple(f for f in self.fates if f.what != "keeps")


def plans(house: House, office: Office, new: Procedure, now: datetime) -> list[Plan]:
    """What would become of every open case that does not follow this edition yet; nothing is changed."""
    found = []
    with house.store.read() as unit:
        for ref in redating.open_cases(unit, office):
            case = stepping.read_case(unit, ref)
            if case.procedure == new.id and case.edition != new.edition:
                found.append(_plan(house, unit, office, new, case, now)[0])
    return found


def move(house: House, office: Office, new: Procedure, now: datetime) -> list[Plan]:
    """Move every open case to this edition; returns the plans of those that could not move (then usually none did).

    Run again it goes on where it was stopped, and changes nothing when all has been done.
    """
    with house.store.read() as unit:
        refs = redating.open_cases(unit, office)
    change = redating.begin(house, office, KIND, new.edition, now)
    stuck = [plan for plan in plans(house, office, new, now) if plan.obstacles]
    if not stuck:
        stuck = [plan for plan in (_move(house, office, new, ref, change, now) for ref in refs) if plan]
    with house.store.unit() as unit:
        redating.end(house, unit, office, change, WHY, now)
    return stuck


def _move(
    house: House, office: Office, new: Procedure, ref: str, change: redating.Change, now: datetime
) -> Plan | None:
    """One case in one transaction; a daemon that was first makes us look again. The plan, if it does not fit (now)."""
    for left in range(MOST_TRIES, 0, -1):
        try:
            with house.store.unit() as unit:
                case = stepping.read_case(unit, ref)
                if case.procedure != new.id or case.edition == new.edition:
                    return None
                plan, facts = _plan(house, unit, office, new, case, now)
                if not plan.obstacles:
                    cause = change.cause(ref)
                    stepping.record(house, unit, office, new, case, facts, cause=cause, now=now, actor="", at=now)
                    log.info("case.adopted", case=ref, old=case.edition, new=new.edition)
            return plan if plan.obstacles else None
        except Conflict:
            if left == 1:
                raise
    return None


def _plan(
    house: House, unit: Unit, office: Office, new: Procedure, case: Case, now: datetime
) -> tuple[Plan, list[Fact]]:
    try:
        old: Procedure | None = stepping.procedure_of(house, office, case)
    except EditionUnreadable:
        old = None
    stages = tuple(_stages(old, case))
    why = obstacles(old, new, case)
    facts: list[Fact] = []
    if not why:
        terms = terms_for(house, unit, office, new, case, TimerDue("", "", "", 0, now), now)
        try:
            facts = adopt(old, new, terms, case, now, office.all_calendars)
        except ValueError as fault:
            why = [f"A date cannot be worked out: {fault}"]
    if why:
        return Plan(case.ref, case.edition, stages, obstacles=tuple(why)), []
    after = case
    for fact in facts:
        after = apply(after, fact)
    written = dict.fromkeys(str(f.data["role"]) for f in facts if f.kind == "letter" and f.data.get("moved"))
    return Plan(case.ref, case.edition, stages, tuple(fates(new, case, after)), letters=tuple(written)), facts


def _stages(old: Procedure | None, case: Case) -> Sequence[Stage]:
    found = []
    for machine in case.live():
        definition = old.machines.get(machine.kind) if old else None
        state = definition.states.get(machine.state) if definition else None
        found.append(Stage(machine.id, machine.state, state.title if state else machine.state))
    return found
