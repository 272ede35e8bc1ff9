"""Playing a procedure through: every place a case can come to, with a way to it, and every row that was taken there.

In: a procedure without faults of reading, and a calendar.
Out: places, the ways between them, the rows taken in each state, clocks without a beginning.
Fails: RuntimeError or ValueError from a procedure that goes round in circles.
Limits: one child of a kind at a time; what is tried at each place stands in stimuli.py; a place is kept if two of its
    machines, or one of them and what the case remembers, stand together as they did nowhere before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mailflow.procedure.calendar import Calendar
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import WORDS, Event, MailCame, Terms
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.standing import Fact, Machine
from mailflow.procedure.stimuli import address, hearing_clock, office, other_offices, prepared, said, stimuli
from mailflow.procedure.whereabouts import Pair, Part, Place, Whereabouts, pairs_of

MOST_STEPS = 60
MOST_PLACES = 4000
LONG_AFTER = 60
MOST_TRIED = 25
FIRST_YEAR = 2027
SAID_EVERYWHERE = frozenset("note status help undo hold resume extend no_extension approve_correction received".split())
ANSWERED = (("hold", "resume"), ("undo", "approve_correction"))
WORDLESS = "no words in the mail"

MOVING = frozenset({"moved", "spawned", "unjudged", "judged", "field", "settled"})
Key = tuple[str, str, str]  # machine kind, state, row


@dataclass(frozen=True)
class Step:
    """One thing that happened on the way: before it, after it, and the facts that were decided."""

    before: Rehearsal
    event: Event
    after: Rehearsal
    facts: tuple[Fact, ...]


def _unwatched(step: Step) -> None:
    """Nobody looks."""


class Exploration:
    """Places of a case that can be reached, each with a shortest way to it; `watch` sees each step that is tried."""

    def __init__(
        self,
        procedure: Procedure,
        calendar: Calendar,
        watch: Callable[[Step], None] = _unwatched,
        settings: Mapping[str, object] | None = None,
    ):
        self.procedure, self.calendar, self.watch = procedure, calendar, watch
        self.terms: Terms = office(procedure, calendar, settings)
        self.place_of = Whereabouts(procedure, calendar, self.terms).place_of
        self.plays: dict[Place, Rehearsal] = {}
        self.ways: dict[Place, set[Place]] = {}
        self.pairs: set[Pair] = set()
        self.seen: set[Part] = set()
        self.taken: dict[Key, str] = {}
        self.hollow: dict[tuple[str, str], tuple[str, str]] = {}
        self._again = False
        self._tries: set[tuple[object, ...]] = set()
        # Places that show nothing new; what has been seen together stays seen.
        self._known: set[Place] = set()
        rows = ((m.kind, r) for m in procedure.machines.values() for r in m.rows)
        self._anywhere = {(kind, row.id): not row.sources for kind, row in rows}

    def explore(self) -> None:
        """Follow every event from every place that shows something new."""
        queue = deque(self._keep(play) for play in self._opened())
        while queue:
            here = queue.popleft()
            for play in self._next(self.plays[here]):
                there = self.place_of(play)
                self.ways[here].add(there)
                if there in self.plays or there in self._known:
                    continue
                if pairs_of(there) <= self.pairs:
                    self._known.add(there)
                else:
                    queue.append(self._keep(play))
        self._say_acts()

    def _say_acts(self) -> None:
        """In each stage once: the words that every procedure has, which move nothing to another place."""
        first = {place.parts[0]: play for place, play in reversed(self.plays.items())}
        verbs = [v for v in self.procedure.verbs.values() if v.act in SAID_EVERYWHERE and v.say]
        for play in first.values():
            for verb in verbs:
                after = play.copy()
                for one in (verb, *(v for v in verbs if (verb.act, v.act) in ANSWERED)):
                    for event in said(after, one)[:1]:
                        self._happen(after, event, after.now)

    def _opened(self) -> Iterable[Rehearsal]:
        """The first mail; where it matters, also one that says words of the procedure besides."""
        phrases = {use.condition for row in self.procedure.top.rows for use in row.letters}
        for flags in ((), (WORDS,)) if WORDLESS in phrases else ((),):
            yield self._begun(flags)

    def _begun(self, flags: tuple[str, ...]) -> Rehearsal:
        year = min(max(self.calendar.first_year, FIRST_YEAR), self.calendar.last_year)
        start = self.calendar.instant(self.calendar.roll(date(year, 3, 1)), time(10))
        play = Rehearsal(self.procedure, self.terms, self.calendar)
        sender = address(self.procedure.opened_by)
        first = MailCame("anyone", start, "first mail", sender, subject="words", flags=flags)
        self._happen(play, first, start)
        for name in prepared(self.procedure):
            for event in said(play, self.procedure.verbs[name])[:1]:
                self._happen(play, event, start)
        self._settle(play, start)
        return play

    def _keep(self, play: Rehearsal) -> Place:
        here = self.place_of(play)
        if len(self.plays) >= MOST_PLACES:
            raise RuntimeError(f"it can come to more than {MOST_PLACES} places, the last by the rows {way_of(play)}.")
        self.plays[here], self.ways[here] = play, set()
        self.pairs |= pairs_of(here)
        return here

    def _next(self, play: Rehearsal) -> Iterable[Rehearsal]:
        later = play.copy()
        if later.next_due() is None:
            # Nothing moves here any more: the same may also happen long after.
            later.run_to(play.now + timedelta(days=LONG_AFTER))
        for start in (play, later) if later.now != play.now else (play,):
            for stimulus in stimuli(start):
                if stimulus.event is None:
                    yield from self._clock(start.copy())
                    continue
                # What differs in its memory only need not be tried with everything unusual again.
                if stimulus.variant and self._tried_here(start, stimulus.variant):
                    continue
                after = start.copy()
                after.terms = stimulus.terms
                moved = self._happen(after, stimulus.event, start.now)
                after.terms = self.terms
                if moved:
                    self._settle(after, start.now)
                    yield after

    def _clock(self, play: Rehearsal) -> Iterable[Rehearsal]:
        """Letters leave and clocks act until the case is somewhere else."""
        here = self.place_of(play)
        for _ in range(MOST_STEPS):
            due = play.next_due()
            if due is None:
                return
            rows = hearing_clock(play, due[1])
            for n, terms in enumerate(other_offices(play, rows)):
                if self._tried_here(play, f"{rows[0].id}: office {n}"):
                    continue
                other = play.copy()
                other.terms = terms
                self._happen(other, due[1], due[0])
                other.terms = self.terms
                if self.place_of(other) != here:
                    yield other
            self._happen(play, due[1], due[0])
            there = self.place_of(play)
            if there != here:
                yield play.copy()
            if there.core != here.core:
                return

    def _tried_here(self, play: Rehearsal, variant: str) -> bool:
        """Whether this has been tried where stages and guards' answers are the same; from now on it has."""
        here = self.place_of(play)
        key = (variant, here.core, here.guards, here.flags)
        known = key in self._tries and not self._again
        self._tries.add(key)
        return known

    def _settle(self, play: Rehearsal, until: datetime) -> None:
        """What leaves at once leaves."""
        for _ in range(MOST_STEPS):
            due = play.next_due()
            if due is None or due[0] > until:
                break
            self._happen(play, due[1], due[0])
        play.now = until

    def _happen(self, play: Rehearsal, event: Event, now: datetime) -> bool:
        """One step: note what was passed through and which rows were taken; whether anything moved at all."""
        before = play.copy()
        facts = play.happen(event, now)
        self.watch(Step(before, event, play, tuple(facts)))
        states = {m.id: m.state for m in before.case.machines.values()}
        for fact in facts:
            machine = play.case.machines.get(fact.machine)
            if machine is None:
                continue
            state = str(fact.data.get("to") or fact.data.get("state") or "")
            if fact.kind in ("moved", "noted") and fact.data.get("row"):
                self._took(play, machine, states.get(fact.machine, ""), str(fact.data["row"]))
            if fact.kind in ("moved", "spawned") and state:
                self.seen.add((machine.kind, state))
                states[fact.machine] = state
            if fact.kind == "timer_set" and fact.data.get("unanchored") and not self._tried(play, machine, fact):
                name = str(fact.data["timer"])
                self.hollow.setdefault((machine.kind, name), (states.get(fact.machine, ""), way_of(play)))
        return any(f.kind in MOVING for f in facts)

    def _took(self, play: Rehearsal, machine: Machine, state: str, row: str) -> None:
        anywhere = self._anywhere.get((machine.kind, row))
        if anywhere is not None:
            key = (machine.kind, "" if anywhere else state, row)
            if key not in self.taken:
                self.taken[key] = way_of(play)

    def _tried(self, play: Rehearsal, machine: Machine, fact: Fact) -> bool:
        """Whether a letter that the clock counts from was tried and reached nobody: no fault of the procedure."""
        start = self.procedure.machines[machine.kind].timers[str(fact.data["timer"])].start
        letters = (play.case.last_letter(s.partition(" ")[2]) for s in start if s.startswith("letter "))
        return any(x is not None and x.status in ("impossible", "bounced") for x in letters)

    def ends(self, play: Rehearsal) -> bool:
        """Whether some way leads to an end; looked for from here alone, in every place and not only in new ones."""
        self._again = True
        seen, queue = {self.place_of(play)}, deque([play])
        while queue and len(seen) < MOST_TRIED:
            for after in self._next(queue.popleft()):
                if not after.case.live():
                    return True
                there = self.place_of(after)
                if there not in seen:
                    seen.add(there)
                    queue.append(after)
        return False


def way_of(play: Rehearsal) -> str:
    """The rows by which a case came to where it is."""
    rows = [str(f.data["row"]) for _, f in play.log if f.kind in ("moved", "noted") and f.data.get("row")]
    return ", ".join(rows)
