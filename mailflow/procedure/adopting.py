"""Moving an open case to another edition of its procedure: whether it fits there, and what becomes of its clocks.

In: the edition it follows (None: it cannot be read any more), the new one, the case, today's terms and calendar.
Out: why it does not fit, in sentences; the facts of the move; each clock with its old and its new date.
Fails: ValueError from a rule of the new edition that cannot be computed for this case.
Limits: stages keep their codes; nothing is guessed about one that has another name in the new edition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from mailflow.procedure import timers
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import Case, Fact, Machine
from mailflow.procedure.decision import Decision
from mailflow.procedure.definition import MachineDef, Procedure, TimerDef
from mailflow.procedure.events import Terms
from mailflow.procedure.firing import BACK
from mailflow.procedure.recompute import Moved, again, came_or_went, date_fields, tell_parties

INSIDE = ":"  # names with it are the engine's own ("accepted:address"), whatever the edition


@dataclass(frozen=True)
class Fate:
    """What becomes of one clock: `what` is keeps, moves, appears or vanishes; dates are None where there is none."""

    machine: str
    timer: str
    step: str
    what: str
    old: date | None
    new: date | None


def obstacles(old: Procedure | None, new: Procedure, case: Case) -> list[str]:
    """Why the case does not fit into the new edition; [] if it does."""
    if (new.id, new.prefix) != (case.procedure, old.prefix if old else new.prefix):
        return [f"It is a case of the procedure {case.procedure}, not of {new.id}."]
    found = [*_machines(old, new, case), *_file(old, new, case)]
    return list(dict.fromkeys(found))


def _machines(old: Procedure | None, new: Procedure, case: Case) -> Iterator[str]:
    for machine in case.machines.values():
        definition = new.machines.get(machine.kind)
        was = old.machines.get(machine.kind) if old else None
        if definition is None:
            what = was.title.lower() if was else machine.kind
            yield f"The new edition has no {what} ({machine.kind}), and this case has {machine.id}."
            continue
        back = [machine.came_from] if machine.came_from and _may_go_back(definition, machine.state) else []
        for code in dict.fromkeys([machine.state, *back]):
            if code not in definition.states:
                title = f'"{was.states[code].title}" ({code})' if was and code in was.states else code
                how = "stands at" if code == machine.state else "may go back to"
                yield f"{machine.id} {how} {title}, and the new edition has no such stage."
        state = definition.states.get(machine.state)
        if state and state.ends != machine.ended:
            other = "an end" if state.ends else "no end any more"
            yield f'{machine.id} stands at "{state.title}" ({machine.state}), which is {other} in the new edition.'
        for name in machine.timers if not machine.ended else ():
            if name not in definition.timers and not _is_hold(old, new, case, name):
                step = was.timers[name].step if was and name in was.timers else name
                yield f'{machine.id} has the clock {name} ("{step}"), and the new edition has none of that name.'


def _may_go_back(definition: MachineDef, state: str) -> bool:
    """Whether a row may still lead back to the stage that is remembered now, before another one is remembered."""
    seen, waiting = {state}, [state]
    while waiting:
        for row in definition.rows_from(waiting.pop()):
            if row.to == BACK:
                return True
            if row.to in definition.states and row.to not in seen and not row.remember_from:
                seen.add(row.to)
                waiting.append(row.to)
    return False


def _is_hold(old: Procedure | None, new: Procedure, case: Case, name: str) -> bool:
    """Whether a clock is that of a hold, under the same name in both editions."""
    return bool(case.hold) and name == new.hold.timer and (old is None or old.hold.timer == name)


def _file(old: Procedure | None, new: Procedure, case: Case) -> Iterator[str]:
    """What stands on the case's file and is still used: fields, lists, who has written, letters that wait."""
    fields = {name for name in case.fields if INSIDE not in name}
    fields |= {name for machine in case.machines.values() for name in machine.fields if INSIDE not in name}
    for name in sorted(fields):
        was = old.fields.get(name) if old else None
        title = f'"{was.title}" ({name})' if was else name
        if name not in new.fields:
            yield f"The field {title} is filled in, and the new edition has no such field."
        elif was and was.type != new.fields[name].type:
            yield f"The field {title} is {was.type} in its edition and {new.fields[name].type} in the new one."
    for name, items in case.lists.items():
        if name not in new.lists:
            yield f"The list {name} is filled in, and the new edition has no such list."
            continue
        parts = {part for item in items for part in item} - {"n", *new.lists[name][1:]}
        if old and name in old.lists:
            parts &= set(old.lists[name][1:])
        for part in sorted(parts):
            yield f'The items of the list {name} have "{part}", and the new edition knows no such part.'
    waiting = [s for s in case.letters.values() if s.status == "decided"]
    for name in dict.fromkeys(s.name for s in waiting):
        if name not in new.letters:
            yield f"The letter {name} waits to leave, and the new edition has no such letter."
    wrong = [case.letters[letter] for letter in case.corrections if letter in case.letters]
    roles = [*(s.role for s in (*waiting, *wrong)), *case.unjudged, *(m[0] for m in case.hold.get("mails", ()))]
    for role in dict.fromkeys(str(r) for r in roles):
        gone = old and old.party_of(role) in old.roles and new.party_of(role) not in new.roles
        if gone:
            yield f"Something on the file is of the role {role}, and the new edition has no such role."


