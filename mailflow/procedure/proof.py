"""Proving a procedure by playing it: nothing unreachable, nothing without an end, nothing silently forgotten.

In: a procedure without faults of reading, and a calendar.
Out: faults with file and line, and for each state the working days until somebody above its owner hears.
Fails: never; a procedure that goes round in circles gives a fault.
Limits: one child of a kind at a time; one value for each blank; machines are tried together two by two.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mailflow.errors import Fault
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.deadlines import read_rule
from mailflow.procedure.definition import Procedure, Row, Trigger
from mailflow.procedure.events import MailCame
from mailflow.procedure.firing import BACK
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.silence import listen
from mailflow.procedure.standing import Fact
from mailflow.procedure.stimuli import address, office, prepared, said, stimuli

MOST_DAYS = 400
MOST_STEPS = 60
LONG_AFTER = 60
MOST_TRIED = 25

MOVING = frozenset({"moved", "spawned", "unjudged", "judged"})
Pair = tuple[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True)
class Place:
    """Where a case is; `parts` are (machine kind, state), the case's own first."""

    parts: tuple[tuple[str, str], ...]
    ended: bool
    back: str
    asked: str
    flags: tuple[tuple[str, str], ...]

    @property
    def live(self) -> tuple[tuple[str, str], ...]:
        """The parts that have not ended."""
        return self.parts[1:] if self.ended else self.parts


@dataclass(frozen=True)
class Findings:
    """What is wrong, and how long silence lasts: working days by (machine kind, state), the longest that was met."""

    faults: tuple[Fault, ...]
    silence: Mapping[tuple[str, str], int]
    places: int


def prove(procedure: Procedure, calendar: Calendar) -> Findings:
    """All that can be known of a procedure by playing it through (domain.md section 4, composition 13)."""
    faults = looked_through(procedure)
    found = _Exploration(procedure, calendar)
    try:
        found.explore()
    except (RuntimeError, ValueError) as error:
        fault = Fault(
            procedure.file, 0, f"The procedure cannot be played: {error}", "Look at the rows that fire there."
        )
        return Findings((*faults, fault), {}, len(found.plays))
    faults += [*found.unreached(), *found.endless()]
    silence, silent = found.silences()
    return Findings((*faults, *silent), silence, len(found.plays))


def looked_through(procedure: Procedure) -> list[Fault]:
    """What is wrong without playing: states without owner or clock, rows that never come to their turn."""
    return [*_unowned(procedure), *_clashes(procedure)]


def _line(procedure: Procedure, kind: str, *path: object) -> int:
    place = path if kind == procedure.main else ("child", kind, *path)
    while place and place not in procedure.lines:
        place = place[:-1]
    return procedure.lines.get(place, 0)


def _fault(procedure: Procedure, kind: str, state: str, what: str, fix: str) -> Fault:
    return Fault(procedure.file, _line(procedure, kind, "states", state), what, fix)


# -- what can be seen without playing -------------------------------------------------------------------------------


def _unowned(procedure: Procedure) -> Iterable[Fault]:
    """Every live state has an owner and a clock, or lives by its children."""
    for machine in procedure.machines.values():
        for state in machine.states.values():
            if state.ends:
                continue
            if not state.owner:
                what = f"The state {state.code} of {machine.title} has no owner."
                yield _fault(procedure, machine.kind, state.code, what, 'Add owner = "..." with a role.')
            clocks = [t for t in machine.timers.values() if state.code in t.runs and not t.aside]
            if not clocks and not state.lives_by:
                what = f"No clock runs in the state {state.code} of {machine.title}: it can be forgotten."
                yield _fault(procedure, machine.kind, state.code, what, "Let a timer run in it.")


def _clashes(procedure: Procedure) -> Iterable[Fault]:
    """No two rows listen to the same event in the same state with guards that cannot tell them apart."""
    for machine in procedure.machines.values():
        for n, later in enumerate(machine.rows):
            for earlier in machine.rows[:n]:
                shared = _shared(earlier, later)
                if shared:
                    what = f"Row {later.id} never fires on {shared}: row {earlier.id} always comes first."
                    line = _line(procedure, machine.kind, "row", n)
                    yield Fault(procedure.file, line, what, "Give the two rows different guards, or make them one.")


def _shared(earlier: Row, later: Row) -> str:
    states = [s for s in later.sources if s in earlier.sources]
    if not states or earlier.needs_any not in ((), later.needs_any) or not set(earlier.needs) <= set(later.needs):
        return ""
    for one in earlier.on:
        for other in later.on:
            names = [name for name in other.names if name in one.names]
            if names and _same_event(one, other):
                return f"{other.kind} {', '.join(names)} in {', '.join(states)}"
    return ""


