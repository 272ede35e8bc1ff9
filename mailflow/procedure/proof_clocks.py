"""What can be seen without playing: stages without owner or working clock, clocks without work, children without end.

In: a procedure without faults of reading, and the settings of an office.
Out: faults, and warnings about what the office itself has switched off, with file and line.
Fails: never.
Limits: looks at one state table at a time; who hears in the end is silence.py's matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mailflow.errors import Fault
from mailflow.procedure import deadlines
from mailflow.procedure.definition import MachineDef, Procedure, Row, State, TimerDef
from mailflow.procedure.naming_phrases import SETTING

FORGOTTEN = "would be forgotten here"


def line_of(procedure: Procedure, kind: str, *path: object) -> int:
    """The line of a key of a state table, or of the closest table above it."""
    place = path if kind == procedure.main else ("child", kind, *path)
    while place and place not in procedure.lines:
        place = place[:-1]
    return procedure.lines.get(place, 0)


def at_state(procedure: Procedure, kind: str, state: str, what: str, fix: str) -> Fault:
    """A fault at the line of a state."""
    return Fault(procedure.file, line_of(procedure, kind, "states", state), what, fix)


def named(procedure: Procedure, kind: str, state: str) -> str:
    """A state as people and the file call it."""
    machine = procedure.machines[kind]
    return f"the state {state} of {machine.title} ({machine.states[state].title})"


def who_is_forgotten(procedure: Procedure, kind: str) -> str:
    """What would be forgotten: the case, or its child."""
    word = procedure.case_word if kind == procedure.main else procedure.machines[kind].title.lower()
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"


def off_by(procedure: Procedure, timer: TimerDef, settings: Mapping[str, object]) -> str:
    """The setting that switches a clock off, or ""."""
    names = SETTING.findall(timer.due)
    return next((n for n in names if str(settings.get(n, procedure.settings.get(n))) == deadlines.OFF), "")


def stages(procedure: Procedure, settings: Mapping[str, object]) -> tuple[list[Fault], list[Fault]]:
    """Every live state has an owner and a clock that does something, or lives by its children."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for machine in procedure.machines.values():
        lost = who_is_forgotten(procedure, machine.kind)
        for state in machine.states.values():
            if state.ends:
                continue
            where = named(procedure, machine.kind, state.code)
            if not state.owner:
                what = f"{where[0].upper()}{where[1:]} has no owner: {lost} {FORGOTTEN}."
                faults.append(at_state(procedure, machine.kind, state.code, what, 'Add owner = "..." with a role.'))
            if state.lives_by:
                continue
            what, fix, chosen = _unclocked(procedure, machine, state, settings)
            if what:
                found = at_state(procedure, machine.kind, state.code, f"{what}: {lost} {FORGOTTEN}.", fix)
                (warnings if chosen else faults).append(found)
    return faults, warnings


def _unclocked(
    procedure: Procedure, machine: MachineDef, state: State, settings: Mapping[str, object]
) -> tuple[str, str, bool]:
    """Why no clock works in a state, what to do, and whether an office chose so; ("", "", False) if one does."""
    where = named(procedure, machine.kind, state.code)
    clocks = [t for t in machine.timers.values() if state.code in t.runs and not t.aside]
    if not clocks:
        return f"No clock runs in {where}", f'Name {state.code} in the "runs" of a timer.', False
    running = [t for t in clocks if not off_by(procedure, t, settings)]
    if not running:
        names = sorted({off_by(procedure, t, settings) for t in clocks})
        chosen = any(name in settings for name in names)
        what = f"The only clock of {where} is switched off by the setting {', '.join(names)}"
        return what, "Give the setting a timescale, or let another timer run in this state.", chosen
    if any(_works(machine, state.code, t) for t in running):
        return "", "", False
    heard = sorted({s for t in running for s in _under_settings(machine, state.code, t)})
    if heard and _every_value(procedure, heard):
        return "", "", False
    if heard:
        what = f"The clock of {where} does something only while {' or '.join(heard)}"
        return what, "Give the timer a ladder, or add a row that takes it under the other setting.", False
    what = f"The clock {', '.join(t.name for t in running)} runs in {where}, but nothing follows when it is due"
    return what, "Give the timer a ladder, or add a row that listens to it.", False


def _every_value(procedure: Procedure, heard: list[str]) -> bool:
    """Whether some row listens whatever the setting says."""
    names = {name for name, _, _ in (words.partition(" = ") for words in heard)}
    return any(
        {f"{n} = {v}" for v in procedure.allowed.get(n, ())} <= set(heard) for n in names if procedure.allowed.get(n)
    )


def _listening(machine: MachineDef, state: str, timer: TimerDef) -> Iterator[tuple[Row, str]]:
    for row in machine.rows_from(state):
        yield from ((row, t.setting) for t in row.on if t.kind == "timer" and timer.name in t.names)


