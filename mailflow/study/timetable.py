"""Every deadline of a procedure, if each step is done at its last moment: the paper's own way first, then each branch.

In: a procedure, a calendar, and the instant at which the first mail comes.
Out: paths of steps, each with the deadlines that began there and their working.
Fails: RuntimeError or ValueError if the procedure cannot be played.
Limits: the real engine on a pretended clock; letters always leave; letters that come back make no branch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from mailflow.procedure.calendar import Calendar
from mailflow.procedure.definition import Procedure, Row, TimerDef
from mailflow.procedure.events import Commands, Event, MailCame
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.standing import Machine, Timer
from mailflow.procedure.stimuli import office, prepared, said, speaker
from mailflow.procedure.timers import FIRE
from mailflow.study.timetable_values import Due, Path, Step, Timetable
from mailflow.study.ways import STAY, Ways, told

HALF_AN_HOUR = timedelta(minutes=30)
END_OF_WORK = time(17)
LEAVING = timedelta(minutes=20)  # what an officer's word caused has left by then
MOST_STEPS = 40
MOST_EVENTS = 60
Place = tuple[tuple[str, str], ...]


@dataclass
class _Leaf:
    """A moment at which several things may happen, and what the path that was followed did then."""

    play: Rehearsal
    taken: Place


def timetable(procedure: Procedure, calendar: Calendar, start: datetime) -> Timetable:
    """All deadlines from this instant on."""
    return _Paths(procedure, calendar).timetable(start)


class _Paths:
    """Follows ways and notes which places have been shown."""

    def __init__(self, procedure: Procedure, calendar: Calendar):
        self.procedure, self.calendar, self.ways = procedure, calendar, Ways(procedure)
        self.shown: set[tuple[str, str]] = set()
        self.moves: set[tuple[str, str, str]] = set()
        self.looked_from: set[frozenset[tuple[str, str]]] = set()
        self.endings: dict[tuple[str, str], tuple[str, str, str]] = {}

    def timetable(self, start: datetime) -> Timetable:
        play = self._opened(start)
        first = self._step(f"the {self.procedure.case_word} comes in", play, 0, ())
        steps, ended, leaves = self._follow(play, whole=True)
        main = Path("", (first, *steps), ended)
        self._show(_place(play))
        self._show_all(steps, leaves)
        branches: list[Path] = []
        while leaves:
            leaf = leaves.pop(0)
            if (here := frozenset(_place(leaf.play))) in self.looked_from:
                continue
            self.looked_from.add(here)
            for branch, further in self._branches(leaf):
                branches.append(branch)
                leaves += further
        local = self.calendar.local(start)
        endings = tuple(self.endings.values())
        return Timetable(
            self.procedure.id, self.procedure.edition, self.calendar.name, local, main, tuple(branches), endings
        )

    def _opened(self, start: datetime) -> Rehearsal:
        play = Rehearsal(self.procedure, office(self.procedure, self.calendar), self.calendar)
        play.now = start
        sender = speaker(play, self.procedure.opened_by).address
        play.happen(MailCame("anyone", start, "first mail", sender, subject="words"), start)
        for name in prepared(self.procedure):
            for event in said(play, self.procedure.verbs[name])[:1]:
                play.happen(event, start)
        play.run_to(start)
        return play

    # -- following one way ------------------------------------------------------------------------------------------

    def _follow(self, play: Rehearsal, *, whole: bool) -> tuple[list[Step], str, list[_Leaf]]:
        """Go on by the main way to the end, or (not whole) to the second place that has been shown already."""
        steps: list[Step] = []
        leaves: list[_Leaf] = []
        known, seen = 0, self.shown | set(_place(play))
        for _ in range(MOST_STEPS):
            machine = self._whose_turn(play)
            if machine is None:
                break
            before, length = _place(play), len(play.log)
            play.run_to(max(play.now, self._last_moment(machine)))
            if _place(play) == before:
                leaf = play.copy()
                how = self._act(play, machine)
                if how is None:
                    break
                leaves.append(_Leaf(leaf, _place(play)))
            else:
                how = "nothing comes"
            steps.append(self._step(how, play, length, before))
            known = known + 1 if set(_place(play)) <= seen else 0
            seen |= set(_place(play))
            if known > 1 and not whole:
                break
        return steps, self._ending(play), leaves

    def _whose_turn(self, play: Rehearsal) -> Machine | None:
        """The machine whose deadline is the earliest."""
        main = play.case.machines[self.procedure.main]
        found = [m for m in (*play.case.live(), *([main] if main.ended else ())) if self._clocks(m)]
        return min(found, key=self._last_moment, default=None)

    def _clocks(self, machine: Machine) -> list[tuple[TimerDef, Timer]]:
        defined = self.procedure.machines[machine.kind].timers
        found = [(defined[name], t) for name, t in machine.timers.items() if name in defined and t.state == "running"]
        return [(d, t) for d, t in found if not d.shared and (not machine.ended or d.asked)]

    def _last_moment(self, machine: Machine) -> datetime:
        """Half an hour before the earliest deadline of the machine acts, or before the end of work on that day."""
        moments = []
        clocks = self._clocks(machine)
        for definition, timer in [c for c in clocks if self._binds(machine, c[0])] or clocks:
            hour = min(time.fromisoformat(definition.at), END_OF_WORK) if definition.at else END_OF_WORK
            moments.append(self.calendar.instant(timer.target, hour) - HALF_AN_HOUR)
        return min(moments)

    def _binds(self, machine: Machine, definition: TimerDef) -> bool:
        """Whether somebody is late after this date; a clock that only asks again and moves nothing binds nobody."""
        rows = [way for way in self.ways.of(machine.kind, machine.state) if _listens(way.row, definition.name)]
        return bool(definition.ladder) or not rows or any(way.kind != STAY for way in rows)

    def _act(self, play: Rehearsal, machine: Machine) -> str | None:
        """The first way that moves the case is taken; None if none does."""
        for event in self._events(play, machine):
            after = self._after(play, event)
            if after is not None:
                _become(play, after)
                return told(self.procedure, event)
        return None

    def _events(self, play: Rehearsal, machine: Machine) -> Iterator[Event | None]:
        for way in self.ways.of(machine.kind, machine.state):
            for event in self.ways.events(play, machine, way.row):
                yield _undated(self.procedure, event)

    def _once(self, play: Rehearsal, machine: Machine) -> list[Event | None]:
        """Each word with each variant of its details by the first who may say it, each mail, and nothing, once."""
        found: dict[object, Event | None] = {}
        for event in self._events(play, machine):
            key: object = event
            if isinstance(event, Commands):
                key = (event.sayings[-1].verb, _details(event))
            elif isinstance(event, MailCame):
                key = event.role
            found.setdefault(key, event)
        return list(found.values())

    def _after(self, play: Rehearsal, event: Event | None) -> Rehearsal | None:
        """The case once this has happened and what it caused has left; None if it stays where it is."""
        after, before = play.copy(), _place(play)
        if event is not None:
            after.happen(event, after.now)
            after.run_to(after.now)
            if _place(after) == before:
                after.run_to(after.now + LEAVING)
            return after if _place(after) != before else None
        for _ in range(MOST_EVENTS):
            due = after.next_due()
            if due is None:
                return None
            after.happen(due[1], due[0])
            if _place(after) != before:
                after.run_to(after.now)
                return after
        return None

    # -- branches ---------------------------------------------------------------------------------------------------

    def _branches(self, leaf: _Leaf) -> Iterator[tuple[Path, list[_Leaf]]]:
        """What else may happen at this moment and leads to something that has not been shown."""
        main = leaf.play.case.machines[self.procedure.main]
        rows: set[tuple[str, tuple]] = set()
        for machine in (*leaf.play.case.live(), *([main] if main.ended else ())):
            for event in self._once(leaf.play, machine):
                after = self._after(leaf.play, event)
                if after is None:
                    continue
                moved = _moves(leaf.play, after)
                new, variant = not moved <= self.moves, _details(event)
                if not new and (not variant or variant in rows):
                    continue
                rows.add(variant)
                self.moves |= moved
                if not after.case.live() and not after.case.unjudged:
                    self._note_ending(after, event, machine, new=new)
                    continue
                yield from self._branch(leaf, event, after, machine, new=new)

    def _branch(
        self, leaf: _Leaf, event: Event | None, after: Rehearsal, machine: Machine, *, new: bool
    ) -> Iterator[tuple[Path, list[_Leaf]]]:
        before = _place(leaf.play)
        first = self._step(told(self.procedure, event), after, len(leaf.play.log), before)
        places = [_place(after)]
        steps, ended, leaves = self._follow(after, whole=not new)
        played = [_place(x.play) for x in leaves]
        places += [x.taken for x in leaves]
        fresh, seen = [], set(self.shown)
        for n, place in enumerate(places):
            if not set(place) <= seen:
                fresh.append(n)
            seen |= set(place)
        if not new and not fresh:
            return
        last = min(len(steps), (fresh[-1] if fresh else 0) + 1) if places[-1:] else 0
        kept = steps[: last if fresh else 0]
        cut = len(kept) < len(steps) or not ended
        self._show(places[0])
        self._show_all(kept, leaves[: len(kept)])
        goes_on = f"goes on as at {_titles(kept[-1] if kept else first)}" if cut else ended
        path = Path(self._where(machine), (first, *kept), goes_on)
        yield path, [x for x, place in zip(leaves, played, strict=True) if set(place) <= self.shown][: len(kept) + 1]

    def _note_ending(self, after: Rehearsal, event: Event | None, machine: Machine, *, new: bool) -> None:
        main = after.case.machines[self.procedure.main]
        title = self.procedure.top.states[main.state].title
        words = told(self.procedure, event)
        if new:
            self.endings.setdefault((words, title), (self._where(machine), words, title))

    def _show(self, place: Place) -> None:
        self.shown |= set(place)

    def _show_all(self, steps: list[Step], leaves: list[_Leaf]) -> None:
        for leaf, _ in zip(leaves, steps, strict=False):
            self.moves |= _differences(_place(leaf.play), leaf.taken)
            self._show(leaf.taken)

    # -- what is told -----------------------------------------------------------------------------------------------

    def _where(self, machine: Machine) -> str:
        state = self.procedure.machines[machine.kind].states[machine.state]
        return f"{state.stage}, {state.title}"

    def _ending(self, play: Rehearsal) -> str:
        main = play.case.machines[self.procedure.main]
        return self.procedure.top.states[main.state].title if main.ended else ""

    def _step(self, how: str, play: Rehearsal, since: int, before: Place) -> Step:
        dues: dict[tuple[str, str], Due] = {}
        known = {(f.machine, str(f.data["timer"])): f.data["on"] for _, f in play.log[:since] if f.kind == "timer_set"}
        for _, fact in play.log[since:]:
            key = fact.machine, str(fact.data.get("timer", ""))
            if fact.kind == "timer_set" and (due := self._due(play, *key)):
                # A letter that has left makes its date firm; that is told only if the date is another one.
                if not fact.data.get("firming") or known.get(key) != due.on.isoformat():
                    dues[key] = due
        was = set(before)
        now = [(m.kind, m.state) for m in play.case.machines.values() if (m.kind, m.state) not in was]
        states = [self.procedure.machines[kind].states[state] for kind, state in dict.fromkeys(now)]
        arrived = tuple((s.stage, s.title, s.code) for s in states)
        return Step(how, self.calendar.local(play.now), arrived, tuple(dues.values()))

    def _due(self, play: Rehearsal, machine: str, name: str) -> Due | None:
        """A deadline as it stands when all letters of the step have left."""
        found = play.case.machines[machine]
        timer, definition = found.timers.get(name), self.procedure.machines[found.kind].timers.get(name)
        if timer is None or definition is None or definition.shared:
            return None
        states = self.procedure.machines[found.kind].states
        state = max((states[code] for code in definition.runs), key=lambda s: self.ways.order[s.stage])
        here = states[found.state]
        roles = self.procedure.roles
        fires = [at for step, at in timer.steps if step == FIRE]
        return Due(
            machine,
            name,
            state.stage,
            definition.step,
            roles[state.owner].title if state.owner else "the daemon",
            roles[here.waits_for].title if here.waits_for in roles and definition.chases else "",
            timer.on,
            definition.at,
            timer.nominal,
            timer.target,
            self.calendar.local(fires[0]) if fires else None,
            timer.clause,
            timer.working,
            timer.soft,
            definition.extra,
        )


def _listens(row: Row, timer: str) -> bool:
    return any(trigger.kind == "timer" and timer in trigger.names for trigger in row.on)


def _place(play: Rehearsal) -> Place:
    """Where the machines of a case are, and whose mail waits to be judged."""
    parts = [(m.kind, m.state) for m in play.case.machines.values()]
    return (*parts, *(("asked", role) for role in sorted(play.case.unjudged)))


def _moves(before: Rehearsal, after: Rehearsal) -> set[tuple[str, str, str]]:
    return _differences(_place(before), _place(after))


def _differences(before: Place, after: Place) -> set[tuple[str, str, str]]:
    """From where to where each part has moved."""
    was = dict(before)
    return {(kind, was.get(kind, ""), state) for kind, state in after if (kind, state) not in before}


def _become(play: Rehearsal, after: Rehearsal) -> None:
    play.case, play.log, play.now = after.case, after.log, after.now


def _details(event: Event | None) -> tuple:
    """Which word with which details this is, so that each variant is looked at once; () for anything else."""
    if not isinstance(event, Commands):
        return ()
    word = event.sayings[-1]
    lists = {k: bool(v) for k, v in word.blanks.items() if isinstance(v, list)}
    chosen = {k: v for k, v in word.blanks.items() if v in ("yes", "no")}
    return (word.verb, *sorted(lists.items()), *sorted(chosen.items())) if lists or chosen else ()


def _undated(procedure: Procedure, event: Event | None) -> Event | None:
    """The word without dates that may be left out: the timetable shows what the paper's own timescales give."""
    if not isinstance(event, Commands):
        return event
    sayings = []
    for word in event.sayings:
        forms = procedure.verbs[word.verb].say
        blanks = {}
        for name, value in word.blanks.items():
            if isinstance(value, list):
                blanks[name] = [{k: v for k, v in item.items() if not isinstance(v, date)} for item in value]
            elif not isinstance(value, date) or all("{" + name in form for form in forms):
                blanks[name] = value
        sayings.append(replace(word, blanks=blanks))
    return replace(event, sayings=tuple(sayings))


def _titles(step: Step) -> str:
    return (
        " and ".join(f"{stage}, {title}" for stage, title, _ in step.now)
        or "before, with a mail that waits to be judged"
    )