def _same_event(one: Trigger, other: Trigger) -> bool:
    return one.kind == other.kind and one.setting in ("", other.setting)


# -- what shows only in play ----------------------------------------------------------------------------------------


class _Exploration:
    """Places of a case that can be reached, each with a shortest way to it.

    A place is kept if two of its machines stand together as no two did before: what three do together, two of them do.
    """

    def __init__(self, procedure: Procedure, calendar: Calendar):
        self.procedure, self.calendar = procedure, calendar
        self.plays: dict[Place, Rehearsal] = {}
        self.ways: dict[Place, set[Place]] = {}
        self.pairs: set[Pair] = set()
        self.asked_for = _fields_asked_for(procedure)
        self.seen: set[tuple[str, str]] = set()

    def explore(self) -> None:
        """Follow every event from every place that shows something new."""
        queue = deque([self._keep(self._opened())])
        while queue:
            here = queue.popleft()
            for play in self._next(self.plays[here]):
                there = place_of(self.procedure, play, self.asked_for)
                self.ways[here].add(there)
                if there not in self.plays and not _pairs(there) <= self.pairs:
                    queue.append(self._keep(play))

    def _opened(self) -> Rehearsal:
        year = min(max(self.calendar.first_year, 2027), self.calendar.last_year)
        start = self.calendar.instant(self.calendar.roll(date(year, 3, 1)), time(10))
        play = Rehearsal(self.procedure, office(self.procedure, self.calendar), self.calendar)
        play.happen(MailCame("anyone", start, "first mail", address(self.procedure.opened_by), subject="words"), start)
        for name in prepared(self.procedure):
            for event in said(play, self.procedure.verbs[name])[:1]:
                play.happen(event, start)
        play.run_to(start)
        return play

    def _keep(self, play: Rehearsal) -> Place:
        here = place_of(self.procedure, play, self.asked_for)
        self.plays[here], self.ways[here] = play, set()
        self.pairs |= _pairs(here)
        return here

    def _next(self, play: Rehearsal) -> Iterable[Rehearsal]:
        later = play.copy()
        if later.next_due() is None:
            # Nothing moves here any more: the same may also happen long after.
            later.run_to(play.now + timedelta(days=LONG_AFTER))
        for start in (play, later) if later.now != play.now else (play,):
            for event in stimuli(start):
                after = start.copy()
                if event is None:
                    yield from self._clock(after)
                elif self._see(after, after.happen(event, start.now)):
                    after.run_to(start.now)
                    yield after

    def _see(self, play: Rehearsal, facts: Iterable[Fact]) -> bool:
        """Note the states that were passed through; whether anything moved at all."""
        moving = [f for f in facts if f.kind in MOVING]
        for fact in moving:
            state = fact.data.get("to") or fact.data.get("state")
            if state:
                self.seen.add((play.case.machines[fact.machine].kind, str(state)))
        return bool(moving)

    def _clock(self, play: Rehearsal) -> Iterable[Rehearsal]:
        """Letters leave and clocks act until the case is somewhere else."""
        here = place_of(self.procedure, play, self.asked_for)
        for _ in range(MOST_STEPS):
            due = play.next_due()
            if due is None:
                return
            self._see(play, play.happen(due[1], due[0]))
            if place_of(self.procedure, play, self.asked_for) != here:
                yield play
                return

    # -- findings ---------------------------------------------------------------------------------------------------

    def unreached(self) -> Iterable[Fault]:
        """States that no way leads to."""
        for machine in self.procedure.machines.values():
            for state in machine.states:
                if (machine.kind, state) not in self.seen:
                    what = f"The state {state} of {machine.title} cannot be reached."
                    fix = "Add a row that leads to it, or remove it."
                    yield _fault(self.procedure, machine.kind, state, what, fix)

    def endless(self) -> Iterable[Fault]:
        """Live states from which no way leads to an end of the whole case."""
        ends = {place for place, play in self.plays.items() if not play.case.live()}
        covered: set[Pair] = set()
        found = True
        while found:
            found = False
            for place in ends:
                covered |= _pairs(place)
            for here, ways in self.ways.items():
                if here not in ends and any(w in ends or (w not in self.plays and _pairs(w) <= covered) for w in ways):
                    ends.add(here)
                    found = True
        stuck = [place for place in self.plays if place not in ends and not self._ends(self.plays[place])]
        for kind, state in sorted({part for place in stuck for part in place.live}):
            title = self.procedure.machines[kind].title
            what = f"From the state {state} of {title} the {self.procedure.case_word} can come to where it never ends."
            yield _fault(self.procedure, kind, state, what, "Add a row by which it ends.")

    def _ends(self, play: Rehearsal) -> bool:
        """Whether some way leads to an end; looked for from here alone, in every place and not only in new ones."""
        seen, queue = {place_of(self.procedure, play, self.asked_for)}, deque([play])
        while queue and len(seen) < MOST_TRIED:
            for after in self._next(queue.popleft()):
                if not after.case.live():
                    return True
                there = place_of(self.procedure, after, self.asked_for)
                if there not in seen:
                    seen.add(there)
                    queue.append(after)
        return False

    def silences(self) -> tuple[dict[tuple[str, str], int], list[Fault]]:
        """With everyone silent: working days until a person above the owner is written to (composition 13)."""
        days: dict[tuple[str, str], int] = {}
        faults: dict[tuple[str, str], Fault] = {}
        for play in self.plays.values():
            heard = listen(self.procedure, play, MOST_DAYS)
            for machine in play.case.live():
                key = machine.kind, machine.state
                if machine.id in heard:
                    worked = self._working_days(play.now, heard[machine.id])
                    days[key] = max(days.get(key, 0), worked)
                elif key not in faults:
                    where = f"the state {machine.state} of {self.procedure.machines[machine.kind].title}"
                    what = f"With everyone silent in {where}, nobody above its owner hears."
                    fix = "Give one of its timers a ladder that goes up."
                    faults[key] = _fault(self.procedure, *key, what, fix)
        for kind, state in sorted(self.seen - set(days) - set(faults)):
            bound = self._by_its_ladder(kind, state)
            if bound is not None:
                days[kind, state] = bound
        return days, list(faults.values())

    def _by_its_ladder(self, kind: str, state: str) -> int | None:
        """The same for a state that is left in the step that enters it, unless nobody is there: by its own ladder.

        None where it ends, or where no ladder of it goes up. The day of entry may be over (K7), hence one day more.
        """
        machine = self.procedure.machines[kind]
        if machine.states[state].ends:
            return None
        found = []
        for timer in machine.timers.values():
            up = [rung.offset for rung in timer.ladder if "above" in rung.to]
            if state not in timer.runs or timer.aside or not up:
                continue
            rule = read_rule(re.sub(r"\{\w+\}", "1", timer.due))
            days = {"same_day": 1, "working": rule.n}.get(rule.kind)
            if days is not None:
                found.append(days + min(up))
        return min(found, default=None)

    def _working_days(self, start: datetime, end: datetime) -> int:
        return self.calendar.working_days_between(self.calendar.local_date(start), self.calendar.local_date(end))