def adopt(
    old: Procedure | None,
    new: Procedure,
    terms: Terms,
    case: Case,
    now: datetime,
    calendars: Mapping[str, Calendar],
) -> list[Fact]:
    """The facts of a case's move: the edition, then every clock brought in line with it (K12, K13)."""
    d = Decision(new, terms, case, now, calendars[terms.calendar])
    d.emit("adopted", new.main, old=case.edition, edition=new.edition, at=now.isoformat())
    moved: list[Moved] = []
    for machine in case.machines.values():
        was = old.machines.get(machine.kind) if old else None
        moved += _carry(d, machine.id, was)
        _settle(d, machine.id, was)
    if d.case.hold:
        timers.pause_all(d)
    if case.live():
        date_fields(d)
    tell_parties(d, moved)
    return d.facts


def _carry(d: Decision, machine_id: str, was: MachineDef | None) -> Iterator[Moved]:
    """Clocks that both editions know: their date by the new rule."""
    machine = d.case.machines[machine_id]
    for name, timer in machine.timers.items():
        definition = d.definition(machine).timers.get(name)
        if definition is None or timer.state == "paused" or timers.is_off(d, definition):
            continue
        if timers.runs(d, machine, definition) or machine.state in definition.stands:
            yield from again(d, machine, timer, was.timers.get(name) if was else None, definition)


def _settle(d: Decision, machine_id: str, was: MachineDef | None) -> None:
    """Each clock takes the state it has in this stage of the new edition; one may begin, one may end."""
    before = d.case.machines[machine_id]
    for name, definition in d.definition(before).timers.items():
        machine = d.case.machines[machine_id]
        if name in machine.timers:
            timers.settle(d, machine, definition)
        elif timers.runs(d, machine, definition) and not _is_over(machine, name, was):
            _begin(d, machine, definition)
    after = d.case.machines[machine_id]
    for name in dict.fromkeys([*before.timers, *after.timers]):
        gone, come = before.timers.get(name), after.timers.get(name)
        if bool(gone) != bool(come):
            came_or_went(d, after, name, gone.on if gone else None, come.on if come else None)


def _is_over(machine: Machine, name: str, was: MachineDef | None) -> bool:
    """Whether a clock of this stage has run already and is over (it acts once, or its mail has been judged)."""
    if was is None:
        return name in machine.past
    return name in was.timers and machine.state in was.timers[name].runs


def _begin(d: Decision, machine: Machine, definition: TimerDef) -> None:
    """A clock that the new edition brings: as its rule says, but if that day has gone by, from today."""
    d.at = machine.since
    timers.set_timer(d, machine, definition)
    d.at = d.now
    if d.case.machines[machine.id].timers[definition.name].on <= d.calendar.local_date(d.now):
        timers.set_timer(d, machine, replace(definition, start=("entry",), date=""))


def fates(new: Procedure, before: Case, after: Case) -> list[Fate]:
    """What became of each clock, machine by machine."""
    found = []
    for machine in after.machines.values():
        old = before.machines[machine.id].timers
        for name in dict.fromkeys([*old, *machine.timers]):
            was, now = old.get(name), machine.timers.get(name)
            definition = new.machines[machine.kind].timers.get(name)
            step = definition.step if definition else new.hold.clause
            what = "keeps" if was and now and was.on == now.on else "moves" if was and now else "appears"
            what = what if now else "vanishes"
            found.append(Fate(machine.id, name, step, what, was.on if was else None, now.on if now else None))
    return found