def _works(machine: MachineDef, state: str, timer: TimerDef) -> bool:
    heard = timer.at or timer.next
    return bool(timer.ladder) or bool(heard and any(not s for _, s in _listening(machine, state, timer)))


def _under_settings(machine: MachineDef, state: str, timer: TimerDef) -> set[str]:
    return {setting for _, setting in _listening(machine, state, timer) if setting}


def clocks(procedure: Procedure) -> Iterable[Fault]:
    """Warnings: clocks that run in no state, or whose own hour is missing, or whose ladder ends with the owner."""
    for machine in procedure.machines.values():
        for timer in machine.timers.values():
            line = line_of(procedure, machine.kind, "timers", timer.name)
            listening = [r for r in machine.rows for t in r.on if t.kind == "timer" and timer.name in t.names]
            if not timer.runs and timer.done_by != "system":
                what = f"The clock {timer.name} runs in no state: it never reminds anybody."
                fix = 'Name its states in "runs", or write done_by = "system" if it stands here for the reader only.'
                yield Fault(procedure.file, line, what, fix)
            if listening and not (timer.at or timer.next):
                rows = ", ".join(r.id for r in listening)
                what = f"Row {rows} waits for the clock {timer.name}, which has no hour at which it acts."
                yield Fault(
                    procedure.file, line, what, 'Add at = "16:00" (on its day) or next = "09:00" (the day after).'
                )
            yield from _owner_only(procedure, machine, timer, line)


def _owner_only(procedure: Procedure, machine: MachineDef, timer: TimerDef, line: int) -> Iterator[Fault]:
    if not timer.ladder or not _ends_with_owner(timer):
        return
    for state in sorted(timer.runs):
        others = [t for t in machine.timers.values() if state in t.runs and t.name != timer.name]
        goes_on = any(_listening(machine, state, timer)) or any(
            not _ends_with_owner(t) or any(_listening(machine, state, t)) for t in others
        )
        if not goes_on and not machine.states[state].ends:
            what = f"The ladder of the clock {timer.name} ends with the owner, and {state} has no other clock"
            fix = 'Add a last rung with to = ["above"].'
            yield Fault(procedure.file, line, f"{what}: nobody above ever hears.", fix)


def _ends_with_owner(timer: TimerDef) -> bool:
    return {role for rung in timer.ladder for role in rung.to} <= {"owner", "deputy"}


def children(procedure: Procedure) -> Iterable[Fault]:
    """Faults: children from whose states no row leads to an end; children whose end nobody waits for."""
    for machine in procedure.machines.values():
        reaches = {s.code for s in machine.states.values() if s.ends}
        grown = True
        while grown:
            more = {s for r in machine.rows if r.to in reaches for s in r.sources} - reaches
            more |= {s for r in machine.rows if r.to == "(came from)" and _backs(machine) & reaches for s in r.sources}
            grown = bool(more - reaches)
            reaches |= more
        for state in (s for s in machine.states.values() if s.code not in reaches and machine.kind != procedure.main):
            where = named(procedure, machine.kind, state.code)
            what = (
                f"From {where} no row leads to an end: {who_is_forgotten(procedure, machine.kind)} stays open for ever."
            )
            yield at_state(procedure, machine.kind, state.code, what, "Add a row by which it ends.")
    yield from _unawaited(procedure)


def _backs(machine: MachineDef) -> set[str]:
    return {s for r in machine.rows if r.remember_from for s in r.sources}


def _unawaited(procedure: Procedure) -> Iterator[Fault]:
    """A case that lives by its children must hear when the last has ended."""
    main = procedure.top
    for state in main.states.values():
        heard = any(t.kind == "children" for r in main.rows_from(state.code) for t in r.on)
        if state.lives_by == "children" and not heard:
            what = (
                f"{state.code} lives by its children, but no row listens to their end: the {procedure.case_word} stays."
            )
            fix = 'Add a row from this state with on = [{ children = "ended" }].'
            yield at_state(procedure, main.kind, state.code, what, fix)
    asked = " ".join(p for r in main.rows for p in (*r.needs, *r.needs_any))
    waits = any(t.kind == "children" for r in main.rows for t in r.on) or "children open" in asked
    for machine in procedure.machines.values():
        if machine.kind == main.kind:
            continue
        served = any(s.lives_by == machine.kind for m in procedure.machines.values() for s in m.states.values())
        tells = any(x.child != machine.kind for r in machine.rows for x in r.tells)
        if not (waits or served or tells or f"child {machine.kind} " in asked):
            line = line_of(procedure, machine.kind)
            what = f"Nobody waits for the end of {machine.title.lower()}: the {procedure.case_word} ends without it."
            yield Fault(procedure.file, line, what, 'Add a row with on = [{ children = "ended" }], or a guard.')