def place_of(procedure: Procedure, play: Rehearsal, asked_for: frozenset[str]) -> Place:
    """Where a case is: its state, where it would go back to, its children's states, and what waits to be judged."""
    main = play.case.machines[procedure.main]
    rows = procedure.machines[main.kind].rows_from(main.state)
    back = main.came_from if any(r.to == BACK for r in rows) else ""
    asked = " ".join(sorted(play.case.unjudged))
    parts = sorted({(m.kind, m.state) for m in play.case.machines.values() if m.id != main.id and not m.ended})
    flags = {(n, str(v)) for m in play.case.live() for n, v in m.fields.items() if n in asked_for}
    return Place(((main.kind, main.state), *parts), main.ended, back, asked, tuple(sorted(flags)))


def _fields_asked_for(procedure: Procedure) -> frozenset[str]:
    """Fields whose value a guard of a child asks for: two children that differ in one may go different ways."""
    children = [m for m in procedure.machines.values() if m.kind != procedure.main]
    phrases = [p for m in children for r in m.rows for p in (*r.needs, *r.needs_any)]
    named = [f for phrase in phrases for f in re.findall(r"^(?:field|flag) (\w+)(?= =|$)", phrase)]
    kinds = ("flag", "yesno", "text")
    return frozenset(f for f in named if f in procedure.fields and procedure.fields[f].type in kinds)


def _pairs(place: Place) -> set[Pair]:
    """What stands together at this place, two by two."""
    parts = [*place.parts, ("back", place.back), ("asked", place.asked), *place.flags]
    return {(a, b) for n, a in enumerate(parts) for b in parts[n:]}
